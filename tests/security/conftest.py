"""What the attacks need: the gateway, the actions, and a small store whose people are known."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from actions import base, storing
from persona_store.database import session_scope
from persona_store.names import index_people
from tests.actions.conftest import executor
from tests.bot.conftest import anna, app, client, furnished_store, known, rasa, store_file
from tests.persona_store.conftest import add_small_store

__all__ = ["anna", "app", "client", "executor", "furnished_store", "known", "rasa", "store_file"]


@pytest.fixture
def people(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The small store of tests/persona_store, in which the actions work too."""
    with session_scope(sqlite_engine, writes=True) as session:
        add_small_store(session)
        session.flush()
        index_people(session)
    plain = sqlite_engine.execution_options(asker=None)
    monkeypatch.setattr(base, "store", lambda: plain)
    monkeypatch.setattr(storing, "store", lambda: plain)
    yield sqlite_engine
