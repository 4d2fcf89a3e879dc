"""Which row of the store a reference in an export means: keys and names to ids, kept up to date while loading."""

import polars as pl
from sqlalchemy import Connection, select

from persona_store.database.models import Company, Contact

IDS = {"ref": pl.String, "id": pl.Int64}


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


def company_lookups(connection: Connection, system: str) -> tuple[Lookup, Lookup]:
    """Companies by their id in `system`, and by their normalised name (one with an id before one implied)."""
    rows = connection.execute(select(Company.key, Company.name_key, Company.id).order_by(Company.id)).all()
    frame = pl.DataFrame(
        [tuple(row) for row in rows], schema={"key": pl.String, "name": pl.String, "id": pl.Int64}, orient="row"
    )
    keys = frame.select(pl.col("key").str.strip_prefix(f"{system}:").alias("ref"), "id")
    implied = pl.col("key").str.starts_with("name:")
    names = frame.sort(implied, maintain_order=True).select(pl.col("name").alias("ref"), "id")
    return Lookup(keys), Lookup(names)


def contact_lookups(connection: Connection, system: str) -> tuple[Lookup, Lookup, Lookup]:
    """Contacts by their id in the CRM (of `system` before others), by e-mail, and by folded full name."""
    columns = (Contact.key, Contact.external_id, Contact.email, Contact.first_name, Contact.last_name, Contact.id)
    rows = connection.execute(select(*columns).order_by(Contact.id)).all()
    schema = dict.fromkeys(("key", "external", "email", "first", "last"), pl.String) | {"id": pl.Int64}
    frame = pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
    own = ~pl.col("key").str.starts_with(f"{system}:")
    ids = frame.sort(own, maintain_order=True).select(pl.col("external").alias("ref"), "id")
    emails = frame.select(pl.col("email").alias("ref"), "id")
    full = pl.concat_str(["first", "last"], separator=" ", ignore_nulls=True).str.to_lowercase()
    return Lookup(ids), Lookup(emails), Lookup(frame.select(full.alias("ref"), "id"))
