"""That notes and messages of the sample say what the classes wish, in many wordings and both languages."""

import polars as pl

from persona_store.crm.sample import CAST, CLASSES
from persona_store.crm.sample.statements import ENGLISH_STATEMENTS, GERMAN_STATEMENTS, SAYS
from persona_store.lexicon.mining import mine, text_terms


def test_every_term_of_the_lexicon_is_said_by_somebody_and_every_class_says_something() -> None:
    terms = {f"{kind}_{term}" for kind, term in text_terms()}
    assert set(GERMAN_STATEMENTS) == set(ENGLISH_STATEMENTS) == terms
    assert set(SAYS) == {spec.key for spec in CLASSES}
    assert {name for says in SAYS.values() for name in says} <= terms


def test_notes_come_in_many_wordings_and_some_in_english(sample) -> None:
    notes = sample.contacts["Notizen"].drop_nulls()
    assert 0.4 <= len(notes) / len(sample.contacts) <= 0.6
    assert notes.n_unique() > 700
    english = {sentence for bank in ENGLISH_STATEMENTS.values() for sentence in bank}
    assert 0.01 <= notes.str.contains_any(sorted(english)).mean() <= 0.2


def test_what_people_say_follows_from_their_class(sample) -> None:
    said = sample.contacts.drop_nulls("Notizen").join(sample.truth, on="Kontakt-ID")
    said = said.filter(pl.col("between").is_null()).select("class", "Notizen")

    def rate(name: str, term: str) -> float:
        notes = said.filter(pl.col("class") == name)["Notizen"].to_list()
        return sum(any(f"{hit.kind}_{hit.term}" == term for hit in mine(note)) for note in notes) / len(notes)

    assert rate("it_industrie", "wish_security") > 4 * rate("gf_kmu", "wish_security")
    assert rate("gf_kmu", "wish_time") > 4 * rate("einkauf_konzern", "wish_time")
    assert rate("complainer", "problem_support") > 4 * rate("marketing_tech", "problem_support")
    assert rate("einkauf_konzern", "wish_price") < 0.4, "no term gives a class away"


def test_some_write_of_their_own_accord(sample) -> None:
    messages = sample.interactions.filter(pl.col("Aktivität-ID").str.starts_with("N"))
    assert 0.2 <= len(messages) / len(sample.contacts) <= 0.4
    assert set(messages["Richtung"]) == {"eingehend"}
    read = [bool(mine(text)) for text in messages["Thema"].to_list()]
    assert sum(read) / len(read) > 0.95


def test_the_cast_says_the_same_in_every_sample(sample, small) -> None:
    ids = [member.contact_id for member in CAST]
    notes = [
        dict(each.contacts.filter(pl.col("Kontakt-ID").is_in(ids)).select("Kontakt-ID", "Notizen").iter_rows())
        for each in (sample, small)
    ]
    assert notes[0] == notes[1]
    assert all(notes[0].values())
