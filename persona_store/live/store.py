"""Statements that both databases understand: insert or update many rows, one writer at a time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from persona_store.database.models import Base

PARAMETERS = 5_000  # values in one IN (...): below the limits of SQLite (32,766) and PostgreSQL (65,535)
WRITER = 0x4C495645  # any number that nothing else locks

T = TypeVar("T")


def batches(values: Iterable[T], size: int = PARAMETERS) -> Iterator[list[T]]:
    """`values` in lists of at most `size`."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch


def only_writer(session: Session) -> None:
    """Waits until no other process applies events; until the end of the transaction.

    On SQLite a transaction that writes is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER})


def upsert(session: Session, model: type[Base], rows: Sequence[dict[str, Any]], key: tuple[str, ...]) -> None:
    """Inserts `rows` (all with the same columns); those whose `key` is there are updated."""
    if not rows:
        return
    table: Table = model.__table__  # type: ignore[assignment]  # declared models have tables
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    rest = {name: statement.excluded[name] for name in rows[0] if name not in key}
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=rest), list(rows))
