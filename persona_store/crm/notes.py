"""Notes for people on the columns of a table: what was chosen, what looks odd, what was left out."""

from collections import Counter

from persona_store.crm.cells import truth_words
from persona_store.crm.mapping import Column, FileMapping
from persona_store.crm.people import country_names, vocabulary
from persona_store.crm.problems import sentence
from persona_store.crm.quality import level_notes, misspelt
from persona_store.crm.recognition import Surveyed
from persona_store.crm.words import fold
from persona_store.settings import settings
from persona_store.wording import number


def unclear_notes(unclear: dict[str, str], found: FileMapping) -> list[str]:
    """Notes on columns that could be read two ways: which way was taken."""
    notes = []
    for header, reading in unclear.items():
        if reading in (",", "."):
            notes.append(sentence("note.unclear_numbers", column=header, sign=found.decimal_of(header)))
        else:
            notes.append(sentence("note.unclear_dates", column=header, order=found.dates_of(header)))
    return notes


def column_notes(table: Surveyed, found: FileMapping) -> list[str]:
    """Notes on outcome, misspelt words, rare and constant values, and columns not taken over."""
    notes: list[str] = []
    for header, column in found.columns.items():
        look = table.survey.columns[header]
        levels: Counter[str] = look.levels or Counter()
        for value, meant in (column.values or {}).items():
            if value in levels:
                notes.append(sentence("note.value", column=header, found=value, meant=meant, n=levels[value]))
        if column.attribute is not None:
            notes += level_notes(header, look, table.survey.rows)
        if column.field in ("outcome", "won"):
            notes.append(_outcome_note(header, column, levels, table.survey.rows))
        for value, meant in misspelt(levels, _vocabulary(column.field)).items():
            notes.append(sentence("note.misspelt", column=header, found=value, meant=meant, n=levels[value]))
    ignored = [header for header, column in found.columns.items() if column.field == "ignore"]
    return [*notes, sentence("note.ignored", columns=", ".join(ignored))] if ignored else notes


def _outcome_note(header: str, column: Column, levels: Counter[str], rows: int) -> str:
    yes, no = truth_words(column)
    language = settings().language
    won = sum(count for value, count in levels.items() if fold(value) in yes)
    lost = sum(count for value, count in levels.items() if fold(value) in no)
    counts = {"won": won, "lost": lost, "unknown": rows - won - lost}
    return sentence("note.outcome", column=header, **{name: number(n, language) for name, n in counts.items()})


def _vocabulary(name: str | None) -> frozenset[str]:
    """The words that are usual in a field, none for most fields."""
    if name in ("industry", "company_industry"):
        return vocabulary()
    return country_names() if name == "country" else frozenset()
