"""How people say how often, yes, no, and that they do not know; the expressions are in cues.yml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "’": "'"})
_SPACES = re.compile(r"\s+")
LONGEST_READ = 500  # characters; the expressions take time by the length of the text
OFTEN = 3  # from here on the attributes do not count further


@dataclass(frozen=True, slots=True)
class Cues:
    """The expressions of cues.yml."""

    times: tuple[tuple[int, re.Pattern[str]], ...]
    channels: Mapping[str, re.Pattern[str]]
    words: Mapping[str, re.Pattern[str]]


def says(cue: str, text: str) -> bool:
    """Whether the text says what `cue` of cues.yml stands for."""
    return bool(cues().words[cue].search(folded(text)))


def times_in(text: str, *, bare: bool = False) -> int | None:
    """How often, as the least number that the text can mean (0, 1, or 3 for three and more); None where it is not said.

    With `bare` a number alone is an answer, too.
    """
    plain = folded(text)
    if bare and (number := cues().words["number"].search(plain)):
        return min(int(number[1]), OFTEN) if int(number[1]) != 2 else 1
    return next((times for times, cue in cues().times if cue.search(plain)), None)


def age_in(text: str) -> int | None:
    """The age in years that a text states."""
    found = cues().words["age"].search(folded(text))
    return int(found["age"] or found["stated"]) if found else None


def channel_in(text: str) -> str | None:
    """The channel on which somebody did not answer, where the text names it."""
    plain = folded(text)
    return next((channel for channel, cue in cues().channels.items() if cue.search(plain)), None)


def folded(text: str) -> str:
    """Lower case, umlauts spelt out, one space between words; at most LONGEST_READ characters."""
    return _SPACES.sub(" ", text[:LONGEST_READ].lower().translate(_FOLDED)).strip()


@cache
def cues() -> Cues:
    """The cues, read once."""
    data = yaml.safe_load(Path(__file__).with_name("cues.yml").read_text(encoding="utf-8"))
    times = tuple((times, re.compile(cue)) for times, cue in data.pop("times"))
    channels = {channel: re.compile(cue) for channel, cue in data.pop("channels").items()}
    return Cues(times, channels, {name: re.compile(cue) for name, cue in data.items()})
