"""A full disk is recognised in what each library raises, told from other errors, and said with the place."""

import errno
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl
import psycopg
import pyarrow as pa
import pytest
from adbc_driver_sqlite import dbapi

from persona_store.errors import DiskFull, InputError
from persona_store.full_disk import disk_full
from persona_store.settings import settings

FULL = "/dev/full"  # a device of Linux on which there is never any room
NO_ROOM = ("PRAGMA max_page_count=2", "CREATE TABLE t AS SELECT zeroblob(100000) AS x")


def python() -> None:
    with Path(FULL).open("w") as file:
        file.write("x")


def polars() -> None:
    pl.DataFrame({"x": [1]}).write_csv(FULL)


def arrow() -> None:
    with pa.OSFile(FULL, "w") as file:
        file.write(b"x")


def sqlite() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in NO_ROOM:
            connection.execute(statement)


def adbc() -> None:
    with dbapi.connect(":memory:", autocommit=True) as connection, connection.cursor() as cursor:
        for statement in NO_ROOM:
            cursor.execute(statement)


def duck() -> None:
    duckdb.sql(f"COPY (SELECT 1) TO '{FULL}'")


def postgres() -> None:
    raise psycopg.errors.DiskFull


def wrapped() -> None:
    try:
        python()
    except OSError:
        raise InputError("cannot be written") from None


@pytest.mark.parametrize("fail", [python, polars, arrow, sqlite, adbc, duck, postgres, wrapped])
def test_every_library_tells_of_a_full_disk(fail: Callable[[], None]) -> None:
    with pytest.raises(Exception) as raised:  # of many classes, one a library
        fail()
    found = disk_full(raised.value)
    assert isinstance(found, DiskFull)
    assert disk_full(found) is found


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("no such table: t"),
        PermissionError(errno.EACCES, "not allowed"),
        duckdb.IOException("IO Error: no such file"),
        ValueError("a note: No space left on device"),
    ],
)
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    assert disk_full(error) is None


def test_the_place_is_named() -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    assert str(settings().var) in str(disk_full(full))
    assert "report.html" in str(disk_full(full, Path("report.html")))
    assert "/else/where.csv" in str(disk_full(OSError(errno.ENOSPC, "full", "/else/where.csv"), Path("report.html")))
