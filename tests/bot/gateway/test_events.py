"""Events of a CRM by webhook: signed, bounded, each once, and a bad one harms no other."""

import asyncio
import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, func, select, update
from sqlalchemy.event import listen, remove

from bot.gateway.app import create_app
from bot.gateway.events import MOST_EVENTS
from persona_store.database import session_scope
from persona_store.database.models import Contact, Interaction, LiveEvent, LiveMember, LiveTouched, Persona
from persona_store.live import signing
from persona_store.live.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, VALID_SECONDS, events_secret, sign
from persona_store.settings import Settings
from tests.bot.conftest import new_installation, served
from tests.ports import free_port

PATH = "/api/crm/events"
OPERATION = Path(__file__).parents[3] / "docs" / "operation.md"


def call(number: int, contact: str = "4711", **data: Any) -> dict[str, Any]:
    return {
        "id": f"e{number}", "kind": "interaction", "at": "2026-06-01T10:00:00Z", "contact": {"id": contact},
        "data": {"id": f"a{number}", "kind": "call"} | data,
    }  # fmt: skip


def person(contact: str = "4711", **data: Any) -> dict[str, Any]:
    return {
        "id": f"p{contact}",
        "kind": "contact",
        "at": "2026-06-01T10:00:00Z",
        "contact": {"id": contact},
        "data": data,
    }


def signed(known: Settings, body: bytes, at: int | None = None, secret: str | None = None) -> dict[str, str]:
    moment = int(time.time()) if at is None else at
    return {TIMESTAMP_HEADER: str(moment), SIGNATURE_HEADER: sign(secret or events_secret(known), moment, body)}


async def post(client: httpx.AsyncClient, known: Settings, events: Any, **headers: str) -> httpx.Response:
    body = events if isinstance(events, bytes) else json.dumps(events).encode()
    return await client.post(PATH, content=body, headers=signed(known, body) | headers)


def rows(app: FastAPI, model: Any) -> int:
    with session_scope(app.state.engine) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


async def test_a_signed_batch_is_applied_event_by_event(
    client: httpx.AsyncClient, app: FastAPI, known: Settings
) -> None:
    response = await post(client, known, [person(last_name="Meier"), call(1), call(2, "nobody"), call(1)])
    assert response.status_code == 200
    answer = response.json()
    assert [result["status"] for result in answer["results"]] == ["applied", "applied", "waiting", "known"]
    assert (answer["applied"], answer["waiting"], answer["known"], answer["refused"]) == (2, 1, 1, 0)
    assert rows(app, Interaction) == 1


async def test_a_single_event_needs_no_list(client: httpx.AsyncClient, app: FastAPI, known: Settings) -> None:
    assert (await post(client, known, person(last_name="Meier"))).json()["applied"] == 1
    assert rows(app, Contact) == 1


async def test_a_bad_event_is_refused_alone_with_where_and_how(
    client: httpx.AsyncClient, app: FastAPI, known: Settings
) -> None:
    events = [person(last_name="Meier"), call(1, minutes=-3), call(2)]
    german = await post(client, known, events, **{"Accept-Language": "de"})
    assert german.status_code == 207
    assert [result["status"] for result in german.json()["results"]] == ["applied", "refused", "applied"]
    assert german.json()["results"][1]["reason"] == "data.minutes muss mindestens 0 sein."
    english = await post(client, known, events, **{"Accept-Language": "en"})
    assert english.json()["results"][1]["reason"] == "data.minutes must be at least 0."
    assert rows(app, Interaction) == 1


async def test_cells_that_cannot_be_read_are_named(client: httpx.AsyncClient, known: Settings) -> None:
    answer = (await post(client, known, person(last_name="Meier", email="kaputt"))).json()
    assert answer["results"][0] == {"id": "p4711", "status": "applied", "reason": None, "left_out": ["email"]}


async def test_what_is_not_signed_is_refused(client: httpx.AsyncClient, app: FastAPI) -> None:
    response = await client.post(PATH, json=person(last_name="Meier"))
    assert (response.status_code, response.json()["error"]) == (401, "events_unsigned")
    assert rows(app, LiveEvent) == 0


