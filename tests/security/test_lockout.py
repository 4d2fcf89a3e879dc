"""Guessing passwords: names lock for a growing while, strangers lock out nobody but themselves, and learn nothing."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select

from bot.gateway import login
from bot.gateway.app import create_app
from bot.gateway.brake import Brake
from bot.gateway.login import DEVICE_COOKIE
from bot.gateway.sessions import known_device, mark_device
from persona_store.database import session_scope
from persona_store.database.models import Audit, LoginFailure
from persona_store.lockout import (
    FORGOTTEN,
    FROM_ANYWHERE,
    FROM_ONE_PLACE,
    ON_A_KNOWN_DEVICE,
    Patience,
    Try,
    begin_try,
    forgive,
    locks,
    unlock,
)
from persona_store.settings import Settings
from persona_store.users import check_password
from tests.bot.conftest import NAME, PASSWORD

HERE = Try("anna", "192.0.2.1")
START = datetime(2026, 6, 1, 8)
RIGHT = {"name": NAME, "password": PASSWORD}
WRONG = {"name": NAME, "password": "something else"}


def fail(engine: Engine, tried: Try, now: datetime, times: int = 1) -> int:
    """Fails to log in some times; the wait after the last."""
    wait = 0
    for _ in range(times):
        with session_scope(engine, writes=True) as session:
            wait = begin_try(session, tried, now)
    return wait


def waits(engine: Engine, tried: Try, patience: Patience, rounds: int) -> list[int]:
    """How long one waits after each failure, from the first that locks; who waits comes back the moment it is over."""
    now = START
    assert fail(engine, tried, now, patience.free) == 0
    found = []
    for _ in range(rounds):
        found.append(fail(engine, tried, now))
        now += timedelta(seconds=found[-1])
        assert fail(engine, tried, now) == 0
    return found


def test_the_wait_grows_up_to_an_hour(engine: Engine) -> None:
    assert waits(engine, HERE, FROM_ONE_PLACE, 9) == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_tries_during_a_wait_do_not_prolong_it(engine: Engine) -> None:
    fail(engine, HERE, START, FROM_ONE_PLACE.free)
    assert fail(engine, HERE, START, 200) == 30
    assert fail(engine, HERE, START + timedelta(seconds=30)) == 0


def test_a_stranger_locks_out_the_stranger(engine: Engine) -> None:
    fail(engine, Try("anna", "203.0.113.66"), START, FROM_ONE_PLACE.free + 3)
    assert fail(engine, HERE, START) == 0


def test_from_everywhere_a_name_is_locked_for_a_quarter_of_an_hour_at_most(engine: Engine) -> None:
    now = START
    for number in range(FROM_ANYWHERE.free):
        assert fail(engine, Try("anna", f"net {number}"), now) == 0
    found = []
    for number in range(7):
        found.append(fail(engine, Try("anna", f"other net {number}"), now))
        now += timedelta(seconds=found[-1])
        assert fail(engine, Try("anna", f"third net {number}"), now) == 0
    assert found == [60, 120, 240, 480, 900, 900, 900]


def test_a_known_device_gets_in_whatever_strangers_do(engine: Engine) -> None:
    for number in range(FROM_ANYWHERE.free + 1):
        fail(engine, Try("anna", f"net {number}"), START)
    assert fail(engine, HERE, START) > 0
    assert fail(engine, Try("anna", "192.0.2.1", device="laptop"), START) == 0


def test_a_known_device_in_foreign_hands_waits_too(engine: Engine) -> None:
    assert waits(engine, Try("anna", "x", device="lost"), ON_A_KNOWN_DEVICE, 7)[-1] == 900
    assert fail(engine, Try("anna", "x", device="other"), START) == 0


def test_names_that_do_not_exist_wait_the_same(engine: Engine) -> None:
    for name in ("anna", "nobody", "\x00", "' OR 1=1 --", "\ud800"):
        fail(engine, Try(name, "192.0.2.1"), START, FROM_ONE_PLACE.free)
        assert fail(engine, Try(name, "192.0.2.1"), START) == 30
        assert fail(engine, Try(f" {name.upper()} ", "192.0.2.1"), START) == 30


def test_the_right_password_lets_begin_anew(engine: Engine) -> None:
    fail(engine, HERE, START, FROM_ONE_PLACE.free - 1)
    with session_scope(engine, writes=True) as session:
        forgive(session, HERE)
    assert fail(engine, HERE, START, FROM_ONE_PLACE.free) == 0


def test_a_day_later_all_is_forgotten_and_nothing_piles_up(engine: Engine) -> None:
    fail(engine, HERE, START, FROM_ONE_PLACE.free)
    fail(engine, Try("berta", "x"), START + FORGOTTEN + timedelta(seconds=1))
    with session_scope(engine) as session:
        assert len(session.scalars(select(LoginFailure)).all()) == 2


def test_the_table_holds_no_names(engine: Engine) -> None:
    fail(engine, Try("my-password-in-the-wrong-field", "192.0.2.1"), START)
    with session_scope(engine) as session:
        for row in session.scalars(select(LoginFailure)):
            assert len(row.key) == len(row.name_hash) == 64
            assert set(row.key + row.name_hash) <= set("0123456789abcdef")


def test_an_admin_sees_and_ends_the_wait(engine: Engine) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    fail(engine, HERE, now, FROM_ONE_PLACE.free)
    with session_scope(engine, writes=True) as session:
        assert set(locks(session, ["anna", "berta"])) == {"anna"}
        assert unlock(session, "Anna ")
        assert locks(session, ["anna"]) == {}
        assert not unlock(session, "anna")
    with session_scope(engine) as session:
        assert session.scalars(select(Audit.action)).all() == ["unlock_user"]
    assert fail(engine, HERE, now) == 0


async def guess(client: httpx.AsyncClient, name: str, times: int) -> list[httpx.Response]:
    return [await client.post("/api/login", json=WRONG | {"name": name}) for _ in range(times)]


async def test_a_locked_name_is_refused_even_with_the_right_password_by_all_replicas(
    app: FastAPI, client: httpx.AsyncClient, known: Settings
) -> None:
    for response in await guess(client, NAME, FROM_ONE_PLACE.free):
        assert response.status_code == 401
    transport = httpx.ASGITransport(app=create_app(known))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as other:
        for replica in (client, other):
            braked = await replica.post("/api/login", json=RIGHT)
            assert (braked.status_code, braked.json()["error"]) == (429, "login_locked")
            assert 0 < int(braked.headers["retry-after"]) <= 30
            assert (await replica.post("/api/login", json=RIGHT | {"name": "berta"})).status_code == 200


async def test_passwords_are_checked_beside_the_event_loop(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Argon2 takes a core for a moment, in which others go on."""
    threads: list[int] = []

    def check(*arguments: Any) -> Any:
        threads.append(threading.get_ident())
        return check_password(*arguments)

    monkeypatch.setattr(login, "check_password", check)
    assert (await client.post("/api/login", json=RIGHT)).status_code == 200
    assert threads
    assert threading.get_ident() not in threads


