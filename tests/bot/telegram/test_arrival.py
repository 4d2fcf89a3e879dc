"""Updates are worked on at least once and answered once, in order, a hundred chats at once, polled or by webhook."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

from bot.gateway.app import create_app
from bot.gateway.telegram import SECRET_HEADER
from persona_store import inbox
from persona_store.database import session_scope
from persona_store.database.models import Link, Update, User
from persona_store.errors import StoreUnavailable
from persona_store.links import TELEGRAM
from persona_store.settings import Settings
from tests.bot.conftest import RasaPlace, served
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import JANA
from tests.bot.telegram.methods import Refusal, too_many
from tests.bot.telegram.people import Person, eventually
from tests.ports import free_port

MOMENT = datetime(2026, 1, 1)
PUBLIC = "https://bot.example.org"
ODD = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "text": "Hallo"}


def kept(app: FastAPI) -> list[tuple[bool, bool]]:
    """Of all updates: whether their content is still there, and whether somebody works on them."""
    with session_scope(app.state.engine) as session:
        rows = session.scalars(select(Update).order_by(Update.number)).all()
        return [(row.payload is not None, row.claimed_until is not None) for row in rows]


async def test_an_update_delivered_again_is_answered_once(api: BotApi, jana: Person, rasa: RasaPlace) -> None:
    said = jana.says("Hallo")
    await jana.hears()
    message = {"message_id": said.id, "date": 1, "chat": jana.chat.as_dict(), "from": jana._me(), "text": "Hallo"}
    api.deliver_again(1000, {"update_id": 1000, "message": message})
    assert (await jana.asks("Und?")).text == "heard: Und?"
    assert len(rasa.received) == 2


async def test_what_was_said_is_forgotten_once_it_is_answered(jana: Person, app: FastAPI) -> None:
    await jana.asks("Wer ist Eva Weber?")
    await eventually(lambda: kept(app) == [(False, False)])


async def test_after_a_restart_nothing_is_answered_again(api: BotApi, known: Settings, rasa: RasaPlace) -> None:
    jana = api.person(JANA)
    first = create_app(known)
    async with first.router.lifespan_context(first):
        said = jana.says("Hallo")
        await jana.hears()
    message = {"message_id": said.id, "date": 1, "chat": jana.chat.as_dict(), "from": jana._me(), "text": "Hallo"}
    api.deliver_again(1000, {"update_id": 1000, "message": message})
    second = create_app(known)
    async with second.router.lifespan_context(second):
        assert (await jana.asks("Und?")).text == "heard: Und?"
    assert len(rasa.received) == 2


async def test_what_a_restart_interrupts_is_answered_by_the_next_start_and_only_the_rest_of_it(
    api: BotApi, known: Settings, rasa: RasaPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.channel.STOP_SECONDS", 0.0)
    rasa.reply = lambda _message: [{"text": "eins"}, {"text": "zwei"}, {"text": "drei"}]
    jana = api.person(JANA)
    first = create_app(known)
    async with first.router.lifespan_context(first):
        api.refuse("sendMessage", None, *[Refusal(502, "Bad Gateway")] * 50)
        jana.says("Zähl bis drei")
        await eventually(lambda: len(api.called("sendMessage")) > 1)
    api.faults.clear()
    assert jana.chat.heard[-1].text == "eins"
    second = create_app(known)
    async with second.router.lifespan_context(second):
        await eventually(lambda: jana.chat.heard[-1].text == "drei")
    assert [one.text for one in jana.chat.heard if one.who == "bot"] == ["eins", "zwei", "drei"]


async def test_what_a_crashed_process_held_is_taken_over_by_another(
    api: BotApi, app: FastAPI, jana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = {"message_id": 900, "date": 1, "chat": jana.chat.as_dict(), "from": jana._me(), "text": "Noch da?"}
    long_ago = datetime.now(UTC).replace(tzinfo=None)
    with session_scope(app.state.engine, writes=True) as session:
        session.add(
            Update(
                channel=TELEGRAM, number=5, received_at=long_ago, payload={"update_id": 5, "message": message},
                claimed_by="crashed", claimed_until=long_ago,
            )
        )  # fmt: skip
    assert (await jana.hears())[0].text == "heard: Noch da?"


async def test_the_order_of_a_chat_is_kept_however_long_each_takes(jana: Person, rasa: RasaPlace) -> None:
    def reply(message: dict[str, Any]) -> Any:
        rasa.delay_seconds = 0.15 if message["message"] == "0" else 0.0
        return [{"text": message["message"]}]

    rasa.reply, rasa.delay_seconds = reply, 0.15
    for number in range(8):
        jana.says(str(number))
    assert [one.text for one in await jana.hears(8)] == [str(number) for number in range(8)]


async def test_the_order_of_a_chat_is_kept_by_several_gateways_and_what_one_leaves_another_answers_in_its_place(
    api: BotApi, known: Settings, rasa: RasaPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram delivers each update to any of them; the first question of each takes longest."""
    monkeypatch.setattr("bot.telegram.channel.STOP_SECONDS", 0.0)
    monkeypatch.setattr("bot.telegram.channel.SWEEP_SECONDS", 0.1)

    def reply(message: dict[str, Any]) -> Any:
        rasa.delay_seconds = 0.0 if message["message"] == "2" else 0.3
        return [{"text": message["message"]}]

    rasa.reply, rasa.delay_seconds = reply, 0.6
    both = [create_app(known.model_copy(update={"public_url": PUBLIC})) for _ in range(2)]
    with served(both[0], free_port()) as first:
        with served(both[1], free_port()) as second:
            api.deliver_to = [first, second]
            jana = api.person(JANA)
            for number in range(6):
                jana.says(str(number))
            assert [one.text for one in await jana.hears(4)] == ["0", "1", "2", "3"]
            await eventually(lambda: len(api.deliveries) == 6)
        assert [one.text for one in await jana.hears(2)] == ["4", "5"]
    assert await jana.hears_nothing_more()


