"""Tells that a disk is full, whichever library ran into it, and says so in one sentence: where, and how to mend it."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from persona_store.errors import DiskFull
from persona_store.settings import settings
from persona_store.wording import say

FULL = (errno.ENOSPC, errno.EDQUOT)
POSTGRES_FULL = "53100"
SQLITE_PRIMARY = 0xFF  # the part of an error code that says what kind it is
# Drivers of Arrow and DuckDB, and programs of ours that use them, tell it in words only; what DuckDB's setting allows
# is by default what the disk has left. The last words are ADBC's when SQLite, out of room, has rolled back before it.
DRIVERS = ("adbc_driver_manager", "_duckdb", "duckdb", "pyarrow", "polars")
WORDS = (os.strerror(errno.ENOSPC), "database or disk is full", "max_temp_directory_size", "no transaction is active")


def disk_full(error: BaseException, place: Path | None = None) -> DiskFull | None:
    """The error for people where `error`, or what led to it, is a full disk; None where it is something else.

    `place` is what was being written, if the error itself does not name it.
    """
    for one in _with_causes(error):
        if isinstance(one, DiskFull):
            return one
        if getattr(one, "sqlstate", None) == POSTGRES_FULL:
            return DiskFull(say("store.server_full", settings().language))
        if _is_full(one):
            named = getattr(one, "filename", None)
            where = Path(os.fsdecode(named)) if isinstance(named, str | bytes) else place or settings().var
            return DiskFull(say("store.full", settings().language, path=where))
    return None


def _is_full(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & SQLITE_PRIMARY == sqlite3.SQLITE_FULL
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    by_words = isinstance(error, OSError) or type(error).__module__.partition(".")[0] in DRIVERS
    return by_words and any(word in str(error) for word in WORDS)


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """The error, then what it was raised from or while handling."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__
