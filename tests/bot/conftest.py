"""A gateway with a user, and in Rasa's place a server that says what a test wants, sound or broken."""

import asyncio
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.gateway.app import create_app
from persona_store.database import connect, migrate, session_scope
from persona_store.privacy.rights import on_behalf_of
from persona_store.settings import Settings
from persona_store.users import add_user
from tests.bot.two_builds import furnish
from tests.conftest import OPERATOR
from tests.ports import free_port

NAME = "anna"
OTHER_NAME = "berta"
PASSWORD = "leuchtturm-gabel-november"


@dataclass
class RasaPlace:
    """What stands where Rasa listens: `received` messages, and `reply`, called with each of them."""

    port: int
    reply: Callable[[dict[str, Any]], Any] = lambda message: [{"text": f"heard: {message['message']}"}]
    delay_seconds: float = 0.0
    received: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> Starlette:
        async def webhook(request: Request) -> Response:
            message = await request.json()
            self.received.append(message)
            await asyncio.sleep(self.delay_seconds)
            reply = self.reply(message)
            return reply if isinstance(reply, Response) else JSONResponse(reply)

        async def up(_request: Request) -> Response:
            return JSONResponse({"status": "ok"})

        return Starlette(
            routes=[
                Route("/webhooks/rest/webhook", webhook, methods=["POST"]),
                Route("/webhooks/rest/", up),
                Route("/health", up),
            ]
        )


@contextmanager
def served(app: Any, port: int) -> Iterator[str]:
    """Serves `app` by uvicorn in a thread; yields its URL."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def furnished_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two users, made once because hashing passwords takes its time."""
    path = tmp_path_factory.mktemp("furnished") / "personabot.db"
    engine = on_behalf_of(connect(f"sqlite:///{path}"), OPERATOR)
    migrate(engine)
    with session_scope(engine, writes=True) as session:
        add_user(session, NAME, PASSWORD, "sales")
        add_user(session, OTHER_NAME, PASSWORD, "marketing", "en")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def built_store(tmp_path_factory: pytest.TempPathFactory, furnished_store: Path) -> Path:
    """A store with two builds and a user of each role."""
    return furnish(furnished_store, tmp_path_factory.mktemp("built"))


def new_installation(var: Path, store: Path, **others: Any) -> Settings:
    """Settings of an installation of its own, with a copy of `store`; `others` are further settings."""
    shutil.copy(store, var / store.name)
    port = free_port()
    usual = {"rasa_port": port, "actions_port": port, "action_timeout_seconds": 0.5}
    return Settings(_env_file=None, var=var, **usual | others)


@pytest.fixture
def store_file(furnished_store: Path) -> Path:
    """The store that `known` has a copy of; for modules to replace by another."""
    return furnished_store


@pytest.fixture
def known(tmp_path: Path, store_file: Path) -> Settings:
    """A new installation."""
    return new_installation(tmp_path, store_file)


@pytest.fixture(scope="session")
def shared_gateway(tmp_path_factory: pytest.TempPathFactory, furnished_store: Path) -> Iterator[tuple[str, RasaPlace]]:
    """One gateway on a real port, its URL, and what stands in Rasa's place, for tests that leave no trace there."""
    known = new_installation(tmp_path_factory.mktemp("shared"), furnished_store)
    place = RasaPlace(known.rasa_port)
    with served(place.app(), place.port), served(create_app(known), free_port()) as url:
        yield url, place


@pytest.fixture
def rasa(known: Settings) -> Iterator[RasaPlace]:
    """A server in Rasa's place (and in that of the actions, which share its port)."""
    place = RasaPlace(known.rasa_port)
    with served(place.app(), place.port):
        yield place


@pytest.fixture
async def app(known: Settings) -> AsyncIterator[FastAPI]:
    """The gateway, started."""
    app = create_app(known)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a face: keeps cookies, says nothing about its origin."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


@pytest.fixture
async def anna(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """The client with Anna logged in."""
    return await logged_in(client, NAME)


async def logged_in(client: httpx.AsyncClient, name: str) -> httpx.AsyncClient:
    """The client with this user logged in."""
    response = await client.post("/api/login", json={"name": name, "password": PASSWORD})
    assert response.status_code == 200
    return client
