"""Finds in the words of a message what the intent alone does not tell; the words themselves are in cues.yml."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import get_args

import yaml

from actions.denied import denied_in, without_denied
from actions.state import Kind
from persona_store.settings import Language

MOST_KINDS = 2  # what one answers in one turn; more would be a lecture
LONGEST_BARE_NAME = 5  # words
_CLAUSE = re.compile(r"[.?!;\n]+|,? (?:und|and) ")
_AND = re.compile(r"\s*(?:und|oder|and|or)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_][\w'’.-]*[^\W_]|[^\W\d_]")
_ADDRESS = re.compile(r"[^\s@,;<>()]{1,64}@[^\s@,;<>()]{1,190}\.[a-z]{2,24}", re.IGNORECASE)
_NUMBER = re.compile(r"#[\w-]{1,40}")
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Cues:
    """The words of cues.yml, as patterns."""

    asks: tuple[tuple[Kind, re.Pattern[str]], ...]
    other: re.Pattern[str]
    all: re.Pattern[str]
    best: re.Pattern[str]
    more: re.Pattern[str]
    who: re.Pattern[str]
    when: re.Pattern[str]
    persona: re.Pattern[str]
    at: re.Pattern[str]
    firm_of: re.Pattern[str]
    another: re.Pattern[str]
    spoken_of: frozenset[str]
    around_names: frozenset[str]
    never_names: frozenset[str]
    languages: tuple[tuple[Language, re.Pattern[str]], ...]
    salutations: tuple[tuple[str, frozenset[str]], ...]


def kinds_asked(text: str, main: Kind) -> tuple[Kind, ...]:
    """What the message asks, in its order: `main` (from the intent) and what another clause asks beside it.

    Of "not whether he buys, which persona he is" only what it asks instead counts.
    """
    clauses = [clause for clause in _CLAUSE.split(folded(text)) if clause.strip()]
    shown = [kind for clause in clauses if (kind := kind_shown(clause))]
    if shown and main not in shown and any(kind_shown(denied) == main for denied in denied_in(text)):
        return tuple(dict.fromkeys(shown))[:MOST_KINDS]
    if main not in shown and len(shown) < len(clauses):
        shown.insert(0, main)  # its clause is the one worded in a way that is not listed
    kinds = tuple(dict.fromkeys(shown))[:MOST_KINDS]
    return kinds if main in kinds else (main,)


def kind_shown(text: str) -> Kind | None:
    """What the words ask for, where they show it at all; what they deny is not asked."""
    asked = folded(without_denied(text))
    found = [(match.start(), kind) for kind, cue in cues().asks if (match := cue.search(asked))]
    return min(found)[1] if found else None


def means_other(text: str) -> bool:
    """Whether the message asks for the other one of what was offered."""
    return bool(cues().other.search(folded(text)))


def names_one_spoken_of(text: str) -> bool:
    """Whether a word such as "he" or "sie" stands for somebody spoken of before."""
    return not cues().spoken_of.isdisjoint(_WORD.findall(folded(text)))


def goes_on(text: str) -> bool:
    """Whether the message begins with "and" or "or"."""
    return bool(_AND.match(text))


def asks_who(text: str) -> bool:
    """Whether the message begins by asking who somebody is."""
    return bool(cues().who.match(folded(text).lstrip()))


def asks_when(text: str) -> bool:
    """Whether the message asks for a time of day or week."""
    return bool(cues().when.search(folded(without_denied(text))))


def wants_best(text: str) -> bool:
    """Whether the message asks for the best leads, or whom to turn to first."""
    return bool(cues().best.search(folded(without_denied(text))))


def wants_more(text: str) -> bool:
    """Whether the message is nothing but the wish for the next page of a list."""
    return bool(cues().more.fullmatch(folded(text)))


def means_all(text: str) -> bool:
    """Whether the message asks for all of what was offered."""
    return bool(cues().all.search(folded(text)))


def follows_persona(text: str, start: int) -> bool:
    """Whether the word before position `start` announces a persona's name."""
    return bool(cues().persona.search(folded(text[:start])))


def follows_at(text: str, start: int) -> bool:
    """Whether the word before position `start` announces a company ("bei", "at")."""
    return bool(cues().at.search(folded(text[:start])))