async def test_a_stranger_learns_no_names(client: httpx.AsyncClient) -> None:
    known, unknown = await guess(client, NAME, 7), await guess(client, "nobody", 7)
    assert [one.status_code for one in known] == [one.status_code for one in unknown]
    assert [one.json() for one in known] == [one.json() for one in unknown]
    assert [sorted(one.headers) for one in known] == [sorted(one.headers) for one in unknown]


async def test_who_logged_in_here_before_is_not_kept_out_by_others(app: FastAPI, client: httpx.AsyncClient) -> None:
    app.state.brakes.failures = Brake(FROM_ONE_PLACE.free + 1, 60.0)
    assert (await client.post("/api/login", json=RIGHT)).status_code == 200
    cookie = next(one for one in client.cookies.jar if one.name == DEVICE_COOKIE)
    assert cookie.path == "/api/login"
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as stranger:
        await guess(stranger, NAME, FROM_ONE_PLACE.free + 1)
        for name in (NAME, "berta"):  # neither this name nor, from the same address, any other
            assert (await stranger.post("/api/login", json=RIGHT | {"name": name})).status_code == 429
    assert (await client.post("/api/login", json=RIGHT)).status_code == 200


@pytest.mark.parametrize("name", ["berta", "nobody"])
def test_the_mark_of_a_device_is_good_for_its_user_only_and_lets_nobody_in(name: str) -> None:
    secret = "a secret that is long enough for HS256, surely"
    token = mark_device("anna", secret)
    assert known_device(token, " ANNA", secret)
    assert known_device(token, name, secret) is None
    assert known_device(token, "anna", secret + "!") is None
    assert known_device("x.y.z", "anna", secret) is None


async def test_the_mark_of_a_device_is_no_login(client: httpx.AsyncClient) -> None:
    await client.post("/api/login", json=RIGHT)
    token = next(one.value for one in client.cookies.jar if one.name == DEVICE_COOKIE)
    client.cookies.clear()
    assert (await client.get("/api/me", headers={"Authorization": f"Bearer {token}"})).status_code == 401
