"""Millions of touchpoints on their way into the store: sorted by contact outside memory, then moved as a whole."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import chain
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, func, select

from persona_store.crm.loading import Upsert, Written
from persona_store.database.bulk import (
    BIG_CACHE,
    frame_writer,
    indexes_later,
    insert_frames,
    write_frames,
)
from persona_store.database.models import Contact, Interaction

PART_ROWS = 1_000_000  # sorted at a time in memory
OWN_PRAGMAS = ("PRAGMA main.journal_mode=OFF", "PRAGMA main.synchronous=OFF", BIG_CACHE)  # the store keeps its own
OWNERS = "SELECT contact_id FROM {0} UNION SELECT t.contact_id FROM interactions t JOIN {0} s ON s.key = t.key"
REPEATED = ("kind", "channel", "direction")  # words that are sorted as numbers
TABLE = Interaction.__tablename__
COLUMNS = [column.name for column in Interaction.__table__.columns if column.name != "id"]


class Sorted:
    """Frames of equal columns, given back in the order of `column`, whose values lie from 1 to `highest`.

    Beyond PART_ROWS rows they wait in files of `folder`, one for each piece given and range of values.
    """

    def __init__(self, folder: Path, column: str, highest: int, rows: int) -> None:
        self._folder = folder
        self._column = column
        self._parts = -(-rows // PART_ROWS)
        self._span = highest // self._parts + 1
        self._pieces = 0
        self._held: list[list[pl.DataFrame | Path]] = [[] for _ in range(self._parts)]

    def add(self, frame: pl.DataFrame) -> None:
        """Takes in more rows."""
        frame = frame.with_columns(pl.col(name).cast(pl.Categorical) for name in REPEATED if name in frame.columns)
        if self._parts == 1:
            self._held[0].append(frame)
            return
        self._pieces += 1
        part = (pl.col(self._column) // self._span).alias("part")
        for (number,), rows in frame.with_columns(part).partition_by("part", as_dict=True, include_key=False).items():
            path = self._folder / f"{id(self)}-{self._pieces}-{number}.arrow"
            rows.write_ipc(path, compression="uncompressed")
            self._held[number].append(path)

    def parts(self) -> Iterator[pl.DataFrame]:
        """All rows in order, in several frames; rows with the same value stay as they were given. Only once."""
        for held in self._held:
            frames = [pl.read_ipc(one) if isinstance(one, Path) else one for one in held]
            for one in held:
                if isinstance(one, Path):
                    one.unlink()
            held.clear()
            if frames:
                ordered = pl.concat(frames).sort(self._column, maintain_order=True)
                yield ordered.with_columns(pl.col(pl.Categorical).cast(pl.String))


class SqliteStage:
    """A database file of some tables beside the store, filled without any journal, then read from within the import.

    Nothing in the store is touched until `attach`; when the import fails the file is simply left out.
    """

    def __init__(self, connection: Connection, path: Path, *tables: str) -> None:
        self._path = path
        self._store = connection.engine.url.database
        self._tables = tables
        self._definitions: list[str] = []
        self._indexes: list[str] = []
        query = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC"
        for table in tables:
            definition, *indexes = connection.exec_driver_sql(query, (table,)).scalars()
            self._definitions.append(definition)
            if connection.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first() is None:  # noqa: S608
                self._indexes += indexes

    def fill(self, parts: Iterable[tuple[str, pl.DataFrame]]) -> None:
        """Writes all rows, each frame into the table named; what will be a table of the store gets its indexes too."""
        with frame_writer(str(self._path)) as cursor:
            for definition in self._definitions:
                cursor.execute(definition)
            write_frames(cursor, parts)
            for index in self._indexes:
                cursor.execute(index)

    def keep_changes(self, columns: Sequence[str]) -> None:
        """Leaves those staged rows that the store, as it is committed now, does not hold with equal `columns`."""
        if self._indexes:
            return  # the store had no rows
        same = " AND ".join(f'known."{name}" IS staged."{name}"' for name in columns)
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            for pragma in OWN_PRAGMAS:
                connection.execute(pragma)
            connection.execute("ATTACH ? AS store", (self._store,))
            connection.execute(
                f"CREATE TABLE main.changes AS SELECT * FROM main.{TABLE} AS staged WHERE NOT EXISTS "  # noqa: S608
                f"(SELECT 1 FROM store.{TABLE} AS known WHERE known.key = staged.key AND {same})"
            )
            connection.execute(f"DROP TABLE main.{TABLE}")
            connection.execute(f"ALTER TABLE main.changes RENAME TO {TABLE}")

    def attach(self, connection: Connection) -> str:
        """Makes the rows readable in the connection's transaction; returns the name of the file there."""
        connection.exec_driver_sql(f"ATTACH ? AS {self._path.stem}", (str(self._path),))
        return self._path.stem

    def move(self, connection: Connection) -> None:
        """Makes the rows those of the store's empty tables, copied with their indexes as they lie."""
        staged = self.attach(connection)
        for table in self._tables:
            connection.exec_driver_sql(f"INSERT INTO main.{table} SELECT * FROM {staged}.{table}")  # noqa: S608


