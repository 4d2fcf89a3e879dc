"""A gateway with Telegram switched on, a Bot API on loopback, and a server that says what a test wants for Rasa."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from bot.gateway.app import create_app
from persona_store.database import connect, session_scope
from persona_store.links import TELEGRAM, new_code, redeem
from persona_store.settings import Settings
from tests.bot.conftest import NAME, OTHER_NAME, RasaPlace, new_installation
from tests.bot.telegram.bot_api import BotApi, running
from tests.bot.telegram.people import Person, eventually

JANA, OTTO = 7001, 7002  # linked to anna (sales, German) and to berta (marketing, English)


@pytest.fixture(scope="session")
def linked_store(tmp_path_factory: pytest.TempPathFactory, furnished_store: Path) -> Path:
    """A store whose users have linked their Telegram accounts."""
    path = tmp_path_factory.mktemp("linked") / "personabot.db"
    shutil.copy(furnished_store, path)
    engine = connect(f"sqlite:///{path}")
    for name, number in ((NAME, JANA), (OTHER_NAME, OTTO)):
        with session_scope(engine, writes=True) as session:
            redeem(session, new_code(session, name), TELEGRAM, str(number))
    engine.dispose()
    return path


@pytest.fixture
def api() -> Iterator[BotApi]:
    """The Bot API."""
    with running(BotApi()) as api:
        yield api


@pytest.fixture
def known(tmp_path: Path, linked_store: Path, api: BotApi) -> Settings:
    """An installation that polls the Bot API."""
    telegram = {"telegram_token": SecretStr(api.token), "telegram_api": api.url}
    return new_installation(tmp_path, linked_store, action_timeout_seconds=4.0, **telegram)


@pytest.fixture
async def app(known: Settings, api: BotApi, rasa: RasaPlace) -> AsyncIterator[FastAPI]:
    """The gateway, started and listening to Telegram."""
    app = create_app(known)
    async with app.router.lifespan_context(app):
        await eventually(lambda: api.called("getUpdates"))
        yield app


@pytest.fixture
def jana(api: BotApi, app: FastAPI) -> Person:
    """A German-speaking sales rep, linked."""
    return api.person(JANA, "Jana", "de")


@pytest.fixture
def otto(api: BotApi, app: FastAPI) -> Person:
    """An English-speaking marketer, linked."""
    return api.person(OTTO, "Otto", "en")
