"""Users, links, the audit trail and builds: for admins only, every change recorded; and a person's own links."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from persona_store.database import session_scope
from persona_store.database.models import Audit, User
from persona_store.links import new_code, redeem
from persona_store.lockout import Try, begin_try
from tests.bot.conftest import NAME, OTHER_NAME, logged_in
from tests.bot.two_builds import ADMIN, HOSTILE, TRAINER

READS = ("/users", "/invitations", "/links", "/audit", "/builds", "/builds/2/changes")
WRITES: dict[str, dict[str, Any]] = {
    "/users/rights": {"name": OTHER_NAME, "rights": "admin"},
    "/users/unlock": {"name": OTHER_NAME},
    "/invitations/withdraw": {"id": 1},
    "/users/remove": {"name": OTHER_NAME},
    "/links/end": {"channel": "telegram", "account": "4711"},
}


@pytest.fixture
def store_file(built_store: Path) -> Path:
    return built_store


@pytest.fixture
async def clara(client: httpx.AsyncClient) -> httpx.AsyncClient:
    return await logged_in(client, ADMIN)


async def read(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    response = await client.get(f"/api/admin{path}", params=query, headers={"Accept-Language": "de"})
    assert response.status_code == 200, response.text
    return response.json()


async def change(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    return await client.post(f"/api/admin{path}", json=body, headers={"Accept-Language": "de"})


def link(app: FastAPI, name: str, account: str) -> None:
    with session_scope(app.state.engine, writes=True) as session:
        assert redeem(session, new_code(session, name), "telegram", account) is not None


def recorded(app: FastAPI, action: str) -> list[tuple[str, str | None]]:
    with session_scope(app.state.engine) as session:
        return [(row.actor, row.detail) for row in session.scalars(select(Audit).where(Audit.action == action))]


def rights_of(app: FastAPI) -> dict[str, str]:
    with session_scope(app.state.engine) as session:
        return {user.name: user.rights for user in session.scalars(select(User))}


@pytest.mark.parametrize("name", [NAME, OTHER_NAME, TRAINER])
async def test_nobody_but_admins_reads_or_changes_anything(client: httpx.AsyncClient, app: FastAPI, name: str) -> None:
    await logged_in(client, name)
    before = rights_of(app)
    for path in READS:
        response = await client.get(f"/api/admin{path}")
        assert (response.status_code, response.json()["error"]) == (403, "missing_right"), path
    for path, body in WRITES.items():
        response = await change(client, path, **body)
        assert (response.status_code, response.json()["error"]) == (403, "missing_right"), path
    assert rights_of(app) == before


async def test_without_a_login_there_is_nothing(client: httpx.AsyncClient) -> None:
    for path in READS:
        assert (await client.get(f"/api/admin{path}")).status_code == 401, path
    for path, body in WRITES.items():
        assert (await change(client, path, **body)).status_code == 401, path
    assert (await client.get("/api/links")).status_code == 401
    assert (await client.post("/api/links/code")).status_code == 401


async def test_other_sites_cannot_act_for_an_admin(clara: httpx.AsyncClient, app: FastAPI) -> None:
    for path, body in (*WRITES.items(), ("/../links/code", {})):
        response = await clara.post(f"/api/admin{path}", json=body, headers={"Origin": "https://evil.example"})
        assert (response.status_code, response.json()["error"]) == (403, "foreign_origin"), path
    assert rights_of(app)[OTHER_NAME] == "marketing"


async def test_users_come_with_what_an_admin_wants_to_know(clara: httpx.AsyncClient, app: FastAPI) -> None:
    link(app, NAME, "4711")
    found = {user["name"]: user for user in (await read(clara, "/users"))["users"]}
    assert list(found) == sorted(found)
    assert (found[NAME]["rights"], found[NAME]["links"], found[NAME]["last_login"]) == ("sales", 1, None)
    assert found[ADMIN]["last_login"] is not None
    assert [name for name, user in found.items() if user["yourself"]] == [ADMIN]
    assert "password" not in str(found)
    assert "hash" not in str(found)


async def test_rights_can_be_changed_and_that_is_recorded(clara: httpx.AsyncClient, app: FastAPI) -> None:
    assert (await change(clara, "/users/rights", name=NAME, rights="trainer")).status_code == 204
    assert rights_of(app)[NAME] == "trainer"
    assert recorded(app, "change_rights") == [(ADMIN, f"{NAME}: sales → trainer")]
    assert (await change(clara, "/users/rights", name=NAME, rights="king")).status_code == 422


async def test_a_removed_user_is_logged_out_at_once_and_their_links_end(clara: httpx.AsyncClient, app: FastAPI) -> None:
    link(app, NAME, "4711")
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as anna:
        await logged_in(anna, NAME)
        assert (await change(clara, "/users/remove", name=NAME)).status_code == 204
        assert (await anna.get("/api/me")).status_code == 401
    assert NAME not in rights_of(app)
    assert (await read(clara, "/links"))["links"] == []
    assert recorded(app, "remove_user") == [(ADMIN, NAME)]
    assert (await change(clara, "/users/remove", name=NAME)).json()["error"] == "user_unknown"


async def test_the_last_admin_can_neither_go_nor_step_down(clara: httpx.AsyncClient, app: FastAPI) -> None:
    for response in (
        await change(clara, "/users/remove", name=ADMIN),
        await change(clara, "/users/rights", name=ADMIN, rights="sales"),
    ):
        assert (response.status_code, response.json()["error"]) == (409, "last_admin")
    assert rights_of(app)[ADMIN] == "admin"
    await change(clara, "/users/rights", name=NAME, rights="admin")
    assert (await change(clara, "/users/rights", name=ADMIN, rights="sales")).status_code == 204
    assert (await clara.get("/api/admin/users")).status_code == 403


async def test_a_locked_user_is_let_in_again(clara: httpx.AsyncClient, app: FastAPI) -> None:
    with session_scope(app.state.engine, writes=True) as session:
        for _ in range(10):
            begin_try(session, Try(NAME, "203.0.113.0/24"))
    locked = {user["name"]: user["locked_until"] for user in (await read(clara, "/users"))["users"]}
    assert [name for name, until in locked.items() if until] == [NAME]
    assert (await change(clara, "/users/unlock", name=NAME)).status_code == 204
    assert recorded(app, "unlock_user") == [(ADMIN, NAME)]
    assert not any(user["locked_until"] for user in (await read(clara, "/users"))["users"])


async def test_invitations_are_listed_without_their_secret_and_withdrawn(
    clara: httpx.AsyncClient, app: FastAPI
) -> None:
    made = (await clara.post("/api/invitations", json={"rights": "trainer", "name": "Jonas"})).json()
    (found,) = (await read(clara, "/invitations"))["invitations"]
    assert (found["name"], found["rights"], found["invited_by"]) == ("jonas", "trainer", ADMIN)
    assert made["token"] not in str(found)
    assert (await change(clara, "/invitations/withdraw", id=found["id"])).status_code == 204
    assert (await clara.post("/api/invitation/look", json={"token": made["token"]})).status_code == 404
    gone = await change(clara, "/invitations/withdraw", id=found["id"])
    assert (gone.status_code, gone.json()["error"]) == (404, "invitation_unknown")


async def test_links_can_be_seen_and_ended(clara: httpx.AsyncClient, app: FastAPI) -> None:
    link(app, NAME, "4711")
    (found,) = (await read(clara, "/links"))["links"]
    assert (found["user"], found["channel"], found["account"]) == (NAME, "telegram", "4711")
    assert (await change(clara, "/links/end", channel="telegram", account="4711")).status_code == 204
    assert (await read(clara, "/links"))["links"] == []
    assert (await change(clara, "/links/end", channel="telegram", account="4711")).status_code == 404
    assert (await change(clara, "/links/end", channel="a\x00b", account="\x00")).status_code == 404


async def test_the_audit_trail_is_paged_and_filtered(clara: httpx.AsyncClient, app: FastAPI) -> None:
    for place in range(60):
        await change(clara, "/users/rights", name=NAME, rights="sales" if place % 2 else "trainer")
    first = await read(clara, "/audit")
    assert len(first["entries"]) == 50
    rest = await read(clara, "/audit", before=first["before"])
    ids = [entry["id"] for entry in (*first["entries"], *rest["entries"])]
    assert ids == sorted(set(ids), reverse=True)
    assert rest["before"] is None
    assert {ADMIN} <= set(first["users"])
    assert {"change_rights", "login"} <= set(first["actions"])
    assert (rest["users"], rest["actions"]) == ([], [])
    assert {entry["action"] for entry in (await read(clara, "/audit", action="login"))["entries"]} == {"login"}
    assert (await read(clara, "/audit", user="nobody"))["entries"] == []
    newest = first["entries"][0]["at"]
    assert (await read(clara, "/audit", until="2020-01-01T00:00:00Z"))["entries"] == []
    assert (await read(clara, "/audit", since=newest))["entries"][0]["at"] == newest
    assert (await read(clara, "/audit", user="a\x00b"))["entries"] == []
    assert (await read(clara, "/audit", until="0001-01-01T00:00:00+14:00"))["entries"] == []


async def test_builds_come_with_their_personas_and_what_changed(clara: httpx.AsyncClient) -> None:
    newest, first = (await read(clara, "/builds"))["builds"]
    assert (newest["number"], newest["previous"], first["previous"]) == (2, 1, None)
    assert [persona["name"] for persona in newest["personas"]] == ["IT-Leitung", HOSTILE, "Studierende"]
    assert newest["moved"] > 0
    answer = await read(clara, "/builds/2/changes")
    assert "gewandert" in answer["text"] or "%" in answer["text"]
    assert len(answer["table"]["rows"]) == 4
    assert (await clara.get("/api/admin/builds/1/changes")).json()["error"] == "build_unknown"
    assert (await clara.get("/api/admin/builds/99/changes")).json()["error"] == "build_unknown"


async def test_people_link_telegram_by_a_code_and_end_only_their_own_links(
    anna: httpx.AsyncClient, app: FastAPI
) -> None:
    answer = (await anna.post("/api/links/code")).json()
    assert answer["minutes"] == 15
    with session_scope(app.state.engine, writes=True) as session:
        assert redeem(session, answer["code"], "telegram", "4711") is not None
    link(app, OTHER_NAME, "4712")
    own = (await anna.get("/api/links")).json()
    assert [(one["channel"], one["account"]) for one in own["links"]] == [("telegram", "4711")]
    assert own["telegram"] is False  # no bot is set up here
    foreign = await anna.post("/api/links/end", json={"channel": "telegram", "account": "4712"})
    assert foreign.status_code == 404
    assert (await anna.post("/api/links/end", json={"channel": "telegram", "account": "4711"})).status_code == 204
    assert (await anna.get("/api/links")).json()["links"] == []


async def test_codes_cannot_be_asked_for_without_end(anna: httpx.AsyncClient) -> None:
    answers = [(await anna.post("/api/links/code")).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]
