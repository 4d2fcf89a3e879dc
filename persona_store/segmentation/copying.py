"""Copies tables into DuckDB files, one for each reader; all readers see the store at the same moment.

Of SQLite each reader is a program of its own, started by `rows`: a second copy of SQLite in one process would undo the
locks of the first (https://sqlite.org/howtocorrupt.html, 2.2), the driver that hands out Arrow brings one, and two
readers in one program wait for each other's memory. What to copy comes in first, then an order a line: `LOOK` to begin
anew, `COPY`, or a statement, whose rows go out as a stream. The first two are answered by an empty line.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, BinaryIO, NamedTuple

import duckdb

BATCH_ROWS = {"adbc.sqlite.query.batch_rows": "65536"}  # fewer, and handing over takes longer than reading
LOOK, COPY = "look", "copy"
FIRST_LOOK = "SELECT count(*) FROM sqlite_master"  # a transaction of SQLite sees what was committed when it first looks


class Wanted(NamedTuple):
    """A table to copy: its columns in the store's SQL and in DuckDB's, and the condition of its rows."""

    table: str
    source: str
    target: str
    condition: str


class Share(NamedTuple):
    """The ids one reader copies: the part number `place` of `of` even ones."""

    place: int
    of: int


def copy_tables(
    file: str,
    config: Mapping[str, Any],
    reader: Any,
    share: Share,
    tables: Sequence[Wanted],
    options: Mapping[str, str],
) -> None:
    """Makes the DuckDB file of a share of the `tables`, read through `reader` (an ADBC connection)."""
    with closing(duckdb.connect(file, config=dict(config))) as scratch:
        for wanted in tables:
            condition = f"({wanted.condition}) AND {_ids(wanted.table, reader, share)}"
            with reader.cursor() as cursor:
                cursor.adbc_statement.set_options(**options)
                cursor.execute(f"SELECT {wanted.source} FROM {wanted.table} WHERE {condition}")  # noqa: S608
                scratch.register("rows", cursor.fetch_arrow())
                scratch.execute(f"CREATE TABLE {wanted.table} AS SELECT {wanted.target} FROM rows")  # noqa: S608
                scratch.unregister("rows")


def _ids(table: str, reader: Any, share: Share) -> str:
    """The condition that a row of a table belongs to the share."""
    if share.of == 1:
        return "1 = 1"
    first, last = ask(reader, f"SELECT min(id), max(id) FROM {table}")  # noqa: S608 -- a name of ours
    start, end = first or 0, (last or 0) + 1
    low, high = (start + (end - start) * place // share.of for place in (share.place, share.place + 1))
    return f"id >= {low} AND id < {high}"


def ask(connection: Any, statement: str) -> Any:
    """The only row of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def main(path: str) -> None:
    """Carries out the orders on standard input until it ends."""
    from adbc_driver_sqlite.dbapi import connect  # for the program alone, see above

    out = sys.stdout.buffer
    file, config, share, tables = json.loads(sys.stdin.readline())
    with connect(path) as reader:
        for line in sys.stdin:
            order = json.loads(line)
            if order == LOOK:
                reader.rollback()
                ask(reader, FIRST_LOOK)
                out.write(b"\n")
            elif order == COPY:
                copy_tables(file, config, reader, Share(*share), [Wanted(*one) for one in tables], BATCH_ROWS)
                out.write(b"\n")
            else:
                _stream(reader, order, out)
            out.flush()


def _stream(reader: Any, statement: str, out: BinaryIO) -> None:
    import pyarrow as pa  # type: ignore[import-untyped]

    with reader.cursor() as cursor:
        cursor.adbc_statement.set_options(**BATCH_ROWS)
        cursor.execute(statement)
        batches = cursor.fetch_record_batch()
        with pa.ipc.new_stream(out, batches.schema) as stream:
            for batch in batches:
                stream.write_batch(batch)


if __name__ == "__main__":
    main(sys.argv[1])