@pytest.mark.parametrize(
    "change",
    [
        {SIGNATURE_HEADER: "v1=" + "0" * 64},
        {SIGNATURE_HEADER: "v1="},
        {SIGNATURE_HEADER: "v0=" + "0" * 64},
        {TIMESTAMP_HEADER: "1"},
    ],
)
async def test_a_forged_signature_is_refused(
    client: httpx.AsyncClient, app: FastAPI, known: Settings, change: dict[str, str]
) -> None:
    response = await post(client, known, person(last_name="Meier"), **change)
    assert (response.status_code, response.json()["error"]) == (401, "events_forged")
    assert rows(app, LiveEvent) == 0


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1e9", "١٢٣", "9" * 5000])
async def test_a_timestamp_that_is_none_is_refused(client: httpx.AsyncClient, known: Settings, timestamp: str) -> None:
    body = b"{}"
    headers = signed(known, body) | {TIMESTAMP_HEADER: timestamp}
    response = await client.post(PATH, content=body, headers={name: value.encode() for name, value in headers.items()})
    assert (response.status_code, response.json()["error"]) == (401, "events_unsigned")


async def test_a_changed_body_is_refused(client: httpx.AsyncClient, known: Settings) -> None:
    headers = signed(known, json.dumps(person(last_name="Meier")).encode())
    response = await client.post(PATH, json=person(last_name="Maier"), headers=headers)
    assert response.json()["error"] == "events_forged"


@pytest.mark.parametrize("off", [-VALID_SECONDS - 10, VALID_SECONDS + 10])
async def test_an_old_or_early_signature_is_refused(client: httpx.AsyncClient, known: Settings, off: int) -> None:
    body = json.dumps(person(last_name="Meier")).encode()
    response = await client.post(PATH, content=body, headers=signed(known, body, int(time.time()) + off))
    assert (response.status_code, response.json()["error"]) == (401, "events_expired")


async def test_a_message_sent_again_changes_nothing(client: httpx.AsyncClient, app: FastAPI, known: Settings) -> None:
    body = json.dumps([person(last_name="Meier"), call(1)]).encode()
    headers = signed(known, body)
    answers = [(await client.post(PATH, content=body, headers=headers)).json() for _ in range(3)]
    assert [(answer["applied"], answer["known"]) for answer in answers] == [(2, 0), (0, 2), (0, 2)]
    assert rows(app, Interaction) == 1


async def test_either_of_two_signatures_will_do(client: httpx.AsyncClient, known: Settings) -> None:
    body = json.dumps(person(last_name="Meier")).encode()
    moment = int(time.time())
    both = f"{sign('o' * 40, moment, body)}, {sign(events_secret(known), moment, body)}"
    headers = {TIMESTAMP_HEADER: str(moment), SIGNATURE_HEADER: both}
    assert (await client.post(PATH, content=body, headers=headers)).status_code == 200


def test_the_secret_of_the_settings_goes_before_the_made_one(tmp_path: Path) -> None:
    assert events_secret(Settings(_env_file=None, var=tmp_path, events_secret="s" * 32)) == "s" * 32
    made = events_secret(Settings(_env_file=None, var=tmp_path))
    assert len(made) >= 32
    assert signing.refusal("s" * 32, "1", sign(made, 1, b""), b"") == "forged"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"\xff\xfe", b'"\\ud800"x', b'{"a": NaN}', b"[" * 100_000, b'{"id": Infinity}', b"nul",
        b'{"id": "\xc3\x28"}',
    ],
)  # fmt: skip
async def test_what_is_no_json_is_refused_in_a_sentence(
    client: httpx.AsyncClient, known: Settings, body: bytes
) -> None:
    response = await post(client, known, body)
    assert (response.status_code, response.json()["error"]) == (422, "events_json")


@pytest.mark.parametrize("body", ["text", 5, None, True, 1.5])
async def test_json_that_is_no_event_is_refused(client: httpx.AsyncClient, known: Settings, body: Any) -> None:
    response = await post(client, known, body)
    assert response.status_code == 207
    assert response.json()["refused"] == 1


