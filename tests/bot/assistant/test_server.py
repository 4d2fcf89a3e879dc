"""The real Rasa server and action server: what a gateway can rely on."""

import re
import signal
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from persona_store.wording import say


@pytest.fixture
def conversation() -> str:
    return uuid4().hex


@pytest.fixture
def actions_down(assistant: Any) -> Iterator[None]:
    assistant.actions.end(signal.SIGKILL)
    yield
    assistant.actions.start()


def test_a_rule_answers(assistant: Any, conversation: str) -> None:
    assert assistant.ask("guten tag", conversation) == [{"recipient_id": conversation, "text": "Hallo"}]


def test_an_action_sees_who_asks_and_in_which_language(assistant: Any, conversation: str) -> None:
    [answer] = assistant.ask("welche persona ist frau schneider?", conversation, identity="signed", language="en")
    seen = answer["custom"]
    assert seen["metadata"] == {"identity": "signed", "language": "en"}
    assert seen["detected_language"]["language"] == "de"
    assert ["contact", "schneider"] in seen["entities"]


def test_other_metadata_does_not_pass(assistant: Any, conversation: str) -> None:
    [answer] = assistant.ask("welche persona ist frau schneider?", conversation, identity="signed", admin="yes")
    assert answer["custom"]["metadata"] == {"identity": "signed"}


def test_conversations_do_not_mix(assistant: Any, conversation: str) -> None:
    assistant.ask('/change_language{"language": "en"}', conversation)
    [answer] = assistant.ask("welche persona ist frau schneider?", uuid4().hex)
    assert answer["custom"]["events"] < 10


def test_a_form_asks_and_its_validation_runs(assistant: Any, conversation: str) -> None:
    assert assistant.ask("ich habe einen neuen lead", conversation)[-1]["text"] == "Wie hoch ist das Budget?"
    assert assistant.ask("20k", conversation)[-1]["text"] == "Hallo"


def test_a_dead_action_server_gets_an_apology_and_the_talk_goes_on(assistant: Any, conversation: str) -> None:
    assert "custom" in assistant.ask("welche persona ist frau schneider?", conversation)[0]
    assistant.actions.end(signal.SIGKILL)
    apology = assistant.ask("welche persona ist frau weber?", conversation)
    assert [message["custom"] for message in apology] == [
        {"kind": "error", "language": "de", "text": say("error.actions_down", "de")}
    ]
    assert assistant.ask("guten tag", conversation)[0]["text"] == "Hallo"
    assistant.actions.start()
    assert assistant.ask("welche persona ist frau weber?", conversation)[0]["custom"]["text"]


def test_the_apology_comes_in_the_language_of_the_talk(assistant: Any, conversation: str, actions_down: None) -> None:
    assistant.ask('/change_language{"language": "en"}', conversation)
    [answer] = assistant.ask("which persona is mrs smith?", conversation)
    assert answer["custom"]["text"] == say("error.actions_down", "en")


def test_a_slow_action_gets_an_apology_in_time(assistant: Any, conversation: str) -> None:
    [answer] = assistant.ask("wie erreiche ich frau weber am besten?", conversation)
    assert answer["custom"]["text"] == say("error.actions_down", "de")


def test_a_failing_action_gets_an_apology_and_no_words_get_into_the_logs(assistant: Any, conversation: str) -> None:
    [answer] = assistant.ask("den zweiten bitte, Geheimnis4711", conversation)
    assert answer["custom"]["kind"] == "error"
    logs = assistant.actions.log.read_text() + assistant.rasa.log.read_text()
    assert "action_broken failed: ValueError" in logs
    assert not re.search("geheimnis|schneider|weber", logs, re.IGNORECASE)


def test_a_form_survives_a_dead_action_server(assistant: Any, conversation: str) -> None:
    assistant.ask("/qualify_lead", conversation)
    assistant.actions.end(signal.SIGKILL)
    assert assistant.ask("viel geld", conversation)[0]["custom"]["kind"] == "error"
    assistant.actions.start()
    assert assistant.ask("viel geld", conversation)[-1]["text"] == "Hallo"


def test_a_failing_store_is_an_error_that_the_caller_sees(assistant: Any, conversation: str) -> None:
    with sqlite3.connect(assistant.conversations) as store:
        store.execute("ALTER TABLE conversation_event RENAME TO away")
    broken = assistant.post({"sender": conversation, "message": "guten tag"})
    with sqlite3.connect(assistant.conversations) as store:
        store.execute("ALTER TABLE away RENAME TO conversation_event")
    assert broken.status_code == 503
    assert assistant.ask("guten tag", conversation)[0]["text"] == "Hallo"


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"message": "hallo"},
        {"sender": "", "message": "hallo"},
        {"sender": "x" * 129, "message": "hallo"},
        {"sender": "a\nb\x00", "message": "hallo"},
        {"sender": 7, "message": "hallo"},
        {"sender": "a", "message": None},
        {"sender": "a", "message": "hallo", "metadata": "token"},
        {"sender": "a", "message": "hallo", "metadata": {"identity": 7}},
        {"sender": "a", "message": "hallo", "metadata": {"identity": "x" * 5000}},
    ],
)
def test_malformed_requests_are_refused_with_a_sentence(assistant: Any, body: Any) -> None:
    answer = assistant.post(body)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800", "x" * 100_000, "😀" * 300, "\x00\x1b[2J", "/", "/{", '/greet{"a":']
)
def test_any_text_gets_an_answer(assistant: Any, conversation: str, text: str) -> None:
    assert assistant.ask(text, conversation)


def test_only_this_machine_and_only_the_channel_is_reachable(assistant: Any) -> None:
    with pytest.raises(OSError):  # another address of this machine
        socket.create_connection(("127.0.0.2", assistant.port), timeout=1).close()
    with socket.create_connection(("127.0.0.1", assistant.port), timeout=1) as connection:
        connection.sendall(b"GET /conversations/a/tracker HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b" 404 " in connection.recv(100)


def test_sigterm_ends_the_action_server_cleanly(assistant: Any) -> None:
    assert assistant.actions.end(signal.SIGTERM) == 0
    assistant.actions.start()


def test_without_a_model_the_server_says_how_to_train(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from bot.assistant.launcher import main

    assert main(["run", "--port", "0", "--model", str(tmp_path)]) == 1
    assert "personabot train" in capsys.readouterr().err
