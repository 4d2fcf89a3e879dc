"""Where requests come from: other sites act for nobody, proxies are believed only if known, floods are braked."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from bot.gateway import files
from bot.gateway.app import ROOMS, create_app
from bot.gateway.limits import FAILURES_OF_A_NETWORK, MESSAGES_OF_A_NETWORK, failure_key
from bot.gateway.login import COOKIE
from bot.gateway.protection import LARGEST_BODY, SAFE_METHODS
from bot.gateway.rasa_client import sender_id
from bot.gateway.sessions import person_of
from persona_store.database import session_scope
from persona_store.database.models import Audit
from persona_store.exports import ticket
from persona_store.lockout import FROM_ONE_PLACE
from persona_store.settings import Settings
from persona_store.users import find_user
from tests.bot.conftest import NAME, PASSWORD, RasaPlace, new_installation

MESSAGE = {"text": "Hallo", "conversation": "a"}
WRONG = {"name": NAME, "password": "something else"}
ATTACKS = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://gateway.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)
# What a form on another site can send without asking the browser's leave first.
FORMS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")


def changing_routes() -> list[tuple[str, str]]:
    return sorted(
        (method, route.path.replace("{number}", "1").replace("{token}", "x"))
        for room in ROOMS
        for route in room.router.routes
        for method in getattr(route, "methods", ())
        if method not in SAFE_METHODS
    )


@pytest.mark.parametrize("headers", ATTACKS, ids=lambda headers: " ".join(headers.values()))
async def test_no_route_that_changes_anything_hears_other_sites(
    anna: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    """With the victim's cookie, which a browser would add were it not SameSite=Strict."""
    for method, path in changing_routes():
        if path in ("/api/crm/events", "/api/telegram"):  # programs only, signed or with a secret of their own
            continue
        response = await anna.request(method, path, json={}, headers=headers)
        assert (response.status_code, response.json()["error"]) == (403, "foreign_origin"), path
    assert (await anna.get("/api/me")).status_code == 200


def test_nothing_is_changed_by_following_a_link() -> None:
    """GET begins or ends a login elsewhere, fetches a file that was offered, or reads."""
    reading = {
        (method, route.path)
        for room in ROOMS
        for route in room.router.routes
        for method in getattr(route, "methods", ())
        if method in SAFE_METHODS
    }
    assert {path for _, path in reading if "oidc" in path} == {"/api/oidc/login", "/api/oidc/callback"}
    assert not any(word in path for _, path in reading for word in ("remove", "withdraw", "rights", "end", "code"))


@pytest.mark.parametrize("kind", FORMS)
async def test_a_form_of_another_site_is_not_read_as_json(anna: httpx.AsyncClient, rasa: RasaPlace, kind: str) -> None:
    body = b'{"text": "Hallo", "conversation": "a"}'
    response = await anna.post("/api/chat", content=body, headers={"Content-Type": kind})
    assert response.status_code == 422
    assert rasa.received == []


async def test_the_cookie_goes_with_no_request_of_another_site(client: httpx.AsyncClient) -> None:
    cookies = (await client.post("/api/login", json={"name": NAME, "password": PASSWORD})).headers.get_list(
        "set-cookie"
    )
    assert len(cookies) == 2
    for cookie in cookies:
        assert "samesite=strict" in cookie.lower()
        assert "httponly" in cookie.lower()


async def test_large_bodies_are_refused_everywhere_before_they_are_read(anna: httpx.AsyncClient) -> None:
    for method, path in changing_routes():
        response = await anna.request(method, path, content=b"x" * (1024 * 1024 + 1))
        assert response.status_code == 413, path
    response = await anna.post("/api/chat", content=b"x", headers={"Content-Length": str(LARGEST_BODY + 1)})
    assert response.status_code == 413


@pytest.fixture
async def behind(tmp_path: Path, furnished_store: Path) -> AsyncIterator[FastAPI]:
    """A gateway behind proxies at 10.0.0.1 and in 10.1.0.0/16."""
    known = new_installation(tmp_path, furnished_store)
    app = create_app(known.model_copy(update={"trusted_proxies": "10.0.0.1,10.1.0.0/16"}))
    async with app.router.lifespan_context(app):
        yield app


async def fail(app: FastAPI, peer: str, forwarded: str | None, times: int = 1) -> int:
    """Fails to log in by a connection from `peer` that says to come from `forwarded`; the last status."""
    transport = httpx.ASGITransport(app=app, client=(peer, 1234))
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    status = 0
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers) as client:
        for _ in range(times):
            status = (await client.post("/api/login", json=WRONG)).status_code
    return status


