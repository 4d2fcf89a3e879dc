"""Single sign-on against a real service on loopback: who is let in with which rights, and every lie that is refused."""

import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt as pyjwt
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select

from bot.gateway.app import create_app
from bot.gateway.login import COOKIE
from bot.gateway.oidc import COOKIE as AWAITED
from persona_store.database import session_scope
from persona_store.database.models import Audit, User
from persona_store.errors import InputError
from persona_store.settings import Settings
from persona_store.sign_on import read_group_rights, rights_of
from persona_store.users import add_user, check_password, find_user
from tests.bot.conftest import new_installation, served
from tests.conftest import OPERATOR
from tests.ports import free_port
from tests.security.provider import CLIENT_ID, CLIENT_SECRET, SignOnService, new_key

GATEWAY = "http://gateway"
CALLBACK = f"{GATEWAY}/api/oidc/callback"
PASSWORD = "leuchtturm-gabel-november"


@pytest.fixture(scope="module")
def running() -> Iterator[SignOnService]:
    service = SignOnService(free_port(), CALLBACK)
    with served(service.app(), service.port):
        yield service


@pytest.fixture
def service(running: SignOnService) -> SignOnService:
    """The service, honest again."""
    fresh = SignOnService(running.port, CALLBACK, key=new_key())
    running.__dict__.update(fresh.__dict__)
    return running


@pytest.fixture
def known(tmp_path: Path, furnished_store: Path, service: SignOnService) -> Settings:
    """An installation with single sign-on."""
    plain = new_installation(tmp_path, furnished_store).model_dump()
    return Settings(
        _env_file=None,
        **plain
        | {
            "oidc_issuer": service.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
            "oidc_rights": "crm-sales=sales, crm-marketing=marketing, crm-boss=admin",
            "oidc_name": "Firmenkonto",
        },
    )


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=GATEWAY) as client:
        yield client


async def returned(browser: httpx.AsyncClient) -> str:
    """The address at which the service sends the browser back."""
    there = await browser.get("/api/oidc/login")
    assert there.status_code == 303
    async with httpx.AsyncClient(trust_env=False) as outside:
        back = await outside.get(there.headers["location"])
    assert back.status_code == 302, back.text
    return back.headers["location"]