async def test_too_many_too_few_and_too_large(client: httpx.AsyncClient, known: Settings) -> None:
    many = await post(client, known, [call(1)] * (MOST_EVENTS + 1))
    assert (many.status_code, many.json()["error"]) == (422, "events_many")
    assert (await post(client, known, [])).json()["error"] == "events_none"
    large = await post(client, known, b" " * (1024 * 1024 + 1))
    assert (large.status_code, large.json()["error"]) == (413, "too_large")


async def test_the_larger_body_is_allowed_here_only(client: httpx.AsyncClient, known: Settings) -> None:
    assert (await client.post("/api/login", content=b" " * 200_000)).status_code == 413
    full = [call(number, text="x" * 800) for number in range(MOST_EVENTS)]
    assert (await post(client, known, full)).json()["waiting"] == MOST_EVENTS


async def test_many_singles_at_once_are_all_answered(client: httpx.AsyncClient, app: FastAPI, known: Settings) -> None:
    await post(client, known, person(last_name="Meier"))
    answers = await asyncio.gather(*(post(client, known, call(number)) for number in range(60)))
    assert [answer.json()["results"][0]["id"] for answer in answers] == [f"e{number}" for number in range(60)]
    assert rows(app, Interaction) == 60
    await app.state.event_writer.close()
    assert rows(app, LiveTouched) == 0


async def test_classes_that_cannot_follow_hold_up_no_event(tmp_path: Path, built_store: Path) -> None:
    known = new_installation(tmp_path, built_store)
    app = create_app(known)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway") as client,
    ):
        with session_scope(app.state.engine, writes=True) as session:
            persona = session.scalars(select(Persona).order_by(Persona.build_id.desc()).limit(1)).one()
            contact = session.scalars(select(Contact.id).limit(1)).one()
            home = {"build_id": persona.build_id, "market": persona.market, "contact_id": contact}
            session.add(LiveMember(**home, added=False, codes=b"broken", posterior=b"broken"))
            session.execute(update(Contact).where(Contact.id == contact).values(external_id="4711"))
        answers = await asyncio.gather(*(post(client, known, call(number)) for number in range(3)))
        assert [answer.json()["applied"] for answer in answers] == [1, 1, 1]
        assert rows(app, LiveTouched) == 1
        assert (await post(client, known, person("4712", last_name="Meier"))).json()["applied"] == 1


async def test_a_full_disk_is_told_and_the_same_events_can_be_sent_again(
    client: httpx.AsyncClient, app: FastAPI, known: Settings
) -> None:
    engine: Engine = app.state.engine
    told = [person(last_name="Meier"), *(call(number, text="x" * 5_000) for number in range(100))]

    def leave_no_room(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # as many as there are now

    listen(engine, "connect", leave_no_room)
    engine.dispose()
    full = await post(client, known, told, **{"Accept-Language": "en"})
    assert (full.status_code, full.json()["error"]) == (503, "disk_full")
    assert full.json()["message"].startswith("The server's disk is full")
    remove(engine, "connect", leave_no_room)
    engine.dispose()
    assert (rows(app, Contact), rows(app, LiveEvent)) == (0, 0)
    assert (await post(client, known, told)).json()["applied"] == len(told)


async def test_events_are_counted_and_described(client: httpx.AsyncClient, known: Settings) -> None:
    await post(client, known, person(last_name="Meier"))
    assert 'personabot_events_total{status="applied"} 1.0' in (await client.get("/metrics")).text
    description = (await client.get("/openapi.json")).json()
    names = [parameter["name"] for parameter in description["paths"][PATH]["post"]["parameters"]]
    assert names == [TIMESTAMP_HEADER, SIGNATURE_HEADER]
    assert {"Event", "InteractionEvent", "ContactData"} <= description["components"]["schemas"].keys()


def test_the_example_of_the_documentation_works(known: Settings) -> None:
    example = re.search(r"```sh\n(SECRET=.*?)```", OPERATION.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    port = free_port()
    script = example[1].replace("$(cat var/secrets/events)", events_secret(known)).replace(":8080", f":{port}")
    with served(create_app(known), port):
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout)["waiting"] == 1
