"""Logging in, staying so by cookie or token, and logging out for good."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from bot.gateway.brake import Brake
from bot.gateway.limits import FAILURES_OF_A_NETWORK, failure_key
from bot.gateway.login import COOKIE
from bot.gateway.sessions import AUDIENCE
from persona_store.database import session_scope
from persona_store.database.models import Audit
from persona_store.settings import Settings
from persona_store.users import add_user, remove_user
from tests.conftest import OPERATOR

NAME = "anna"
PASSWORD = "leuchtturm-gabel-november"
RIGHT = {"name": NAME, "password": PASSWORD}
WRONG = {"name": NAME, "password": "something else"}


async def test_a_login_returns_the_person_and_a_token(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/api/login", json=RIGHT)).json()
    assert {key: answer[key] for key in ("name", "rights", "language")} == {
        "name": NAME,
        "rights": "sales",
        "language": None,
    }
    assert answer["token"].count(".") == 2


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: httpx.AsyncClient) -> None:
    cookie = (await client.post("/api/login", json=RIGHT)).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie  # else a browser would not send it to http://127.0.0.1


async def test_over_https_the_cookie_is_secure(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://gateway") as client:
        response = await client.post("/api/login", json=RIGHT)
    assert "secure" in response.headers["set-cookie"].lower()
    assert "strict-transport-security" in response.headers


async def test_the_cookie_says_who_is_there(anna: httpx.AsyncClient) -> None:
    me = (await anna.get("/api/me")).json()
    left = datetime.fromisoformat(me.pop("expires")) - datetime.now(UTC)
    assert timedelta(hours=11) < left <= timedelta(hours=12)
    assert me == {"name": NAME, "rights": "sales", "language": None}


async def test_the_token_does_as_well(client: httpx.AsyncClient) -> None:
    token = (await client.post("/api/login", json=RIGHT)).json()["token"]
    client.cookies.clear()
    response = await client.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert response.json()["name"] == NAME


async def test_nobody_is_told_so(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/me", headers={"Accept-Language": "en-GB"})
    assert response.status_code == 401
    assert response.json() == {"error": "not_logged_in", "message": "You are not logged in. Please log in."}


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: httpx.AsyncClient) -> None:
    wrong = await client.post("/api/login", json=WRONG)
    unknown = await client.post("/api/login", json=WRONG | {"name": "nobody"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert "set-cookie" not in wrong.headers


async def test_after_logout_neither_cookie_nor_token_let_in(anna: httpx.AsyncClient) -> None:
    token = anna.cookies[COOKIE]
    assert (await anna.post("/api/logout")).status_code == 204
    assert COOKIE not in anna.cookies
    assert (await anna.get("/api/me")).status_code == 401
    assert (await anna.get("/api/me", headers={"Authorization": f"Bearer {token}"})).status_code == 401


async def test_logging_out_ends_only_this_login(anna: httpx.AsyncClient) -> None:
    first = anna.cookies[COOKIE]
    await anna.post("/api/login", json=RIGHT)
    await anna.post("/api/logout")
    assert (await anna.get("/api/me", headers={"Authorization": f"Bearer {first}"})).status_code == 200


async def test_logging_out_twice_is_no_error(anna: httpx.AsyncClient) -> None:
    token = {"Authorization": f"Bearer {anna.cookies[COOKIE]}"}
    assert (await anna.post("/api/logout", headers=token)).status_code == 204
    assert (await anna.post("/api/logout", headers=token)).status_code == 204


async def test_a_removed_user_is_out_at_once_and_a_namesake_does_not_inherit_the_login(
    app: FastAPI, anna: httpx.AsyncClient
) -> None:
    with session_scope(app.state.engine, writes=True, asker=OPERATOR) as session:
        remove_user(session, NAME)
    assert (await anna.get("/api/me")).status_code == 401
    with session_scope(app.state.engine, writes=True, asker=OPERATOR) as session:
        add_user(session, NAME, PASSWORD)
    assert (await anna.get("/api/me")).status_code == 401


def forged(known: Settings, secret: str | None = None, algorithm: str = "HS256", **changes: object) -> str:
    now = datetime.now(UTC)
    claims = {"sub": NAME, "account": NAME, "aud": AUDIENCE, "jti": "x", "iat": now, "exp": now + timedelta(hours=1)}
    return jwt.encode(claims | changes, secret or known.secret("session"), algorithm=algorithm)


async def test_forged_tokens_are_refused(known: Settings, anna: httpx.AsyncClient) -> None:
    genuine = jwt.decode(anna.cookies[COOKIE], options={"verify_signature": False})
    account = genuine["account"]
    past = datetime.now(UTC) - timedelta(seconds=1)
    anna.cookies.clear()
    tokens = [
        forged(known, secret="another secret that is long enough for it", account=account),
        forged(known, account="anna 1999-01-01T00:00:00"),
        forged(known, account=account, exp=past),
        forged(known, account=account, aud="elsewhere"),
        forged(known, account=account, sub="berta"),
        jwt.encode(genuine, key=None, algorithm="none"),
        "x.y.z",
        "x" * 10_000,
        "é",
    ]
    for token in tokens:
        response = await anna.get("/api/me", headers={"Authorization": f"Bearer {token}".encode()})
        assert response.status_code == 401, token
    assert (await anna.get("/api/me", headers={"Authorization": f"Bearer {forged(known, account=account)}"})).is_success


async def test_a_success_does_not_free_the_address_for_more_guesses(client: httpx.AsyncClient, app: FastAPI) -> None:
    for _ in range(FAILURES_OF_A_NETWORK - 1):
        app.state.brakes.failures.count(failure_key("/api/login", "127.0.0.1"))
    assert (await client.post("/api/login", json=RIGHT)).status_code == 200
    client.cookies.clear()
    assert (await client.post("/api/login", json=WRONG)).status_code == 401
    assert (await client.post("/api/login", json=RIGHT)).status_code == 429


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": NAME},
        {"name": NAME, "password": 5},
        {"name": [NAME], "password": PASSWORD},
        {"name": "x" * 101, "password": PASSWORD},
        {"name": NAME, "password": "x" * 257},
        {"name": NAME, "password": PASSWORD, "rights": "admin"},
        [],
        "anna",
        None,
    ],
)
async def test_what_is_no_login_is_refused_in_a_sentence(client: httpx.AsyncClient, body: object) -> None:
    response = await client.post("/api/login", json=body)
    assert response.status_code == 422
    assert response.json()["error"] == "bad_request"
    assert PASSWORD not in response.text


async def test_hostile_names_are_no_error(client: httpx.AsyncClient) -> None:
    for name in ("\x00", "' OR 1=1 --", "<script>", "\u202e", "𝔞𝔫𝔫𝔞\u0300", ""):
        assert (await client.post("/api/login", json={"name": name, "password": "x"})).status_code == 401


async def test_logins_are_recorded(app: FastAPI, anna: httpx.AsyncClient) -> None:
    with session_scope(app.state.engine) as session:
        last = session.query(Audit).order_by(Audit.id.desc()).first()
        assert last is not None
        assert (last.actor, last.action) == (NAME, "login")


async def test_while_an_import_holds_the_store_a_login_is_told_to_come_back(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    with session_scope(app.state.engine, writes=True) as session:
        session.execute(text("SELECT 1"))
        answer = await client.post("/api/login", json=RIGHT)
    assert (answer.status_code, answer.json()["error"]) == (503, "store_away")
    assert int(answer.headers["retry-after"]) > 0


async def test_an_office_behind_one_address_logs_in_all_at_once(app: FastAPI, client: httpx.AsyncClient) -> None:
    app.state.brakes.failures = Brake(3, 60.0)
    answers = await asyncio.gather(*(client.post("/api/login", json=RIGHT) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}


async def test_many_guesses_at_once_do_not_slip_through(app: FastAPI, client: httpx.AsyncClient) -> None:
    app.state.brakes.failures = Brake(3, 60.0)
    answers = await asyncio.gather(
        *(client.post("/api/login", json={"name": f"guest{number}", "password": "x" * 12}) for number in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 5