async def signed_on(browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.get(await returned(browser))


async def nobody_is_there(browser: httpx.AsyncClient) -> bool:
    return COOKIE not in browser.cookies and (await browser.get("/api/me")).status_code == 401


async def test_somebody_in_a_group_is_let_in_with_its_rights(app: FastAPI, browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/api/login/options")).json() == {"oidc": True, "name": "Firmenkonto"}
    answer = await signed_on(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert AWAITED not in browser.cookies
    me = (await browser.get("/api/me")).json()
    assert (me["name"], me["rights"]) == ("carl@example.com", "sales")
    with session_scope(app.state.engine) as session:
        found = session.scalars(select(Audit.action).where(Audit.actor == "carl@example.com")).all()
        assert found == ["add_user", "login"]


async def test_what_the_browser_carries_is_out_of_reach_of_scripts(browser: httpx.AsyncClient) -> None:
    begun = (await browser.get("/api/oidc/login")).headers["set-cookie"].lower()
    assert "httponly" in begun
    assert "samesite=lax" in begun
    assert "path=/api/oidc" in begun
    done = (await signed_on(browser)).headers.get_list("set-cookie")
    assert any(COOKIE in one and "samesite=strict" in one.lower() for one in done)


async def test_rights_follow_the_groups_at_each_login(
    app: FastAPI, browser: httpx.AsyncClient, service: SignOnService
) -> None:
    await signed_on(browser)
    service.person["groups"] = ["crm-marketing", "crm-sales"]
    await signed_on(browser)
    assert (await browser.get("/api/me")).json()["rights"] == "marketing"
    service.person["groups"] = ["crm-boss"]
    await signed_on(browser)
    assert (await browser.get("/api/me")).json()["rights"] == "admin"
    with session_scope(app.state.engine) as session:
        assert len(session.scalars(select(User).where(User.subject.is_not(None))).all()) == 1


@pytest.mark.parametrize(
    "groups", [[], ["staff"], ["CRM-SALES"], ["admin"], "crm-sales", {"crm-sales": True}, None, [["crm-sales"]], 7]
)
async def test_who_is_in_no_group_with_rights_is_refused(
    app: FastAPI, browser: httpx.AsyncClient, service: SignOnService, groups: Any
) -> None:
    service.person["groups"] = groups
    answer = await signed_on(browser)
    assert answer.status_code == 403
    assert "Gruppe" in answer.text
    assert await nobody_is_there(browser)
    with session_scope(app.state.engine) as session:
        assert session.scalar(select(User).where(User.subject.is_not(None))) is None


async def test_who_left_the_groups_is_logged_out_everywhere(browser: httpx.AsyncClient, service: SignOnService) -> None:
    await signed_on(browser)
    headers = {"Authorization": f"Bearer {browser.cookies[COOKIE]}"}
    service.person["groups"] = []
    assert (await signed_on(browser)).status_code == 403
    assert (await browser.get("/api/me", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "person",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": None},
        {"email": "carl"},
        {"email": "c" * 200 + "@example.com"},
    ],
)
async def test_an_address_that_is_not_verified_is_no_name(
    browser: httpx.AsyncClient, service: SignOnService, person: dict[str, Any]
) -> None:
    service.person |= person
    assert (await signed_on(browser)).status_code == 403
    assert await nobody_is_there(browser)


async def test_an_account_with_a_password_is_not_taken_over(app: FastAPI, browser: httpx.AsyncClient) -> None:
    with session_scope(app.state.engine, writes=True, asker=OPERATOR) as session:
        add_user(session, "carl@example.com", PASSWORD, "admin")
    assert (await signed_on(browser)).status_code == 403
    assert await nobody_is_there(browser)


async def test_another_account_of_the_same_address_is_another_person(
    browser: httpx.AsyncClient, service: SignOnService
) -> None:
    await signed_on(browser)
    browser.cookies.clear()
    service.person["sub"] = "somebody else"
    assert (await signed_on(browser)).status_code == 403
    assert await nobody_is_there(browser)


async def test_who_signs_on_elsewhere_has_no_password(app: FastAPI, browser: httpx.AsyncClient) -> None:
    await signed_on(browser)
    with session_scope(app.state.engine) as session:
        assert find_user(session, "carl@example.com") is not None
        for password in ("", "nobody", PASSWORD):
            assert check_password(session, "carl@example.com", password) is None


def unsigned(claims: dict[str, Any], key: ECKey) -> str:
    return pyjwt.encode(claims, key=None, algorithm="none")


def with_the_shared_secret(claims: dict[str, Any], key: ECKey) -> str:
    return pyjwt.encode(claims, CLIENT_SECRET * 3, algorithm="HS256")


def with_the_public_key_as_secret(claims: dict[str, Any], key: ECKey) -> str:
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "HS256", "kid": key.kid}, claims)
    )
    import hashlib
    import hmac

    digest = hmac.new(key.as_pem(private=False), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}." + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def with_another_key(claims: dict[str, Any], key: ECKey) -> str:
    other = new_key(str(key.kid))
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, other)


def with_a_key_of_its_own(claims: dict[str, Any], key: ECKey) -> str:
    other = new_key("mine")
    return jwt.encode({"alg": "ES256", "kid": "mine", "jwk": other.as_dict(private=False)}, claims, other)


def tampered(claims: dict[str, Any], key: ECKey) -> str:
    head, _, signature = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims | {"groups": ["crm-boss"]}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


@pytest.mark.parametrize(
    "seal",
    [
        unsigned,
        with_the_shared_secret,
        with_the_public_key_as_secret,
        with_another_key,
        with_a_key_of_its_own,
        tampered,
        lambda claims, key: "",
        lambda claims, key: "a.b.c",
        lambda claims, key: None,
        lambda claims, key: {"id": 1},
    ],
)
async def test_a_token_that_the_service_did_not_sign_is_refused(
    browser: httpx.AsyncClient, service: SignOnService, seal: Callable[[dict[str, Any], ECKey], Any]
) -> None:
    service.seal = seal
    assert (await signed_on(browser)).status_code == 400
    assert await nobody_is_there(browser)


