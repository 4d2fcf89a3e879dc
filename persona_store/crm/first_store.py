"""A first import fills a store of its own beside the real one, which is locked only while all of it is taken over."""

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, insert, select

from persona_store.database import connect, session_scope
from persona_store.database.bulk import ALONE, BIG_CACHE
from persona_store.database.models import Base, Import, Suppressed
from persona_store.errors import StoreUnavailable
from persona_store.settings import settings
from persona_store.wording import say

# What an import writes, but for the record of it; a row refers only to tables before its own.
FILLED = (
    *("companies", "products", "sellers", "contents", "ideas", "contacts", "deals", "interactions", "text_hits"),
    *("name_tokens", "name_variants", "contact_tokens"),
)
# Nobody else has the file, and when the import fails it is left out: rolling back is all it must be able to.
ALONE_PRAGMAS = ("PRAGMA journal_mode=MEMORY", "PRAGMA synchronous=OFF")
BULK_PRAGMAS = ("PRAGMA foreign_keys=OFF", BIG_CACHE, "PRAGMA threads=1")  # one thread more sorts an index
GONE_BY = (Suppressed, Import)  # what an import goes by itself: who must not come back, and which number it gets
STUMP = 2  # bytes left of a store that was replaced: no database, nor an empty one (for SQLite a single byte is)


class FirstStore:
    """An empty copy of a SQLite store that holds nothing of a CRM yet, with those who must not come back."""

    def __init__(self, store: Engine, folder: Path) -> None:
        """`store` is set for one big load; `folder` for temporary files takes the copy."""
        self._store = store
        self._path = folder / "first.db"
        engine = connect(f"sqlite:///{self._path}")
        set_for_load(engine, *ALONE_PRAGMAS)
        self.engine = engine.execution_options(**{ALONE: True})
        with store.connect() as connection, self.engine.begin() as copy:
            self._known = _known(connection)
            for definition in self._known[0]:
                copy.exec_driver_sql(definition)
            for model, rows in zip(GONE_BY, self._known[1:], strict=True):
                if rows:
                    copy.execute(insert(model), rows)

    def take_over(self) -> None:
        """Makes all of it the store's, at one moment or not at all.

        Where nobody else has the store open the copy takes its place, with what the store holds beside a CRM; else
        the rows are copied there in one transaction. Raises StoreUnavailable where others have filled the store
        meanwhile, or somebody was erased.
        """
        self.engine.dispose()
        if not (self._shut_others_out() and self._take_place()):
            self._store.dispose()
            with self._locked() as connection:
                _copy(connection, FILLED, "first", "main")
                new = "WHERE id > (SELECT coalesce(max(id), 0) FROM main.imports)"
                connection.exec_driver_sql(f"INSERT INTO main.imports SELECT * FROM first.imports {new}")  # noqa: S608

    def _shut_others_out(self) -> bool:
        """Whether nobody else has the store open; then nobody can until the engine is disposed of.

        Its log (WAL) is then written back and gone. Whoever opens the store next turns it on again.
        """
        with closing(self._store.raw_connection()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA locking_mode=EXCLUSIVE")
            with suppress(sqlite3.OperationalError):
                return bool(cursor.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",))
            return False

    def _take_place(self) -> bool:
        """Puts the file of the copy in the place of the store's; False where it cannot have the same owner and rights.

        Who has opened the old file just before, and waits for its lock, must take it neither for the store nor for a
        new one: with it they would use the new store's log, which goes by the name.
        """
        place = Path(str(self._store.url.database)).resolve()
        with self._locked() as connection:
            query = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            there = {*FILLED, *(model.__tablename__ for model in GONE_BY)}
            _copy(connection, {*connection.exec_driver_sql(query).scalars()} - there, "main", "first")
        with place.open("r+b") as before:  # to close it would give up the lock
            try:
                _make_like(self._path, before.fileno())
                self._path.replace(place)
            except OSError:
                return False
            before.truncate(STUMP)
            _sync(place.parent)
            self._store.dispose()
        return True

    @contextmanager
    def _locked(self) -> Iterator[Connection]:
        """A transaction on the store and the copy, called "first".

        Raises StoreUnavailable where the store is not as it was when the copy was made.
        """
        with session_scope(self._store, writes=True) as session:
            connection = session.connection()
            if not is_empty(connection) or _known(connection) != self._known:
                raise StoreUnavailable(say("store.busy", settings().language))
            connection.exec_driver_sql("ATTACH ? AS first", (str(self._path),))
            yield connection


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
    """Sets the connections of a SQLite engine for one big load.

    References are left unchecked: the import resolves them itself.
    """

    @event.listens_for(engine, "connect")
    def _set(connection: Any, _record: Any) -> None:
        for pragma in (*BULK_PRAGMAS, *more):
            connection.execute(pragma)


def is_empty(connection: Connection) -> bool:
    """Whether the store holds nothing that an import writes but the record of imports."""
    tables = (f"SELECT 1 FROM {table} LIMIT 1" for table in FILLED)  # noqa: S608
    return all(connection.exec_driver_sql(query).first() is None for query in tables)


def rows_of(connection: Connection, model: type[Base]) -> list[dict[str, Any]]:
    """All rows of a small table in order."""
    query = select(model.__table__).order_by(*model.__table__.primary_key)
    return [row._asdict() for row in connection.execute(query)]


def _known(connection: Connection) -> list[list[Any]]:
    """What the copy is made with: the definitions of all tables and indexes, tables first, and the rows of GONE_BY."""
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name"
    definitions = list(connection.exec_driver_sql(query).scalars())
    return [definitions, *(rows_of(connection, model) for model in GONE_BY)]


def _copy(connection: Connection, tables: Iterable[str], source: str, target: str) -> None:
    """Adds the rows of the tables of one file to another's; where that has none tables and indexes go as they lie."""
    for table in tables:
        connection.exec_driver_sql(f"INSERT INTO {target}.{table} SELECT * FROM {source}.{table}")  # noqa: S608


def _make_like(path: Path, old: int) -> None:
    """Gives a file owner and rights of one that is open, and makes sure that all of it is on the disk.

    Raises OSError where that cannot be, or where the old one has a second name.
    """
    there = os.stat(old)
    if there.st_nlink > 1:
        raise OSError
    shutil.chown(path, there.st_uid, there.st_gid)
    path.chmod(there.st_mode & 0o7777)
    _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
