"""A rehearsed sales talk: what a persona would say, and how well each reply of the person fits it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from persona_store.guidance import Approach
from persona_store.lexicon import find_terms
from persona_store.lexicon.text import words

Scene = Literal["opening", "need", "objection", "closing"]
Criterion = Literal["concern", "question", "answer", "proof", "step", "short"]

SCENES: Final[tuple[Scene, ...]] = ("opening", "need", "objection", "closing")
# What a good reply does in each scene; "short" counts in all: on the phone nobody listens to more.
CRITERIA: Final[dict[Scene, tuple[Criterion, ...]]] = {
    "opening": ("concern", "question", "short"),
    "need": ("concern", "question", "short"),
    "objection": ("answer", "proof", "short"),
    "closing": ("step", "short"),
}
MOST_WORDS = 60  # about 25 seconds of speech
LEAST_STEM = 5  # letters in which two words must begin alike to be about the same thing
_STEM = 6
_TIME = re.compile(
    r"\b(?:\d{1,2}[:.]\d{2}|\d{1,2}\s?(?:uhr|h|am|pm|o'clock|min\w*)|montag|dienstag|mittwoch|donnerstag|freitag|"
    r"monday|tuesday|wednesday|thursday|friday|morgen|tomorrow|heute|today|woche|week|termin|meeting|demo|"
    r"appointment|kalender|calendar|call|telefonat|pilot|test)\w*",
    re.IGNORECASE,
)
_PROOF = re.compile(
    r"\d|\b(?:beispiel|example|referenz|reference|kunde\w*|customer\w*|case|studie|study|zahlen|figures|rechn\w*|"
    r"calculat\w*|test\w*|pilot\w*|nachweis\w*|beleg\w*|proof|evidence|zertifi\w*|certifi\w*|garant\w*|guarant\w*)",
    re.IGNORECASE,
)
_UNDERSTANDING = re.compile(
    r"\b(?:versteh\w*|understand|nachvollzieh\w*|fair|genau deshalb|gute[rn]? (?:punkt|frage)|good (?:point|question)|"
    r"stimmt|true|recht|right|berechtigt|ernst|seriously|sorge|concern\w*|weil|because|deshalb|therefore|damit|"
    r"so that)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """How a reply did: the criteria it met and those it missed, in the order of CRITERIA."""

    met: tuple[Criterion, ...]
    missed: tuple[Criterion, ...]


def judge_reply(scene: Scene, text: str, approach: Approach, concerns: Sequence[str]) -> Judged:
    """Holds a reply against what counts in `scene`.

    `concerns` are the persona's goals and pains in the language of the talk; a reply touches one if it shares a word
    stem with it. The rules are plain on purpose: they can be told to the person, and none of them reads minds.
    """
    tests = {
        "concern": lambda: _touches(text, concerns),
        "question": lambda: "?" in text,
        "answer": lambda: bool(_UNDERSTANDING.search(text)) or _touches(text, concerns),
        "proof": lambda: bool(_PROOF.search(text)),
        "step": lambda: bool(_TIME.search(text)) or _names_channel(text, approach),
        "short": lambda: len(text.split()) <= MOST_WORDS,
    }
    met = tuple(one for one in CRITERIA[scene] if tests[one]())
    return Judged(met, tuple(one for one in CRITERIA[scene] if one not in met))


def _touches(text: str, concerns: Sequence[str]) -> bool:
    said = _stems(text)
    return any(said & _stems(concern) for concern in concerns)


def _stems(text: str) -> set[str]:
    return {word.key[:_STEM] for word in words(text) if word.kind == "word" and len(word.key) >= LEAST_STEM}


def _names_channel(text: str, approach: Approach) -> bool:
    known = {one.channel for one in approach.channels}
    return any(term.entity == "channel" and term.value in known for term in find_terms(text))
