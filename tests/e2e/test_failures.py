"""What a person sees when a part of the product breaks in the middle of a talk."""

import time

import pytest

from tests.e2e.product import Product, Talk, words

LONGEST_WAIT_SECONDS = 60


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("zu welcher persona passt Sabine Meier", "und Thomas Weber?"),
        ("which persona does Sabine Meier match", "what about Thomas Weber?"),
    ],
    ids=["de", "en"],
)
def test_killed_action_server_means_an_apology_and_then_the_talk_goes_on(
    product: Product, talk: Talk, first: str, again: str
) -> None:
    assert talk.say(first)[0]["kind"] == "match"
    product.kill("bot.assistant.action_server")
    apologies = talk.say(again)
    assert [answer["kind"] for answer in apologies] == ["error"]
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    answers = apologies
    while answers[0]["kind"] == "error" and time.monotonic() < deadline:
        time.sleep(1)
        answers = talk.say(again)
    assert answers[0]["kind"] == "match", words(answers)
    assert "Weber" in words(answers)


@pytest.mark.e2e
def test_supervisor_says_which_process_it_restarts(product: Product, talk: Talk) -> None:
    product.kill("bot.assistant.action_server")
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline and not any("up" in line[:9] and "actions" in line for line in product.log):
        time.sleep(0.5)
    assert any("up" in line[:9] and "actions" in line for line in product.log)
    while talk.say("hallo")[0]["kind"] == "error" and time.monotonic() < deadline:
        time.sleep(1)
    assert talk.say("hallo")[0]["kind"] == "talk"


@pytest.mark.e2e
def test_nothing_that_people_say_stands_in_the_log(product: Product, talk: Talk) -> None:
    talk.say("zu welcher persona passt Sabine Meier von Rosch")
    assert not [line for line in product.log if "Sabine" in line or "Rosch" in line]
