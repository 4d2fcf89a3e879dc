"""The assistant, trained on data/nlu alone, understands sentences written by somebody who has not read them."""

import asyncio
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from bot.assistant.launcher import prepare
from bot.assistant.training import train_if_changed
from persona_store.settings import PROJECT_ROOT
from tests.nlu.measure import (
    ABSTAINED,
    HELD_OUT,
    LANGUAGES,
    NAMES,
    OUT_OF_SCOPE,
    SETS,
    Reading,
    accuracy,
    confusions,
    examples,
    missed_spans,
    out_of_scope_recall,
    plain,
    read,
    span_f1,
    wrong_and_confident,
)

# What is measured now, less the few sentences or one span that another machine's rounding may turn; to be raised as
# understanding grows. Wanted are an accuracy of 0.95, an F1 of 0.92 for each of the names, and 1 % of wrong and
# confident answers.
TEST_SETS = ("test", "test2", "test3")  # the writers of the later ones are farther from those who taught
LEAST_ACCURACY = {"test": 0.95, "test2": 0.925, "test3": 0.945}
LEAST_F1 = {
    "test": {"contact": 0.95, "company": 0.84, "role": 0.90, "persona": 0.97},
    "test2": {"contact": 0.88, "company": 0.85, "role": 0.79, "persona": 0.89},
    "test3": {"contact": 0.94, "company": 0.92, "role": 0.89, "persona": 0.96},
}
MOST_WRONG_AND_CONFIDENT = {"test": 0.02, "test2": 0.02, "test3": 0.015}
LEAST_OUT_OF_SCOPE_RECALL = 0.9
LEAST_EXAMPLES = 30
LEAST_HELD_OUT = {"dev": 3, "test": 10, "test2": 3, "test3": 6}  # of each intent
# Of what the assistant is not for: what people may ask beside the matter varies more.
LEAST_OUT_OF_SCOPE = {"dev": 20, "test": 30, "test2": 20, "test3": 30}
NONSENSE = ("xylophon elefant", "qwrtz plmok", "brzl", "lorem ipsum dolor", "snorf glimby", "kdjfhg sldkfj", "wububu")
LONGEST_SHORTHAND = 3  # words: "von vorn bitte" is said by everybody, so it may be taught and yet held out

pytestmark = pytest.mark.timeout(1800)  # the first test may wait until the assistant is trained
Understand = Callable[[str], dict[str, Any]]
both_languages = pytest.mark.parametrize("language", LANGUAGES)
each_set = pytest.mark.parametrize("held_out", SETS)
both_tests = pytest.mark.parametrize("held_out", TEST_SETS)
Readings = dict[tuple[str, str], list[Reading]]  # by test set and language


@pytest.fixture(scope="module")
def understand() -> Iterator[Understand]:
    """Reads a message as the trained assistant does, the same that the end-to-end tests talk to."""
    model = train_if_changed()
    prepare()
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    loop = asyncio.new_event_loop()
    yield lambda text: loop.run_until_complete(agent.parse_message(text))
    loop.close()


@pytest.fixture(scope="module")
def readings(understand: Understand) -> Readings:
    """How the test sets are read; sentences that happen to be taught word for word are no test."""
    both = [(held_out, language) for held_out in TEST_SETS for language in LANGUAGES]
    return {one: read(understand, _untaught(*one)) for one in both}


def _untaught(held_out: str, language: str) -> list[Any]:
    taught = _taught()
    return [one for one in examples(HELD_OUT / held_out / f"{language}.yml") if plain(one.get("text")) not in taught]


def _taught() -> set[str]:
    return {plain(one.get("text")) for one in examples(PROJECT_ROOT / "data" / "nlu")}


@both_languages
@both_tests
def test_intents_of_sentences_held_out_are_understood(readings: Readings, held_out: str, language: str) -> None:
    found = readings[held_out, language]
    assert accuracy(found) >= LEAST_ACCURACY[held_out], confusions(found)


@both_languages
@both_tests
def test_wrong_answers_are_rarely_given_with_confidence(readings: Readings, held_out: str, language: str) -> None:
    found = readings[held_out, language]
    wrong = [(one.text, one.wanted, one.found) for one in found if one.wrong_and_confident]
    assert wrong_and_confident(found) <= MOST_WRONG_AND_CONFIDENT[held_out], wrong


@both_languages
@both_tests
def test_what_the_assistant_is_not_for_is_recognised(readings: Readings, held_out: str, language: str) -> None:
    found = readings[held_out, language]
    wrong = [(one.text, one.found) for one in found if one.wanted == OUT_OF_SCOPE and not one.right]
    assert out_of_scope_recall(found) >= LEAST_OUT_OF_SCOPE_RECALL, wrong


@both_languages
@both_tests
@pytest.mark.parametrize("entity", NAMES)
def test_names_are_found_from_their_first_to_their_last_letter(
    readings: Readings, held_out: str, language: str, entity: str
) -> None:
    found = readings[held_out, language]
    assert span_f1(found, entity) >= LEAST_F1[held_out][entity], missed_spans(found, entity)


@both_languages
def test_every_intent_is_taught_in_this_language(language: str) -> None:
    taught = _texts_by_intent(examples(PROJECT_ROOT / "data" / "nlu" / language))
    assert taught.keys() == _declared_intents()
    assert {intent: len(texts) for intent, texts in taught.items() if len(texts) < LEAST_EXAMPLES} == {}


@both_languages
@each_set
def test_every_intent_is_measured_in_this_language(language: str, held_out: str) -> None:
    measured = _texts_by_intent(examples(HELD_OUT / held_out / f"{language}.yml"))
    assert measured.keys() == _declared_intents()
    assert {intent: len(texts) for intent, texts in measured.items() if len(texts) < LEAST_HELD_OUT[held_out]} == {}
    assert len(measured[OUT_OF_SCOPE]) >= LEAST_OUT_OF_SCOPE[held_out]


def _texts_by_intent(sentences: list[Any]) -> dict[str, set[str]]:
    by_intent: dict[str, set[str]] = {}
    for one in sentences:
        by_intent.setdefault(one.get("intent"), set()).add(plain(one.get("text")))
    return by_intent


def _declared_intents() -> set[str]:
    domain = yaml.safe_load((PROJECT_ROOT / "domain.yml").read_text(encoding="utf-8"))
    return {name for intent in domain["intents"] for name in intent}


@both_languages
@each_set
def test_nothing_longer_than_a_shorthand_is_taught_word_for_word(language: str, held_out: str) -> None:
    texts = [plain(one.get("text")) for one in examples(HELD_OUT / held_out / f"{language}.yml")]
    taught = _taught()
    assert [text for text in texts if text in taught and len(text.split()) > LONGEST_SHORTHAND] == []


@both_languages
@both_tests
def test_development_and_test_set_share_no_sentence(language: str, held_out: str) -> None:
    developed, test = (
        {plain(one.get("text")) for one in examples(HELD_OUT / which / f"{language}.yml")}
        for which in ("dev", held_out)
    )
    assert {text for text in developed & test if len(text.split()) > LONGEST_SHORTHAND} == set()


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_never_acted_upon(understand: Understand, text: str) -> None:
    assert understand(text)["intent"]["name"] in (ABSTAINED, OUT_OF_SCOPE)


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_read_without_an_error(understand: Understand, seed: int) -> None:
    generator = random.Random(seed)
    text = "".join(chr(generator.choice((generator.randrange(32, 0x2FF), 0x1F600, 0x202E, 0xFDFA))) for _ in range(200))
    assert understand(text)["intent"]["name"]
