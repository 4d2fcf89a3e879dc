"""What an answer brings beside its text: pictures with a text for those who cannot see them, files, long texts."""

from datetime import datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.gateway.rasa_client import sender_id
from bot.gateway.sessions import person_of
from bot.render.telegram import LONGEST_TEXT, units
from persona_store.charts import Bar, bars_chart
from persona_store.database import session_scope
from persona_store.database.models import Audit, Build, Contact, Membership, Persona
from persona_store.exports import ticket
from persona_store.settings import Settings
from persona_store.users import find_user
from persona_store.wording import say
from tests.bot.conftest import NAME, OTHER_NAME, RasaPlace
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.conftest import JANA, OTTO
from tests.bot.telegram.methods import Refusal
from tests.bot.telegram.people import USERNAME, Person

BARS = [Bar("Leitung <KMU>", 0.6, "60 % (n = 300)"), Bar("Einkauf & Co.", 0.4, "40 % (n = 200)")]
CHART: dict[str, Any] = {
    "kind": "chart",
    "language": "de",
    "text": "Leitung ist die größte Persona.",
    "chart": bars_chart(BARS, "So groß sind die Personas", "Anteil", "de", form="%"),
    "table": {
        "columns": ["Persona", "Anteil"],
        "rows": [["Leitung <KMU>", "60 % (n = 300)"], ["Einkauf & Co.", "40 % (n = 200)"]],
        "caption": "",
    },
}


async def test_a_chart_comes_as_a_picture_with_its_figures_as_text(jana: Person, rasa: RasaPlace) -> None:
    rasa.reply = lambda _message: [{"custom": CHART}]
    jana.says("Zeig mir die Größen als Diagramm")
    text, picture = await jana.hears(2)
    assert text.text.startswith("Leitung ist die größte Persona.")
    assert "60 % (n = 300)" in text.text
    assert picture.photo.startswith(b"\x89PNG")
    assert picture.text == "So groß sind die Personas\nLeitung ist die größte Persona."
    assert "upload_photo" in jana.chat.actions


@pytest.mark.parametrize("broken", [{"mark": "nothing"}, {}, {"usermeta": {"language": "de"}, "width": -5}])
async def test_a_chart_that_cannot_be_drawn_costs_the_picture_only(
    jana: Person, rasa: RasaPlace, broken: dict[str, Any]
) -> None:
    rasa.reply = lambda _message: [{"custom": CHART | {"chart": broken or {"x": 1}}}]
    jana.says("Diagramm")
    text, note = await jana.hears(2)
    assert "60 % (n = 300)" in text.text
    assert note.text == say("telegram.no_picture", "de")


async def test_a_picture_that_telegram_refuses_is_told(api: BotApi, jana: Person, rasa: RasaPlace) -> None:
    rasa.reply = lambda _message: [{"custom": CHART}]
    api.refuse("sendPhoto", Refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))
    jana.says("Diagramm")
    _, note = await jana.hears(2)
    assert note.text == say("telegram.no_picture", "de")


def persona_with_contacts(app: FastAPI) -> int:
    with session_scope(app.state.engine, writes=True) as session:
        session.add(Build(id=1, created_at=datetime(2026, 6, 1), seed=1, contacts=3, verdict="personas", markets={}))
        persona = Persona(build_id=1, market="b2b", number=1, name_de="Leitung", name_en="Head", n=3, share=1.0)
        persona.outcome_n = 0
        session.add(persona)
        session.flush()
        for number in range(3):
            contact = Contact(key=f"K{number}", first_name="Eva", last_name=f"=W{number}")
            session.add(contact)
            session.flush()
            session.add(Membership(build_id=1, contact_id=contact.id, persona_id=persona.id, probability=0.9))
        return persona.id


def offered(app: FastAPI, known: Settings, name: str, chat: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The answer by which the assistant offers the file to a user in a chat."""
    monkeypatch.setattr(ticket, "settings", lambda: known)
    with session_scope(app.state.engine) as session:
        user = find_user(session, name)
        assert user is not None
        account = person_of(user).account
    sender = sender_id(app.state.session_secret, account, f"telegram{chat}")
    token, expires = ticket.issue(name, sender, persona_with_contacts(app), "en")
    file = {
        "name": "persona-1.csv", "media_type": "text/csv", "link": f"/api/files/{token}",
        "expires": expires.isoformat(), "rows": 3, "command": "personabot persona export 1",
    }  # fmt: skip
    return {"kind": "segment", "language": "en", "text": "Here are the contacts.", "file": file}


async def test_a_file_comes_as_a_document_under_the_askers_rights_and_is_recorded(
    otto: Person, app: FastAPI, known: Settings, rasa: RasaPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = offered(app, known, OTHER_NAME, OTTO, monkeypatch)
    rasa.reply = lambda _message: [{"custom": answer}]
    otto.says("yes")
    text, file = await otto.hears(2)
    assert text.text == "Here are the contacts."
    assert file.document is not None
    name, content = file.document
    assert name == "persona-1-head.csv"
    assert "'=W0" in content.decode()
    assert "3 contacts" in file.text
    with session_scope(app.state.engine) as session:
        recorded = session.scalars(select(Audit).where(Audit.action == "export_segment")).all()
        assert [one.actor for one in recorded] == [OTHER_NAME]


async def test_a_file_is_refused_to_who_may_not_have_it_and_never_reaches_a_group(
    api: BotApi,
    jana: Person,
    otto: Person,
    app: FastAPI,
    known: Settings,
    rasa: RasaPlace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = offered(app, known, NAME, JANA, monkeypatch) | {"language": "de"}
    rasa.reply = lambda _message: [{"custom": answer}]
    jana.says("ja")
    _, refusal = await jana.hears(2)
    assert refusal.text == say("gateway.file_not_allowed", "de")
    otto.says("yes")
    _, foreign = await otto.hears(2)
    assert foreign.text == say("gateway.file_expired", "de")
    group = api.group()
    otto.says(f"@{USERNAME} yes", group)
    await otto.hears(chat=group)
    assert await otto.hears_nothing_more(group)
    assert not api.called("sendDocument")


async def test_a_long_answer_comes_in_order_with_the_buttons_below_its_end(
    api: BotApi, jana: Person, rasa: RasaPlace
) -> None:
    paragraphs = [f"{number}. <Absatz> " + "& Wort " * 200 for number in range(8)]
    answer = {
        "kind": "talk", "language": "de", "text": "\n\n".join(paragraphs),
        "choices": [{"label": "Weiter " * 20, "send": "/affirm"}],
    }  # fmt: skip
    rasa.reply = lambda _message: [{"custom": answer}]
    jana.says("Erzähl")
    heard = await jana.hears(4)
    assert [one.text[:2] for one in heard] == ["0.", "2.", "4.", "6."]
    assert all(units(one.text) <= LONGEST_TEXT for one in heard)
    assert [len(one.buttons) for one in heard] == [0, 0, 0, 1]
    assert not [call.refused for call in api.calls if call.refused]


async def test_markup_that_telegram_refuses_still_arrives_as_text(api: BotApi, jana: Person, rasa: RasaPlace) -> None:
    rasa.reply = lambda _message: [{"text": "A & B < C"}]
    api.refuse("sendMessage", Refusal(400, "Bad Request: can't parse entities: Unsupported start tag"))
    assert (await jana.asks("Hallo")).text == "A & B < C"
