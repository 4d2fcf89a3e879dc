"""Copies of a store's tables: of PostgreSQL by its own driver, of SQLite by programs beside this one."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import pyarrow as pa  # type: ignore[import-untyped]
from adbc_driver_manager import Error as DriverError
from sqlalchemy import URL

from persona_store.errors import StoreUnavailable
from persona_store.segmentation import copying
from persona_store.segmentation.copying import COPY, LOOK, Share, Wanted, ask, copy_tables
from persona_store.settings import settings
from persona_store.wording import say

PROGRAM = Path(copying.__file__)
VERSION = "PRAGMA data_version"  # changes when others have committed (https://sqlite.org/pragma.html)


@dataclass(frozen=True, slots=True)
class Order:
    """What to copy into which DuckDB files, opened as `config` says: each by a reader of its own, with its share."""

    files: Sequence[str]
    config: Mapping[str, Any]
    tables: Sequence[Wanted]

    def shares(self) -> Iterator[tuple[str, Share]]:
        """The files with what goes into them."""
        return ((file, Share(place, len(self.files))) for place, file in enumerate(self.files))


class Rows(Protocol):
    """A connection that answers with Arrow batches, all from the moment of the copy."""

    def __call__(self, statement: str) -> AbstractContextManager[pa.RecordBatchReader]:
        """The rows of a statement; they must be read before the next."""


@contextmanager
def copied(url: URL, order: Order) -> Iterator[Rows]:
    """Copies what is committed in the store at `url`, and reads further rows as of the same moment.

    Raises StoreUnavailable when the store does not answer.
    """
    try:
        sqlite = url.get_backend_name() == "sqlite"
        with _from_sqlite(url.database or "", order) if sqlite else _from_postgres(url, order) as rows:
            yield rows
    except (DriverError, pa.ArrowException, OSError, sqlite3.Error) as error:
        raise StoreUnavailable(say("store.away", settings().language)) from error


@contextmanager
def _from_sqlite(path: str, order: Order) -> Iterator[Rows]:
    with ExitStack() as stack:
        programs = [stack.enter_context(_program(path)) for _ in order.files]
        for program, (file, share) in zip(programs, order.shares(), strict=True):
            program.tell([file, order.config, share, order.tables])
        _begin_at_once(path, programs)
        _all_do(COPY, programs)

        @contextmanager
        def rows(statement: str) -> Iterator[pa.RecordBatchReader]:
            programs[0].tell(statement)
            yield pa.ipc.open_stream(programs[0].answers)

        yield rows


@dataclass(frozen=True, slots=True)
class _Program:
    """A reader of a SQLite file (`copying`)."""

    requests: IO[bytes]
    answers: IO[bytes]
    problems: IO[bytes]

    def tell(self, message: Any) -> None:
        self.requests.write(json.dumps(message).encode() + b"\n")
        self.requests.flush()


@contextmanager
def _program(path: str) -> Iterator[_Program]:
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-I", str(PROGRAM), path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    requests, answers, problems = process.stdin, process.stdout, process.stderr
    assert requests is not None and answers is not None and problems is not None
    try:
        yield _Program(requests, answers, problems)
    finally:
        process.kill()  # it only reads, so that there is nothing to wait for
        process.wait()
        requests.close()
        answers.close()
        problems.close()


def _begin_at_once(path: str, programs: Sequence[_Program]) -> None:
    """Lets all programs begin anew until nobody has committed meanwhile."""
    with closing(sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=rw", uri=True)) as watch:
        before = None
        while before != (before := watch.execute(VERSION).fetchone()):
            _all_do(LOOK, programs)


def _all_do(order: str, programs: Sequence[_Program]) -> None:
    for program in programs:
        program.tell(order)
    for program in programs:
        if not program.answers.readline():
            raise OSError(program.problems.read().decode(errors="replace"))  # it has ended; a full disk says so


@contextmanager
def _from_postgres(url: URL, order: Order) -> Iterator[Rows]:
    import adbc_driver_postgresql.dbapi  # type: ignore[import-untyped]

    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with ExitStack() as stack:
        connect = adbc_driver_postgresql.dbapi.connect
        readers = [stack.enter_context(connect(address)) for _ in order.files]
        for reader in readers:
            _run(reader, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        (moment,) = ask(readers[0], "SELECT pg_export_snapshot()")
        for reader in readers[1:]:
            _run(reader, f"SET TRANSACTION SNAPSHOT '{moment}'")
        with ThreadPoolExecutor(len(readers)) as pool:
            copies = [
                pool.submit(copy_tables, file, order.config, reader, share, order.tables, {})
                for reader, (file, share) in zip(readers, order.shares(), strict=True)
            ]
        for copy in copies:
            copy.result()

        @contextmanager
        def rows(statement: str) -> Iterator[pa.RecordBatchReader]:
            with readers[0].cursor() as cursor:
                cursor.execute(statement)
                yield cursor.fetch_record_batch()

        yield rows


def _run(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
