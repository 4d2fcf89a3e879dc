"""Finds in a message which measure, group, order, year or picture is meant; the words are in figure_cues.yml."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from actions.context import Request
from actions.cues import folded
from persona_store.figures import GROUPS, MEASURES
from persona_store.lexicon import find_terms
from persona_store.segmentation.registry import definition

PART = re.compile(r"[:,\s]+")  # a button names several attributes in one word: "outcome_rate:industry"
YEAR = re.compile(r"\b(20\d\d)\b")
CHANNEL = "channel"
CUSTOMERS = "customers"
SIZE = "share"  # what the lexicon calls the size of a segment
MOST_BETWEEN = 2  # words between "which" and the group it asks for ("welche unserer Personas")


def attributes_named(request: Request) -> tuple[str, ...]:
    """The attributes and measures that the message names, as normal values where they are known."""
    found = []
    for mention in request.named("attribute"):
        for part in PART.split(mention.value) if request.text.startswith("/") else [mention.value]:
            terms = [term.value for term in find_terms(part) if term.entity == "attribute"]
            found.append(part if _known(part) or not terms else terms[0])
    return tuple(dict.fromkeys(part for part in found if part))


def measure_named(request: Request, *, but: Collection[str] = ()) -> str | None:
    """The measure asked for: what is named as an attribute, else what the words show; none of those in `but`."""
    named = ["contacts" if one == SIZE else one for one in attributes_named(request)]
    known = next((one for one in named if one in MEASURES), None)
    if request.text.startswith("/"):
        return known
    if known is None and any(one not in GROUPS and one != CHANNEL for one in named):
        return None  # an attribute that is no measure was meant
    shown = known or first_shown(request.text, "measures", but=but)
    return CUSTOMERS if shown == "outcome_rate" and CUSTOMERS not in but and _counts(request.text) else shown


def group_named(request: Request) -> str | None:
    """By what the answer is to be parted: "je Branche", "which persona", or an attribute that parts people."""
    text = folded(request.text)
    groups = [one for one in attributes_named(request) if one in GROUPS or one in (CHANNEL, "persona")]
    if groups:
        return groups[0]
    each = "|".join(map(re.escape, _words()["each"]))
    for group, words in _words()["groups"].items():
        starts = "|".join(map(re.escape, words))
        if re.search(rf"\b(?:{each}) (?:\w+ ){{0,{MOST_BETWEEN}}}(?:{starts})", text):
            return str(group)
    return None


def order_named(text: str) -> str | None:
    """ "best", "worst", "highest" or "lowest" where the message asks for the first or last of several."""
    said = set(re.findall(r"\w+", folded(text)))
    return next((one for one in ("best", "worst", "highest", "lowest") if said & set(_words()[one])), None)


def year_named(text: str, today: date) -> str | None:
    """The year that the message restricts itself to."""
    number = YEAR.search(text)
    if number:
        return number[1]
    said = folded(text)
    for back, words in _words()["years"].items():
        if any(word in said for word in words):
            return str(today.year + int(back))
    return None


def _counts(text: str) -> bool:
    """Whether the message asks for a number of people and not for their share."""
    return begins(text, _words()["counted"]) and not begins(text, _words()["shares"])


def first_shown(text: str, kind: str, *, but: Iterable[str] = ()) -> str | None:
    """The first entry of `kind` ("measures", "charts", "fields", "findings") of which a word begins in the text."""
    left_out = set(but)
    for name, words in _words()[kind].items():
        if name not in left_out and begins(text, words):
            return str(name)
    return None


def asks_who(text: str) -> bool:
    """Whether the message asks for the people who moved."""
    return begins(text, _words()["movers"], whole=True)


def words_of(kind: str) -> Any:
    """The words listed as `kind`."""
    return _words()[kind]


def begins(text: str, words: Iterable[Any], *, whole: bool = False) -> bool:
    """Whether a word of the text begins with (or is) one of `words`."""
    listed = "|".join(re.escape(str(word)) for word in words)
    end = r"\b" if whole else ""
    return bool(re.search(rf"\b(?:{listed}){end}", folded(text)))


def _known(attribute: str) -> bool:
    return attribute in MEASURES or attribute in GROUPS or definition(attribute) is not None or attribute == SIZE


@cache
def _words() -> Any:
    return yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
