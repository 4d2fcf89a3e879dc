"""Health, metrics, the API's description, and the real process."""

import os
import signal
import subprocess
import sys
import time
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from persona_store.database.models import Base
from persona_store.settings import Settings
from tests.ports import free_port


async def test_all_up_is_ok(client: httpx.AsyncClient, rasa: Any) -> None:
    response = await client.get("/health")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "store": True,
        "rasa": True,
        "actions": True,
        "drift_alarm": False,
        "rebuild_due": False,
    }


async def test_without_rasa_and_actions_it_is_degraded(client: httpx.AsyncClient) -> None:
    response = await client.get("/health")
    assert response.status_code == 503
    assert {key: response.json()[key] for key in ("status", "store", "rasa", "actions")} == {
        "status": "degraded",
        "store": True,
        "rasa": False,
        "actions": False,
    }


async def test_without_its_tables_the_store_is_down(client: httpx.AsyncClient, rasa: Any, app: FastAPI) -> None:
    Base.metadata.drop_all(app.state.engine)
    response = await client.get("/health")
    assert (response.status_code, response.json()["store"], response.json()["drift_alarm"]) == (503, False, None)


async def test_metrics_count_turns_and_logins_and_name_nobody(anna: httpx.AsyncClient, rasa: Any) -> None:
    await anna.post("/api/chat", json={"text": "Wer ist Eva Weber?", "conversation": "a"})
    figures = (await anna.get("/metrics")).text
    assert 'personabot_turns_total{outcome="answered"} 1.0' in figures
    assert 'personabot_logins_total{result="ok"} 1.0' in figures
    assert "personabot_turn_seconds_count 1.0" in figures
    assert "anna" not in figures
    assert "Weber" not in figures


async def test_the_api_is_described(client: httpx.AsyncClient) -> None:
    description = (await client.get("/openapi.json")).json()
    assert {
        "/api/login",
        "/api/logout",
        "/api/me",
        "/api/chat",
        "/api/crm/events",
        "/api/files/{token}",
        "/api/overview",
        "/report",
        "/health",
        "/metrics",
    } <= set(description["paths"])
    assert "next_step" in description["components"]["schemas"]["Answer"]["properties"]


async def test_texts_of_the_page_come_in_both_languages_with_the_same_keys(client: httpx.AsyncClient) -> None:
    german = (await client.get("/web/texts/de.json")).json()
    english = (await client.get("/web/texts/en.json")).json()
    assert german.keys() == english.keys()
    assert german != english
    assert (await client.get("/web/texts/fr.json")).status_code == 404


def test_the_process_serves_answers_and_stops_when_told(known: Settings, rasa: Any) -> None:
    port = httpx.URL(f"http://127.0.0.1:{free_port()}")
    environment = os.environ | {
        "PERSONABOT_VAR": str(known.var),
        "PERSONABOT_RASA_PORT": str(known.rasa_port),
        "PERSONABOT_ACTIONS_PORT": str(known.actions_port),
    }
    process = subprocess.Popen([sys.executable, "-m", "bot.gateway", "--port", str(port.port)], env=environment)
    try:
        with httpx.Client(base_url=port, trust_env=False) as client:
            until_up(client, process)
            login = {"name": "anna", "password": "leuchtturm-gabel-november"}
            assert client.post("/api/login", json=login).status_code == 200
            reply = client.post("/api/chat", json={"text": "Hallo", "conversation": "a"})
            assert reply.json()["messages"][0]["text"] == "heard: Hallo"
            assert "server" not in reply.headers
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert process.returncode in (0, -signal.SIGTERM)


def until_up(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            client.get("/health")
            return
        except httpx.ConnectError:
            time.sleep(0.05)
    pytest.fail("the gateway ended instead of serving")
