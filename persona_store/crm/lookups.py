"""Which row of the store a reference in an export means: keys and names to ids, kept up to date while loading."""

from functools import cached_property

import polars as pl
from sqlalchemy import Connection, func, select

from persona_store.database.bulk import read_rows
from persona_store.database.models import Company, Contact

IDS: dict[str, type[pl.DataType]] = {"ref": pl.String, "id": pl.Int64}


class Lookup:
    """Reference → id; the first id of a reference holds."""

    def __init__(self, frame: pl.DataFrame | None = None) -> None:
        empty = pl.DataFrame(schema=IDS)
        self._frame = empty if frame is None else frame.drop_nulls().unique("ref", keep="first", maintain_order=True)

    def find(self, refs: pl.Series) -> pl.Series:
        """The id of each reference; null where there is none."""
        wanted = refs.to_frame("ref")
        return wanted.join(self._frame, on="ref", how="left", maintain_order="left")["id"]

    def add(self, frame: pl.DataFrame) -> None:
        """More references; those known stay as they are."""
        known = pl.concat([self._frame, frame.drop_nulls()])
        self._frame = known.unique("ref", keep="first", maintain_order=True)


class Companies:
    """Companies by their id in `system`, and by their normalised name; those added while loading by `refresh`."""

    def __init__(self, connection: Connection, system: str) -> None:
        self.by_id, self.by_name = Lookup(), Lookup()
        self._connection = connection
        self._system = system
        self._last = 0
        self.refresh()

    def refresh(self) -> None:
        """Takes in the companies added since; one with an id of its own goes before one known by name only."""
        query = select(Company.key, Company.name_key, Company.id).where(Company.id > self._last).order_by(Company.id)
        frame = read_rows(self._connection, query, {"key": pl.String, "name": pl.String, "id": pl.Int64})
        if frame.is_empty():
            return
        self._last = int(frame["id"][-1])
        self.by_id.add(frame.select(pl.col("key").str.strip_prefix(f"{self._system}:").alias("ref"), "id"))
        implied = pl.col("key").str.starts_with("name:")
        self.by_name.add(frame.sort(implied, maintain_order=True).select(pl.col("name").alias("ref"), "id"))


class Contacts:
    """Contacts by their id in the CRM (of `system` before others), by e-mail, and by lower-case full name.

    Each way is read from the store when it is first asked for: millions of references mostly need one.
    """

    def __init__(self, connection: Connection, system: str) -> None:
        self._connection = connection
        self._system = system

    @cached_property
    def by_id(self) -> Lookup:
        """By the id in the CRM."""
        own = f"{self._system}:"
        other = func.substr(Contact.key, 1, len(own)) != own
        query = select(Contact.external_id, Contact.id).where(Contact.external_id.is_not(None))
        return Lookup(read_rows(self._connection, query.order_by(other, Contact.id), IDS))

    @cached_property
    def by_email(self) -> Lookup:
        """By the e-mail address in lower case."""
        query = select(Contact.email, Contact.id).where(Contact.email.is_not(None)).order_by(Contact.id)
        return Lookup(read_rows(self._connection, query, IDS))

    @cached_property
    def by_name(self) -> Lookup:
        """By first and last name in lower case."""
        query = select(Contact.first_name, Contact.last_name, Contact.id).order_by(Contact.id)
        schema: dict[str, type[pl.DataType]] = {"first": pl.String, "last": pl.String, "id": pl.Int64}
        frame = read_rows(self._connection, query, schema)
        full = pl.concat_str(["first", "last"], separator=" ", ignore_nulls=True).str.to_lowercase()
        return Lookup(frame.select(full.alias("ref"), "id"))
