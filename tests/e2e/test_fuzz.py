"""Thousands of hostile messages at the running product: no crash, no silence, nobody else's data."""

import csv
import json
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from persona_store.settings import Language
from persona_store.wording import say
from tests.e2e.conftest import COLLEAGUES, log_in
from tests.e2e.hostile import messages
from tests.e2e.product import Product, words

SEED = 20_261
COUNT = int(os.environ.get("PERSONABOT_FUZZ", "5000"))
TURNS_OF_A_TALK = 40  # then another begins
AT_ONCE = 8  # people who write at the same time
REFUSALS = {400, 413, 422}
# Of the two planted people: she objected to profiling, his number and address nobody asks for.
NEVER_SAID = ("90909091", "verborgen.example", "80808082", "privatissimo.example")
BLOCKED_NAME = "sperrmann"
# Where eight people ask at once, an answer may take longer than people wait, on a slow machine more often. Then it is
# said so, which is no fault as long as asking again, when there is less to do, brings the answer.
DELAYED = ("error.actions_down", "reply.slow", "reply.down")
TIMES_ASKED_AGAIN = 3
LANGUAGES: tuple[Language, ...] = ("de", "en")
FAULTS = re.compile(r"Traceback|sqlalchemy|sqlite3|psycopg|Error:|(?-i:\bNone\b)|site-packages", re.I)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


@dataclass(frozen=True)
class Said:
    """A message, and what came back."""

    text: str
    status: int
    body: Any


@pytest.fixture(scope="module")
def said(product: Product) -> list[Said]:
    """The answers to all messages, each person's one after the other."""
    texts = list(messages(SEED, COUNT))
    talks = [texts[first : first + TURNS_OF_A_TALK] for first in range(0, COUNT, TURNS_OF_A_TALK)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [one for talk in pool.map(lambda numbered: _talk(product, *numbered), enumerate(talks)) for one in talk]


def _talk(product: Product, number: int, texts: Sequence[str]) -> list[Said]:
    conversation = f"fuzz-{number}-{uuid4().hex}"
    with log_in(product, COLLEAGUES[number % len(COLLEAGUES)]) as client:
        return [_say(client, conversation, text) for text in texts]


def _say(client: httpx.Client, conversation: str, text: str) -> Said:
    content = json.dumps({"text": text, "conversation": conversation})  # lone surrogates only pass as \\udXXX
    response = client.post("/api/chat", content=content, headers={"Content-Type": "application/json"})
    return Said(text, response.status_code, response.json())


@pytest.mark.e2e
def test_hostile_messages_crash_nothing(product: Product, said: list[Said]) -> None:
    assert len(said) == COUNT
    assert {one.status for one in said} <= {200, *REFUSALS}, [one for one in said if one.status not in {200, *REFUSALS}]
    assert _answered_with(said, "talk.failed", "reply.garbled") == []
    assert httpx.get(f"{product.url}/health", timeout=15, trust_env=False).status_code == 200


@pytest.mark.e2e
def test_what_was_delayed_is_answered_when_asked_again(product: Product, said: list[Said]) -> None:
    delayed = _answered_with(said, *DELAYED)
    for _ in range(TIMES_ASKED_AGAIN):
        delayed = _answered_with(_talk(product, 0, delayed), *DELAYED)
    assert delayed == []


def _answered_with(said: list[Said], *names: str) -> list[str]:
    """The messages that were answered with one of these texts of the catalogues."""
    texts = {say(name, language) for name in names for language in LANGUAGES}
    answered = [one for one in said if one.status == 200]
    return [one.text for one in answered if texts & {answer["text"] for answer in one.body["messages"]}]


@pytest.mark.e2e
def test_no_hostile_message_meets_silence(said: list[Said]) -> None:
    silent = [one.text for one in said if one.status == 200 and not _answered(one.body["messages"])]
    assert silent == []


def _answered(answers: list[dict[str, Any]]) -> bool:
    return bool(answers) and all(answer["text"].strip() for answer in answers)


@pytest.mark.e2e
def test_what_is_refused_is_refused_in_a_clear_sentence(said: list[Said]) -> None:
    refused = [one.body["message"] for one in said if one.status != 200]
    assert refused
    assert [sentence for sentence in refused if not re.fullmatch(r"[^\n]{15,250}[.!?]", sentence)] == []


@pytest.mark.e2e
def test_hostile_messages_bare_nobodys_data(product: Product, said: list[Said]) -> None:
    typed = {address for one in said for address in ADDRESS.findall(one.text.casefold())}
    secret = _addresses_of_the_crm(product) - typed
    leaks = []
    for one in said:
        answer = json.dumps(one.body, ensure_ascii=False).casefold()
        if any(never in answer for never in NEVER_SAID) or secret & set(ADDRESS.findall(answer)):
            leaks.append((one.text, answer))
        if BLOCKED_NAME in _unquoted(one.body) and BLOCKED_NAME not in one.text.casefold():
            leaks.append((one.text, answer))
    assert leaks == []


def _unquoted(body: Any) -> str:
    """The answers without those that repeat an idea in the words of whoever had it."""
    return words([answer for answer in body.get("messages", []) if answer["kind"] != "ideas"]).casefold()


def _addresses_of_the_crm(product: Product) -> set[str]:
    with (product.crm / "contacts.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["E-Mail"].casefold() for row in csv.DictReader(file, delimiter=";") if row["E-Mail"]}


@pytest.mark.e2e
def test_answers_to_hostile_messages_tell_nothing_of_the_machinery(product: Product, said: list[Said]) -> None:
    told = []
    for one in said:
        answer = words(one.body["messages"]) if one.status == 200 else one.body["message"]
        if (fault := FAULTS.search(answer)) and fault.group().casefold() not in one.text.casefold():
            told.append((one.text, answer))
    assert told == []
    assert [line for line in product.log if "Traceback" in line] == []


@pytest.mark.e2e
def test_hostile_messages_leave_no_name_in_the_log(product: Product, said: list[Said]) -> None:
    assert said
    assert [line for line in product.log if re.search("Sperrmann|Quibblewutz|Grollmann|Clarke", line)] == []
