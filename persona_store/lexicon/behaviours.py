"""What a lead did or never did, found in running text: an object and a verb near it, or a whole phrase."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from persona_store.lexicon.pipeline import meanings
from persona_store.lexicon.text import Word

REACH = 7  # tokens between an object and its verb
NEGATION_REACH = 3  # tokens between a negation and what it denies
NO_REPLY = "no_reply"  # the one behaviour that is said by a negation
BREAKS = frozenset(".;!?,:|")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A behaviour with its first and its last token; `denied` where the text says it did not happen."""

    value: str
    start: int
    end: int
    denied: bool


def behaviours(doc: Doc, *, telling: bool = False) -> list[Behaviour]:
    """The behaviours in a message, longest first; with `telling` also those an object tells without a verb."""
    marked = [(span, meaning.kind, meaning.value) for span in doc.spans["lexicon"] for meaning in meanings(span)]
    negations = [span for span, kind, _ in marked if kind == "negation"]
    kinds = ("behaviour", "telling") if telling else ("behaviour",)
    found = [_behaviour(doc, value, [span], negations) for span, kind, value in marked if kind in kinds]
    for value in {value for _, kind, value in marked if kind == "verb"}:
        verbs = [span for span, kind, of in marked if kind == "verb" and of == value]
        objects = [span for span, kind, of in marked if kind == "object" and of == value]
        found.extend(_behaviour(doc, value, pair, negations) for pair in _pairs(doc, verbs, objects))
    return _distinct(found)


def _pairs(doc: Doc, verbs: list[Span], objects: list[Span]) -> Iterator[list[Span]]:
    """Verbs and objects that are each other's nearest."""
    for verb in verbs:
        thing = _nearest(doc, verb, objects)
        if thing is not None and _nearest(doc, thing, verbs) is verb:
            yield [thing, verb]


def _nearest(doc: Doc, span: Span, others: list[Span]) -> Span | None:
    near = [other for other in others if _distance(span, other) <= REACH and not _broken(doc, span, other)]
    return min(near, key=lambda other: (_distance(span, other), other.start - other.end), default=None)


def _behaviour(doc: Doc, value: str, spans: list[Span], negations: Iterable[Span]) -> Behaviour:
    start, end = min(span.start for span in spans), max(span.end for span in spans)
    denied = value != NO_REPLY and any(
        start - NEGATION_REACH <= negation.start < end and not _between_broken(doc, negation.start, start)
        for negation in negations
    )
    return Behaviour(value, start, end, denied)


def _distance(one: Span, other: Span) -> int:
    return max(one.start, other.start) - min(one.end, other.end)


def _broken(doc: Doc, one: Span, other: Span) -> bool:
    return one.start == other.start or _between_broken(doc, min(one.end, other.end), max(one.start, other.start))


def _between_broken(doc: Doc, start: int, end: int) -> bool:
    origins: list[Word] = doc.user_data["words"]
    return any(origins[index].kind == "mark" and origins[index].key in BREAKS for index in range(start, end))


def _distinct(found: list[Behaviour]) -> list[Behaviour]:
    """Of overlapping ones of the same kind, and of a sign-up within a sign-off, the longest only."""
    kept: list[Behaviour] = []
    for behaviour in sorted(found, key=lambda one: (one.value != "unsubscribed", one.start - one.end, one.denied)):
        rivals = {behaviour.value} | ({"unsubscribed"} if behaviour.value == "newsletter" else set())
        if not any(one.value in rivals and one.start < behaviour.end and behaviour.start < one.end for one in kept):
            kept.append(behaviour)
    return kept
