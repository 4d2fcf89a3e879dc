"""Other sites cannot act for a person, bodies are bounded, and pages may load only our own files."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.gateway import protection
from bot.gateway.protection import LARGEST_BODY

MESSAGE = {"text": "Hallo", "conversation": "a"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://gateway.evil.example"},
        {"Origin": "http://gateway:8081"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/api/chat", "/api/login", "/api/logout"])
async def test_requests_of_other_sites_are_refused(
    anna: httpx.AsyncClient, rasa: Any, path: str, headers: dict[str, str]
) -> None:
    response = await anna.post(path, json=MESSAGE, headers=headers)
    assert (response.status_code, response.json()["error"]) == (403, "foreign_origin")
    assert rasa.received == []
    assert (await anna.get("/api/me")).status_code == 200


async def test_requests_of_our_own_page_pass(anna: httpx.AsyncClient, rasa: Any) -> None:
    own = {"Origin": "http://gateway", "Sec-Fetch-Site": "same-origin"}
    assert (await anna.post("/api/chat", json=MESSAGE, headers=own)).status_code == 200


async def test_a_body_that_is_too_large_is_refused(anna: httpx.AsyncClient, rasa: Any) -> None:
    response = await anna.post("/api/chat", content=b"x" * (LARGEST_BODY + 1))
    assert (response.status_code, response.json()["error"]) == (413, "too_large")


@pytest.mark.parametrize("size", ["9" * 5000, str(LARGEST_BODY + 1), "-1", "1e3", "0x10", ""])
async def test_a_body_that_says_a_size_that_is_none_or_too_large_is_refused(anna: httpx.AsyncClient, size: str) -> None:
    response = await anna.post("/api/chat", content=b"{}", headers={"Content-Length": size})
    assert (response.status_code, response.json()["error"]) == (413, "too_large")


async def test_a_body_that_does_not_say_its_size_is_bounded_too(anna: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_BODY):
            yield b"x" * 1024

    response = await anna.post("/api/chat", content=endless())
    assert response.status_code == 413


async def test_a_body_that_never_ends_is_given_up(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protection, "BODY_SECONDS", 0.05)

    async def stalling() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    assert (await client.post("/api/login", content=stalling())).status_code == 408


@pytest.mark.parametrize("path", ["/", "/api/me", "/health", "/metrics", "/openapi.json", "/web/page.css", "/nowhere"])
async def test_every_response_carries_the_protective_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"


async def test_answers_are_not_kept_by_caches(anna: httpx.AsyncClient) -> None:
    assert (await anna.get("/api/me")).headers["cache-control"] == "no-store"


async def test_an_unforeseen_error_is_a_sentence_without_its_details(
    app: FastAPI, anna: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.state.session_secret = None  # whatever breaks
    response = await anna.get("/api/me")
    assert (response.status_code, response.json()["error"]) == (500, "internal")
    assert "content-security-policy" in response.headers
    assert "in GET '/api/me'" in caplog.text  # quoted, so that no line break of a path begins a line of the log


@pytest.mark.parametrize("path", ["/web/../gateway/app.py", "/web/%2e%2e/gateway/app.py", "/web//etc/passwd", "/docs"])
async def test_nothing_but_the_page_is_served(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.json()["error"]) == (404, "not_found")
