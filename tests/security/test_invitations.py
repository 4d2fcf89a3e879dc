"""Invitations work once, for a while, for the rights they were made for; passwords and rights change at once."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select, update

from bot.gateway.limits import FAILURES_OF_A_NETWORK
from bot.gateway.sessions import start_session
from persona_store.database import session_scope
from persona_store.database.models import Audit, Invitation
from persona_store.errors import InputError
from persona_store.users import (
    NameTaken,
    accept_invitation,
    add_user,
    check_password,
    find_user,
    invite,
    open_invitations,
    set_password,
    withdraw_invitation,
)
from tests.bot.conftest import NAME
from tests.conftest import OPERATOR

PASSWORD = "leuchtturm-gabel-november"
OTHER_PASSWORD = "zirkus-anker-september"


def invited(engine: Engine, name: str | None = None, hours: float = 1.0) -> str:
    with session_scope(engine, writes=True) as session:
        return invite(session, "trainer", name, hours)


def accepted(engine: Engine, token: str, name: str) -> str | None:
    with session_scope(engine, writes=True) as session:
        user = accept_invitation(session, token, name, PASSWORD)
        return user.rights if user else None


def test_an_invitation_makes_one_account_with_its_rights(engine: Engine) -> None:
    token = invited(engine)
    assert accepted(engine, token, "carl") == "trainer"
    assert accepted(engine, token, "dora") is None
    with session_scope(engine) as session:
        assert check_password(session, "carl", PASSWORD) is not None
        assert list(session.scalars(select(Audit.action).order_by(Audit.id))) == ["invite_user", "accept_invitation"]


def test_only_the_hash_of_an_invitation_is_kept(engine: Engine) -> None:
    token = invited(engine)
    with session_scope(engine) as session:
        (kept,) = open_invitations(session)
        assert token not in str(vars(kept))
        assert kept.invited_by == "operator"


@pytest.mark.parametrize("token", ["", "x", "x" * 10_000, "\x00", "\ud800"])
def test_what_is_no_invitation_makes_no_account(engine: Engine, token: str) -> None:
    assert accepted(engine, token, "carl") is None


def test_an_expired_invitation_makes_no_account(engine: Engine) -> None:
    token = invited(engine)
    with session_scope(engine, writes=True) as session:
        session.execute(update(Invitation).values(expires_at=datetime.now(UTC).replace(tzinfo=None)))
    assert accepted(engine, token, "carl") is None


def test_a_withdrawn_invitation_makes_no_account(engine: Engine) -> None:
    token = invited(engine)
    with session_scope(engine, writes=True) as session:
        assert withdraw_invitation(session, open_invitations(session)[0].id)
        assert not withdraw_invitation(session, 4711)
    assert accepted(engine, token, "carl") is None


def test_an_invitation_for_a_name_is_for_that_name_and_survives_a_mistake(engine: Engine) -> None:
    token = invited(engine, " Carl ")
    with pytest.raises(InputError):
        accepted(engine, token, "dora")
    assert accepted(engine, token, "CARL") == "trainer"


def test_a_taken_name_is_not_taken_over(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        add_user(session, "carl", OTHER_PASSWORD, "admin")
    token = invited(engine)
    with pytest.raises(NameTaken):
        accepted(engine, token, "carl")
    with session_scope(engine) as session:
        assert check_password(session, "carl", OTHER_PASSWORD) is not None
    with pytest.raises(NameTaken):
        invited(engine, "carl")
    assert accepted(engine, token, "dora") == "trainer"


@pytest.mark.parametrize("hours", [0, -1, 24 * 31, float("nan")])
def test_an_invitation_holds_for_a_sensible_time(engine: Engine, hours: float) -> None:
    with pytest.raises(InputError):
        invited(engine, hours=hours)


async def test_who_follows_an_invitation_is_logged_in(app: FastAPI, client: httpx.AsyncClient) -> None:
    with session_scope(app.state.engine, writes=True, asker=OPERATOR) as session:
        token = invite(session, "marketing", "carl")
    shown = (await client.post("/api/invitation/look", json={"token": token})).json()
    assert (shown["rights"], shown["name"]) == ("marketing", "carl")
    wish = {"token": token, "name": "carl", "password": PASSWORD}
    assert (await client.post("/api/invitation", json=wish)).status_code == 201
    assert (await client.get("/api/me")).json()["rights"] == "marketing"
    again = await client.post("/api/invitation", json=wish)
    assert (again.status_code, again.json()["error"]) == (404, "invitation_gone")


async def test_an_invitation_cannot_ask_for_rights(app: FastAPI, client: httpx.AsyncClient) -> None:
    with session_scope(app.state.engine, writes=True, asker=OPERATOR) as session:
        token = invite(session, "trainer")
    wish = {"token": token, "name": "carl", "password": PASSWORD, "rights": "admin"}
    assert (await client.post("/api/invitation", json=wish)).status_code == 422
    for mistake, status in (({"password": "short"}, 422), ({"name": NAME}, 409), ({"name": "\x00"}, 422), ({}, 201)):
        wish = {"token": token, "name": "carl", "password": PASSWORD} | mistake
        assert (await client.post("/api/invitation", json=wish)).status_code == status
    assert (await client.get("/api/me")).json()["rights"] == "trainer"


async def test_guessing_invitations_is_braked(client: httpx.AsyncClient) -> None:
    for number in range(FAILURES_OF_A_NETWORK):
        response = await client.post("/api/invitation/look", json={"token": f"guess {number}"})
        assert response.status_code == 404
    assert (await client.post("/api/invitation/look", json={"token": "guess"})).status_code == 429


async def test_a_new_password_ends_all_logins(app: FastAPI, anna: httpx.AsyncClient) -> None:
    assert (await anna.get("/api/me")).status_code == 200
    with session_scope(app.state.engine, writes=True, asker=OPERATOR) as session:
        user = set_password(session, NAME, OTHER_PASSWORD)
    assert (await anna.get("/api/me")).status_code == 401
    assert (await anna.post("/api/login", json={"name": NAME, "password": OTHER_PASSWORD})).status_code == 200
    assert (await anna.get("/api/me")).status_code == 200
    assert user.logins_since > datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=5)


async def test_other_rights_hold_from_the_next_request_on(app: FastAPI, client: httpx.AsyncClient) -> None:
    with session_scope(app.state.engine) as session:
        user = find_user(session, NAME)
    headers = {"Authorization": f"Bearer {start_session(user, app.state.session_secret, 1)}"}
    assert (await client.get("/api/admin/users", headers=headers)).status_code == 403
    with session_scope(app.state.engine, writes=True) as session:
        find_user(session, NAME).rights = "admin"
    assert (await client.get("/api/admin/users", headers=headers)).status_code == 200