def firm_behind(text: str, end: int) -> str | None:
    """The word that may name the company of the person whose name ends at position `end` ("meier from rosch")."""
    found = cues().firm_of.match(text, end)
    return found[1] if found and folded(found[1]) not in cues().never_names else None


def language_in(text: str) -> Language | None:
    """The language that the message names last, inflected or not."""
    found = [(match.start(), language) for language, word in cues().languages for match in word.finditer(folded(text))]
    return max(found)[1] if found else None


def salutation_before(text: str, start: int) -> str | None:
    """ "Frau" or "Herr" where the word before position `start` says it, in German or English."""
    word = folded(text[:start]).rstrip(" .").rsplit(" ", 1)[-1]
    return next((salutation for salutation, words in cues().salutations if word in words), None)


def same_salutation(known: str | None, said: str) -> bool:
    """Whether a contact's salutation as the CRM has it does not contradict the one that was said."""
    words = set(folded(known or "").replace(".", "").split())
    return not any(words & forms for salutation, forms in cues().salutations if salutation != said)


def address_in(text: str) -> str | None:
    """An e-mail address or a contact's number ("#4711") in the message."""
    match = _ADDRESS.search(text) or _NUMBER.search(text)
    return match.group() if match else None


def possible_names(text: str) -> list[str]:
    """The words of a message that may be somebody's name, in reading order."""
    return [word for word in _WORD.findall(text) if folded(word) not in cues().never_names]


def bare_name(text: str) -> list[str]:
    """The words of the name in a message that is nothing but a name; empty where it says or asks something else."""
    names, said = possible_names(text), _WORD.findall(text)
    around = [word for word in said if word not in names]
    if "?" in text or not names or len(names) > LONGEST_BARE_NAME:
        return []
    return names if all(folded(word) in cues().around_names for word in around) else []


def name_behind(text: str) -> str | None:
    """The name in "und Susana Möchlich?", borne by somebody or not: two words or more, or one in capital letters."""
    found = cues().another.fullmatch(text.strip(" ?!."))
    words = _WORD.findall(found[1]) if found else []
    if not 0 < len(words) <= LONGEST_BARE_NAME or possible_names(found[1] if found else "") != words:
        return None
    return " ".join(words) if len(words) > 1 or words[0][0].isupper() else None


def only_around(text: str) -> bool:
    """Whether the text holds nothing but words that stand around a name."""
    return all(folded(word) in cues().around_names for word in _WORD.findall(text))


def folded(text: str) -> str:
    """Lower case, umlauts spelt out."""
    return text.lower().translate(_FOLDED)


@cache
def cues() -> Cues:
    """The cues, read once."""
    data = yaml.safe_load(Path(__file__).with_name("cues.yml").read_text(encoding="utf-8"))
    known: tuple[Kind, ...] = get_args(Kind)
    languages: tuple[Language, ...] = get_args(Language)
    return Cues(
        asks=tuple((kind, _beginnings(data["asks"][kind])) for kind in known if kind in data["asks"]),
        other=_beginnings(data["other"]),
        all=_beginnings(data["all"]),
        best=re.compile(data["best"]),
        more=re.compile(data["more"]),
        who=_beginnings(data["who"]),
        when=_beginnings(data["when"]),
        persona=_announcing(data["persona"]),
        at=_announcing(data["at"]),
        firm_of=_followed(data["firm_of"]),
        another=_opening(data["another"], list(chain(data["titles"], *data["salutations"].values()))),
        spoken_of=frozenset(data["spoken_of"]),
        around_names=frozenset(word for line in data["around_names"] for word in line.split()),
        never_names=frozenset(word for line in data["never_names"] for word in line.split()),
        languages=tuple((one, _beginnings(data["languages"][one])) for one in languages),
        salutations=tuple((name, frozenset(words)) for name, words in data["salutations"].items()),
    )


def _announcing(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\W*$")


def _followed(words: list[str]) -> re.Pattern[str]:
    longest_first = sorted(map(re.escape, words), key=len, reverse=True)
    return re.compile(rf"\s+(?:{'|'.join(longest_first)})\s+({_WORD.pattern})", re.IGNORECASE)


def _opening(words: list[str], titles: list[str]) -> re.Pattern[str]:
    first, then = ("|".join(map(re.escape, some)) for some in (words, titles))
    return re.compile(rf"(?:{first})\b\W*(?:(?:{then})\b\W*)*(.+)", re.IGNORECASE | re.DOTALL)


def _beginnings(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})")
