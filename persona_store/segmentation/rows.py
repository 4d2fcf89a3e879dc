"""Rows of the store as Arrow batches: from PostgreSQL by its own driver, from SQLite by a program beside this one."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa  # type: ignore[import-untyped]
from adbc_driver_manager import Error as DriverError
from sqlalchemy import URL

from persona_store.errors import StoreUnavailable
from persona_store.settings import settings
from persona_store.wording import say

PROGRAM = Path(__file__).with_name("sqlite_rows.py")
SECONDS_TO_END = 10.0


class Rows(Protocol):
    """A connection that answers with Arrow batches, all from one moment's view of the store."""

    def __call__(self, statement: str) -> AbstractContextManager[pa.RecordBatchReader]:
        """The rows of a statement; they must be read before the next."""


@contextmanager
def read_rows(url: URL) -> Iterator[Rows]:
    """A reader of what is committed in the store at `url`; raises StoreUnavailable when it does not answer."""
    try:
        with _from_sqlite(url.database or "") if url.get_backend_name() == "sqlite" else _from_postgres(url) as rows:
            yield rows
    except (DriverError, pa.ArrowException, OSError) as error:
        raise StoreUnavailable(say("store.away", settings().language)) from error


@contextmanager
def _from_sqlite(path: str) -> Iterator[Rows]:
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-I", str(PROGRAM), path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    requests, answers = process.stdin, process.stdout
    assert requests is not None and answers is not None

    @contextmanager
    def rows(statement: str) -> Iterator[pa.RecordBatchReader]:
        requests.write(json.dumps(statement).encode() + b"\n")
        requests.flush()
        yield pa.ipc.open_stream(answers)

    try:
        yield rows
        requests.close()
        process.wait(SECONDS_TO_END)
    finally:
        process.kill()
        process.wait()
        answers.close()


@contextmanager
def _from_postgres(url: URL) -> Iterator[Rows]:
    import adbc_driver_postgresql.dbapi  # type: ignore[import-untyped]

    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(adbc_driver_postgresql.dbapi.connect(address)) as connection:
        _run(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

        @contextmanager
        def rows(statement: str) -> Iterator[pa.RecordBatchReader]:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                yield cursor.fetch_record_batch()

        yield rows


def _run(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
