"""Copies tables into a DuckDB file through several connections at once, which see the store at the same moment.

Of SQLite it is a program of its own, started by `rows`: a second copy of SQLite in one process would undo the locks of
the first (https://sqlite.org/howtocorrupt.html, 2.2), and the driver that hands out Arrow brings one. What to copy
comes in first, then a statement a line, and a stream goes out.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import pairwise
from typing import Any, NamedTuple

import duckdb

READERS = 2
BATCH_ROWS = {"adbc.sqlite.query.batch_rows": "65536"}  # fewer, and handing over takes longer than reading
VERSION = "PRAGMA data_version"  # changes when others have committed (https://sqlite.org/pragma.html)
LOOK = "SELECT count(*) FROM sqlite_master"


class Wanted(NamedTuple):
    """A table to copy: its columns in the store's SQL and in DuckDB's, and the condition of its rows."""

    table: str
    source: str
    target: str
    condition: str


def copy_tables(
    file: str, config: Mapping[str, Any], readers: Sequence[Any], tables: Sequence[Wanted], options: Mapping[str, str]
) -> None:
    """Makes the DuckDB file of `tables`, each reader (an ADBC connection) reading its part of the rows."""
    with closing(duckdb.connect(file, config=dict(config))) as scratch:
        for wanted in tables:
            conditions = _parts(wanted, readers)
            with ExitStack() as stack:
                for place, (reader, condition) in enumerate(zip(readers, conditions, strict=True)):
                    cursor = stack.enter_context(reader.cursor())
                    cursor.adbc_statement.set_options(**options)
                    cursor.execute(f"SELECT {wanted.source} FROM {wanted.table} WHERE {condition}")  # noqa: S608
                    scratch.register(f"part_{place}", cursor.fetch_arrow())
                read = " UNION ALL ".join(f"SELECT {wanted.target} FROM part_{place}" for place in range(len(readers)))  # noqa: S608
                scratch.execute(f"CREATE TABLE {wanted.table} AS {read}")
                for place in range(len(readers)):
                    scratch.unregister(f"part_{place}")


def _parts(wanted: Wanted, readers: Sequence[Any]) -> list[str]:
    """The condition for each reader, ids divided evenly among them."""
    if len(readers) == 1:
        return [wanted.condition]
    first, last = ask(readers[0], f"SELECT min(id), max(id) FROM {wanted.table}")  # noqa: S608 -- a name of ours
    start, end = first or 0, (last or 0) + 1
    cuts = [start + (end - start) * place // len(readers) for place in range(len(readers) + 1)]
    return [f"({wanted.condition}) AND id >= {low} AND id < {high}" for low, high in pairwise(cuts)]


def ask(connection: Any, statement: str) -> Any:
    """The only row of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


@contextmanager
def _same_moment(path: str, wanted: int) -> Iterator[list[Any]]:
    """Connections to a SQLite file that all see what was committed at one moment."""
    from adbc_driver_sqlite.dbapi import connect  # for the program alone, see above

    with ExitStack() as stack:
        watch = stack.enter_context(connect(path, autocommit=True))
        readers = [stack.enter_context(connect(path)) for _ in range(wanted)]
        before = None
        while before != (before := ask(watch, VERSION)):
            for reader in readers:
                reader.rollback()
                ask(reader, LOOK)
        yield readers


def main(path: str) -> None:
    """Copies as the first line of standard input says, then answers one statement a line until it ends."""
    import pyarrow as pa  # type: ignore[import-untyped]

    order = json.loads(sys.stdin.readline())
    with _same_moment(path, order["readers"]) as readers:
        copy_tables(order["file"], order["config"], readers, [Wanted(*one) for one in order["tables"]], BATCH_ROWS)
        sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()
        for line in sys.stdin:
            with readers[0].cursor() as cursor:
                cursor.adbc_statement.set_options(**BATCH_ROWS)
                cursor.execute(json.loads(line))
                batches = cursor.fetch_record_batch()
                with pa.ipc.new_stream(sys.stdout.buffer, batches.schema) as stream:
                    for batch in batches:
                        stream.write_batch(batch)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
