"""Which texts suit a role: keys of the wording catalogues (`guidance.<function>.<group>.<part>`)."""

from itertools import count, takewhile

from persona_store.guidance.prior import group
from persona_store.guidance.types import Group
from persona_store.wording import catalogue

AREA = "guidance"
OTHER = "other"
ANY = "any"
# Where to look when a group has no text of its own: the board is spoken to like deciders then.
LOOK_IN: dict[Group, tuple[str, ...]] = {
    "top": ("top", "decider", ANY),
    "decider": ("decider", ANY),
    "expert": ("expert", ANY),
}


def text_key(function: str, level: str, part: str) -> str:
    """The key of a single text (`tone` or `opening`) for a role; that of "other" for a function without texts."""
    found = next((key for key in _candidates(function, level, part) if key in catalogue("de")), None)
    return found or f"{AREA}.{OTHER}.{ANY}.{part}"


def text_keys(function: str, level: str, part: str) -> tuple[str, ...]:
    """The keys of a numbered list of texts (`goal`, `pain`, `avoid`) for a role."""
    stem = text_key(function, level, f"{part}_1").removesuffix("1")
    return tuple(takewhile(lambda key: key in catalogue("de"), (f"{stem}{number}" for number in count(1))))


def _candidates(function: str, level: str, part: str) -> list[str]:
    return [f"{AREA}.{function}.{place}.{part}" for place in LOOK_IN[group(level)]]
