"""Only linked accounts get answers: a one-time code links, unlinking holds at once, strangers hear how to link."""

import asyncio
import logging

import pytest
from fastapi import FastAPI

from bot.telegram.services import CODE_TRIES, STRANGER_SENTENCES
from persona_store.database import session_scope
from persona_store.links import TELEGRAM, linked_user, new_code, unlink
from persona_store.users import remove_user
from tests.bot.conftest import NAME, RasaPlace
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import JANA
from tests.bot.telegram.people import Person
from tests.conftest import OPERATOR

STRANGER = 9001


def code_for(app: FastAPI, name: str = NAME) -> str:
    with session_scope(app.state.engine, writes=True) as session:
        return new_code(session, name)


async def test_a_code_links_and_then_there_are_answers(api: BotApi, app: FastAPI, rasa: RasaPlace) -> None:
    eva = api.person(STRANGER, "Eva", "de")
    code = code_for(app)
    linked = await eva.asks(f"/start {code}")
    assert linked.text.startswith("Verbunden, anna.")
    assert linked.buttons == ["Welche Personas gibt es?", "Wie erreiche ich eine Vertriebsleitung?", "Was kannst du?"]
    assert (await eva.asks("Hallo")).text == "heard: Hallo"
    stranger = api.person(STRANGER + 1)
    assert "Dieser Code gilt nicht" in (await stranger.asks(f"/start {code}")).text


@pytest.mark.parametrize(("language", "said"), [("de", "verbundenen Konten"), ("en", "linked accounts")])
async def test_a_stranger_hears_one_sentence_and_nothing_else(
    api: BotApi, app: FastAPI, rasa: RasaPlace, language: str, said: str
) -> None:
    stranger = api.person(STRANGER, "Eve", language)
    for text in ("Welche Persona passt zu Eva Weber?", "/personas", *["Hallo"] * 5):
        stranger.says(text)
    heard = await stranger.hears(STRANGER_SENTENCES)
    assert all(said in one.text and "/start CODE" in one.text for one in heard)
    assert await stranger.hears_nothing_more()
    assert rasa.received == []


async def test_guessing_codes_is_braked(api: BotApi, app: FastAPI) -> None:
    guesser = api.person(STRANGER)
    code = code_for(app)
    for number in range(CODE_TRIES):
        assert "gilt nicht" in (await guesser.asks(f"/start {number}")).text
    assert "zu viele" in (await guesser.asks(f"/start {code}")).text
    with session_scope(app.state.engine) as session:
        assert linked_user(session, TELEGRAM, str(STRANGER)) is None


async def test_unlinking_holds_at_once_even_for_an_answer_under_way(
    jana: Person, app: FastAPI, rasa: RasaPlace
) -> None:
    assert (await jana.asks("Hallo")).text == "heard: Hallo"
    rasa.delay_seconds = 0.5
    jana.says("Wer ist Eva?")
    await asyncio.sleep(0.2)
    with session_scope(app.state.engine, writes=True) as session:
        unlink(session, TELEGRAM, str(JANA))
    await asyncio.sleep(0.5)
    assert await jana.hears_nothing_more()
    assert "/start CODE" in (await jana.asks("Hallo?")).text


async def test_people_unlink_themselves(jana: Person, rasa: RasaPlace) -> None:
    assert "Getrennt" in (await jana.asks("/abmelden")).text
    assert "/start CODE" in (await jana.asks("Hallo")).text
    assert rasa.received == []


async def test_who_is_removed_gets_no_answers(jana: Person, app: FastAPI, rasa: RasaPlace) -> None:
    with session_scope(app.state.engine, writes=True, asker=OPERATOR) as session:
        remove_user(session, NAME)
    assert "/start CODE" in (await jana.asks("Hallo")).text
    assert rasa.received == []


async def test_a_strangers_press_of_a_button_is_answered(api: BotApi, jana: Person) -> None:
    greeting = await jana.asks("/start")
    stranger = api.person(STRANGER, "Eve", "en")
    query = stranger.presses_data(greeting, greeting.keyboard[0][0]["callback_data"], jana.chat)
    assert "linked accounts" in await stranger.query_answered(query)


async def test_the_token_is_in_no_log_whatever_happens(
    api: BotApi, jana: Person, rasa: RasaPlace, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await jana.asks("Hallo")
        rasa.reply = lambda _message: 1 / 0
        await jana.asks("Hallo")
        api.token = "1:another"
        jana.says("Hallo")
        await asyncio.sleep(0.3)
    assert caplog.records
    secret = "AAEexample"
    assert not [record for record in caplog.records if secret in record.getMessage() or secret in str(record.exc_info)]
