"""The assistant, trained on data/nlu alone, understands sentences it has never seen."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.assistant.launcher import prepare
from bot.assistant.training import train_if_changed
from persona_store.settings import PROJECT_ROOT

HELD_OUT = Path(__file__).parent
LEAST_ACCURACY = 0.93
LEAST_FOUND = 0.8  # of the names; the store forgives a word too many, and looks words up where none was found
INTENTS_OF_THIS_RELEASE = 21
LEAST_EXAMPLES = 30
LEAST_HELD_OUT = 8
NAMES = ("contact", "company", "persona")


@pytest.fixture(scope="module")
def understand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Reads a message as the trained assistant does."""
    model = train_if_changed(models=tmp_path_factory.mktemp("models"))
    prepare()
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    loop = asyncio.new_event_loop()
    yield lambda text: loop.run_until_complete(agent.parse_message(text))
    loop.close()


def examples(path: Path) -> list[Any]:
    prepare()
    from rasa.shared.nlu.training_data.loading import load_data

    return list(load_data(str(path)).nlu_examples)


@pytest.mark.parametrize("language", ["de", "en"])
def test_sentences_held_out_are_understood(understand: Any, language: str) -> None:
    held_out = examples(HELD_OUT / f"{language}.yml")
    wrong = [
        (one.get("text"), one.get("intent"), found)
        for one in held_out
        if (found := understand(one.get("text"))["intent"]["name"]) != one.get("intent")
    ]
    assert 1 - len(wrong) / len(held_out) >= LEAST_ACCURACY, wrong


@pytest.mark.parametrize("language", ["de", "en"])
def test_names_are_found_where_they_stand(understand: Any, language: str) -> None:
    wanted, found = set(), set()
    for number, one in enumerate(examples(HELD_OUT / f"{language}.yml")):
        spans = understand(one.get("text"))["entities"]
        wanted |= {(number, e["entity"], e["start"]) for e in one.get("entities", []) if e["entity"] in NAMES}
        found |= {(number, e["entity"], e["start"]) for e in spans if e["entity"] in NAMES}
    assert len(wanted & found) / len(wanted) >= LEAST_FOUND, wanted - found


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_intent_is_taught_and_measured_in_this_language(language: str) -> None:
    taught, measured = examples(PROJECT_ROOT / "data" / "nlu" / language), examples(HELD_OUT / f"{language}.yml")
    by_intent = {
        intent: (
            len({one.get("text") for one in taught if one.get("intent") == intent}),
            len({one.get("text") for one in measured if one.get("intent") == intent}),
        )
        for intent in {one.get("intent") for one in taught}
    }
    assert len(by_intent) == INTENTS_OF_THIS_RELEASE
    few = {intent: counts for intent, counts in by_intent.items() if counts < (LEAST_EXAMPLES, 0)}
    few |= {intent: counts for intent, counts in by_intent.items() if counts[1] < LEAST_HELD_OUT}
    assert few == {}


@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_held_out_is_taught_word_for_word(language: str) -> None:
    taught = {one.get("text").casefold().strip("?!. ") for one in examples(PROJECT_ROOT / "data" / "nlu" / language)}
    held_out = [one.get("text").casefold().strip("?!. ") for one in examples(HELD_OUT / f"{language}.yml")]
    assert [text for text in held_out if text in taught] == []


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_read_without_an_error(understand: Any, seed: int) -> None:
    generator = random.Random(seed)
    text = "".join(chr(generator.choice((generator.randrange(32, 0x2FF), 0x1F600, 0x202E, 0xFDFA))) for _ in range(200))
    assert understand(text)["intent"]["name"]
