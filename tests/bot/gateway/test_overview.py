"""What the start page shows at a glance, the report as a page, and who may see them."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.gateway import overview as overview_module
from persona_store.database import session_scope
from persona_store.database.models import Contact, Import, Persona, PersonaIdentity
from persona_store.live.state import close_state, open_state
from persona_store.segmentation.model import built_model
from tests.bot.conftest import NAME, OTHER_NAME, logged_in
from tests.bot.two_builds import ADMIN, HOSTILE, SECOND, TRAINER


@pytest.fixture
def store_file(built_store: Path) -> Path:
    return built_store


async def seen(client: httpx.AsyncClient, language: str = "de") -> dict[str, Any]:
    answer: dict[str, Any] = (await client.get("/api/overview", headers={"Accept-Language": language})).json()
    return answer


@pytest.mark.parametrize("name", [NAME, OTHER_NAME, ADMIN, TRAINER])
async def test_every_role_may_see_personas(client: httpx.AsyncClient, name: str) -> None:
    await logged_in(client, name)
    assert (await client.get("/api/overview")).status_code == 200


async def test_nobody_else_sees_anything(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/overview")).status_code == 401
    assert (await client.get("/report")).status_code == 401


async def test_somebody_with_a_link_to_the_report_is_led_to_the_login(client: httpx.AsyncClient) -> None:
    response = await client.get("/report", headers={"Accept": "text/html,*/*"})
    assert (response.status_code, response.headers["location"]) == (303, "/#report")


async def test_personas_come_with_size_words_and_trend(anna: httpx.AsyncClient) -> None:
    first, second, third = (await seen(anna))["personas"]
    assert (first["number"], first["name"], first["share"], first["n"]) == (1, "IT-Leitung", 190 / 400, 190)
    assert first["description"] == "Funktion: IT · Position: Bereichs- oder Abteilungsleitung · Antwort am Telefon: nie"
    assert first["trend"] == {"direction": "steady", "build": 1, "share_then": 0.5, "n_then": 200}
    assert second["name"] == HOSTILE
    assert second["trend"] == {"direction": "up", "build": 1, "share_then": 0.25, "n_then": 100}
    assert third["trend"] == {"direction": "new", "build": 1, "share_then": None, "n_then": None}
    assert (first["standing"], third["standing"]) == ("stands", "weak")
    assert first["outcome"] == {"rate": 0.4, "low": 0.3, "high": 0.51, "n": 80}


async def test_it_speaks_the_language_of_the_page(anna: httpx.AsyncClient) -> None:
    answer = await seen(anna, "en")
    assert answer["language"] == "en"
    assert answer["personas"][0]["name"] == "IT heads"
    assert answer["personas"][0]["description"].startswith("Function: IT")
    assert "filled in" in answer["data"]["quality"]


async def test_data_and_build_come_with_their_dates(anna: httpx.AsyncClient) -> None:
    answer = await seen(anna)
    assert answer["data"]["contacts"] == 400
    assert answer["data"]["data_on"] == "2026-06-01"
    assert answer["data"]["imported_at"] == "2026-06-01T09:00:00Z"
    assert "der Felder sind ausgefüllt (n = 400 Kontakte)" in answer["data"]["quality"]
    build = answer["build"]
    assert (build["number"], build["built_at"], build["verdict"]) == (2, "2026-07-02T09:00:00Z", "personas")
    assert build["vanished"] == ["Rest"]
    assert answer["live"] == {"events": 0, "drift": None, "alarm": False, "rebuild_due": False, "reasons": []}


async def test_who_objected_is_not_counted(anna: httpx.AsyncClient, app: FastAPI) -> None:
    with session_scope(app.state.engine, writes=True) as session:
        session.get_one(Contact, 1).blocked_on = SECOND.date()
        session.get_one(Contact, 2).duplicate_of = 3
    assert (await seen(anna))["data"]["contacts"] == 398


async def test_drift_is_an_alarm_everywhere_and_a_newer_import_speaks_for_a_rebuild(
    anna: httpx.AsyncClient, app: FastAPI, rasa: Any
) -> None:
    with session_scope(app.state.engine, writes=True) as session:
        model = built_model(session, "b2b")
        assert model is not None
        state = open_state(session, model)
        state.events, state.drift, state.reasons = 7, 0.31, ({"kind": "classes", "index": 0.31, "n": 120},)
        close_state(session, state)
        session.add(Import(id=2, at=SECOND.replace(day=3), files=[], mapping={}, report={}))
    live = (await seen(anna))["live"]
    assert (live["events"], live["drift"], live["alarm"], live["rebuild_due"]) == (7, 0.31, True, True)
    assert live["reasons"] == [
        "die Größen der Personas haben sich verschoben (Stabilitätsindex 0,31, n = 120)",
        "am 03.07.2026 wurden Daten eingelesen, die der letzte Aufbau nicht kennt",
    ]
    health = (await anna.get("/health")).json()
    assert (health["status"], health["drift_alarm"], health["rebuild_due"]) == ("ok", True, True)
    figures = (await anna.get("/metrics")).text
    assert 'personabot_drift{market="b2b"} 0.31' in figures
    assert "personabot_drift_alarm 1.0" in figures
    assert "personabot_rebuild_due 1.0" in figures


async def test_a_new_name_shows_at_once(anna: httpx.AsyncClient, app: FastAPI) -> None:
    await seen(anna)
    with session_scope(app.state.engine, writes=True) as session:
        session.get_one(Persona, 20).name_de = "Jäger"
        session.get_one(PersonaIdentity, 1).changed_at = SECOND
    assert (await seen(anna))["personas"][0]["name"] == "Jäger"


async def test_a_slow_check_of_the_data_does_not_hold_up_the_page(
    anna: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview_module, "QUALITY_WAIT_SECONDS", 0.0)
    assert (await seen(anna))["data"]["quality"] is None
    monkeypatch.setattr(overview_module, "QUALITY_WAIT_SECONDS", 30.0)
    assert (await seen(anna))["data"]["quality"]


@pytest.mark.parametrize(("language", "word"), [("de", "Datenstand"), ("en", "data as of")])
async def test_the_report_speaks_the_language_loads_nothing_and_shows_hostile_names_as_text(
    client: httpx.AsyncClient, language: str, word: str
) -> None:
    await logged_in(client, TRAINER)
    response = await client.get("/report", headers={"Accept-Language": language})
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["content-language"] == language
    assert word in response.text
    assert "<img" not in response.text
    assert "&lt;img src=x" in response.text
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe-inline" not in policy
    assert "script-src" not in policy


async def test_the_api_describes_the_overview(client: httpx.AsyncClient) -> None:
    description = (await client.get("/openapi.json")).json()
    assert "/api/overview" in description["paths"]
    assert "trend" in description["components"]["schemas"]["PersonaGlance"]["properties"]
    assert "drift_alarm" in description["components"]["schemas"]["Health"]["properties"]


class TestWithoutBuild:
    """A store into which nothing has been imported yet."""

    @pytest.fixture
    def store_file(self, furnished_store: Path) -> Path:
        return furnished_store

    async def test_the_overview_is_empty_and_says_so(self, anna: httpx.AsyncClient) -> None:
        answer = await seen(anna)
        assert (answer["build"], answer["personas"]) == (None, [])
        assert (answer["data"]["contacts"], answer["data"]["data_on"], answer["data"]["quality"]) == (0, None, None)

    async def test_there_is_no_report_and_people_are_led_to_the_page(self, anna: httpx.AsyncClient) -> None:
        refused = await anna.get("/report")
        assert (refused.status_code, refused.json()["error"]) == (404, "report_none")
        response = await anna.get("/report", headers={"Accept": "text/html"})
        assert (response.status_code, response.headers["location"]) == (303, "/")
