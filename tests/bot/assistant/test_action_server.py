"""An action runs once for a message, however often Rasa asks for it."""

import asyncio
from typing import Any

import pytest
from rasa_sdk import Action

from bot.assistant.action_server import MOST_REMEMBERED, ActionFailedError, QuietExecutor


class Counting(Action):
    """Counts its runs; fails in the first of them where the message says so."""

    def __init__(self) -> None:
        self.runs = 0

    def name(self) -> str:
        return "action_counting"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        self.runs += 1
        run = self.runs
        await asyncio.sleep(0.01)
        if run == 1 and tracker.latest_message["text"] == "fail":
            raise ValueError
        dispatcher.utter_message(text=f"run {run}")
        return []


def call(message: str | None, text: str = "hallo", sender: str = "anna") -> dict[str, Any]:
    """A call as Rasa makes it."""
    latest = {"text": text, "metadata": {"message": message} if message else {}}
    tracker = {"sender_id": sender, "slots": {}, "latest_message": latest, "events": [{"event": "user"}]}
    return {"next_action": "action_counting", "sender_id": sender, "domain": {}, "tracker": tracker}


@pytest.fixture
def action() -> Counting:
    return Counting()


@pytest.fixture
def executor(action: Counting) -> QuietExecutor:
    executor = QuietExecutor()
    executor.register_action(action)
    return executor


async def test_the_same_message_runs_once(executor: QuietExecutor, action: Counting) -> None:
    results = await asyncio.gather(*(executor.run(call("m-1")) for _ in range(3)))
    assert [result.responses[0]["text"] for result in results] == ["run 1"] * 3
    assert action.runs == 1


async def test_who_hangs_up_gets_the_result_of_the_first_run_later(executor: QuietExecutor, action: Counting) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(executor.run(call("m-1")), 0.001)
    assert (await executor.run(call("m-1"))).responses[0]["text"] == "run 1"


async def test_other_messages_people_and_those_without_an_id_run_anew(
    executor: QuietExecutor, action: Counting
) -> None:
    for message, sender in [("m-1", "anna"), ("m-2", "anna"), ("m-1", "berta"), (None, "anna"), (None, "anna")]:
        await executor.run(call(message, sender=sender))
    assert action.runs == 5


async def test_a_failed_run_may_be_tried_again(executor: QuietExecutor, action: Counting) -> None:
    with pytest.raises(ActionFailedError):
        await executor.run(call("m-1", "fail"))
    assert (await executor.run(call("m-1", "fail"))).responses[0]["text"] == "run 2"


async def test_only_the_last_calls_are_remembered(executor: QuietExecutor, action: Counting) -> None:
    for number in range(MOST_REMEMBERED + 5):
        await executor.run(call(f"m-{number}"))
    assert len(executor._called) == MOST_REMEMBERED
