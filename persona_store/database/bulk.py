"""Whole frames into a table, and whole tables out, the quickest way each database has."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

import polars as pl
from sqlalchemy import Connection, Select, func

COPY_NULL = "\\N"
ROWS_AT_ONCE = 50_000
# New objects after which Python looks for cycles. Rows by the million are none, and looking through them again and
# again took a tenth of an import.
COLLECT_AFTER = 200_000
CACHE_KIB = 524_288  # SQLite's page cache while loading, and what it sorts at a time for an index; default: 2 MB
BIG_CACHE = f"PRAGMA cache_size=-{CACHE_KIB}"
FAST_PRAGMAS = ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA locking_mode=EXCLUSIVE", BIG_CACHE)
NOTHING = -(1 << 62)  # stands for no number, where one is wanted
ALONE = "alone"  # option of a connection to a SQLite file that nobody else has, and that is left out when it fails

T = TypeVar("T")


def storable(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with moments and days as SQLite keeps them: as text that sorts."""
    moments, days = pl.col(pl.Datetime).cast(pl.Datetime("us")), pl.col(pl.Date)
    return frame.with_columns(moments.cast(pl.String), days.cast(pl.String))


def insert_frame(connection: Connection, table: str, frame: pl.DataFrame) -> None:
    """Adds the rows of `frame` to the table, columns by name."""
    if connection.get_execution_options().get(ALONE):
        insert_frames(connection, [(table, frame)])
        return
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(map(quote, frame.columns))
    if connection.dialect.name == "postgresql":
        written = frame.with_columns(
            pl.format("\\x{}", pl.col(name).bin.encode("hex")).alias(name)
            for name, kind in frame.schema.items()
            if kind == pl.Binary
        )
        text = written.write_csv(include_header=False, null_value=COPY_NULL, quote_style="non_numeric")
        statement = f"COPY {table} ({names}) FROM STDIN (FORMAT csv, NULL '{COPY_NULL}')"
        with connection.connection.cursor().copy(statement) as copy:
            copy.write(text)
        return
    statement = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * frame.width)})"  # noqa: S608
    for part in storable(frame).iter_slices(ROWS_AT_ONCE):
        rows = zip(*(column.to_list() for column in part), strict=True)  # a third of the time of `part.rows()`
        connection.exec_driver_sql(statement, list(rows))


def insert_frames(connection: Connection, parts: Iterable[tuple[str, pl.DataFrame]]) -> None:
    """Adds frames to the tables named, on a connection that is ALONE; `parts` must not use the connection.

    What the connection has written is committed first: the driver of frames has a SQLite of its own, and neither knows
    of the other's locks.
    """
    connection.exec_driver_sql("COMMIT")
    with frame_writer(str(connection.engine.url.database)) as cursor:
        write_frames(cursor, parts)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def frame_writer(path: str) -> Iterator[Any]:
    """An ADBC cursor on a SQLite file that nobody uses meanwhile; it reads, and writes without any journal."""
    from adbc_driver_sqlite import dbapi  # brings pandas with it, which answering need not load

    with dbapi.connect(path, autocommit=True) as file, file.cursor() as cursor:
        for pragma in FAST_PRAGMAS:
            cursor.execute(pragma)
        yield cursor


def write_frames(cursor: Any, parts: Iterable[tuple[str, pl.DataFrame]]) -> None:
    """Adds frames to the tables named; the next one is made ready while one is written."""
    for name, frame in ahead((name, storable(frame)) for name, frame in parts):
        cursor.adbc_ingest(name, frame.to_arrow(compat_level=pl.CompatLevel.oldest()), mode="append")


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The items, the next one made in a thread of its own while one is worked on."""
    rest = iter(items)
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(list, islice(rest, 1))
        while found := coming.result():
            coming = maker.submit(list, islice(rest, 1))
            yield found[0]


def read_rows(
    connection: Connection, query: Select[*tuple[Any, ...]], schema: dict[str, type[pl.DataType]]
) -> pl.DataFrame:
    """The rows of a query of whole numbers and texts as a frame, fetched in pieces so that millions of them fit."""
    if connection.get_execution_options().get(ALONE):
        return _read_alone(connection, query, schema)
    return pl.concat([pl.DataFrame(schema=schema), *read_parts(connection, query, schema)])


def _read_alone(
    connection: Connection, query: Select[*tuple[Any, ...]], schema: dict[str, type[pl.DataType]]
) -> pl.DataFrame:
    """The same by the driver of frames, in a third of the time; see `insert_frames`.

    It tells types by the first rows, so that what is empty bears a mark there.
    """
    marks = {name: "" if kind == pl.String else NOTHING for name, kind in schema.items()}
    columns = [
        func.ifnull(column, mark).label(name)
        for column, (name, mark) in zip(query.selected_columns, marks.items(), strict=True)
    ]
    marked = query.with_only_columns(*columns, maintain_column_froms=True)
    statement = marked.compile(connection, compile_kwargs={"literal_binds": True})
    connection.exec_driver_sql("COMMIT")
    with frame_writer(str(connection.engine.url.database)) as cursor:
        cursor.execute(str(statement))
        found = pl.DataFrame(cursor.fetch_arrow_table(), schema_overrides=dict(schema))
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    return found.select(pl.when(pl.col(name) != mark).then(pl.col(name)) for name, mark in marks.items())


def read_parts(
    connection: Connection, query: Select[*tuple[Any, ...]], schema: dict[str, type[pl.DataType]]
) -> Iterator[pl.DataFrame]:
    """The rows of a query of numbers and texts in frames of at most `ROWS_AT_ONCE` rows."""
    for rows in _pieces(connection, query):
        columns = zip(*rows, strict=True)
        yield pl.DataFrame([pl.Series(n, c, dtype=schema[n]) for n, c in zip(schema, columns, strict=True)])


def _pieces(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
    if connection.dialect.name != "sqlite":
        yield from connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}).partitions()
        return
    result = connection.execute(query)  # fetched past SQLAlchemy's rows, which cost more than the reading
    while rows := result.cursor.fetchmany(ROWS_AT_ONCE):
        yield rows
    result.close()


@contextmanager
def few_collections() -> Iterator[None]:
    """Looks for cycles among Python's objects rarely while the block handles rows by the million.

    Those there before, of all modules loaded, are left out of it.
    """
    usual = gc.get_threshold()
    gc.set_threshold(max(usual[0], COLLECT_AFTER), *usual[1:])
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)


@contextmanager
def indexes_later(connection: Connection, *tables: str) -> Iterator[None]:
    """Takes the indexes off the tables while they are filled and makes them anew at the end, in one sorted go.

    Indexes that belong to a constraint stay. On PostgreSQL all stay: dropping one would keep others waiting.
    """
    found: list[tuple[str, str]] = []
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM main.sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
        found = [(row[0], row[1]) for table in tables for row in connection.exec_driver_sql(query, (table,))]
    for name, _ in found:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    for _, definition in found:
        connection.exec_driver_sql(definition)