async def test_a_hundred_chats_at_once_are_answered_without_mixing_them_up(
    api: BotApi, app: FastAPI, rasa: RasaPlace
) -> None:
    numbers = range(20_000, 20_100)
    with session_scope(app.state.engine, writes=True) as session:
        for number in numbers:
            user = User(name=f"user{number}", password_hash="none", rights="sales", created_at=MOMENT)
            session.add(Link(channel=TELEGRAM, external_id=str(number), user=user, linked_at=MOMENT))
    people = [api.person(number, f"P{number}") for number in numbers]
    rasa.delay_seconds = 0.05
    for round_ in ("a", "b"):
        for person in people:
            person.says(f"{round_} {person.id}")

    def answers(person: Person) -> list[str]:
        return [one.text for one in person.chat.heard if one.text.startswith("heard: ")]

    def everybody() -> bool:
        return all(len(answers(person)) == 2 for person in people)

    with suppress(AssertionError):  # what the others heard instead says more
        await eventually(everybody, 60)
    lacking = [person.chat.heard for person in people if len(answers(person)) != 2]
    assert lacking == []
    for person in people:
        assert answers(person) == [f"heard: a {person.id}", f"heard: b {person.id}"]
    assert len({message["sender"] for message in rasa.received}) == 100


async def test_who_is_told_to_wait_waits_and_is_heard_and_others_do_not_wait(
    api: BotApi, jana: Person, otto: Person
) -> None:
    api.refuse("sendMessage", too_many(1))
    began = time.monotonic()
    jana.says("Hallo")
    await eventually(lambda: api.called("sendMessage"))
    heard = await otto.asks("Hello")
    assert heard.text == "heard: Hello"
    assert (await jana.hears())[0].text == "heard: Hallo"
    assert time.monotonic() - began >= 1.0
    sends = [call for call in api.called("sendMessage") if call.parameters["chat_id"] == str(JANA)]
    assert sends[1].at - sends[0].at >= 1.0


