"""Terms of the trade in what people write: roles, industries, sizes, channels, phases, behaviours and the like."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from spacy.tokens import Doc, Span

from persona_store.lexicon.behaviours import behaviours
from persona_store.lexicon.compounds import UNKNOWN
from persona_store.lexicon.pipeline import meanings, pipeline
from persona_store.lexicon.quantities import amounts, employees
from persona_store.lexicon.talked_roles import in_branch, talked_roles
from persona_store.lexicon.text import MAX_CHARACTERS, Word
from persona_store.lexicon.vocabulary import Meaning, vocabulary

ENTITIES = ("industry", "company_size", "channel", "phase", "ordinal", "language", "budget", "concept", "attribute")
# Which term wins where two of the same length share words.
PRIORITY = (
    "role",
    "company_size",
    "budget",
    "language",
    "behaviour",
    "channel",
    "industry",
    "phase",
    "attribute",
    "concept",
    "ordinal",
)
EXACT = frozenset({"ordinal", "language"})  # entities whose inflected forms mean something else ("deutsche Firma")
SHORT_ANSWER = 3  # words in a message in which a plain number is a choice
COUNTED = frozenset({"persona", "segment"})  # a number after them is part of a name
NEW = ("neue", "neuen")
NOUN_ENDINGS = ("", "s", "n", "e", "es")  # of channels; "anrufen" and "mailen" are verbs


@dataclass(frozen=True, slots=True)
class Term:
    """A term with its place in the original text (`text == message[start:end]`), its entity and normal value.

    Values: role "function/level", ordinal "2" or "last", language "de" or "en", company_size "80", "50-100", "200+" or
    "1-249", budget "high", "low" or an amount; else the normal values of the lexicon.
    """

    start: int
    end: int
    text: str
    entity: str
    value: str


@lru_cache(maxsize=1 << 10)
def _terms(text: str) -> tuple[Term, ...]:
    doc = pipeline(talk=True)(text)
    chosen: list[Term] = []
    for term in sorted(candidates(text, doc), key=lambda one: (one.start - one.end, PRIORITY.index(one.entity))):
        if all(term.end <= other.start or other.end <= term.start for other in chosen):
            chosen.append(term)
    return tuple(sorted(chosen, key=lambda term: term.start))


def find_terms(text: str) -> list[Term]:
    """The terms in a message, in order and without overlaps, the longest first served.

    Reads the first 2,000 characters. Names of people are not taken for roles, nor everyday words for terms.
    """
    return list(_terms(text[:MAX_CHARACTERS]))


def candidates(text: str, doc: Doc) -> Iterator[Term]:
    """All terms of a message read by the pipeline for talk, overlapping ones too."""
    for role in talked_roles(text, doc):
        yield _term(text, role.first, role.last, "role", f"{role.role.function}/{role.role.level}")
    origins: list[Word] = doc.user_data["words"]
    for span in doc.spans["lexicon"]:
        if _new(text, origins[span.start]):
            continue
        for meaning in meanings(span):
            if meaning.kind in ENTITIES and not within_longer(doc, span) and meant(doc, span, meaning):
                yield _term(text, origins[span.start], origins[span.end - 1], meaning.kind, meaning.value)
    for behaviour in behaviours(doc):
        if not behaviour.denied:
            first, last = origins[behaviour.start], origins[behaviour.end - 1]
            yield _term(text, first, last, "behaviour", behaviour.value)
    for quantity in employees(text):
        yield Term(quantity.start, quantity.end, text[quantity.start : quantity.end], "company_size", quantity.value)
    for quantity in amounts(text):
        yield Term(quantity.start, quantity.end, text[quantity.start : quantity.end], "budget", quantity.value)


def _new(text: str, word: Word) -> bool:
    """Whether this is "neue(n)", which folds to the "neun" of a choice."""
    return text[word.start : word.end].lower() in NEW


def _term(text: str, first: Word, last: Word, entity: str, value: str) -> Term:
    return Term(first.start, last.end, text[first.start : last.end], entity, value)


def meant(doc: Doc, span: Span, meaning: Meaning) -> bool:
    """Whether a phrase of the lexicon means this here: whole words only, quiet ones only beside a cue."""
    origins: list[Word] = doc.user_data["words"]
    entity = meaning.kind
    if entity == "industry":
        if in_branch(doc, span):
            return True
        return not (_quiet(entity, span) or _is_field(span) or _of_name(doc, span))
    if _in_compound(origins, span):
        return False
    if entity == "channel" and not _noun(origins[span.end - 1].key, span.label_.split(" ")[-1]):
        return False
    if entity in EXACT and any(vocabulary().bases.get(origins[i].key, "") != origins[i].key for i in _range(span)):
        return origins[span.start].key not in vocabulary().bases  # a typo mended, not an inflection
    after = _after(doc, span)
    if vocabulary().has_mark("not_before", entity, (after,)):
        return False
    if not _quiet(entity, span):
        return True
    before = doc[span.start - 1].text if span.start else ""
    if entity == "ordinal" and (
        {before, doc[span.start - 2].text if span.start > 1 else ""} & COUNTED or _numbered(origins, span)
    ):
        return False
    if entity == "ordinal" and sum(word.kind != "mark" for word in origins) <= SHORT_ANSWER:
        return True
    return vocabulary().has_mark("cues_before", entity, (before,)) or vocabulary().has_mark("cues", entity, (after,))


def within_longer(doc: Doc, span: Span) -> bool:
    """Whether a longer phrase that means something else includes this one ("trade" in "trade fair")."""
    return any(
        other.start <= span.start
        and span.end <= other.end
        and len(other) > len(span)
        and any(meaning.kind in ENTITIES for meaning in meanings(other))
        for other in doc.spans["lexicon"]
    )


def _noun(key: str, base: str) -> bool:
    return key.removeprefix(base) in NOUN_ENDINGS or not key.startswith(base)


def _numbered(origins: list[Word], span: Span) -> bool:
    return span.start > 0 and origins[span.start - 1].key == "#"


def _of_name(doc: Doc, span: Span) -> bool:
    """Whether an unknown word with a capital stands beside, as in names of companies ("Sparkasse Ulm")."""
    origins: list[Word] = doc.user_data["words"]
    if not origins[span.start].capital:
        return False
    beside = [index for index in (span.start - 1, span.end) if 0 < index < len(doc)]
    return any(doc[index].text == UNKNOWN and origins[index].capital for index in beside)


def _quiet(entity: str, span: Span) -> bool:
    return vocabulary().has_mark("quiet", entity, tuple(span.label_.split(" ")))


def _is_field(span: Span) -> bool:
    return any(meaning.kind == "function" for meaning in meanings(span))


def _range(span: Span) -> range:
    return range(span.start, span.end)


def _after(doc: Doc, span: Span) -> str:
    return str(doc[span.end].text) if span.end < len(doc) else ""


def _in_compound(origins: list[Word], span: Span) -> bool:
    """Whether the phrase is only a part of a word, or of a word with hyphens after it ("Chat-Verlauf")."""
    begins = span.start > 0 and origins[span.start - 1] is origins[span.start]
    ends = span.end < len(origins) and origins[span.end] is origins[span.end - 1]
    return begins or ends
