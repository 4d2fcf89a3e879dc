"""Reads the sentences held out with the trained assistant and says how well it understood them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.assistant.launcher import prepare

HELD_OUT = Path(__file__).parent
# Each by another writer (the last by two) who had read no other sentence: one to develop with, and three that nobody
# looks at.
SETS = ("dev", "test", "test2", "test3")
LANGUAGES = ("de", "en")
NAMES = ("contact", "company", "role", "persona")
ABSTAINED = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"

Span = tuple[str, int, int]  # entity, start, end (characters)


@dataclass(frozen=True)
class Reading:
    """One sentence: what it means, what the assistant acts upon, and its best guess had it not abstained."""

    text: str
    wanted: str
    found: str
    guess: str
    confidence: float
    spans: frozenset[Span]
    found_spans: frozenset[Span]

    @property
    def right(self) -> bool:
        """Whether the assistant does what was wanted; abstaining is right where nothing it can do was asked for."""
        return self.found == self.wanted or (self.wanted == OUT_OF_SCOPE and self.found == ABSTAINED)

    @property
    def wrong_and_confident(self) -> bool:
        """Whether the assistant answers a question that was not asked."""
        return not self.right and self.found != ABSTAINED


def examples(path: Path) -> list[Any]:
    """Rasa's messages of the training data file or folder `path`."""
    prepare()
    from rasa.shared.nlu.training_data.loading import load_data

    return list(load_data(str(path)).nlu_examples)


def plain(text: str) -> str:
    """`text` without what does not make it another sentence: case, punctuation at its ends."""
    return text.casefold().strip("?!., ")


def read(understand: Callable[[str], dict[str, Any]], sentences: Iterable[Any]) -> list[Reading]:
    """How `understand` (Rasa's parse of a text) reads each of the annotated `sentences`."""
    return [_reading(understand(one.get("text")), one) for one in sentences]


def _reading(parsed: dict[str, Any], one: Any) -> Reading:
    ranking = [entry for entry in parsed["intent_ranking"] if entry["name"] != ABSTAINED]
    best = ranking[0] if ranking else parsed["intent"]
    return Reading(
        text=one.get("text"),
        wanted=one.get("intent"),
        found=parsed["intent"]["name"],
        guess=best["name"],
        confidence=best["confidence"],
        spans=_spans(one.get("entities", [])),
        found_spans=_spans(parsed["entities"]),
    )


def _spans(entities: list[dict[str, Any]]) -> frozenset[Span]:
    return frozenset((each["entity"], each["start"], each["end"]) for each in entities)


def accuracy(readings: Sequence[Reading]) -> float:
    """Share of sentences after which the assistant does what was wanted; abstaining counts as wrong."""
    return sum(one.right for one in readings) / len(readings)


def guessed(readings: Sequence[Reading]) -> float:
    """Share of sentences whose best guess is right, abstained or not."""
    return sum(one.right or one.guess == one.wanted for one in readings) / len(readings)


def wrong_and_confident(readings: Sequence[Reading]) -> float:
    """Share of sentences that are taken for something else without asking back."""
    return sum(one.wrong_and_confident for one in readings) / len(readings)


def out_of_scope_recall(readings: Sequence[Reading]) -> float:
    """Share of the sentences the assistant is not for that it does not answer as if it were."""
    foreign = [one for one in readings if one.wanted == OUT_OF_SCOPE]
    return sum(one.right for one in foreign) / len(foreign)


def span_f1(readings: Sequence[Reading], entity: str) -> float:
    """F1 of an entity; a span counts only when its start and end are exact."""
    wanted = {(number, *span) for number, one in enumerate(readings) for span in one.spans if span[0] == entity}
    found = {(number, *span) for number, one in enumerate(readings) for span in one.found_spans if span[0] == entity}
    return 2 * len(wanted & found) / (len(wanted) + len(found))


def confusions(readings: Sequence[Reading]) -> list[tuple[tuple[str, str], int]]:
    """Pairs of (wanted, done instead), the most frequent first."""
    return Counter((one.wanted, one.found) for one in readings if not one.right).most_common()


def missed_spans(readings: Sequence[Reading], entity: str) -> list[tuple[str, list[str], list[str]]]:
    """Sentences where an entity is not found as annotated, with the texts wanted and found."""
    missed = []
    for one in readings:
        wanted = sorted(one.text[start:end] for name, start, end in one.spans if name == entity)
        found = sorted(one.text[start:end] for name, start, end in one.found_spans if name == entity)
        if wanted != found:
            missed.append((one.text, wanted, found))
    return missed
