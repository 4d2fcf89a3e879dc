"""One statement of a workshop ("size 11-50", "Telefon: oft") read as a condition on an attribute."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from persona_store.lexicon import describe, normalise_title
from persona_store.segmentation.binning import OTHER, Bins
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.words import (
    Range,
    attribute_names,
    plain,
    read_channel,
    read_frequency,
    read_levels,
    read_range,
)

RATES = ("never", "sometimes", "often")
FLAGS = ("no", "yes")
BEHAVIOURS = {
    "download": "downloads",
    "webinar": "webinars",
    "trade_fair": "trade_fairs",
    "pricing_page": "pricing_page",
    "demo_request": "demo_requests",
    "newsletter": "newsletter",
    "unsubscribed": "unsubscribed",
    "complaint": "complaints",
}
HIGH = ("high", "hoch", "hohe", "hoher", "viel", "groß", "large", "much")
LOW = ("low", "niedrig", "gering", "geringe", "wenig", "klein", "small", "little")
NOT = ("no", "nein", "kein", "keine", "keinen", "nicht", "nie", "never", "not", "ohne", "without", "none", "false")
FILLER = (
    "is",
    "ist",
    "are",
    "sind",
    "answered",
    "antwortet",
    "beantwortet",
    "channel",
    "kanal",
    "by",
    "per",
    "von",
    "of",
    "in",
)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a statement claims: the attribute has one of these `levels`, or is a number within `range`."""

    attribute: str
    levels: tuple[str, ...] = ()
    range: Range | None = None

    def holds(self, column: pl.Series) -> pl.Series:
        """For each raw value whether the claim holds; null where the value is not known."""
        if self.range is not None:
            return self.range.holds(column)
        return column.cast(pl.String).is_in(list(self.levels)).set(column.is_null(), None)

    def levels_of(self, bins: Bins) -> tuple[str, ...]:
        """The levels of a binning that the claim means or overlaps."""
        if self.range is None:
            named = [level for level in self.levels if level in bins.levels]
            rare = bins.other and len(named) < len(self.levels)
            return (*named, OTHER) if rare and OTHER not in named else tuple(named)
        edges = bins.edges or ()
        bounds = [(None, edges[0]), *pairwise(edges), (edges[-1], None)] if edges else []
        return tuple(level for level, bound in zip(bins.levels, bounds, strict=False) if _overlap(self.range, *bound))


def read_statement(
    text: str,
    name: str | None,
    attributes: Sequence[Attribute],
    names: Mapping[str, Sequence[str]],
    binning: Mapping[str, Bins],
) -> tuple[Condition, ...]:
    """The conditions that a statement means (a role is two: function and level); empty when it cannot be read.

    `name` is the attribute where it was written apart from the value. `names` are the values of named attributes in
    the store, `binning` its bins, by which "high" and "low" are told.
    """
    known = {attribute.key: attribute for attribute in attributes}
    if name is not None:
        own = [attribute for attribute in attributes if plain(name) in attribute_names(attribute)]
        if not own and (channel := read_channel(f"per {name}")) is not None and f"response_{channel}" in known:
            own = [known[f"response_{channel}"]]
        if own:
            found = _value(own[0], text, names, binning)
            return () if found is None else (found,)
        text = f"{name} {text}"
    return _by_name(text, attributes, names, binning) or _by_meaning(text, known, names, binning)


def _by_name(
    text: str, attributes: Sequence[Attribute], names: Mapping[str, Sequence[str]], binning: Mapping[str, Bins]
) -> tuple[Condition, ...]:
    """The attribute whose name stands in the text, the longest name first; the rest of the text is its value."""
    said = plain(text)
    called = sorted(
        ((name, attribute) for attribute in attributes for name in attribute_names(attribute)),
        key=lambda one: -len(one[0]),
    )
    for name, attribute in called:
        match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said)
        if match is None:
            continue
        rest = said[: match.start()] + " " + said[match.end() :]
        found = _value(attribute, rest.strip(" :="), names, binning)
        if found is not None:
            return (found,)
    return ()


def _by_meaning(
    text: str, known: Mapping[str, Attribute], names: Mapping[str, Sequence[str]], binning: Mapping[str, Bins]
) -> tuple[Condition, ...]:
    """The attribute that the words themselves belong to: a channel, a behaviour, a role, a branch, a size."""
    channel, often = read_channel(f"per {text}"), read_frequency(text)
    if channel is not None and often is not None and (attribute := known.get(f"response_{channel}")):
        return _only(_value(attribute, text, names, binning))
    told = describe(text)
    for behaviour, key in BEHAVIOURS.items():
        if behaviour in told.behaviours and key in known:
            return _only(_value(known[key], text, names, binning))
    if told.employees is not None and "company_size" in known:
        return _only(_value(known["company_size"], text, names, binning))
    role = normalise_title(text)
    found = []
    for key, value in (("function", role.function), ("level", role.level)):
        if key in known and value in names.get(key, ()) and value not in ("other", "unknown"):
            found.append(Condition(key, (value,)))
    if told.industry is not None and told.industry in names.get("industry", ()) and not found:
        return (Condition("industry", (told.industry,)),)
    return tuple(found)


def _only(found: Condition | None) -> tuple[Condition, ...]:
    return () if found is None else (found,)


def _value(
    attribute: Attribute, text: str, names: Mapping[str, Sequence[str]], binning: Mapping[str, Bins]
) -> Condition | None:
    words = [word for word in plain(text).split() if word not in FILLER]
    said = " ".join(words)
    if not attribute.numeric:
        levels = read_levels(attribute, said or text, names.get(attribute.key, ()))
        levels = levels or read_levels(attribute, text, names.get(attribute.key, ()))
        return Condition(attribute.key, levels) if levels else None
    bins = Bins(attribute.levels, attribute.edges) if attribute.edges else binning.get(attribute.key)
    if bins is None or not bins.edges:
        return None
    level = _level_in_words(bins, words)
    if level is None:
        exact = read_levels(attribute, said, bins.levels) if not re.search(r"\d", said) else ()
        level = exact[0] if len(exact) == 1 else None
    if level is None and (wanted := read_range(attribute.key, said)) is not None:
        return Condition(attribute.key, range=wanted)
    return None if level is None else Condition(attribute.key, range=_range_of(bins, level))


def _level_in_words(bins: Bins, words: Sequence[str]) -> str | None:
    """The level that words of amount mean: yes and no, never and often, many and none, high and low."""
    if bins.levels == FLAGS:
        return "no" if set(words) & set(NOT) else "yes"
    if any(re.search(r"\d", word) for word in words):
        return None
    often = read_frequency(" ".join(words))
    if bins.levels == RATES:
        return often
    if set(words) & set(HIGH):
        return bins.levels[-1]
    if set(words) & set(LOW):
        return bins.levels[0]
    if often is None:
        return None
    return {"never": bins.levels[0], "sometimes": bins.levels[len(bins.levels) // 2], "often": bins.levels[-1]}[often]


def _range_of(bins: Bins, level: str) -> Range:
    place, edges = bins.levels.index(level), bins.edges or ()
    return Range(edges[place - 1] if place else None, edges[place] if place < len(edges) else None)


def _overlap(wanted: Range, low: float | None, high: float | None) -> bool:
    below = wanted.high is not None and low is not None and low >= wanted.high
    above = wanted.low is not None and high is not None and wanted.low >= high
    return not (below or above)
