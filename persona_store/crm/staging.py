"""Millions of touchpoints on their way into the store: sorted by contact outside memory, then moved as a whole."""

import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, func, select

from persona_store.crm.loading import Upsert, Written
from persona_store.database.bulk import SORT_PRAGMAS, storable
from persona_store.database.models import Contact, Interaction

PART_ROWS = 1_000_000  # sorted at a time in memory
FAST_PRAGMAS = ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA locking_mode=EXCLUSIVE", *SORT_PRAGMAS)
OWN_PRAGMAS = (
    "PRAGMA main.journal_mode=OFF",
    "PRAGMA main.synchronous=OFF",
    SORT_PRAGMAS[0],
)  # the store keeps its own
OWNERS = "SELECT contact_id FROM {0} UNION SELECT t.contact_id FROM interactions t JOIN {0} s ON s.key = t.key"
REPEATED = ("kind", "channel", "direction")  # words that are sorted as numbers
ALONE = "alone"  # option of a connection to a store that is to be taken over: it may lie in several files


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
        self._columns: dict[str, list[str]] = {}
        self._definitions: list[str] = []
        self._indexes: list[str] = []
        query = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC"
        for table in tables:
            self._columns[table] = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
            definition, *indexes = connection.exec_driver_sql(query, (table,)).scalars()
            self._definitions.append(definition)
            if connection.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first() is None:  # noqa: S608
                self._indexes += indexes

    def fill(self, parts: Iterator[tuple[str, pl.DataFrame]]) -> None:
        """Writes all rows, each frame into the table named, numbered in the order given where it has no `id`.

        The next frame is made ready while one is written. What will be a table of the store gets its indexes too, in
        one sorted go.
        """
        from adbc_driver_sqlite import dbapi  # brings pandas with it, which answering need not load

        with dbapi.connect(str(self._path), autocommit=True) as stage, stage.cursor() as cursor:
            for statement in (*FAST_PRAGMAS, *self._definitions):
                cursor.execute(statement)

            def write(name: str, frame: pl.DataFrame) -> None:
                cursor.adbc_ingest(name, frame.to_arrow(compat_level=pl.CompatLevel.oldest()), mode="append")

            with ThreadPoolExecutor(1) as writer:
                before: Future[None] | None = None
                for name, frame in parts:
                    ready = storable(self._complete(name, frame))
                    if before is not None:
                        before.result()
                    before = writer.submit(write, name, ready)
                if before is not None:
                    before.result()
            for index in self._indexes:
                cursor.execute(index)

    def keep_changes(self, table: str, columns: Sequence[str]) -> None:
        """Leaves those staged rows that the store, as it is committed now, does not hold with equal `columns`."""
        if self._indexes:
            return  # the store had no rows
        same = " AND ".join(f'known."{name}" IS staged."{name}"' for name in columns)
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            for pragma in OWN_PRAGMAS:
                connection.execute(pragma)
            connection.execute("ATTACH ? AS store", (self._store,))
            connection.execute(
                f"CREATE TABLE main.changes AS SELECT * FROM main.{table} AS staged WHERE NOT EXISTS "  # noqa: S608
                f"(SELECT 1 FROM store.{table} AS known WHERE known.key = staged.key AND {same})"
            )
            connection.execute(f"DROP TABLE main.{table}")
            connection.execute(f"ALTER TABLE main.changes RENAME TO {table}")

    def attach(self, connection: Connection) -> str:
        """Makes the rows readable in the connection's transaction; returns the name of the file there."""
        connection.exec_driver_sql(f"ATTACH ? AS {self._path.stem}", (str(self._path),))
        return self._path.stem

    def move(self, connection: Connection) -> None:
        """Makes the rows those of the store's empty tables, copied with their indexes as they lie.

        A store that is to be taken over gives up its tables instead, for these to be found in their place.
        """
        staged = self.attach(connection)
        for table in self._columns:
            if connection.get_execution_options().get(ALONE):
                connection.exec_driver_sql(f"DROP TABLE main.{table}")
            else:
                connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM {staged}.{table}")  # noqa: S608

    def _complete(self, table: str, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with the table's columns in their order, absent ones empty."""
        wanted = [name for name in self._columns[table] if name != "id" or name in frame.columns]
        absent = [name for name in wanted if name not in frame.columns]
        return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent).select(wanted)


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
            stage = SqliteStage(connection, self._folder / f"{self._name}{number}.db", "interactions")
            self._stages[columns] = stage, self._writer.submit(stage.fill, self._parts(rows))

    def keep_changes(self) -> None:
        """Waits for the writing and leaves what changes the store, on SQLite; nothing is locked meanwhile."""
        for columns, (stage, filled) in self._stages.items():
            filled.result()
            stage.keep_changes("interactions", columns)

    def finish(self, connection: Connection) -> Iterator[tuple[Written, int]]:
        """Moves all rows into the store; what came of each group of equal columns, with its number of rows."""
        for columns, rows in self._sorted.items():
            yield self._moved(connection, columns, rows), self._counts[columns]
        self._sorted.clear()

    def close(self) -> None:
        """Ends the writing, done or not."""
        self._ended = True
        self._writer.shutdown()

    def _parts(self, rows: Sorted) -> Iterator[tuple[str, pl.DataFrame]]:
        for part in rows.parts():
            if self._ended:
                return
            yield "interactions", part

    def _moved(self, connection: Connection, columns: tuple[str, ...], rows: Sorted) -> Written:
        if columns not in self._stages:
            self.owners = None
            upsert = Upsert(connection, "interactions", columns)
            written = [upsert.write(part) for part in rows.parts()]
            upsert.close()
            return Written(sum(one.new for one in written), tuple(row for one in written for row in one.changed))
        stage, filled = self._stages[columns]
        filled.result()
        if connection.scalar(select(Interaction.id).limit(1)) is None:
            self.owners = None
            stage.move(connection)
            return Written(self._counts[columns], ())
        staged = f"{stage.attach(connection)}.interactions"
        if self.owners is not None:
            self.owners.update(connection.exec_driver_sql(OWNERS.format(staged)).scalars())
        return Upsert(connection, "interactions", columns, staged=staged).take()
