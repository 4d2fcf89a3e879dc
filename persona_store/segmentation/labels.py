"""What people call attributes and levels; custom columns keep their own words, ranges of numbers get some."""

import re

from persona_store.settings import Language
from persona_store.wording import catalogue, label, number, say

BELOW = re.compile(r"<(-?[\d.e+-]+)")
BETWEEN = re.compile(r"(-?[\d.e+-]+?)\.\.(<?)(-?[\d.e+-]+)")
FROM = re.compile(r">=(-?[\d.e+-]+)")
DIGITS = 4


def attribute_label(attribute: str, language: Language) -> str:
    """The attribute as people call it; a custom column's own heading."""
    return label("attribute", attribute, language)


def level_label(attribute: str, level: str, language: Language) -> str:
    """The level as people say it: from the catalogue, "ab 52.000" for a range, else the raw text of the column."""
    known = catalogue(language).get(f"level.{attribute}.{level}") or catalogue(language).get(f"level.any.{level}")
    if known is not None:
        return known
    if match := BELOW.fullmatch(level):
        return say("range.below", language, high=_shown(match[1], language))
    if match := BETWEEN.fullmatch(level):
        key = "range.between" if match[2] else "range.whole"
        return say(key, language, low=_shown(match[1], language), high=_shown(match[3], language))
    if match := FROM.fullmatch(level):
        return say("range.from", language, low=_shown(match[1], language))
    return level


def _shown(text: str, language: Language) -> str:
    return number(float(text), language, DIGITS)