async def test_behind_a_known_proxy_each_person_counts_apart(behind: FastAPI) -> None:
    assert await fail(behind, "10.0.0.1", "192.0.2.1", FROM_ONE_PLACE.free + 1) == 429
    assert await fail(behind, "10.0.0.1", "192.0.2.2") == 401
    assert await fail(behind, "10.1.7.7", "192.0.2.1") == 429


async def test_a_chain_of_known_proxies_is_followed_to_the_first_stranger(behind: FastAPI) -> None:
    await fail(behind, "10.0.0.1", "192.0.2.1, 10.1.0.9", FROM_ONE_PLACE.free + 1)
    assert await fail(behind, "10.0.0.1", "192.0.2.1") == 429


async def test_a_person_cannot_choose_where_to_come_from(app: FastAPI, behind: FastAPI) -> None:
    """Neither without a proxy, nor past it, nor through it by a header of one's own."""
    for number in range(FROM_ONE_PLACE.free):
        await fail(app, "192.0.2.1", f"198.51.100.{number}")
        await fail(behind, "192.0.2.1", f"198.51.100.{number}")
    assert await fail(app, "192.0.2.1", "198.51.100.99") == 429
    assert await fail(behind, "192.0.2.1", "198.51.100.99") == 429
    assert await fail(behind, "10.0.0.1", "198.51.100.99, 192.0.2.1") == 429


async def test_behind_a_proxy_with_tls_cookies_say_so(behind: FastAPI) -> None:
    for peer, secure in (("10.0.0.1", True), ("192.0.2.1", False)):
        transport = httpx.ASGITransport(app=behind, client=(peer, 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.9"}
            response = await client.post("/api/login", json={"name": NAME, "password": PASSWORD}, headers=headers)
        assert ("secure" in response.headers["set-cookie"].lower()) is secure
        assert COOKIE in response.headers["set-cookie"]


@pytest.mark.parametrize("value", ["*", "proxy.example", "10.0.0.0/99", "10.0.0.1;10.0.0.2"])
def test_only_addresses_and_networks_are_trusted(value: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, trusted_proxies=value)


async def test_one_network_cannot_take_all_the_assistant_has(
    app: FastAPI, anna: httpx.AsyncClient, rasa: RasaPlace
) -> None:
    for _ in range(MESSAGES_OF_A_NETWORK):
        app.state.brakes.network.count("127.0.0.1")
    assert (await anna.get("/api/files/x?conversation=c")).status_code == 429
    response = await anna.post("/api/chat", json=MESSAGE)
    assert (response.status_code, response.json()["error"]) == (429, "crowded")
    assert int(response.headers["retry-after"]) > 0
    assert rasa.received == []


async def test_files_are_few_per_person_whichever_gateway_hands_them_out(
    app: FastAPI, client: httpx.AsyncClient, known: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket, "settings", lambda: known)
    await client.post("/api/login", json={"name": "berta", "password": PASSWORD})
    with session_scope(app.state.engine) as session:
        account = person_of(find_user(session, "berta")).account
    token, _ = ticket.issue("berta", sender_id(app.state.session_secret, account, "c"), 1, "en")
    address = f"/api/files/{token}?conversation=c"
    hand_out(app, "berta", files.FILES_PER_HOUR - 1)
    hand_out(app, "berta", 1, ago=files.HOUR)
    hand_out(app, "anna", 1)
    assert (await client.get(address)).status_code == 410  # there is no such persona here
    hand_out(app, "berta", 1)
    response = await client.get(address)
    assert (response.status_code, response.json()["error"]) == (429, "too_many_files")


def hand_out(app: FastAPI, name: str, count: int, ago: timedelta = timedelta()) -> None:
    """Records files as any gateway does that hands them out."""
    moment = datetime.now(UTC).replace(tzinfo=None) - ago
    with session_scope(app.state.engine, writes=True) as session:
        session.add_all(Audit(at=moment, actor=name, action=files.EXPORT) for _ in range(count))


async def test_names_are_not_guessed_from_one_network(app: FastAPI, client: httpx.AsyncClient) -> None:
    for _ in range(FAILURES_OF_A_NETWORK):
        app.state.brakes.failures.count(failure_key("/api/login", "127.0.0.1"))
    response = await client.post("/api/login", json={"name": NAME, "password": PASSWORD})
    assert (response.status_code, response.json()["error"]) == (429, "login_braked")
