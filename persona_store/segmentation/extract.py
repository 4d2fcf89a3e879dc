"""The columns attributes are computed from, copied out of the store into temporary DuckDB files.

Rows go there in Arrow batches through ADBC, so neither Python nor memory ever holds all interactions.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, String, func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Base, Interaction
from persona_store.segmentation.copying import Wanted
from persona_store.segmentation.rows import Order, Rows, copied
from persona_store.settings import settings

# What the statements of this room read; of texts only whether there are any leaves the store.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "contacts": (
        *("id", "duplicate_of", "company_id", "market", "function", "level", "region", "source", "birth_year"),
        *("created_on", "last_activity_on", "outcome", "outcome_on", "blocked_on", "notes"),
    ),
    "companies": ("id", "industry", "employees", "region"),
    "interactions": ("id", "contact_id", "kind", "channel", "direction", "responded", "at", "minutes", "topic", "text"),
    "deals": ("id", "contact_id", "product", "amount", "margin", "won", "opened_on", "closed_on"),
    "text_hits": ("contact_id", "interaction_id", "kind", "term"),
}
PRIVATE = ("notes", "text")
MEMORY_GB = 2  # beyond, DuckDB goes on in its temporary folder
THREADS = 2
READERS = 2
MANY = 200_000  # touchpoints from which on a second reader is quicker: it takes a third of a second to start
FOLDER = "extract-"  # begins the name of the folder of a copy
LEFT_SECONDS = 24 * 3600  # a copy lives for minutes; by age, since workers of other machines may share the place
BEYOND = "9e999"  # read as infinity


@dataclass(frozen=True, slots=True)
class Part:
    """The contacts with ids from `start` up to, not including, `end`; what their doubles did belongs to them."""

    start: int
    end: int

    def holds(self, column: str) -> str:
        """The condition in SQL that `column` is one of their ids."""
        return f"{column} >= {int(self.start)} AND {column} < {int(self.end)}"


@dataclass(frozen=True, slots=True)
class Extract:
    """A copy of the columns in `COLUMNS`, as the store held them at one moment; open within `extract` only."""

    connection: duckdb.DuckDBPyConnection
    rows: Rows
    part: Part | None = None

    def frame(self, statement: str, parameters: Mapping[str, Any]) -> pl.DataFrame:
        """The rows of a statement of this room."""
        wanted = {name: value for name, value in parameters.items() if f":{name}" in statement}
        for name in wanted:
            statement = statement.replace(f":{name}", f"${name}")
        return _frame(self.connection.sql(statement, params=wanted).to_arrow_table())

    def parts(self, statement: str) -> Iterator[pl.DataFrame]:
        """The rows of a statement about columns that were not copied, from the store itself, in bounded parts.

        Text columns must not begin with nulls.
        """
        if self.part is not None:
            statement = f"SELECT * FROM ({statement}) AS whole WHERE {self.part.holds('contact_id')}"  # noqa: S608
        with self.rows(statement) as batches:
            for batch in batches:
                yield _frame(batch)


def can_extract(session: Session) -> bool:
    """Whether the store can be read past the session: not one in memory, nor one the session may have written to."""
    bind = session.get_bind()
    in_memory = bind.dialect.name == "sqlite" and bind.engine.url.database in (None, "", ":memory:")
    return not in_memory and not bind.get_execution_options().get("writes", False)


@contextmanager
def extract(session: Session, part: Part | None = None) -> Iterator[Extract]:
    """A copy of what the session's store holds for attributes, gone again at the end of the block.

    With a `part` only of its contacts. Reads what is committed. Raises StoreUnavailable when the store does not answer.
    """
    url = session.get_bind().engine.url
    settings().var.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(settings().var)
    # A part of the contacts is for a worker among others, which has one core.
    readers = READERS if part is None and (session.scalar(select(func.max(Interaction.id))) or 0) > MANY else 1
    with tempfile.TemporaryDirectory(prefix=FOLDER, dir=settings().var) as name:
        folder = Path(name)
        files = [str(folder / f"extract-{place}.duckdb") for place in range(readers)]
        tables = tuple(_wanted(table, url.get_backend_name(), part) for table in COLUMNS)
        order = Order(files, _config(folder, readers), tables)
        with copied(url, order) as rows, closing(duckdb.connect(config=_config(folder))) as connection:
            _join(connection, files)
            yield Extract(connection, rows, part)


def _join(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> None:
    """Makes the tables in all the files one table each."""
    for place, file in enumerate(files):
        escaped = file.replace("'", "''")
        connection.execute(f"ATTACH '{escaped}' AS part_{place} (READ_ONLY)")
    for table in COLUMNS:
        parts = (f"SELECT * FROM part_{place}.{table}" for place in range(len(files)))  # noqa: S608 -- names of ours
        connection.execute(f"CREATE VIEW {table} AS {' UNION ALL '.join(parts)}")


def _sweep(place: Path) -> None:
    """Removes the copies that killed processes have left."""
    for folder in place.glob(f"{FOLDER}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > LEFT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def one_pass(session: Session) -> Iterator[Extract | None]:
    """An extract for several frames; None where the store must be read through its session (see `can_extract`)."""
    if can_extract(session):
        with extract(session) as source:
            yield source
    else:
        yield None


def _frame(data: Any) -> pl.DataFrame:
    frame = pl.from_arrow(data)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _config(folder: Path, sharing: int = 1) -> dict[str, Any]:
    """Settings of DuckDB where `sharing` of its instances share memory and cores."""
    return {
        "threads": THREADS // sharing,
        "memory_limit": f"{MEMORY_GB / sharing}GB",
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }


def _wanted(table: str, backend: str, part: Part | None) -> Wanted:
    columns = [Base.metadata.tables[table].c[name] for name in COLUMNS[table]]
    source = ", ".join(_source(column, backend) for column in columns)
    target = ", ".join(_target(column, backend) for column in columns)
    return Wanted(table, source, target, _within(table, part))


def _within(table: str, part: Part | None) -> str:
    """The condition that rows belong to the part: of the contacts themselves, their doubles, and what these did."""
    if part is None or table == "companies":
        return "1 = 1"
    people = f"({part.holds('id')}) OR ({part.holds('duplicate_of')})"
    if table == "contacts":
        return people
    return f"contact_id IN (SELECT id FROM contacts WHERE {people})"  # noqa: S608 -- whole numbers


def _source(column: Column[Any], backend: str) -> str:
    """The column in the store's SQL.

    SQLite tells types by the first rows, so a column that could be empty there has a mark of its own for "empty".
    """
    name = f'"{column.name}"'
    if column.name in PRIVATE:
        there = f"length({name}) > 0" if backend == "sqlite" else f"{name} <> ''"
        return f"CASE WHEN {there} THEN 'x' ELSE '' END AS {name}"
    if backend != "sqlite" or isinstance(column.type, Integer | Boolean):
        return name
    if isinstance(column.type, Float):
        return f"ifnull({name}, {BEYOND}) AS {name}"
    if isinstance(column.type, String):
        return f"ifnull({name}, '') AS {name}"
    return f"ifnull(CAST({name} AS TEXT), '') AS {name}"  # a day may be kept as a number where it looks like one


def _target(column: Column[Any], backend: str) -> str:
    """The column in DuckDB's SQL, with its own type and null again."""
    name = f'"{column.name}"'
    match column.type:
        case Integer():
            return f"CAST({name} AS BIGINT) AS {name}"
        case Boolean():
            return f"CAST({name} AS BOOLEAN) AS {name}"
        case Float():
            return f"nullif(CAST({name} AS DOUBLE), CAST('Infinity' AS DOUBLE)) AS {name}"
        case Date() | DateTime() as kind:
            wanted = "DATE" if isinstance(kind, Date) else "TIMESTAMP"
            return f"try_cast(CAST({name} AS VARCHAR) AS {wanted}) AS {name}" if backend == "sqlite" else name
    return f"nullif(CAST({name} AS VARCHAR), '') AS {name}"
