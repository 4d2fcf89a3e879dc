"""The gateway on a store with two builds, and pages of its people, watched and looked over by axe-core."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from bot.gateway.app import create_app
from persona_store.database import session_scope
from persona_store.privacy.identity import Identity
from persona_store.users import add_user, find_user
from tests.bot.conftest import RasaPlace, new_installation, served
from tests.bot.two_builds import PASSWORD
from tests.bot.web.conftest import is_foreign, is_trouble, reply
from tests.ports import free_port

AXE = (Path(__file__).parent / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PHONE = {"width": 390, "height": 780}
LONGEST_WAIT_MS = 15_000  # the machine may be busy


@dataclass(frozen=True)
class Built:
    """A running gateway: its address, application, and what stands in Rasa's place."""

    url: str
    app: FastAPI
    rasa: RasaPlace

    @property
    def engine(self) -> Engine:
        """The store."""
        engine: Engine = self.app.state.engine
        return engine

    def user(self, name: str, rights: Any = "sales") -> str:
        """Makes sure that there is a user of this name; returns the name."""
        with session_scope(self.engine, writes=True, asker=Identity("tests", "admin")) as session:
            if find_user(session, name) is None:
                add_user(session, name, PASSWORD, rights)
        return name


@pytest.fixture(scope="session")
def built_gateway(tmp_path_factory: pytest.TempPathFactory, built_store: Path) -> Iterator[Built]:
    """One gateway for all tests of these pages."""
    known = new_installation(tmp_path_factory.mktemp("places"), built_store)
    place = RasaPlace(known.rasa_port)
    app = create_app(known)
    with served(place.app(), place.port), served(app, free_port()) as url:
        yield Built(url, app, place)


@pytest.fixture
def built(built_gateway: Built) -> Built:
    """The gateway as at first: nothing has been said yet."""
    built_gateway.rasa.reply, built_gateway.rasa.received = reply, []
    return built_gateway


Visit = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, built: Built) -> Iterator[Visit]:
    """Opens the page as somebody; a violated policy, a script error or a request to elsewhere fails the test."""
    troubles: list[str] = []
    pages: list[Page] = []

    def open_page(name: str | None = None, path: str = "/", **options: Any) -> Page:
        context = chromium.new_context(base_url=built.url, **{"locale": "de-DE", "reduced_motion": "reduce", **options})
        context.set_default_timeout(LONGEST_WAIT_MS)
        page = context.new_page()
        pages.append(page)
        page.on("console", lambda message: troubles.append(message.text) if is_trouble(message.text) else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda asked: troubles.append(asked.url) if is_foreign(asked.url, built.url) else None)
        if name is not None:
            body = {"name": name, "password": PASSWORD}
            assert context.request.post("/api/login", data=body).ok
        page.goto(path)
        return page

    yield open_page
    for page in pages:
        assert page.evaluate("window.hacked") is None
        page.context.close()
    assert troubles == []


def offences(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and good practice: rule and place."""
    page.evaluate(AXE)
    options = json.dumps({"runOnly": list(RULES)})
    found = page.evaluate(f"axe.run(document, {options}).then(result => result.violations)")
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]
