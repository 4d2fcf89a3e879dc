"""The names that the examples hold, as the name model looks them up in a message."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

_LONGEST = 6  # words of a name that are looked up at once

Words = tuple[str, ...]


class Gazetteer:
    """How often each name, as folded words, was annotated as which entity."""

    def __init__(self, names: Iterable[tuple[Words, str]]) -> None:
        self._counts: defaultdict[Words, Counter[str]] = defaultdict(Counter)
        for words, entity in names:
            if words:
                self._counts[words[:_LONGEST]][entity] += 1

    def entities_at(self, words: Sequence[str], own: Iterable[tuple[Words, str]] = ()) -> list[frozenset[str]]:
        """For each word the entities of the longest known names around it, with `|first` or `|further`.

        `own` are names that do not count, each once: while learning, a sentence must not be its own evidence.
        """
        left_out = Counter((name[:_LONGEST], entity) for name, entity in own)
        found: list[set[str]] = [set() for _ in words]
        for start in range(len(words)):
            for length in range(min(_LONGEST, len(words) - start), 0, -1):
                name = tuple(words[start : start + length])
                counts = self._counts.get(name, Counter[str]())
                entities = [entity for entity, count in counts.items() if count > left_out[name, entity]]
                for place in range(start, start + length) if entities else ():
                    found[place] |= {f"{entity}|{'first' if place == start else 'further'}" for entity in entities}
                if entities:
                    break
        return [frozenset(entities) for entities in found]

    def knows(self, name: Words, entity: str) -> bool:
        """Whether `name` was annotated as `entity`."""
        return self._counts.get(name[:_LONGEST], Counter[str]())[entity] > 0

    def to_json(self) -> list[list[Any]]:
        """Rows of words, entity and count."""
        return [
            [list(words), entity, count]
            for words, counts in sorted(self._counts.items())
            for entity, count in sorted(counts.items())
        ]

    @classmethod
    def from_json(cls, rows: list[list[Any]]) -> "Gazetteer":
        """What `to_json` gave."""
        return cls((tuple(words), entity) for words, entity, count in rows for _ in range(count))
