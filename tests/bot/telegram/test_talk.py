"""What people do in Telegram, and what they hear: questions, commands, buttons, edits, contacts, groups, odd things."""

import asyncio
import json
from datetime import date
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from bot.gateway.app import create_app
from bot.gateway.rasa_client import LONGEST_MESSAGE
from bot.telegram.commands import COMMANDS
from persona_store.database import session_scope
from persona_store.database.models import Button, Contact
from persona_store.privacy.identity import Identity, verify
from persona_store.settings import Settings
from persona_store.wording import say
from tests.bot.conftest import RasaPlace
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.people import USERNAME, Person, eventually

ANSWER: dict[str, Any] = {
    "kind": "match",
    "language": "de",
    "text": "Eva Weber passt zu Persona 2.",
    "reasons": ["Leitet den Einkauf", "Liest jede Mail", "Kauft im Herbst", "Kennt euch von der Messe"],
    "next_step": "Ruf sie am Vormittag an.",
    "choices": [
        {"label": "Warum?", "send": "/explain_reason"},
        {"label": "Wie ansprechen?", "send": '/ask_approach{"contact": "Eva Weber"}'},
    ],
    "evidence": ["5.000 Kontakte, Stand 1. Juni 2026"],
}


def answering(rasa: RasaPlace, *answers: dict[str, Any]) -> None:
    rasa.reply = lambda _message: [{"custom": answer} for answer in answers]


async def test_an_answer_fits_a_phone_and_its_buttons_ask_on(api: BotApi, jana: Person, rasa: RasaPlace) -> None:
    answering(rasa, ANSWER)
    heard = await jana.asks("eva weber")
    assert heard.text.split("\n")[0] == "Eva Weber passt zu Persona 2."
    assert heard.buttons == ["Warum?", "Wie ansprechen?"]
    assert all(len(row[0]["callback_data"].encode()) <= 64 for row in heard.keyboard)
    assert "Eva" not in json.dumps(heard.keyboard)
    assert jana.chat.actions[0] == "typing"
    query = jana.presses(heard, "Warum?")
    await jana.hears()
    assert await jana.query_answered(query) == ""
    assert heard.buttons == ["✓ Warum?", "Wie ansprechen?"]
    assert [message["message"] for message in rasa.received] == ["eva weber", "/explain_reason"]
    assert not [call.refused for call in api.calls if call.refused]


async def test_rasa_learns_who_asks_where_and_which_message(jana: Person, rasa: RasaPlace, known: Settings) -> None:
    await jana.asks("Hallo")
    (message,) = rasa.received
    identity = proved(message, known)
    assert (identity.user, identity.rights) == ("anna", "sales")
    assert (message["metadata"]["language"], message["metadata"]["message"]) == ("de", "telegram-1000")


