"""What is odd in the data though it can be read: values far from all others, rare or constant ones, misspelt ones."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from persona_store.crm.problems import sentence
from persona_store.crm.survey import Column
from persona_store.crm.words import fold

FAR_TIMES = 3  # the greatest value is odd from three times the next one on ...
FAR_RANGES = 10  # ... if it is also ten interquartile ranges above the upper quartile
TYPED_RANGES = 3  # 666666 and 999999 are suspect sooner
TYPED_DIGITS = 5
RARE_COUNT = 3
RARE_ROWS = 500  # in smaller tables every value may be rare
RARE_LEVELS = 30
CONSTANT_ROWS = 20
MISSPELT_LENGTH = 6  # shorter words are one letter off each other without being misspelt
MAX_SHOWN = 5


@dataclass(slots=True)
class Extremes:
    """The greatest values of a number column with their counts, and the quartiles of its first rows."""

    top: Counter[float] = field(default_factory=Counter)
    quartiles: tuple[float, float] | None = None

    def add(self, numbers: pl.Series) -> None:
        """Looks at more values."""
        numbers = numbers.drop_nulls().cast(pl.Float64)
        if numbers.is_empty():
            return
        if self.quartiles is None:
            self.quartiles = (numbers.quantile(0.25) or 0.0, numbers.quantile(0.75) or 0.0)
        greatest = numbers.value_counts(name="n").top_k(2, by=numbers.name)
        for value, count in greatest.iter_rows():
            self.top[value] += count
        for value in sorted(self.top)[:-2]:
            del self.top[value]

    def odd(self) -> tuple[float, int] | None:
        """The greatest value and its count where it is out of all proportion."""
        if len(self.top) < 2 or self.quartiles is None:
            return None
        second, first = sorted(self.top)
        low, high = self.quartiles
        spread = high - low
        digits = f"{first:.0f}"
        typed = len(digits) >= TYPED_DIGITS and len(set(digits)) == 1
        far = first > high + (TYPED_RANGES if typed else FAR_RANGES) * spread
        if spread > 0 and far and first > (1 if typed else FAR_TIMES) * max(second, 0):
            return first, self.top[first]
        return None


def level_notes(header: str, column: Column, rows: int) -> list[str]:
    """Notes on a category: the same everywhere, or values that hardly occur."""
    levels = column.levels
    if levels is None or not levels:
        return []
    if len(levels) == 1 and column.filled == rows >= CONSTANT_ROWS:
        return [sentence("note.constant", column=header, value=next(iter(levels))[:60])]
    rare = [value for value, count in levels.items() if count <= RARE_COUNT]
    text = not column.is_number and not column.is_date
    if text and rows >= RARE_ROWS and len(levels) <= RARE_LEVELS and rare:
        shown = ", ".join(f"„{value[:40]}“ ({levels[value]})" for value in sorted(rare)[:MAX_SHOWN])
        return [sentence("note.rare", column=header, values=shown)]
    return []


def misspelt(levels: Counter[str] | None, words: Iterable[str]) -> dict[str, str]:
    """Values that are one slip away from a word of `words` without being one: {"technolgy": "technology"}."""
    known = {word for word in words if len(word) >= MISSPELT_LENGTH}
    found: dict[str, str] = {}
    for value in levels or ():
        word = fold(value)
        if len(word) < MISSPELT_LENGTH or word in known or not value.isascii():
            continue
        near = process.extractOne(word, known, scorer=OSA.distance, score_cutoff=1)
        if near is not None:
            found[value] = near[0]
    return found


def same_name(found: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `found` means but for case, blanks and punctuation ("GTXPro" → "GTX Pro")."""
    bare = _bare(found)
    matches = [name for name in known if _bare(name) == bare]
    return matches[0] if len(matches) == 1 else None


def _bare(text: str) -> str:
    return fold(text).replace(" ", "")