@pytest.mark.parametrize(
    "change",
    [
        lambda claims: claims | {"nonce": "another nonce"},
        lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
        lambda claims: claims | {"aud": "another client"},
        lambda claims: claims | {"aud": ["another client"]},
        lambda claims: claims | {"aud": [CLIENT_ID, "another client"], "azp": "another client"},
        lambda claims: {name: value for name, value in claims.items() if name != "aud"},
        lambda claims: claims | {"iss": "https://elsewhere.example"},
        lambda claims: {name: value for name, value in claims.items() if name != "iss"},
        lambda claims: claims | {"exp": claims["iat"] - 100},
        lambda claims: claims | {"exp": "never"},
        lambda claims: {name: value for name, value in claims.items() if name != "exp"},
        lambda claims: claims | {"iat": claims["iat"] + 3600, "exp": claims["iat"] + 7200},
        lambda claims: claims | {"nbf": claims["iat"] + 3600},
        lambda claims: {name: value for name, value in claims.items() if name != "sub"},
        lambda claims: claims | {"sub": ""},
        lambda claims: claims | {"sub": 7},
        lambda claims: claims | {"at_hash": "of-another-token"},
    ],
)
async def test_a_token_for_another_time_place_or_person_is_refused(
    browser: httpx.AsyncClient, service: SignOnService, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    service.change = change
    assert (await signed_on(browser)).status_code == 400
    assert await nobody_is_there(browser)


async def test_an_answer_this_browser_does_not_await_is_refused(app: FastAPI, browser: httpx.AsyncClient) -> None:
    """Else an attacker could log a victim in to the attacker's account, or catch an answer."""
    address = await returned(browser)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=GATEWAY) as victim:
        assert (await victim.get(address)).status_code == 400
        await victim.get("/api/oidc/login")
        assert (await victim.get(address)).status_code == 400
        assert await nobody_is_there(victim)


async def test_an_answer_counts_once(browser: httpx.AsyncClient) -> None:
    address = await returned(browser)
    assert (await browser.get(address)).status_code == 303
    browser.cookies.clear()
    assert (await browser.get(address)).status_code == 400


async def test_a_code_is_worth_nothing_without_the_browsers_verifier(browser: httpx.AsyncClient) -> None:
    stolen = httpx.URL(await returned(browser)).params["code"]
    mine = httpx.URL(await returned(browser))
    assert (await browser.get(str(mine.copy_set_param("code", stolen)))).status_code == 400
    assert await nobody_is_there(browser)


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x", "?code=&state=", "?code=x&state=é", "?error=access_denied&state=x"]
)
async def test_what_is_no_answer_is_refused(browser: httpx.AsyncClient, query: str) -> None:
    await browser.get("/api/oidc/login")
    assert (await browser.get(f"/api/oidc/callback{query}")).status_code == 400


async def test_the_answer_of_another_service_is_refused(browser: httpx.AsyncClient) -> None:
    address = await returned(browser)
    assert (await browser.get(f"{address}&iss=https%3A%2F%2Felsewhere.example")).status_code == 400


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://elsewhere.example"},
        {"issuer": None},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
    ],
)
async def test_a_service_that_is_not_who_it_should_be_is_not_used(
    browser: httpx.AsyncClient, service: SignOnService, said: dict[str, Any]
) -> None:
    service.say = said
    answer = await browser.get("/api/oidc/login", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "sign-on service" in answer.text


async def test_a_service_that_is_away_is_said_to_be(browser: httpx.AsyncClient, service: SignOnService) -> None:
    service.status = 500
    assert (await browser.get("/api/oidc/login")).status_code == 503
    service.status = 200
    assert (await signed_on(browser)).status_code == 303


async def test_new_keys_of_the_service_are_learned(
    app: FastAPI, browser: httpx.AsyncClient, service: SignOnService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signed_on(browser)
    service.key = new_key("two")
    monkeypatch.setattr("bot.gateway.provider.KEYS_SECONDS", 0.0)
    assert (await signed_on(browser)).status_code == 303
    assert service.asked == ["metadata", "keys", "keys"]


async def test_without_settings_there_is_no_single_sign_on(tmp_path: Path, furnished_store: Path) -> None:
    app = create_app(new_installation(tmp_path, furnished_store))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=GATEWAY) as client:
        assert (await client.get("/api/login/options")).json() == {"oidc": False, "name": None}
        for path in ("login", "callback"):
            assert (await client.get(f"/api/oidc/{path}")).status_code == 404


def test_settings_by_half_are_refused(known: Settings) -> None:
    for missing in ({"oidc_client_id": None}, {"oidc_client_secret": None}, {"oidc_rights": ""}):
        with pytest.raises(InputError, match="PERSONABOT_OIDC"):
            create_app(known.model_copy(update=missing))


@pytest.mark.parametrize("text", ["crm", "crm=root", "=admin", "a=sales, b"])
def test_group_rights_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_group_rights(text)


def test_the_widest_rights_of_all_groups_hold() -> None:
    known = read_group_rights("a=trainer, b=sales, c=marketing, x=y=admin")
    assert rights_of(["a", "b"], known) == "sales"
    assert rights_of(["c", "b", "a"], known) == "marketing"
    assert rights_of(["x=y"], known) == "admin"
    assert rights_of(["z"], known) is None
