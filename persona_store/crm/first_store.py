"""A first import fills a store of its own beside the real one, which is locked only while all of it is taken over."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, insert, select

from persona_store.crm.staging import ALONE
from persona_store.database import connect, session_scope
from persona_store.database.bulk import SORT_PRAGMAS
from persona_store.database.models import Import, Suppressed
from persona_store.errors import StoreUnavailable
from persona_store.settings import settings
from persona_store.wording import say

# What an import writes; a row refers only to tables before its own.
FILLED = (
    *("companies", "products", "sellers", "contents", "ideas", "contacts", "deals", "interactions", "text_hits"),
    *("name_tokens", "name_variants", "contact_tokens"),
)
# Nobody else has the file, and when the import fails it is left out: rolling back is all it must be able to.
ALONE_PRAGMAS = ("PRAGMA journal_mode=MEMORY", "PRAGMA synchronous=OFF")
BULK_PRAGMAS = ("PRAGMA foreign_keys=OFF", *SORT_PRAGMAS)
NAME = "first"  # what its file is called, while it is taken over too


class FirstStore:
    """An empty copy of a SQLite store that holds nothing of a CRM yet, with those who must not come back."""

    def __init__(self, store: Engine, folder: Path) -> None:
        """`store` is set for one big load; `folder` for temporary files takes the copy."""
        self._store = store
        self._folder = folder
        engine = connect(f"sqlite:///{folder / NAME}.db")
        set_for_load(engine, *ALONE_PRAGMAS)
        self.engine = engine.execution_options(**{ALONE: True})
        query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC"
        with store.connect() as connection, self.engine.begin() as copy:
            for definition in connection.exec_driver_sql(query).scalars():
                copy.exec_driver_sql(definition)
            self._suppressed = suppressed(connection)
            if self._suppressed:
                copy.execute(insert(Suppressed), self._suppressed)

    def take_over(self) -> None:
        """Moves everything into the store, in one transaction; tables and indexes are copied as they lie.

        Raises StoreUnavailable where others have filled the store meanwhile, or somebody was erased.
        """
        self.engine.dispose()
        _leave_out_log(self._store)
        with session_scope(self._store, writes=True) as session:
            connection = session.connection()
            if not is_empty(connection) or suppressed(connection) != self._suppressed:
                raise StoreUnavailable(say("store.busy", settings().language))
            places: dict[str, str] = {}
            for path in self._folder.glob("*.db"):
                connection.exec_driver_sql(f"ATTACH ? AS {path.stem}", (str(path),))
                there = connection.exec_driver_sql(f"SELECT name FROM {path.stem}.sqlite_master").scalars()  # noqa: S608
                places |= dict.fromkeys(there, path.stem)
            for table in FILLED:
                connection.exec_driver_sql(f"INSERT INTO main.{table} SELECT * FROM {places[table]}.{table}")  # noqa: S608
            names = ", ".join(f'"{column.name}"' for column in Import.__table__.columns if column.name != "id")
            connection.exec_driver_sql(f"INSERT INTO main.imports ({names}) SELECT {names} FROM {NAME}.imports")  # noqa: S608


@contextmanager
def first_store(store: Engine, folder: Path) -> Iterator[FirstStore | None]:
    """Where a first import goes; None where it must go into the store itself: beside other rows, or not on SQLite."""
    if store.dialect.name != "sqlite" or store.url.database in (None, "", ":memory:"):
        yield None
        return
    with store.connect() as connection:
        empty = is_empty(connection)
    own = FirstStore(store, folder) if empty else None
    try:
        yield own
    finally:
        if own is not None:
            own.engine.dispose()


def set_for_load(engine: Engine, *more: str) -> None:
    """Sets the connections of a SQLite engine for one big load: a big cache, indexes sorted in two threads.

    References are left unchecked: the import resolves them itself.
    """

    @event.listens_for(engine, "connect")
    def _set(connection: Any, _record: Any) -> None:
        for pragma in (*BULK_PRAGMAS, *more):
            connection.execute(pragma)


def _leave_out_log(store: Engine) -> None:
    """Where nobody else has the store open, its pages go to their places at once instead of through the log (WAL).

    That halves the work; a journal of the few old pages keeps it all or nothing. Whoever opens the store next turns
    the log on again.
    """
    with (
        closing(store.raw_connection()) as connection,
        suppress(sqlite3.OperationalError),
        closing(connection.cursor()) as cursor,
    ):
        cursor.execute("PRAGMA journal_mode=DELETE")
        cursor.execute("PRAGMA synchronous=FULL")


def is_empty(connection: Connection) -> bool:
    """Whether the store holds nothing that an import writes but the record of imports."""
    tables = (f"SELECT 1 FROM {table} LIMIT 1" for table in FILLED)  # noqa: S608
    return all(connection.exec_driver_sql(query).first() is None for query in tables)


def suppressed(connection: Connection) -> list[dict[str, Any]]:
    """Who must not come back."""
    rows = connection.execute(select(Suppressed.__table__).order_by(Suppressed.digest))
    return [row._asdict() for row in rows]
