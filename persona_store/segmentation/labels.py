"""What people call attributes and levels; custom columns keep their own words, ranges of numbers get some."""

import re

from persona_store.segmentation.registry import TEXT_KINDS, Unit, definition
from persona_store.settings import Language
from persona_store.wording import catalogue, label, number, say

BELOW = re.compile(r"<(-?[\d.e+-]+)")
BETWEEN = re.compile(r"(-?[\d.e+-]+?)\.\.(<?)(-?[\d.e+-]+)")
FROM = re.compile(r">=(-?[\d.e+-]+)")
POINT = re.compile(r"\d+")
DIGITS = 4
FLAG_LEVELS = ("no", "yes")


def attribute_label(attribute: str, language: Language) -> str:
    """The attribute as people call it; a custom column's own heading."""
    kind, _, term = attribute.partition("_")
    known = catalogue(language).get(f"attribute.{attribute}")
    if known is None and term and kind in TEXT_KINDS:
        return say(f"text_attribute.{kind}", language, term=label("text_term", term, language))
    return known or attribute


def level_label(attribute: str, level: str, language: Language) -> str:
    """The level as people say it: from the catalogue, "ab 52.000 €" for a range, else the raw text of the column."""
    texts = catalogue(language)
    known = texts.get(f"level.{attribute}.{level}") or texts.get(f"level.any.{level}")
    if known is not None:
        return known
    if level in FLAG_LEVELS and attribute.partition("_")[0] in TEXT_KINDS:
        return texts[f"level.text_flag.{level}"]
    meant = definition(attribute)
    unit = meant.unit if meant else None
    if match := BELOW.fullmatch(level):
        return say("range.below", language, high=_counted(match[1], unit, language))
    if match := BETWEEN.fullmatch(level):
        key = "range.between" if match[2] else "range.whole"
        low = _shown(match[1], language)
        return say(key, language, low=low, high=_counted(match[3], unit, language))
    if match := FROM.fullmatch(level):
        return say("range.from", language, low=_counted(match[1], unit, language))
    return _counted(level, unit, language) if unit and POINT.fullmatch(level) else level


def _counted(text: str, unit: Unit | None, language: Language) -> str:
    """A number with what it counts: "1 Minute", "38 Minuten"."""
    amount = float(text)
    if unit is None or unit == "share":
        return _shown(text, language)
    form = {0.0: "zero", 1.0: "one"}.get(amount, "other")
    return say(f"unit.{unit}.{form}", language, amount=_shown(text, language))


def _shown(text: str, language: Language) -> str:
    return number(float(text), language, DIGITS)
