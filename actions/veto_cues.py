"""What the words of a contradiction say: what holds instead, and why; the expressions are in veto_cues.yml."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from actions.cues import folded

WITHDRAW = "withdraw"
LONGEST_READ = 500  # characters; the expressions take time by the length of the text
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class VetoCues:
    """The expressions of veto_cues.yml."""

    leading: re.Pattern[str]
    holds: tuple[tuple[str, re.Pattern[str]], ...]
    contradicts: re.Pattern[str]
    because: re.Pattern[str]
    reason: re.Pattern[str]
    skip: re.Pattern[str]
    asks: re.Pattern[str]
    wishes: re.Pattern[str]


def holds_in(text: str) -> str | None:
    """What the text says holds instead of a verdict: a kind of veto or "withdraw"; none where it does not say."""
    said = _plain(text)
    said = cues().because.split(said)[0] or said  # a reason may name what it is not
    claim = cues().leading.sub("", said) or said
    return next((holds for holds, cue in cues().holds if cue.search(claim)), None)


def contradicts(text: str) -> bool:
    """Whether the text disagrees with what was said before."""
    return bool(cues().contradicts.search(_plain(text)))


def asks(text: str) -> bool:
    """Whether the text is a question, or a wish to know something, which contradicts nothing."""
    said = _plain(text)
    return bool(cues().asks.search(said) or cues().wishes.search(cues().because.split(said)[0] or said))


def begins_a_question(text: str) -> bool:
    """Whether the text is worded as a question."""
    return bool(cues().asks.search(_plain(text)))


def reason_in(text: str) -> str | None:
    """The reason that a contradiction gives in the same breath, in its own words."""
    found = re.search(cues().because, text[:LONGEST_READ])
    return found.group(1).strip() if found else None


def begins_a_reason(text: str) -> bool:
    """Whether the text begins as reasons do."""
    return bool(cues().reason.search(_plain(text)))


def skips(text: str) -> bool:
    """Whether the text says that there is no reason to give."""
    return bool(cues().skip.search(_plain(text)))


def _plain(text: str) -> str:
    return _SPACES.sub(" ", folded(text[:LONGEST_READ])).strip()


@cache
def cues() -> VetoCues:
    """The cues, read once."""
    data = yaml.safe_load(Path(__file__).with_name("veto_cues.yml").read_text(encoding="utf-8"))
    return VetoCues(
        leading=re.compile(data["leading"]),
        holds=tuple((holds, re.compile(cue)) for holds, cue in data["holds"]),
        contradicts=re.compile(data["contradicts"]),
        because=re.compile(data["because"], re.IGNORECASE),
        reason=re.compile(data["reason"]),
        skip=re.compile(data["skip"]),
        asks=re.compile(data["asks"]),
        wishes=re.compile(data["wishes"]),
    )
