"""Terms of the trade: which of them a text names, which are near to a word, and which lie next to one another."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import yaml
from rapidfuzz import fuzz, process

from persona_store.lexicon.text import words
from persona_store.lexicon.vocabulary import lexicon_file
from persona_store.settings import PROJECT_ROOT

ONBOARDING = PROJECT_ROOT / "data" / "onboarding"
NEAR = 70.0  # of 100: two or three slips in a term; what is further off is no suggestion
LONGEST_TEXT = 500  # characters that are read
_FILE = "concepts.yml"
_ENDINGS = ("", "s", "n", "en", "e", "es")


def concept_keys() -> tuple[str, ...]:
    """All terms that can be explained, by their key in the lexicon."""
    return tuple(_related())


def related_concepts(key: str) -> tuple[str, ...]:
    """The terms next to `key`; raises KeyError for an unknown one."""
    return _related()[key]


def find_concepts(text: str) -> tuple[str, ...]:
    """The terms named in `text`, in reading order; of overlapping ones the longest ("Buyer Persona", not "Persona")."""
    said = [word.key for word in words(text[:LONGEST_TEXT]) if word.kind != "mark"]
    found: list[str] = []
    place = 0
    while place < len(said):
        length = next((n for n in range(_longest(), 0, -1) if tuple(said[place : place + n]) in _spellings()), 0)
        if length:
            found.append(_spellings()[tuple(said[place : place + length])])
        place += max(length, 1)
    return tuple(dict.fromkeys(found))


def nearest_concepts(text: str, limit: int = 3) -> tuple[str, ...]:
    """The terms whose spelling is nearest to `text` or to words in it, nearest first; may be empty."""
    said = [word.key for word in words(text[:LONGEST_TEXT]) if word.kind != "mark"]
    spoken = [" ".join(said[start : start + n]) for n in (1, 2, 3) for start in range(len(said) - n + 1)]
    spellings = {" ".join(spelling): key for spelling, key in _spellings().items()}
    best: dict[str, float] = {}
    for one in spoken:
        for spelling, score, _ in process.extract(one, spellings.keys(), scorer=fuzz.ratio, score_cutoff=NEAR):
            best[spellings[spelling]] = max(score, best.get(spellings[spelling], 0.0))
    return tuple(sorted(best, key=lambda key: -best[key])[:limit])


def spellings_of(key: str) -> tuple[str, ...]:
    """All ways to write a term, in both languages."""
    return tuple(lexicon_file(_FILE)["values"][key])


@cache
def _related() -> Mapping[str, tuple[str, ...]]:
    content = yaml.safe_load((ONBOARDING / _FILE).read_text(encoding="utf-8"))
    return MappingProxyType({key: tuple(near) for key, near in content.items()})


@cache
def _spellings() -> Mapping[tuple[str, ...], str]:
    """Term by its folded words, with the usual endings of the last one."""
    found: dict[tuple[str, ...], str] = {}
    for ending in _ENDINGS:  # what is written out goes before what is inflected
        for key in _related():
            for spelling in spellings_of(key):
                *first, last = [word.key for word in words(spelling) if word.kind != "mark"]
                found.setdefault((*first, last + ending), key)
    return MappingProxyType(found)


@cache
def _longest() -> int:
    return max(map(len, _spellings()))