class Touchpoints:
    """The interactions of one import, collected and then written at once in the order of their contacts.

    On SQLite a thread of its own fills the staging files while the import goes on with other tables: `begin` starts
    it, `finish` waits for it and moves the rows. `close` ends it early.
    """

    def __init__(self, folder: Path, name: str, rows: int) -> None:
        """`name` begins the names of the files in `folder`; `rows` is about the number of interactions to come."""
        self._folder = folder
        self._name = name
        self._rows = rows
        self._sorted: dict[tuple[str, ...], Sorted] = {}
        self._counts: dict[tuple[str, ...], int] = {}
        self._stages: dict[tuple[str, ...], tuple[SqliteStage, Future[None]]] = {}
        self._writer = ThreadPoolExecutor(1)
        self._ended = False
        self.owners: set[int] | None = set()  # whose rows were written, or were before; None: not known

    def add(self, connection: Connection, frame: pl.DataFrame) -> None:
        """Takes in rows whose contacts are in the store; every key may come once."""
        columns = tuple(frame.columns)
        if columns not in self._sorted:
            highest = connection.scalar(select(func.max(Contact.id))) or 0
            self._sorted[columns] = Sorted(self._folder, "contact_id", highest, max(self._rows, 1))
            self._counts[columns] = 0
        self._counts[columns] += frame.height
        self._sorted[columns].add(frame)

    def begin(self, connection: Connection) -> None:
        """Starts the writing; no more rows may come."""
        if connection.dialect.name != "sqlite":
            return
        for number, (columns, rows) in enumerate(self._sorted.items()):
            stage = SqliteStage(connection, self._folder / f"{self._name}{number}.db", TABLE)
            self._stages[columns] = stage, self._writer.submit(stage.fill, self._parts(rows))

    def keep_changes(self) -> None:
        """Waits for the writing and leaves what changes the store, on SQLite; nothing is locked meanwhile."""
        for columns, (stage, filled) in self._stages.items():
            filled.result()
            stage.keep_changes(columns)

    def finish(self, connection: Connection) -> Iterator[tuple[Written, int]]:
        """Moves all rows into the store; what came of each group of equal columns, with its number of rows."""
        for columns, rows in self._sorted.items():
            yield self._moved(connection, columns, rows), self._counts[columns]
        self._sorted.clear()

    def close(self) -> None:
        """Ends the writing, done or not."""
        self._ended = True
        self._writer.shutdown()

    def fill(self, connection: Connection, look: Callable[[pl.DataFrame], None]) -> int:
        """Writes all rows into the empty table of a store that is ALONE; `look` sees them too, numbered as there.

        Returns how many there were.
        """
        with indexes_later(connection, TABLE):
            insert_frames(connection, self._numbered(look))
        return sum(self._counts.values())

    def _numbered(self, look: Callable[[pl.DataFrame], None]) -> Iterator[tuple[str, pl.DataFrame]]:
        before = 0
        for table, part in chain.from_iterable(map(self._parts, self._sorted.values())):
            numbered = part.with_row_index("id", offset=before + 1)
            before += part.height
            look(numbered)
            yield table, numbered

    def _parts(self, rows: Sorted) -> Iterator[tuple[str, pl.DataFrame]]:
        """The rows in order with all columns of the table, absent ones empty."""
        for part in rows.parts():
            if self._ended:
                return
            absent = [name for name in COLUMNS if name not in part.columns]
            empty = [pl.lit(None, dtype=pl.String).alias(name) for name in absent]
            yield TABLE, part.with_columns(empty).select(COLUMNS)

    def _moved(self, connection: Connection, columns: tuple[str, ...], rows: Sorted) -> Written:
        if columns not in self._stages:
            self.owners = None
            upsert = Upsert(connection, TABLE, columns)
            written = [upsert.write(part) for part in rows.parts()]
            upsert.close()
            return Written(sum(one.new for one in written), tuple(row for one in written for row in one.changed))
        stage, filled = self._stages[columns]
        filled.result()
        if connection.scalar(select(Interaction.id).limit(1)) is None:
            self.owners = None
            stage.move(connection)
            return Written(self._counts[columns], ())
        staged = f"{stage.attach(connection)}.{TABLE}"
        if self.owners is not None:
            self.owners.update(connection.exec_driver_sql(OWNERS.format(staged)).scalars())
        return Upsert(connection, TABLE, columns, staged=staged).take()
