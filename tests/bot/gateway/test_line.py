"""When many ask at once, everybody is answered in turn, and nothing twice; who waits long hears it within seconds."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.gateway.line import AT_ONCE, OF_ONE_PERSON, Line, LineTooLong
from tests.bot.conftest import OTHER_NAME, PASSWORD

ON_ITS_WAY = 202
CROWD = 3 * AT_ONCE
TURN_SECONDS = 0.5  # of the assistant; all of the crowd together take longer than anyone waits for an answer


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """People of whom only the first hear an answer before they hear that it takes a while."""
    monkeypatch.setattr("bot.gateway.chat.PATIENCE_SECONDS", 1.5 * TURN_SECONDS)


async def ask(client: httpx.AsyncClient, number: int, **more: str) -> httpx.Response:
    return await client.post("/api/chat", json={"text": f"Frage {number}", "conversation": f"talk-{number}"} | more)


async def answered(client: httpx.AsyncClient, number: int) -> tuple[int, str]:
    """How often it was asked, and the answer that came in the end."""
    tries = 1
    while (response := await ask(client, number, id=f"m-{number}")).status_code == ON_ITS_WAY:
        tries += 1
    return tries, response.json()["messages"][0]["text"]


async def test_a_crowd_is_answered_in_turn_and_nothing_is_asked_twice(anna: httpx.AsyncClient, rasa: Any) -> None:
    rasa.delay_seconds = TURN_SECONDS
    heard = await asyncio.gather(*(answered(anna, number) for number in range(CROWD)))
    assert [text for _, text in heard] == [f"heard: Frage {number}" for number in range(CROWD)]
    assert max(tries for tries, _ in heard) > 1
    assert sorted(one["message"] for one in rasa.received) == sorted(f"Frage {number}" for number in range(CROWD))


async def test_who_waits_hears_that_the_answer_is_coming(anna: httpx.AsyncClient, rasa: Any) -> None:
    rasa.delay_seconds = TURN_SECONDS
    responses = await asyncio.gather(*(ask(anna, number, id="m") for number in range(CROWD)))
    words = [one.json()["messages"][0] for one in responses if one.status_code == ON_ITS_WAY]
    assert {(one["kind"], "Deine Antwort kommt" in one["text"]) for one in words} == {("talk", True)}


async def test_who_gave_no_id_hears_an_apology_and_is_not_asked_for_later(anna: httpx.AsyncClient, rasa: Any) -> None:
    rasa.delay_seconds = TURN_SECONDS
    responses = await asyncio.gather(*(ask(anna, number) for number in range(CROWD)))
    told = [one.json()["messages"][0] for one in responses]
    apologies = [one for one in told if one["kind"] == "error"]
    assert [one.status_code for one in responses] == [200] * CROWD
    assert {one["choices"][0]["label"] for one in apologies} == {"Noch einmal fragen"}
    asked = len(rasa.received)
    await asyncio.sleep(TURN_SECONDS)
    assert len(rasa.received) == asked < CROWD


async def test_who_sends_many_at_a_time_keeps_nobody_else_waiting(
    anna: httpx.AsyncClient, app: FastAPI, rasa: Any
) -> None:
    rasa.delay_seconds = TURN_SECONDS
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as berta:
        await berta.post("/api/login", json={"name": OTHER_NAME, "password": PASSWORD})
        flood = [asyncio.create_task(ask(anna, number, id="m")) for number in range(CROWD)]
        while len(rasa.received) < OF_ONE_PERSON:
            await asyncio.sleep(0.01)
        assert (await ask(berta, CROWD)).json()["messages"][0]["text"] == f"heard: Frage {CROWD}"
        assert not all(task.done() for task in flood)
        await asyncio.gather(*flood)


async def test_a_line_too_long_takes_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.gateway.line.LONGEST_LINE", 1)
    line = Line()
    async with line.place("anna"):
        with pytest.raises(LineTooLong):
            await line.place("berta").__aenter__()
    async with line.place("berta"):
        pass
