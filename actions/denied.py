"""What a message denies: of "not Jan, Emily" only Emily counts, of "not by phone but by mail" only the mail."""

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

# "Nicht nur" and "not only" deny nothing; the denied words end where the sentence or its clause does.
_DENIED = re.compile(
    r"\b(?:nicht|kein\w{0,2}|not|statt|anstatt|instead of|rather than)\s+(?!nur\b|only\b|just\b)"
    r"(?P<denied>[^,;.?!]{2,60}?)(?=\s*(?:[,;.?!]|\s-\s|\bsondern\b|\bbut\b|\baber\b|$))",
    re.IGNORECASE,
)


class Said(Protocol):
    """Something that a message names, and where."""

    @property
    def entity(self) -> str:
        """What kind of thing it is."""

    @property
    def start(self) -> int:
        """The place of its first letter."""


Named = TypeVar("Named", bound=Said)


def without_denied(text: str) -> str:
    """The text without what it denies; the whole text where nothing else is said."""
    left = _DENIED.sub(" ", text)
    return left if any(char.isalnum() for char in left) else text


def denied_in(text: str) -> tuple[str, ...]:
    """The words that the text denies, in reading order."""
    return tuple(found["denied"].strip() for found in _DENIED.finditer(text))


def meant(text: str, mentions: Sequence[Named]) -> tuple[Named, ...]:
    """The mentions without those that are denied where another of their kind is not: "not Jan, Emily"."""
    spans = [found.span() for found in _DENIED.finditer(text)]
    denied = {one.start for one in mentions if any(first <= one.start < last for first, last in spans)}
    kept = {one.entity for one in mentions if one.start not in denied}
    return tuple(one for one in mentions if one.start not in denied or one.entity not in kept)