async def test_a_button_pressed_twice_is_answered_once_and_one_of_an_earlier_answer_ends_politely(
    jana: Person, rasa: RasaPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.conversation.SHAKY_SECONDS", 0.0)
    rasa.delay_seconds = 0.1
    answering(rasa, ANSWER)
    first = await jana.asks("eva weber")
    queries = [jana.presses(first, "Warum?") for _ in range(3)]
    await jana.hears()
    assert [await jana.query_answered(query) for query in queries] == ["", "", ""]
    assert await jana.hears_nothing_more()
    assert len(rasa.received) == 2
    old = jana.presses(first, "✓ Warum?")
    assert "gilt nicht mehr" in await jana.query_answered(old)
    named = jana.presses(first, "Wie ansprechen?")
    await jana.hears()
    assert await jana.query_answered(named) == ""


async def test_buttons_expire_politely_and_foreign_keys_say_nothing(
    jana: Person, otto: Person, rasa: RasaPlace, app: FastAPI, api: BotApi
) -> None:
    answering(rasa, ANSWER)
    heard = await jana.asks("eva weber")
    key = heard.keyboard[0][0]["callback_data"]
    assert "no longer works" in await otto.query_answered(otto.presses_data(heard, key))
    for forged in ("", "x", "x" * 64, "ä", "%"):
        assert "gilt nicht mehr" in await jana.query_answered(jana.presses_data(heard, forged))
    with session_scope(app.state.engine, writes=True) as session:
        session.execute(update(Button).values(expires_at=session.get_one(Button, key).expires_at.replace(year=2020)))
    assert "gilt nicht mehr" in await jana.query_answered(jana.presses(heard, "Warum?"))
    assert len(rasa.received) == 1
    jana.presses(heard, "Warum?", query="long-ago")
    await eventually(lambda: any("too old" in call.refused for call in api.called("answerCallbackQuery")))
    assert (await jana.asks("Noch da?")).text.startswith("Eva Weber")


TYPED = (
    ("/personas", "/list_personas"),
    ("/PERSONAS", "/list_personas"),
    ("/persona Eva Weber", '/match_persona{"contact": "Eva Weber"}'),
    ("/persona", "/match_persona"),
    ("/persona Einkaufsleiter, 80 Leute, Messe", "Einkaufsleiter, 80 Leute, Messe"),
    ("/lead Eva  Weber", '/check_anti_persona{"contact": "Eva Weber"}'),
    ('/lead "}{"', '/check_anti_persona{"contact": "\\"}{\\""}'),
    ("/rolle IT-Leiter", '/ask_approach{"role": "IT-Leiter"}'),
    ("/role head of IT", '/ask_approach{"role": "head of IT"}'),
    ("/lernen", "/start_onboarding"),
    ("/learn", "/start_onboarding"),
    ("/datenschutz Eva Weber", '/ask_data_basis{"contact": "Eva Weber"}'),
    ("/sprache English", '/change_language{"language": "English"}'),
    ("/neu", "/restart"),
    ("/hilfe", "/help"),
)


async def test_commands_ask(jana: Person, rasa: RasaPlace) -> None:
    for typed, asked in TYPED:
        await jana.asks(typed)
        assert (typed, rasa.received[-1]["message"]) == (typed, asked)


async def test_commands_that_answer_themselves(jana: Person, rasa: RasaPlace) -> None:
    assert "Befehl kenne ich nicht" in (await jana.asks("/wetter")).text
    assert "Server von Telegram" in (await jana.asks("/datenschutz")).text
    assert rasa.received == []
    which = await jana.asks("/sprache")
    assert which.buttons == ["Deutsch", "English"]
    jana.presses(which, "English")
    await jana.hears()
    assert rasa.received[0]["message"] == '/change_language{"language": "English"}'


async def test_the_menu_is_there_in_both_languages(api: BotApi, jana: Person) -> None:
    for language in ("de", "en"):
        menu = api.commands[("all_private_chats", language)]
        assert [one["command"] for one in menu] == [one.names[language] for one in COMMANDS.values()]
        assert all(one["description"] for one in menu)
    assert api.commands[("all_private_chats", "")] == api.commands[("all_private_chats", "de")]
    in_groups = {one["command"] for one in api.commands[("all_group_chats", "de")]}
    assert "personas" in in_groups
    assert not in_groups & {"persona", "lead", "datenschutz"}


async def test_our_own_words_follow_the_language_of_the_conversation(jana: Person, rasa: RasaPlace) -> None:
    answering(rasa, ANSWER | {"language": "en", "text": "Eva Weber fits persona 2."})
    await jana.asks("which persona is eva weber?")
    jana.sends("voice", duration=3, file_id="x", file_unique_id="y")
    assert (await jana.hears())[0].text == say("telegram.unread.voice", "en")


VOICE = {"duration": 3, "file_id": "x", "file_unique_id": "y"}
SIZED = {"width": 1, "height": 1, "file_id": "x", "file_unique_id": "y"}


UNREAD: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("voice", VOICE, "voice"),
    ("video_note", VOICE | {"length": 1}, "voice"),
    ("sticker", SIZED | {"is_animated": False, "is_video": False, "type": "regular"}, "sticker"),
    ("photo", {"value": [SIZED]}, "photo"),
    ("location", {"latitude": 48.1, "longitude": 11.5}, "location"),
    ("document", {"file_id": "x", "file_unique_id": "y"}, "document"),
)


async def test_what_we_cannot_read_is_answered_politely(jana: Person, otto: Person, rasa: RasaPlace) -> None:
    for kind, content, said in UNREAD:
        jana.sends(kind, **content)
        otto.sends(kind, **content)
        assert (await jana.hears())[0].text == say(f"telegram.unread.{said}", "de")
        assert (await otto.hears())[0].text == say(f"telegram.unread.{said}", "en")
    assert rasa.received == []


