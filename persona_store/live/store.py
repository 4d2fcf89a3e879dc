"""Statements that both databases understand: insert or update many rows, one writer at a time."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Insert, Select, Table, bindparam, select, text
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


@cache
def rows_of(model: type[Base], key: str, columns: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """Selects `columns` of the rows whose `key` is among the parameter `some`.

    Made once: to put a statement of many columns together takes longer than to carry it out for a few rows.
    """
    table = _table(model)
    return select(*(table.c[name] for name in columns)).where(table.c[key].in_(bindparam("some", expanding=True)))


def only_writer(session: Session) -> None:
    """Waits until no other process applies events; until the end of the transaction.

    On SQLite a transaction that writes is alone anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER})


def add(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Inserts `rows` (all with the same columns) past the objects of the mapper, which nobody needs here."""
    if rows:
        session.execute(_table(model).insert(), list(rows))


def upsert(
    session: Session,
    model: type[Base],
    rows: Sequence[dict[str, Any]],
    key: tuple[str, ...],
    summed: tuple[str, ...] = (),
) -> None:
    """Inserts `rows` (all with the same columns); those whose `key` is there are updated, `summed` columns added up."""
    if rows:
        statement = _upsert(model, session.get_bind().dialect.name, tuple(rows[0]), key, summed)
        session.execute(statement, list(rows))


@cache
def _upsert(
    model: type[Base], database: str, columns: tuple[str, ...], key: tuple[str, ...], summed: tuple[str, ...]
) -> Insert:
    dialect = postgresql if database == "postgresql" else sqlite
    table = _table(model)
    statement = dialect.insert(table)
    rest = {name: statement.excluded[name] for name in columns if name not in key}
    rest |= {name: table.c[name] + statement.excluded[name] for name in summed}
    merging: Insert = statement.on_conflict_do_update(index_elements=list(key), set_=rest)
    return merging


def _table(model: type[Base]) -> Table:
    return model.__table__  # type: ignore[return-value]  # declared models have tables
