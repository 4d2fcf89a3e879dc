"""A host page's signed identity counts once, for its user and no more; other origins get nothing, and no cookies."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.gateway.app import create_app
from bot.gateway.limits import FAILURES_OF_A_NETWORK
from persona_store.errors import InputError
from persona_store.settings import Settings, settings
from tests.bot.conftest import NAME, PASSWORD, RasaPlace
from tests.bot.web.host import EMBED_SECRET, signed

HOST = "https://intranet.example.org"
FOREIGN = {"Origin": HOST, "Sec-Fetch-Site": "cross-site"}


@pytest.fixture
async def client(known: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on a page of the allowed origin, as far as the gateway can tell."""
    app = create_app(known.model_copy(update={"embed_origins": HOST, "embed_secret": EMBED_SECRET}))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=FOREIGN) as client,
    ):
        yield client


async def embed(client: httpx.AsyncClient, token: str, **options: Any) -> httpx.Response:
    return await client.post("/api/embed", json={"token": token}, **options)


async def test_a_signed_identity_becomes_a_login_with_the_users_own_rights(
    client: httpx.AsyncClient, rasa: RasaPlace
) -> None:
    response = await embed(client, signed(NAME))
    assert response.status_code == 200
    assert response.json()["name"] == NAME
    assert response.json()["rights"] == "sales"
    bearer = {"Authorization": f"Bearer {response.json()['token']}"}
    answered = await client.post("/api/chat", json={"text": "Hallo", "conversation": "a"}, headers=bearer)
    assert answered.status_code == 200
    assert answered.headers["Access-Control-Allow-Origin"] == HOST
    assert len(rasa.received) == 1


async def test_a_token_counts_once(client: httpx.AsyncClient) -> None:
    token = signed(NAME)
    assert (await embed(client, token)).status_code == 200
    again = await embed(client, token, headers={"Accept-Language": "de"})
    assert again.status_code == 401
    assert again.json()["message"].startswith("Die Seite konnte nicht belegen, wer du bist.")


NOW = datetime.now(UTC)
UNFIT = {
    "another secret": signed(NAME, "x" * 40),
    "nobody of ours": signed("niemand"),
    "another audience": signed(NAME, aud="personabot-gateway"),
    "expired": signed(NAME, iat=NOW - timedelta(seconds=200), exp=NOW - timedelta(seconds=100)),
    "from the future": signed(NAME, iat=NOW + timedelta(seconds=200), exp=NOW + timedelta(seconds=300)),
    "for too long": signed(NAME, exp=NOW + timedelta(hours=1)),
    "without end": signed(NAME, exp=None),
    "without a name of its own": signed(NAME, jti=None),
    "a name too long": signed(NAME, jti="x" * 65),
    "no beginning": signed(NAME, iat=None),
    "more rights than the user has": signed(NAME, rights="admin"),
    "a number for a user": signed(7),  # type: ignore[arg-type]
    "numbers out of bounds": signed(NAME, iat=1e308, exp=1e308),
    "no token at all": "x.y.z",
    "no algorithm": "eyJhbGciOiJub25lIn0." + signed(NAME).split(".")[1] + ".",
}


@pytest.mark.parametrize("token", UNFIT.values(), ids=UNFIT.keys())
async def test_whatever_is_wrong_with_a_token_it_is_refused_alike(client: httpx.AsyncClient, token: str) -> None:
    response = await embed(client, token)
    assert (response.status_code, response.json()["error"]) == (401, "embed_refused")


async def test_guessing_is_slowed_down(client: httpx.AsyncClient) -> None:
    for _ in range(FAILURES_OF_A_NETWORK):
        await embed(client, "x")
    response = await embed(client, signed(NAME))
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    other_way = await client.post("/api/login", json={"name": NAME, "password": PASSWORD})
    assert other_way.status_code == 200


async def test_without_a_secret_nobody_is_vouched_for(app: Any, known: Settings) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as own:
        response = await embed(own, signed(NAME))
    assert (response.status_code, response.json()["error"]) == (403, "embed_closed")


@pytest.mark.parametrize("path", ["/api/chat", "/api/login", "/api/embed", "/api/files/x"])
async def test_an_allowed_origin_may_ask_beforehand(client: httpx.AsyncClient, path: str) -> None:
    response = await client.options(path, headers={"Access-Control-Request-Method": "POST"})
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == HOST
    assert response.headers["Access-Control-Allow-Headers"] == "authorization, content-type, accept-language"
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"{HOST}.evil.example", "http://intranet.example.org", "null"]
)
async def test_other_origins_get_nothing(client: httpx.AsyncClient, origin: str) -> None:
    headers = {"Origin": origin}
    assert "Access-Control-Allow-Origin" not in (await client.options("/api/chat", headers=headers)).headers
    assert "Access-Control-Allow-Origin" not in (await client.get("/web/widget.js", headers=headers)).headers
    refused = await embed(client, signed(NAME), headers=headers)
    assert (refused.status_code, refused.json()["error"]) == (403, "foreign_origin")


@pytest.mark.parametrize("path", ["/api/crm/events", "/api/invitations", "/"])
async def test_an_allowed_origin_reaches_the_widgets_part_only(client: httpx.AsyncClient, path: str) -> None:
    response = await client.post(path, json={})
    assert (response.status_code, response.json()["error"]) == (403, "foreign_origin")
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_a_cookie_neither_goes_nor_comes_across_sites(client: httpx.AsyncClient) -> None:
    own = {"Origin": "http://gateway", "Sec-Fetch-Site": "same-origin"}
    credentials = {"name": NAME, "password": PASSWORD}
    assert "set-cookie" not in (await client.post("/api/login", json=credentials)).headers
    assert "set-cookie" in (await client.post("/api/login", json=credentials, headers=own)).headers
    assert (await client.get("/api/me", headers=own)).status_code == 200
    assert (await client.get("/api/me")).status_code == 401


async def test_files_of_the_widget_may_be_loaded_by_other_sites_and_no_others(client: httpx.AsyncClient) -> None:
    for path in ("/web/widget.js", "/web/widget/widget.css", "/web/words.json", "/web/vendor/vega/vega.min.js"):
        response = await client.get(path)
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin", path
        assert response.headers["Access-Control-Allow-Origin"] == HOST
    for path in ("/", "/web/page.js", "/api/me"):
        assert (await client.get(path)).headers["Cross-Origin-Resource-Policy"] == "same-origin", path


@pytest.mark.parametrize(
    "origins",
    ["*", "https://*.example.org", "https://a.example/path", "intranet.example.org", "null", "https://a.example/"],
)
def test_an_origin_that_is_none_is_not_allowed(monkeypatch: pytest.MonkeyPatch, origins: str) -> None:
    monkeypatch.setenv("PERSONABOT_EMBED_ORIGINS", origins)
    settings.cache_clear()
    with pytest.raises(InputError, match="PERSONABOT_EMBED_ORIGINS"):
        settings()
    settings.cache_clear()