async def test_who_joins_or_pins_hears_nothing(jana: Person, rasa: RasaPlace) -> None:
    jana.sends("new_chat_title", value="Neu")
    jana.sends("pinned_message", value={"message_id": 1, "date": 0, "chat": jana.chat.as_dict()})
    assert await jana.hears_nothing_more()


async def test_an_edited_message_is_answered_anew_and_once(api: BotApi, jana: Person, rasa: RasaPlace) -> None:
    said = jana.says("evva weber")
    await jana.hears()
    jana.edits(said, "eva weber")
    (anew,) = await jana.hears()
    assert (anew.text, anew.reply_to) == ("heard: eva weber", said.id)
    assert await jana.hears_nothing_more()
    ids = [message["metadata"]["message"] for message in rasa.received]
    assert len(set(ids)) == 2


async def test_a_message_corrected_before_it_was_answered_is_answered_once(jana: Person, rasa: RasaPlace) -> None:
    rasa.delay_seconds = 0.3
    jana.says("Hallo")
    said = jana.says("evva weber")
    jana.edits(said, "eva weber")
    assert [one.text for one in await jana.hears(2)] == ["heard: Hallo", "heard: eva weber"]
    assert await jana.hears_nothing_more()


VCARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Eva W.\nEMAIL;TYPE=INTERNET:Eva.Weber@bau.de\nEND:VCARD"


SHARED: tuple[tuple[dict[str, str], str], ...] = (
    ({"first_name": "Evi", "phone": "030 123456"}, "#K1"),
    ({"first_name": "Evi", "phone": "+49 (0)30 / 123456"}, "#K1"),
    ({"first_name": "Evi", "phone": "0", "vcard": VCARD}, "#K2"),
    ({"first_name": "Eva", "last_name": "Weber", "phone": "+49 40 999999"}, "Eva Weber"),
    ({"first_name": "Doppelt", "phone": "+49 89 777777"}, "Doppelt"),
    ({"first_name": "Blockiert", "phone": "+49 30 555555"}, "Blockiert"),
    ({"first_name": '"}/stop', "phone": "x" * 40, "vcard": "EMAIL:" + "a" * 9000}, '"}/stop'),
)


async def test_somebody_shared_from_the_address_book_is_looked_up(jana: Person, rasa: RasaPlace, app: FastAPI) -> None:
    people = [
        Contact(key="K1", external_id="K1", last_name="A", phone="+4930123456"),
        Contact(key="K2", external_id="K2", last_name="B", email="eva.weber@bau.de"),
        Contact(key="K3", external_id="K3", last_name="C", phone="+4989777777"),
        Contact(key="K4", external_id="K4", last_name="D", phone="+4989777777"),
        Contact(key="K5", external_id="K5", last_name="E", phone="+4930555555", blocked_on=date(2026, 1, 1)),
    ]
    with session_scope(app.state.engine, writes=True) as session:
        session.add_all(people)
    for card, asked in SHARED:
        jana.shares(**card)
        await jana.hears()
        assert json.loads(rasa.received[-1]["message"].removeprefix("/match_persona")) == {"contact": asked}


async def test_a_group_hears_only_what_mentions_or_replies_and_without_rights_to_contacts(
    api: BotApi, jana: Person, rasa: RasaPlace, known: Settings
) -> None:
    group = api.group()
    jana.says("Welche Personas gibt es?", group)
    jana.says("/personas", group)
    jana.says("@another_bot Hallo", group)
    jana.sends("voice", group, **VOICE)
    jana.sends("voice", group, caption="@another_bot hör mal", **VOICE)
    assert await jana.hears_nothing_more(group)
    jana.sends("voice", group, caption=f"@{USERNAME} hör mal", **VOICE)
    assert (await jana.hears(chat=group))[0].text == say("telegram.unread.voice", "de")
    asked = jana.says(f"@{USERNAME} Welche Personas gibt es? 😀 @{USERNAME}", group)
    (heard,) = await jana.hears(chat=group)
    assert (heard.text, heard.reply_to) == ("heard: Welche Personas gibt es? 😀", asked.id)
    jana.says("Und die zweite?", group, reply_to=heard)
    await jana.hears(chat=group)
    jana.says(f"/personas@{USERNAME}", group)
    await jana.hears(chat=group)
    assert [one["message"] for one in rasa.received][1:] == ["Und die zweite?", "/list_personas"]
    assert {proved(one, known).rights for one in rasa.received} == {"trainer"}


