"""What the attacks need: the gateway, the actions, and a small store whose people are known."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from actions import base, storing
from persona_store.database import session_scope
from persona_store.database.models import Company
from persona_store.names import index_people
from tests.actions.conftest import executor
from tests.bot.conftest import anna, app, client, furnished_store, known, rasa, store_file
from tests.persona_store.conftest import _add_build, _contacts

__all__ = ["anna", "app", "client", "executor", "furnished_store", "known", "rasa", "store_file"]


@pytest.fixture
def people(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The small store of tests/persona_store, in which the actions work too."""
    with session_scope(sqlite_engine, writes=True) as session:
        session.add(Company(id=1, key="rosch", name="Rosch GmbH", name_key="rosch", custom={}))
        session.flush()
        session.add_all(_contacts())
        session.flush()
        _add_build(session)
        session.flush()
        index_people(session)
    plain = sqlite_engine.execution_options(asker=None)
    monkeypatch.setattr(base, "store", lambda: plain)
    monkeypatch.setattr(storing, "store", lambda: plain)
    yield sqlite_engine
