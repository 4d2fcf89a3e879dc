"""From what people write to levels of attributes, in words of either language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

import numpy as np
import polars as pl

from persona_store.lexicon import describe, find_terms, normalise_industry, normalise_title
from persona_store.lexicon.vocabulary import lexicon_file
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.registry import CHANNELS, Attribute
from persona_store.settings import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
UNKNOWN = "unknown"
SPELLED_UNKNOWN = ("unknown", "unbekannt", "not known", "nicht bekannt")
LONGEST = 200  # characters of a statement that are read
NUMBER = r"(\d{1,3}(?:[.,' ]\d{3})+|\d+(?:[.,]\d+)?)"
BETWEEN = re.compile(rf"{NUMBER}\s*(?:-|–|bis|to|und|and|\.\.)\s*{NUMBER}")
FROM = re.compile(
    rf"(?:ab|from|mindestens|at least|>=|≥|über|over|more than|mehr als|>)\s*{NUMBER}"
    rf"|{NUMBER}\s*(?:\+|oder mehr|or more|und mehr|and more)"
)
BELOW = re.compile(rf"(?:unter|below|under|less than|weniger als|<|bis|up to|höchstens|at most)\s*{NUMBER}")
EXACT = re.compile(rf"^{NUMBER}\b")
# How often somebody answers, or does something; the levels of response rates and of counts.
OFTEN = ("often", "oft", "häufig", "viel", "viele", "gut", "well", "many", "gern", "gerne", "immer", "always", "much")
SOMETIMES = (
    "sometimes", "manchmal", "gelegentlich", "teils", "einzelne", "ein paar", "few", "a few", "occasionally", "some",
)  # fmt: skip
NEVER = ("never", "nie", "nicht", "kein", "keine", "niemals", "no", "none", "selten", "kaum", "rarely", "not", "hardly")

MORE_NAMES = {
    "company_size": ("size", "größe", "mitarbeiter", "mitarbeitende", "employees", "firma", "unternehmen"),
    "level": ("position", "rang", "rank"),
    "function": ("rolle", "role", "bereich", "job", "beruf"),
    "region": ("gebiet", "ort", "area"),
    "source": ("kommt über", "comes from", "lead source"),
    "complaints": ("beschwerden", "complaints"),
}


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to below `high`; None where open."""

    low: float | None
    high: float | None

    def holds(self, values: pl.Series) -> pl.Series:
        """Which values lie within; null where not known."""
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        numbers = values.cast(pl.Float64).fill_nan(None)
        return (numbers >= low) & (numbers < high)


def level_of_value(attribute: Attribute, column: pl.Series) -> pl.Series:
    """The level of each raw value by the attribute's own cuts; names are their own level, null stays null."""
    if not attribute.numeric:
        return column.cast(pl.String)
    numbers = column.cast(pl.Float64).fill_nan(None)
    places = np.searchsorted(attribute.edges, numbers.fill_null(0.0).to_numpy(), side="right")
    names = pl.Series(column.name, attribute.levels or ("",), dtype=pl.String).gather(places)
    return names.set(numbers.is_null(), None)


def read_levels(attribute: Attribute, text: str, known: Sequence[str]) -> tuple[str, ...]:
    """The levels of `attribute` that `text` means, out of `known`; empty when it means none of them.

    Levels may be written as their key, as either language says them, in the words of the lexicon ("Bau", "CEO", "KMU")
    or, for numbers with cuts of their own, as a range that they overlap ("20-100", "200+").
    """
    said = plain(text)
    if said in SPELLED_UNKNOWN:
        return (UNKNOWN,)
    for level in known:
        if said in {plain(level), *(plain(level_label(attribute.key, level, language)) for language in LANGUAGES)}:
            return (level,)
    normal = _normal_value(attribute.key, text)
    if normal is not None and normal in known:
        return (normal,)
    if attribute.numeric:
        wanted = read_range(attribute.key, text)
        return () if wanted is None else tuple(level for level in known if _overlaps(attribute, level, wanted))
    return ()


def read_range(key: str, text: str) -> Range | None:
    """The numbers that `text` means: "11-50", "ab 200", "200+", "unter 30", "KMU"; None when it means none."""
    said = plain(text)
    if match := BETWEEN.search(said):
        low, high = sorted((_number(match[1]), _number(match[2])))
        return Range(low, high + 1)
    if match := BELOW.search(said):
        included = any(word in said for word in ("bis", "up to", "höchstens", "at most"))
        return Range(None, _number(match[1]) + included)
    if match := FROM.search(said):
        number = _number(match[1] or match[2])
        above = any(word in said for word in ("über", "over", "more than", "mehr als")) or re.search(r">(?!=)", said)
        return Range(number + bool(above), None)
    if match := EXACT.search(said):
        return Range(_number(match[1]), _number(match[1]) + 1)
    if key == "company_size" and (size := describe(text).employees) is not None:
        return Range(float(size[0]), None if size[1] is None else size[1] + 1.0)
    return None


def read_frequency(text: str) -> str | None:
    """ "often", "sometimes" or "never" as `text` says it; None when it says none."""
    words = set(re.findall(r"[^\W_]+", plain(text)))
    for name, spellings in (("never", NEVER), ("sometimes", SOMETIMES), ("often", OFTEN)):
        if any(set(spelling.split()) <= words for spelling in spellings):
            return name
    return None


def read_channel(text: str) -> str | None:
    """The channel that `text` names; None when it names none with a rate of answers of its own."""
    found = [term.value for term in find_terms(text) if term.entity == "channel"]
    found += [channel for channel in CHANNELS if channel in plain(text)]
    return next((channel for channel in found if channel in CHANNELS), None)


def attribute_names(attribute: Attribute) -> set[str]:
    """How an attribute may be called: its key, its name in either language, the lexicon's words for it."""
    spelled = lexicon_file("attributes.yml")["values"].get(attribute.key, [])
    names = {attribute.key, attribute.key.replace("_", " "), *spelled, *MORE_NAMES.get(attribute.key, ())}
    return {plain(name) for name in (*names, *(attribute_label(attribute.key, language) for language in LANGUAGES))}


@lru_cache(maxsize=1 << 10)
def _normal_value(key: str, text: str) -> str | None:
    """What the lexicon makes of a word for an industry, a level or a function."""
    if key == "industry":
        return normalise_industry(text)
    if key in ("level", "function"):
        role = normalise_title(text)
        found = role.level if key == "level" else role.function
        return None if found in ("other", UNKNOWN) else found
    return None


def _overlaps(attribute: Attribute, level: str, wanted: Range) -> bool:
    if level not in attribute.levels:
        return False
    place = attribute.levels.index(level)
    low = attribute.edges[place - 1] if place else -np.inf
    high = attribute.edges[place] if place < len(attribute.edges) else np.inf
    return (wanted.high is None or low < wanted.high) and (wanted.low is None or wanted.low < high)


def _number(text: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:[.,' ]\d{3})+", text):
        return float(re.sub(r"\D", "", text))
    return float(text.replace(",", "."))


def plain(text: str) -> str:
    """`text` without capitals, underscores and needless blanks, bounded in length."""
    return " ".join(text[:LONGEST].casefold().replace("_", " ").split()) if text else ""
