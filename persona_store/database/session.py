"""Connections, transactions and migrations of the persona store, on SQLite or PostgreSQL."""

import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

from persona_store.errors import InputError, StoreUnavailable
from persona_store.full_disk import SQLITE_PRIMARY, disk_full
from persona_store.settings import settings
from persona_store.wording import say

if TYPE_CHECKING:
    from persona_store.privacy.identity import Identity

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 3000  # shorter than an action may take, so that people hear why there is no answer
ASKER = "asker"  # in a session's `info` or among an engine's options: for whom it is open, see privacy.rights
T = TypeVar("T")
_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)
POSTGRES_AWAY = ("08", "53", "57P")  # classes of SQLSTATE: connection, resources, shut down; none: never connected
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
)


def connect(url: str) -> Engine:
    """An engine for `url`; SQLite files are created with their folder and run in WAL mode.

    `postgresql://` means the psycopg 3 driver. Raises InputError for what is no URL of a database.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InputError(say("store.bad_url", settings().language)) from None
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    if parsed.database and parsed.database != ":memory:":
        _create(Path(parsed.database))
    engine = create_engine(parsed, hide_parameters=True)  # values of statements are people's data

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()
        connection.isolation_level = None  # the driver's own transactions would leave out DDL

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def session_scope(engine: Engine, *, writes: bool = False, asker: "Identity | None" = None) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises.

    `asker` is who wants to know; calls that give personal data ask for the asker's rights (`privacy.rights.demand`).
    Say `writes` where the block reads before it writes: on SQLite it then waits for its turn at the start instead of
    failing in the middle when another writer was faster. Raises StoreUnavailable when that takes too long, or when
    the database does not answer, or when the deadline of `set_deadline` has passed: then nothing is written.
    """
    with _clear_refusals(), _transaction(engine, writes, asker) as session:
        yield session
        if writes:
            _check_deadline()


def in_turn(engine: Engine, work: Callable[[Session], T], *, asker: "Identity | None" = None) -> T:
    """What `work` makes of one transaction, in which it may write or not; raises as `session_scope`.

    On SQLite it keeps no other writer waiting until it writes itself. Where another was faster it is done over, with
    others kept waiting from the start: what it does outside the session has to bear that.
    """
    with _clear_refusals():
        try:
            with _transaction(engine, False, asker) as session:
                done = work(session)
                _check_deadline()
            return done
        except OperationalError as error:
            if not _is_busy(error.orig):
                raise
        with _transaction(engine, True, asker) as session:
            done = work(session)
            _check_deadline()
        return done


def set_deadline(seconds: object) -> None:
    """From `seconds` from now on nothing is written any more in this context (task or thread copied from it).

    For whoever is told by then that it did not work: what they do again must not be there twice. Anything but a
    number sets none.
    """
    limit = float(seconds) if isinstance(seconds, int | float) else math.inf
    _deadline.set(time.monotonic() + limit)


def count_rows_anew(session: Session, *tables: str) -> None:
    """Tells PostgreSQL's planner how large `tables` (names of ours) have become, right after they were filled.

    It would find out by itself, but only minutes later, and plan as if they were empty until then. SQLite needs none.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"ANALYZE {', '.join(tables)}"))


def migrate(engine: Engine) -> None:
    """Brings the tables to the newest version; safe to call at every start."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with _clear_refusals(), engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _create(path: Path) -> None:
    """Creates the file readable by its owner only; SQLite gives its log beside it the same rights."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreUnavailable(say("store.not_writable", settings().language, path=path)) from error


@contextmanager
def _transaction(engine: Engine, writes: bool, asker: "Identity | None") -> Iterator[Session]:
    bind = engine.execution_options(writes=writes)
    with Session(bind, expire_on_commit=False) as session, session.begin():
        if asker is not None:
            session.info[ASKER] = asker
        yield session


def _check_deadline() -> None:
    if time.monotonic() > _deadline.get():
        raise StoreUnavailable(say("store.busy", settings().language))


@contextmanager
def _clear_refusals() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        full = disk_full(error)
        if full is not None:
            raise full from error
        key = _refusal(error.orig)
        if key is None:
            raise
        raise StoreUnavailable(say(f"store.{key}", settings().language)) from error


def _refusal(error: object) -> str | None:
    """What the database's own error means for people; None for what is no matter of waiting or of its being there."""
    if isinstance(error, sqlite3.Error):
        return "busy" if _is_busy(error) else None
    state = getattr(error, "sqlstate", None)
    return "away" if state is None or str(state).startswith(POSTGRES_AWAY) else None


def _is_busy(error: object) -> bool:
    """Whether SQLite refused because of another writer: one at work, or one that was faster since the first read."""
    kinds = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return isinstance(error, sqlite3.Error) and error.sqlite_errorcode & SQLITE_PRIMARY in kinds