async def test_a_shaky_connection_doubles_nothing_and_loses_nothing(
    api: BotApi, jana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.delivery.FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("bot.telegram.channel.AGAIN_SECONDS", 0.05)
    api.refuse("sendMessage", *[Refusal(502, "Bad Gateway")] * 7)
    jana.says("Hallo")
    jana.says("Und?")
    assert [one.text for one in await jana.hears(2)] == ["heard: Hallo", "heard: Und?"]
    assert await jana.hears_nothing_more()


async def test_who_blocked_the_bot_holds_nobody_up(api: BotApi, jana: Person, otto: Person, app: FastAPI) -> None:
    jana.chat.blocked = True
    jana.says("Hallo")
    assert (await otto.asks("Hello")).text == "heard: Hello"
    await eventually(lambda: kept(app) == [(False, False)] * 2)
    jana.chat.blocked = False
    assert (await jana.asks("Wieder da")).text == "heard: Wieder da"


async def test_a_second_poller_is_a_clear_line_in_the_log_and_answers_go_on(
    api: BotApi, jana: Person, caplog: pytest.LogCaptureFixture
) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.post(f"{api.url}/bot{api.token}/getUpdates", data={"timeout": "0"})
    await eventually(lambda: "stop one of the two" in caplog.text)
    assert (await jana.asks("Hallo")).text == "heard: Hallo"


async def test_a_wrong_token_and_an_absent_telegram_leave_the_gateway_alone(
    known: Settings, rasa: RasaPlace, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = SecretStr("4711:AAE-another-token-of-nobody-012345")
    for change in ({"telegram_token": wrong}, {"telegram_api": f"http://127.0.0.1:{free_port()}"}):
        app = create_app(known.model_copy(update=change))
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
                assert (await client.get("/health")).status_code == 200
            await eventually(lambda: "elegram" in caplog.text)
    assert "PERSONABOT_TELEGRAM_TOKEN" in caplog.text
    assert "AAE-another" not in caplog.text


async def test_when_the_store_is_busy_people_hear_it_at_once_and_their_answer_later(
    api: BotApi, jana: Person, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = inbox.receive

    def busy(*_arguments: Any) -> Any:
        raise StoreUnavailable("busy")

    monkeypatch.setattr("bot.telegram.channel.PAUSES", (0.3,))
    monkeypatch.setattr(inbox, "receive", busy)
    jana.says("Hallo")
    assert "komme gerade nicht an die Daten" in (await jana.hears())[0].text
    monkeypatch.setattr(inbox, "receive", receive)
    assert (await jana.hears())[0].text == "heard: Hallo"
    assert await jana.hears_nothing_more()


async def test_by_webhook_with_the_secret_and_only_with_it(
    api: BotApi, known: Settings, rasa: RasaPlace, tmp_path: Path
) -> None:
    app = create_app(known.model_copy(update={"public_url": PUBLIC}))
    with served(app, free_port()) as url:
        await eventually(lambda: api.webhook.get("url") == f"{PUBLIC}/api/telegram")
        assert not api.called("getUpdates")
        update = {"update_id": 1, "message": {}}
        async with httpx.AsyncClient(trust_env=False) as client:
            for secret in ("", "x", "ä".encode().decode("latin-1"), api.webhook["secret_token"][:-1]):
                headers = {SECRET_HEADER: secret.encode("latin-1", "replace")}
                forged = await client.post(f"{url}/api/telegram", json=update, headers=headers)
                assert (forged.status_code, forged.json()["error"]) == (403, "telegram_forged")
            right = {SECRET_HEADER: api.webhook["secret_token"]}
            for body in (b"", b"[]", b"{", b'{"update_id": "x"}', b'{"update_id": null}', b"[" * 60_000):
                odd = await client.post(f"{url}/api/telegram", content=body, headers=right)
                assert odd.status_code == 422
            for odd_update in (
                update,
                {"update_id": 4, "message": {"date": 1, "message_id": "x", "chat": 7}},
                {"update_id": 2, "message": 5},
                {"update_id": 5, "message": ODD | {"chat": {"id": "x", "type": "private"}}},
                {"update_id": 6, "edited_message": ODD | {"message_id": []}},
                {"update_id": 7, "message": ODD | {"from": {"id": 7, "is_bot": False, "language_code": True}}},
                {"update_id": 2**80},
                {"update_id": 3},
            ):
                answer = await client.post(f"{url}/api/telegram", json=odd_update, headers=right)
                assert answer.status_code in (204, 422)
        api.deliver_to = [url]
        jana = api.person(JANA)
        assert (await jana.asks("Hallo")).text == "heard: Hallo"
        assert api.deliveries == [204]
        await eventually(lambda: set(kept(app)) == {(False, False)})
