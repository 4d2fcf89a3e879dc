"""Events as rows of the store, in the normal values that an import of the same cells would give."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import polars as pl

from persona_store.crm import builders
from persona_store.crm.cells import ATTRIBUTE_TEXT, read_cells
from persona_store.crm.fields import TableKind
from persona_store.crm.keys import Occurrences
from persona_store.crm.mapping import Column, FileMapping
from persona_store.crm.people import company_keys
from persona_store.crm.readers import ROW
from persona_store.crm.values import as_text
from persona_store.database.models import KEY_LENGTH
from persona_store.live.events import ContactEvent, DealEvent, InteractionEvent

CUSTOM = "custom"
COMPANY_KEY = "_company_key"
KEY = "key"
BUILT: dict[str, tuple[str, ...]] = {
    "name": ("first_name", "last_name"),
    "mobile": ("phone",),
    "job_title": ("job_title", "function", "level"),
    "company_id": (builders.COMPANY_ID, builders.COMPANY_NAME),
    "company": (builders.COMPANY_ID, builders.COMPANY_NAME),
    "birth_date": ("birth_year",),
    **{name: (f"_{name}",) for name in ("company_industry", "company_employees", "company_revenue", "company_website")},
}  # what a field of an event becomes; all others keep their name
ALSO: dict[str, tuple[str, ...]] = {
    "name": ("salutation", "title"),
    "first_name": ("title",),
    "last_name": ("title",),
}  # what a field may tell besides; it empties nothing
NUMBERS: dict[str, type[pl.DataType]] = {
    "company_employees": pl.Int64,
    "birth_year": pl.Int64,
    "responded": pl.Boolean,
    "won": pl.Boolean,
    **dict.fromkeys(("company_revenue", "minutes", "amount", "margin"), pl.Float64),
}


@dataclass(frozen=True, slots=True)
class Row:
    """What one event states about its row: `values` by column; references begin with an underscore.

    `key` is the row's key in the store; None where nothing can identify it. `left_out` are fields that could not be
    read.
    """

    key: str | None
    values: dict[str, Any]
    left_out: tuple[str, ...]


def contact_rows(events: Sequence[ContactEvent], system: str) -> list[Row]:
    """One row an event; `values["custom"]` holds the custom columns named, None where they are to be emptied."""
    given = []
    for event in events:
        data: dict[str, Any] = {name: getattr(event.data, name) for name in event.data.model_fields_set - {CUSTOM}}
        if event.contact.email is not None:
            data.setdefault("email", event.contact.email)
        given.append(data | {"id": event.contact.id})
    custom = _custom([event.data.custom for event in events])
    rows = _rows("contacts", given, system)
    return [
        Row(row.key, row.values | ({CUSTOM: own} if own else {}), row.left_out)
        for row, own in zip(rows, custom, strict=True)
    ]


def interaction_rows(events: Sequence[InteractionEvent], system: str) -> list[Row]:
    """One row an event; without an id in the CRM the event's own id makes the key."""
    given = []
    for event in events:
        data = {name: getattr(event.data, name) for name in event.data.model_fields_set}
        given.append(data | {"at": as_written(event.data.at or event.at), "channel": event.data.channel})
    return [
        row if event.data.id is not None else Row(f"event:{event.id}"[:KEY_LENGTH], row.values, row.left_out)
        for row, event in zip(_rows("interactions", given, system), events, strict=True)
    ]


def as_written(moment: str) -> str:
    """A moment of an event the way that an import reads fastest: without the zone, which imports leave out too."""
    return datetime.fromisoformat(moment.strip()).replace(tzinfo=None).isoformat(timespec="seconds")


def deal_rows(events: Sequence[DealEvent], system: str) -> list[Row]:
    """One row an event."""
    given = [{name: getattr(event.data, name) for name in event.data.model_fields_set} for event in events]
    return _rows("deals", given, system)


def _rows(kind: TableKind, given: Sequence[dict[str, Any]], system: str) -> list[Row]:
    """The rows that an import would make of the cells `given`, each with what its own cells state only."""
    if not given:
        return []
    fields = sorted({name for data in given for name in data})
    columns = [
        pl.Series(name, [data.get(name) for data in given], dtype=NUMBERS.get(name, pl.String)) for name in fields
    ]
    frame = pl.DataFrame([pl.Series(ROW, range(len(given)), dtype=pl.Int64), *columns])
    cells = read_cells(frame, _mapping(kind, tuple(fields)))
    flaws: dict[int, list[str]] = {}
    built = _build(kind, cells.frame, system)
    for flaw in (*cells.flaws, *built.flaws):
        flaws.setdefault(flaw.row, []).append(flaw.column)
    made = {row[ROW]: row for row in _with_company_keys(built.frame).iter_rows(named=True)}
    return [_row(made.get(place), data, tuple(flaws.get(place, ()))) for place, data in enumerate(given)]


def _build(kind: TableKind, cells: pl.DataFrame, system: str) -> builders.Rows:
    if kind == "contacts":
        return builders.build_contacts(cells, None, system, Occurrences())
    if kind == "interactions":
        return builders.build_interactions(cells, system, Occurrences())
    return builders.build_deals(cells, None, system, Occurrences())


def _with_company_keys(frame: pl.DataFrame) -> pl.DataFrame:
    if builders.COMPANY_NAME not in frame.columns:
        return frame
    return frame.with_columns(company_keys(frame[builders.COMPANY_NAME]).alias(COMPANY_KEY))


def _row(made: dict[str, Any] | None, data: dict[str, Any], left_out: tuple[str, ...]) -> Row:
    if made is None:
        return Row(None, {}, left_out)
    stated = [name for name in data if name not in left_out and name != "id"]
    values = {column: made.get(column) for name in stated for column in BUILT.get(name, (name,))}
    for name in stated:
        values |= {column: made[column] for column in ALSO.get(name, ()) if made.get(column) is not None}
    if builders.COMPANY_NAME in values:
        values[COMPANY_KEY] = made.get(COMPANY_KEY)
    if made.get("external_id") is not None:
        values["external_id"] = made["external_id"]
    for column, raw in (("_company_industry", "_industry_text"),):
        if column in values:
            values[raw] = values[column]
    return Row(made[KEY], values, left_out)


@cache
def _mapping(kind: TableKind, fields: tuple[str, ...]) -> FileMapping:
    """Every column is the field of its name; numbers come as numbers and days as ISO texts, so nothing is guessed."""
    columns = {name: Column(field=name) for name in fields}
    return FileMapping(file="", table=kind, dates="ymd", columns=columns)


def _custom(given: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Custom columns with their texts cleaned as an import cleans them."""
    if not any(given):
        return [{} for _ in given]
    texts = sorted({cell for cells in given for cell in cells.values() if isinstance(cell, str)})
    cleaned = as_text(pl.Series(texts, dtype=pl.String), ATTRIBUTE_TEXT).to_list()
    clean = dict(zip(texts, cleaned, strict=True))
    return [{name: clean[cell] if isinstance(cell, str) else cell for name, cell in cells.items()} for cells in given]
