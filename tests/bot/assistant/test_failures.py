"""What the person gets when the action server or a store misbehaves: one answer in time, and nothing twice."""

import json
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest

from persona_store.wording import say
from tests.bot.assistant.conftest import ANSWER_SECONDS, Assistant

QUESTION = "welche persona ist frau schneider?"
Misbehave = Callable[[BaseHTTPRequestHandler], None]


def answering(status: int, body: bytes, kind: str = "application/json") -> Misbehave:
    """Answers with what is given."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def hang_up(request: BaseHTTPRequestHandler) -> None:
    """Breaks down in the middle of the answer."""
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b'{"events": [')
    request.wfile.flush()
    request.connection.close()


def say_nothing(request: BaseHTTPRequestHandler) -> None:
    """Never answers."""
    time.sleep(2 * ANSWER_SECONDS)


FAILURES: dict[str, Misbehave] = {
    "error": answering(500, b'{"error": "boom"}'),
    "unknown action": answering(404, b'{"error": "no such action"}'),
    "no JSON": answering(200, b"<html>Bad gateway</html>", "text/html"),
    "broken JSON": answering(200, b'{"events": [}'),
    "endless JSON": answering(200, b"[" * 200_000),
    "not UTF-8": answering(200, b'{"events": "\xff\xfe"}'),
    "a list": answering(200, b"[1, 2]"),
    "nothing": answering(200, b"null"),
    "events that are none": answering(200, b'{"events": [7], "responses": []}'),
    "an unknown event": answering(200, b'{"events": [{"event": "sing"}], "responses": []}'),
    "a slot without a name": answering(200, b'{"events": [{"event": "slot", "value": 1}], "responses": []}'),
    "responses that are none": answering(200, b'{"events": [], "responses": ["hallo"]}'),
    "a refusal that is none": answering(400, b"[]"),
    "half an answer": hang_up,
    "silence": say_nothing,
}


@contextmanager
def instead_of_the_actions(assistant: Assistant, misbehave: Misbehave) -> Iterator[list[dict[str, Any]]]:
    """A server in the place of the action server; what it was asked is in the list."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            misbehave(self)

        def log_message(self, *arguments: Any) -> None:
            """Nothing: the test says what was asked."""

    assistant.actions.end(signal.SIGKILL)
    port = int(assistant.actions.options[1])
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield asked
    finally:
        server.shutdown()
        server.socket.close()
        assistant.actions.start()


@pytest.fixture
def conversation() -> str:
    return uuid4().hex


@pytest.mark.parametrize("failure", FAILURES)
def test_a_misbehaving_action_server_is_asked_once_and_apologised_for(
    assistant: Assistant, conversation: str, failure: str
) -> None:
    with instead_of_the_actions(assistant, FAILURES[failure]) as asked:
        answers = assistant.ask(QUESTION, conversation)  # raises when it takes longer than a person waits
        assert assistant.ask("guten tag", conversation)[0]["text"] == "Hallo"
    assert [answer["custom"]["text"] for answer in answers] == [say("error.actions_down", "de")]
    assert len(asked) == 1


def test_what_is_posted_stays_small_however_long_the_talk(assistant: Assistant, conversation: str) -> None:
    for _ in range(8):
        assistant.ask(QUESTION, conversation)
    with instead_of_the_actions(assistant, answering(200, b'{"events": [], "responses": []}')) as asked:
        assistant.ask(QUESTION, conversation)
    (call,) = asked
    assert len(call["tracker"]["events"]) < 10
    assert call["tracker"]["latest_message"]["text"] == QUESTION
    assert "language" in call["tracker"]["slots"]
    assert not call["domain"]
    assert len(json.dumps(call)) < 10_000


def test_an_action_server_that_comes_back_at_once_is_waited_for(assistant: Assistant, conversation: str) -> None:
    assistant.ask(QUESTION, conversation)
    assistant.actions.end(signal.SIGTERM)  # also closes the connection that Rasa keeps
    assistant.actions.start()
    assert assistant.ask(QUESTION, conversation)[0]["custom"]["text"] == QUESTION


def test_a_message_sent_again_is_answered_once(assistant: Assistant, conversation: str) -> None:
    first = assistant.ask(QUESTION, conversation, message="m-1")
    assert assistant.ask(QUESTION, conversation, message="m-1") == first
    assert heard(assistant, conversation) == 1
    assistant.ask(QUESTION, conversation, message="m-2")
    assert assistant.ask("guten tag", conversation)[0]["text"] == "Hallo"
    assert heard(assistant, conversation) == 3


def test_a_message_sent_again_before_the_answer_is_answered_once(assistant: Assistant, conversation: str) -> None:
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(assistant.ask(QUESTION, conversation, message="m-1")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert heard(assistant, conversation) == 1


def test_an_apology_is_not_followed_by_a_late_second_run(assistant: Assistant, conversation: str) -> None:
    with instead_of_the_actions(assistant, say_nothing) as asked:
        first = assistant.ask(QUESTION, conversation, message="m-1")
        assert assistant.ask(QUESTION, conversation, message="m-1") == first
    assert len(asked) == 1


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
