"""The contacts of a persona as a file: who may have it, how it is fetched, and that it harms no spreadsheet."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from bot.gateway.app import create_app
from bot.gateway.rasa_client import sender_id
from persona_store import exports
from persona_store.database import session_scope
from persona_store.database.models import Audit, Contact, Membership
from persona_store.errors import NotAllowed
from persona_store.exports.segment import COLUMNS, FORMULA, PHONE, safe_cell
from persona_store.settings import settings
from persona_store.users import add_user, remove_user

PASSWORD = "leuchtturm-gabel-november"
TALK = "talk-1"


def read(engine: Engine, persona_id: int, language: Any = "de") -> list[list[str]]:
    with session_scope(engine) as session:
        segment = exports.segment_of(session, persona_id)
    assert segment is not None
    text = b"".join(exports.segment_csv(engine, segment, language)).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:]), delimiter=";" if language == "de" else ","))


def persona_id(engine: Engine, number: int = 1) -> int:
    from persona_store.names import find_personas

    with session_scope(engine) as session:
        return find_personas(session, str(number))[0].id


@pytest.fixture
def marketer(new_talk: Any) -> Any:
    return new_talk(rights="marketing")


def test_a_marketer_gets_a_link_and_not_the_data(marketer: Any, store_with_personas: Engine) -> None:
    answer = marketer.say("exportier persona 1", "export_segment", persona="persona 1")
    assert answer["kind"] == "segment"
    assert answer["file"]["link"].startswith("/api/files/")
    assert answer["file"]["rows"] == len(read(store_with_personas, persona_id(store_with_personas))) - 1
    assert "@" not in marketer.read()
    assert len(marketer.read()) < 4_000


def test_a_sales_rep_gets_a_clear_no(talk: Any) -> None:
    answer = talk.say("csv mit allen aus persona 2", "export_segment", persona="persona 2")
    assert "Marketing" in answer["text"]
    assert "file" not in answer


def test_a_sales_rep_gets_a_clear_no_in_english(english: Any) -> None:
    answer = english.say("export persona 2", "export_segment", persona="persona 2")
    assert "marketing" in answer["text"]
    assert "file" not in answer


def test_this_segment_is_the_persona_last_spoken_of(marketer: Any) -> None:
    marketer.say("beschreib persona 2", "describe_persona", persona="persona 2")
    answer = marketer.say("Bitte die Kontaktliste dieses Segments zum Download.", "export_segment")
    assert answer["details"]["persona"] == 2


def test_no_persona_named_offers_them_and_a_choice_exports(marketer: Any) -> None:
    answer = marketer.say("exportier bitte", "export_segment")
    assert answer["kind"] == "choices"
    assert "file" in marketer.press("Persona 3")


def test_an_unknown_persona_is_said_to_be_missing(marketer: Any) -> None:
    answer = marketer.say("export persona Xanthippe", "export_segment", persona="Xanthippe")
    assert "Xanthippe" in answer["text"]
    assert marketer.labels()


def test_a_name_that_was_not_understood_hands_out_nobody_else(marketer: Any) -> None:
    marketer.say("beschreib persona 2", "describe_persona", persona="persona 2")
    answer = marketer.say("export persona Xanthippe", "export_segment")
    assert "Xanthippe" in answer["text"]
    assert "file" not in answer


def test_a_change_of_mind_exports_the_other_one(marketer: Any) -> None:
    marketer.say("exportier persona 1", "export_segment", persona="persona 1")
    assert marketer.say("nein, persona 2", "follow_up", persona="persona 2")["details"]["persona"] == 2


def test_people_who_objected_and_doubles_are_not_in_the_file(store_with_personas: Engine) -> None:
    chosen = persona_id(store_with_personas)
    before = read(store_with_personas, chosen)
    with session_scope(store_with_personas, writes=True) as session:
        members = select(Membership.contact_id).where(Membership.persona_id == chosen)
        known = select(Contact).where(Contact.id.in_(members), Contact.external_id.is_not(None))
        contact = session.scalars(known).first()
        assert contact is not None
        contact.blocked_on = datetime.now(UTC).date()
        gone = contact.external_id
    try:
        after = read(store_with_personas, chosen)
        assert len(after) == len(before) - 1
        assert gone not in {row[0] for row in after}
    finally:
        with session_scope(store_with_personas, writes=True) as session:
            found = session.scalars(select(Contact).where(Contact.external_id == gone)).one()
            found.blocked_on = None


def test_the_file_has_the_allowed_columns_only(store_with_personas: Engine) -> None:
    rows = read(store_with_personas, persona_id(store_with_personas), "en")
    assert rows[0][:3] == ["CRM id", "salutation", "title"]
    assert {len(row) for row in rows} == {len(COLUMNS)}


@given(st.text())
def test_no_cell_is_a_formula_or_breaks_a_line(text: str) -> None:
    cell = safe_cell(text)
    assert cell[:1] not in FORMULA or PHONE.fullmatch(cell)
    assert not any(letter in cell for letter in "\r\n\t\x00\u2028")
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow([cell, "x"])
    assert list(csv.reader(io.StringIO(written.getvalue()))) == [[cell, "x"]]


@pytest.mark.parametrize(
    "hostile",
    [
        "=cmd|' /C calc'!A0",
        "  =1+1",
        "\t=1+1",
        "\u200b=1+1",
        "@SUM(A1)",
        "-2+3",
        "+1+cmd|'x'",
        "\uff1d1+1",
        '"=1',
        "\r=1",
    ],
)
def test_hostile_names_are_shown_as_text(store_with_personas: Engine, hostile: str) -> None:
    chosen = persona_id(store_with_personas)
    with session_scope(store_with_personas, writes=True) as session:
        members = select(Membership.contact_id).where(Membership.persona_id == chosen)
        contact = session.scalars(select(Contact).where(Contact.id.in_(members)).limit(1)).one()
        old, contact.last_name = contact.last_name, hostile
        chosen_id = contact.id
    try:
        cells = [cell for row in read(store_with_personas, chosen) for cell in row]
        assert not [cell for cell in cells if cell[:1] in FORMULA and not PHONE.fullmatch(cell)]
    finally:
        with session_scope(store_with_personas, writes=True) as session:
            session.get_one(Contact, chosen_id).last_name = old


def test_a_proof_is_good_for_its_person_and_conversation_only() -> None:
    secret = settings().secret("files")
    token, _ = exports.issue("anna", "c1", 7, "de")
    assert exports.redeem(token, "anna", "c1", secret).persona_id == 7
    for user, conversation, key, text in (
        ("berta", "c1", secret, token),
        ("anna", "c2", secret, token),
        ("anna", "c1", "x" * 48, token),
        ("anna", "c1", secret, token[:-4] + "AAAA"),
        ("anna", "c1", secret, "x" * 5_000),
        ("anna", "c1", secret, "é"),
    ):
        with pytest.raises(NotAllowed):
            exports.redeem(text, user, conversation, key)


async def test_the_gateway_streams_the_file_to_its_person_and_records_it(store_with_personas: Engine) -> None:
    """Berta may export, Anna may not; a link works for whom it was made for, and each fetch is in the audit trail."""
    chosen = persona_id(store_with_personas)
    app = create_app(settings())
    with session_scope(store_with_personas, writes=True) as session:
        add_user(session, "berta", PASSWORD, "marketing")
        add_user(session, "anna", PASSWORD, "sales")
    try:
        async with app.router.lifespan_context(app):
            for name, status in (("berta", 200), ("anna", 403)):
                transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
                async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
                    token, _ = exports.issue(name, _sender(app, store_with_personas, name), chosen, "de")
                    path = f"/api/files/{token}"
                    assert (await client.get(path, params={"conversation": TALK})).status_code == 401
                    await client.post("/api/login", json={"name": name, "password": PASSWORD})
                    got = await client.get(path, params={"conversation": TALK})
                    assert got.status_code == status
                    other = await client.get(path, params={"conversation": "talk-2"})
                    assert other.status_code == 403
                    if status == 200:
                        assert got.headers["content-disposition"].startswith('attachment; filename="persona-1-')
                        assert got.headers["cache-control"] == "no-store"
                        assert len(list(csv.reader(io.StringIO(got.text), delimiter=";"))) > 1
        with session_scope(store_with_personas) as session:
            records = session.scalars(select(Audit).where(Audit.action == "export_segment")).all()
        assert [record.actor for record in records] == ["berta"]
        assert "persona 1" in str(records[0].detail)
    finally:
        with session_scope(store_with_personas, writes=True) as session:
            remove_user(session, "berta")
            remove_user(session, "anna")


def _sender(app: Any, engine: Engine, name: str) -> str:
    from bot.gateway.sessions import person_of
    from persona_store.users import find_user

    with session_scope(engine) as session:
        user = find_user(session, name)
        assert user is not None
        return sender_id(app.state.session_secret, person_of(user).account, TALK)


def test_the_terminal_writes_the_same_file_and_records_it(store_with_personas: Engine, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from bot.cli.main import app

    target = tmp_path / "out.csv"
    result = CliRunner().invoke(app, ["persona", "export", "1", "-o", str(target)])
    assert result.exit_code == 0, result.output
    rows = list(csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig")), delimiter=";"))
    assert rows == read(store_with_personas, persona_id(store_with_personas))
    assert target.stat().st_mode & 0o077 == 0
    with session_scope(store_with_personas) as session:
        actor = session.scalar(
            select(Audit.actor).where(Audit.actor.startswith("terminal:"), Audit.action == "export_segment")
        )
        assert actor is not None
        assert session.scalar(select(func.count()).select_from(Audit).where(Audit.detail.contains("@"))) == 0


def test_the_terminal_writes_nothing_for_a_persona_there_is_not(store_with_personas: Engine, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from bot.cli.main import app

    target = tmp_path / "out.csv"
    result = CliRunner().invoke(app, ["persona", "export", "Xanthippe", "-o", str(target)])
    assert result.exit_code != 0
    assert list(tmp_path.iterdir()) == []
