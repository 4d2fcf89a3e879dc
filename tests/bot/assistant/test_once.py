"""A message sent again is answered once, and a turn that was given up leaves nothing behind."""

import signal
import sqlite3
import threading
from typing import Any
from uuid import uuid4

import pytest

from tests.bot.assistant.conftest import QUESTION, Assistant, signed


@pytest.fixture
def conversation() -> str:
    return uuid4().hex


def test_an_action_server_that_comes_back_at_once_is_waited_for(assistant: Assistant, conversation: str) -> None:
    assistant.ask(QUESTION, conversation)
    assistant.actions.end(signal.SIGTERM)  # also closes the connection that Rasa keeps
    assistant.actions.start()
    assert assistant.ask(QUESTION, conversation)[0]["custom"]["text"] == QUESTION


def test_a_message_sent_again_is_answered_once(assistant: Assistant, conversation: str) -> None:
    first = assistant.ask(QUESTION, conversation, **signed(assistant, conversation))
    assert assistant.ask(QUESTION, conversation, **signed(assistant, conversation)) == first
    assert heard(assistant, conversation) == 1
    assistant.ask(QUESTION, conversation, message="m-2")
    assert assistant.ask("guten tag", conversation)[0]["text"] == "Hallo"
    assert heard(assistant, conversation) == 3


def test_a_message_sent_again_before_the_answer_is_answered_once(assistant: Assistant, conversation: str) -> None:
    answers: list[Any] = []
    proof = signed(assistant, conversation)
    threads = [
        threading.Thread(target=lambda: answers.append(assistant.ask(QUESTION, conversation, **proof)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert heard(assistant, conversation) == 1


def test_an_answer_is_said_again_only_to_who_proves_to_have_asked(assistant: Assistant, conversation: str) -> None:
    """A replay without a proof, with an old one, or with one made for something else is told nothing."""
    assistant.ask(QUESTION, conversation, **signed(assistant, conversation))
    for proof in (
        {"message": "m-1"},
        signed(assistant, conversation) | {"identity": "forged"},
        signed(assistant, conversation, seconds=-1),
        signed(assistant, conversation, text="guten tag"),
        signed(assistant, conversation, message="m-2") | {"message": "m-1"},
        signed(assistant, "another"),
    ):
        refused = assistant.post({"sender": conversation, "message": QUESTION, "metadata": proof})
        assert refused.status_code == 503
        assert "schneider" not in refused.text
    assert heard(assistant, conversation) == 1


def test_conversations_that_cannot_be_written_are_said_in_time_and_not_kept_by_half(
    assistant: Assistant, conversation: str
) -> None:
    assistant.ask("guten tag", conversation)
    other = sqlite3.connect(assistant.conversations, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert assistant.post({"sender": conversation, "message": "guten tag"}).status_code == 503
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert heard(assistant, conversation) == 1
    assert assistant.ask("guten tag", conversation)[0]["text"] == "Hallo"


def heard(assistant: Assistant, conversation: str) -> int:
    """How many messages of the person are kept."""
    with sqlite3.connect(assistant.conversations) as store:
        query = "SELECT count(*) FROM conversation_event WHERE conversation = ? AND kind = 'user'"
        count: int = store.execute(query, (conversation,)).fetchone()[0]
    return count
