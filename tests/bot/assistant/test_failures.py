"""What the person gets when the action server misbehaves: one answer in time, and no action twice."""

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest

from persona_store.wording import say
from tests.bot.assistant.conftest import ANSWER_SECONDS, QUESTION, Assistant, signed

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


class Impostor:
    """A server in the place of the action server that behaves as it is told; what it was asked is in `asked`."""

    def __init__(self, port: int) -> None:
        self.misbehave: Misbehave = say_nothing
        self.asked: list[dict[str, Any]] = []
        impostor = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                impostor.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                impostor.misbehave(self)

            def log_message(self, *arguments: Any) -> None:
                """Nothing: the test says what was asked."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        """Makes room for the action server."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def in_its_place(assistant: Assistant) -> Iterator[Impostor]:
    assistant.actions.end(signal.SIGKILL)
    impostor = Impostor(int(assistant.actions.options[1]))
    yield impostor
    impostor.end()
    assistant.actions.start()


@pytest.fixture
def impostor(in_its_place: Impostor) -> Impostor:
    in_its_place.asked.clear()
    return in_its_place


@pytest.fixture
def conversation() -> str:
    return uuid4().hex


@pytest.mark.parametrize("failure", FAILURES)
def test_a_misbehaving_action_server_is_asked_once_and_apologised_for(
    assistant: Assistant, impostor: Impostor, conversation: str, failure: str
) -> None:
    impostor.misbehave = FAILURES[failure]
    answers = assistant.ask(QUESTION, conversation)  # raises when it takes longer than a person waits
    assert [answer["custom"]["text"] for answer in answers] == [say("error.actions_down", "de")]
    assert len(impostor.asked) == 1
    assert assistant.ask("guten tag", conversation)[0]["text"] == "Hallo"


def test_an_apology_is_not_followed_by_a_late_second_run(
    assistant: Assistant, impostor: Impostor, conversation: str
) -> None:
    impostor.misbehave = say_nothing
    first = assistant.ask(QUESTION, conversation, **signed(assistant, conversation))
    assert assistant.ask(QUESTION, conversation, **signed(assistant, conversation)) == first
    assert len(impostor.asked) == 1


def test_what_is_posted_stays_small_however_long_the_talk(
    assistant: Assistant, impostor: Impostor, conversation: str
) -> None:
    impostor.misbehave = answering(200, b'{"events": [], "responses": []}')
    for _ in range(9):
        assistant.post({"sender": conversation, "message": QUESTION})
    call = impostor.asked[-1]
    assert len(call["tracker"]["events"]) < 10
    assert call["tracker"]["latest_message"]["text"] == QUESTION
    assert "language" in call["tracker"]["slots"]
    assert not call["domain"]
    assert len(json.dumps(call)) < 10_000