@pytest.mark.parametrize("language", ["de", "en"])
async def test_a_group_learns_why_it_sees_nobody(api: BotApi, jana: Person, rasa: RasaPlace, language: Any) -> None:
    group = api.group()
    answering(rasa, {"kind": "error", "language": language, "text": say("rights.refused.contacts", language)})
    jana.says(f"@{USERNAME} Wer ist Eva Weber?", group)
    (heard,) = await jana.hears(chat=group)
    assert heard.text == say("telegram.group_personal", language)
    jana.shares("Eva", "Weber")
    await jana.hears()
    jana.says("x", group, reply_to=heard)
    await jana.hears(chat=group)


async def test_in_a_group_buttons_belong_to_who_asked_and_strangers_are_told_how_to_link(
    api: BotApi, jana: Person, otto: Person, rasa: RasaPlace
) -> None:
    group = api.group()
    answering(rasa, ANSWER)
    jana.says(f"@{USERNAME} Personas?", group)
    (heard,) = await jana.hears(chat=group)
    assert "no longer works" in await otto.query_answered(otto.presses(heard, "Warum?", group))
    stranger = api.person(9005, "Eve", "en")
    stranger.says(f"@{USERNAME} hi", group)
    stranger.read = heard.id
    assert "linked accounts" in (await stranger.hears(chat=group))[0].text


HOSTILE = (
    "<b>fett</b> & <script>", "*_`[x](y)", "\u202e\u2066rückwärts", "ﷺ" * 100, "😀" * 1000, "/" * 50 + "x", "@all",
    "/start\u0000x", "\ufeff\u200dx",
)  # fmt: skip


async def test_hostile_messages_are_text(jana: Person, rasa: RasaPlace, api: BotApi) -> None:
    for text in HOSTILE:
        heard = await jana.asks(text)
        assert heard.text
    assert not [call.refused for call in api.calls if call.refused]


async def test_messages_too_long_or_empty_or_too_many_get_a_sentence(
    jana: Person, rasa: RasaPlace, app: FastAPI
) -> None:
    assert str(LONGEST_MESSAGE) in (await jana.asks("x" * (LONGEST_MESSAGE + 1))).text
    assert (await jana.asks("\u200b / /")).text
    before = len(rasa.received)
    (account,) = app.state.brakes.messages._events
    for _ in range(app.state.brakes.messages.limit):
        app.state.brakes.messages.count(account)
    assert "sehr viele Nachrichten" in (await jana.asks("Hallo")).text
    assert len(rasa.received) == before


async def test_when_the_assistant_is_slow_the_person_hears_within_five_seconds(
    jana: Person, rasa: RasaPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.turns.PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr("bot.telegram.turns.LEAST_PATIENCE_SECONDS", 0.2)
    rasa.delay_seconds = 0.8
    jana.says("Hallo")
    moment, answer = await jana.hears(2)
    assert (moment.text, answer.text) == (say("telegram.moment", "de"), "heard: Hallo")


async def test_when_the_assistant_is_away_or_garbled_the_person_hears_it(jana: Person, rasa: RasaPlace) -> None:
    rasa.reply = lambda _message: [{"custom": {"kind": 5}}]
    assert "schiefgegangen" in (await jana.asks("Hallo")).text
    rasa.reply = lambda _message: 1 / 0
    heard = await jana.asks("Wer ist Eva Weber?")
    assert heard.buttons == ["Noch einmal fragen"]
    rasa.reply = lambda message: [{"text": f"heard: {message['message']}"}]
    jana.presses(heard, "Noch einmal fragen")
    assert (await jana.hears())[0].text == "heard: Wer ist Eva Weber?"


async def test_without_a_token_there_is_no_telegram_and_no_word_of_it(
    known: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(known.model_copy(update={"telegram_token": None}))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            assert (await client.post("/api/telegram", json={"update_id": 1})).status_code == 404
        await asyncio.sleep(0.1)
    assert "elegram" not in caplog.text


def proved(message: dict[str, Any], known: Settings) -> Identity:
    """Whom a message that reached Rasa proves to have said it."""
    metadata = message["metadata"]
    return verify(
        metadata["identity"], known.secret("identity"), message["sender"], metadata["message"], message["message"]
    )
