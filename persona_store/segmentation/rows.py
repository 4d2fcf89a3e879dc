"""Copies of a store's tables: of PostgreSQL by its own driver, of SQLite by a program beside this one."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa  # type: ignore[import-untyped]
from adbc_driver_manager import Error as DriverError
from sqlalchemy import URL

from persona_store.errors import StoreUnavailable
from persona_store.segmentation import copying
from persona_store.segmentation.copying import Wanted, ask, copy_tables
from persona_store.settings import settings
from persona_store.wording import say

PROGRAM = Path(copying.__file__)


@dataclass(frozen=True, slots=True)
class Order:
    """What to copy into which DuckDB file, opened as `config` says, by how many `readers` side by side."""

    file: str
    config: dict[str, Any]
    tables: tuple[Wanted, ...]
    readers: int


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
    except (DriverError, pa.ArrowException, OSError) as error:
        raise StoreUnavailable(say("store.away", settings().language)) from error


@contextmanager
def _from_sqlite(path: str, order: Order) -> Iterator[Rows]:
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-I", str(PROGRAM), path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    requests, answers = process.stdin, process.stdout
    assert requests is not None and answers is not None

    def send(message: Any) -> None:
        requests.write(json.dumps(message).encode() + b"\n")
        requests.flush()

    @contextmanager
    def rows(statement: str) -> Iterator[pa.RecordBatchReader]:
        send(statement)
        yield pa.ipc.open_stream(answers)

    try:
        send(asdict(order))
        if not answers.readline():
            raise OSError("nothing copied")
        yield rows
    finally:
        process.kill()  # it only reads, so that there is nothing to wait for
        process.wait()
        requests.close()
        answers.close()


@contextmanager
def _from_postgres(url: URL, order: Order) -> Iterator[Rows]:
    import adbc_driver_postgresql.dbapi  # type: ignore[import-untyped]

    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with ExitStack() as stack:
        connect = adbc_driver_postgresql.dbapi.connect
        readers = [stack.enter_context(connect(address)) for _ in range(order.readers)]
        for reader in readers:
            _run(reader, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        (moment,) = ask(readers[0], "SELECT pg_export_snapshot()")
        for reader in readers[1:]:
            _run(reader, f"SET TRANSACTION SNAPSHOT '{moment}'")
        copy_tables(order.file, order.config, readers, order.tables, {})

        @contextmanager
        def rows(statement: str) -> Iterator[pa.RecordBatchReader]:
            with readers[0].cursor() as cursor:
                cursor.execute(statement)
                yield cursor.fetch_record_batch()

        yield rows


def _run(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
