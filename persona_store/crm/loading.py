"""Writes frames into tables set by set: staged in a temporary table, then inserted and updated by key."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, Table, func, select

from persona_store.database.bulk import ALONE, insert_frame
from persona_store.database.models import Base

CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows were new, and the ids of those that changed."""

    new: int
    changed: tuple[int, ...]


class Upsert:
    """Inserts or updates rows of one table, known by `key`; only columns given are updated.

    `insert_only` columns are set for new rows and left alone in old ones. Runs in the connection's transaction;
    the temporary table ends with it.
    """

    def __init__(
        self,
        connection: Connection,
        table: str,
        columns: Sequence[str],
        insert_only: frozenset[str] = frozenset(),
        staged: str | None = None,
        fresh: bool = False,
    ) -> None:
        """`staged` is a table that holds the rows already; else there is a temporary one to write them to.

        `fresh` says that no key to come is in the table yet: then rows go there directly.
        """
        self._connection = connection
        self._table: Table = Base.metadata.tables[table]
        self._columns = [name for name in columns if name != CUSTOM] + ([CUSTOM] if CUSTOM in columns else [])
        self._updated = [name for name in self._columns if name not in insert_only | {"key"}]
        self._postgres = connection.dialect.name == "postgresql"
        self._stage = table if fresh else staged or f"stage_{table}"
        self._fresh = fresh
        self._has_custom = CUSTOM in self._table.columns
        if staged is None and not fresh:
            quoted = ", ".join(map(self._quote, self._columns))
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {self._stage}")
            ending = "WITH NO DATA" if self._postgres else "WHERE 0"
            kind = "" if connection.get_execution_options().get(ALONE) else "TEMP"  # frames come by another connection
            connection.exec_driver_sql(f"CREATE {kind} TABLE {self._stage} AS SELECT {quoted} FROM {table} {ending}")  # noqa: S608

    def write(self, frame: pl.DataFrame) -> Written:
        """Writes the rows; every key may occur once in `frame`."""
        if frame.is_empty():
            return Written(0, ())
        frame = frame.select(self._columns)
        if self._fresh:
            return self._add(frame)
        insert_frame(self._connection, self._stage, frame)
        written = self.take()
        self._connection.exec_driver_sql(f"DELETE FROM {self._stage}")  # noqa: S608
        return written

    def take(self) -> Written:
        """Writes the staged rows into the table."""
        changed = self._update() if self._updated else ()
        new = self._connection.exec_driver_sql(self._insert()).rowcount
        return Written(new, changed)

    def _add(self, frame: pl.DataFrame) -> Written:
        if not self._has_custom:
            insert_frame(self._connection, self._table.name, frame)
            return Written(frame.height, ())
        if CUSTOM not in self._columns:
            frame = frame.with_columns(pl.lit("{}").alias(CUSTOM))
        before = self._connection.scalar(select(func.max(self._table.c.id))) or 0
        insert_frame(self._connection, self._table.name, frame)
        if CUSTOM in self._columns:
            self._connection.exec_driver_sql(
                f"UPDATE {self._table.name} SET custom = json_patch('{{}}', custom) "  # noqa: S608
                "WHERE id > ? AND custom LIKE '%:null%'",
                (before,),
            )
        return Written(frame.height, ())

    def close(self) -> None:
        """Drops the temporary table."""
        if self._fresh:
            return
        self._connection.exec_driver_sql(f"DROP TABLE {self._stage}")

    def _update(self) -> tuple[int, ...]:
        differs = "IS DISTINCT FROM" if self._postgres else "IS NOT"
        changes = " OR ".join(f"({self._old(name)}) {differs} ({self._new(name)})" for name in self._updated)
        sets = ", ".join(f"{self._quote(name)} = {self._new(name)}" for name in self._updated)
        rows = self._connection.exec_driver_sql(
            f"UPDATE {self._table.name} AS t SET {sets} FROM {self._stage} AS s "  # noqa: S608
            f"WHERE t.key = s.key AND ({changes}) RETURNING id"
        )
        return tuple(row[0] for row in rows)

    def _insert(self) -> str:
        names = list(self._columns)
        values = [self._new(name, fresh=True) for name in names]
        if self._has_custom and CUSTOM not in names:
            names.append(CUSTOM)
            values.append("'{}'")
        return (
            f"INSERT INTO {self._table.name} ({', '.join(map(self._quote, names))}) "  # noqa: S608
            f"SELECT {', '.join(values)} FROM {self._stage} AS s "
            f"WHERE NOT EXISTS (SELECT 1 FROM {self._table.name} AS t WHERE t.key = s.key)"
        )

    def _old(self, name: str) -> str:
        if name == CUSTOM and not self._postgres:
            return "json(t.custom)"
        return f"t.{self._quote(name)}"

    def _new(self, name: str, *, fresh: bool = False) -> str:
        """The new value; attributes are merged into those there, and empty ones (null) removed."""
        if name != CUSTOM:
            return f"s.{self._quote(name)}"
        old = "'{}'" if fresh else "t.custom"
        if self._postgres:
            return f"jsonb_strip_nulls({old}::jsonb || s.custom)"
        return f"json_patch({old}, s.custom)"

    def _quote(self, name: str) -> str:
        return self._connection.dialect.identifier_preparer.quote(name)
