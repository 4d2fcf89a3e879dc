"""Random talks straight at the actions: any intent with any entities at any point of a talk gets an answer.

The same seed gives the same talks on every machine, without threads and clocks, unlike the fuzz of the whole product.
"""

import logging
import random
from typing import Any

import pytest

from persona_store.settings import Language
from persona_store.wording import say
from tests.e2e.hostile import COMPANIES, INTENTS, NAMES, PERSONAS, QUESTIONS, ROLES

TALKS, TURNS = 24, 8
LANGUAGES: tuple[Language, ...] = ("de", "en")
RIGHTS = ("sales", "marketing", "trainer", "admin")
ELLIPTIC = (
    "und {name}?", "und bei {company}?", "{name}", "{company}", "die andere", "nee, die andere {name}", "warum?", "ja",
    "nein", "und wie erreich ich sie?", "and by phone?", "2", "den zweiten", "alle", "{role} bei {company}", "mehr",
    "{persona} und {persona}", "{name} und {name}", "not {name}, {name}", "80 nicht 800", "idee: {name} anrufen",
)  # fmt: skip
POOLS = {"contact": NAMES, "company": COMPANIES, "role": ROLES, "persona": PERSONAS}


@pytest.mark.parametrize("seed", range(TALKS))
def test_any_order_of_things_said_is_answered(new_talk: Any, seed: int, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(seed)
    talk = new_talk(conversation=f"random-{seed}", wish=chance.choice(LANGUAGES), rights=chance.choice(RIGHTS))
    intents = sorted(set(INTENTS) & {name.removeprefix("action_") for name in talk.executor.actions})
    failed = {say("talk.failed", language) for language in LANGUAGES}
    said = []
    with caplog.at_level(logging.ERROR, logger="actions"):
        for _ in range(TURNS):
            said.append(_turn(talk, chance, intents))
            assert all(answer["text"].strip() for answer in talk.answers), said
            assert len({answer["language"] for answer in talk.answers}) == 1, said
            assert failed.isdisjoint(answer["text"] for answer in talk.answers), (said, caplog.messages)


def _turn(talk: Any, chance: random.Random, intents: list[str]) -> tuple[str, str]:
    """Presses one of the buttons, or says something that is understood as anything; returns what."""
    labels = talk.labels()
    if labels and chance.random() < 0.25:
        label = chance.choice(labels)
        talk.press(label)
        return "pressed", label
    shape = chance.choice(ELLIPTIC if chance.random() < 0.6 else QUESTIONS)
    text = shape.format(**{name: chance.choice(POOLS[_ENTITY[name]]) for name in _ENTITY})
    named: dict[str, list[str]] = {}
    for entity, pool in POOLS.items():
        found = [value for value in pool if value in text and chance.random() < 0.85]
        if found:
            named[entity if chance.random() < 0.9 else chance.choice(tuple(POOLS))] = found
    intent = chance.choice(intents)
    talk.say(text, intent, **named)
    return intent, text


_ENTITY = {"name": "contact", "company": "company", "role": "role", "persona": "persona"}


def test_the_intents_of_the_fuzz_are_known(new_talk: Any) -> None:
    known = {name.removeprefix("action_") for name in new_talk().executor.actions}
    unknown = {"back", "session_start", "nlu_fallback", "no_such_intent"}  # on purpose
    assert set(INTENTS) - known == unknown
