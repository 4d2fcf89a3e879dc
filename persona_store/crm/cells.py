"""The cells of a chunk as values of the mapped fields, custom attributes as JSON, and what could not be read."""

from dataclasses import dataclass

import polars as pl

from persona_store.crm.fields import FIELDS, FieldType, TableKind
from persona_store.crm.mapping import Column, FileMapping
from persona_store.crm.people import as_emails, as_phones
from persona_store.crm.readers import ROW
from persona_store.crm.values import as_counts, as_dates, as_moments, as_numbers, as_text, as_truth
from persona_store.crm.words import fold
from persona_store.database.models import KEY_LENGTH, NAME_LENGTH

LONG_TEXT = 20_000
ATTRIBUTE_TEXT = 500
ID_LENGTH = KEY_LENGTH - 40  # leaves room for the system's name in a key
REASONS: dict[FieldType, str] = {
    "email": "email",
    "phone": "phone",
    "date": "date",
    "moment": "date",
    "number": "number",
    "count": "number",
    "truth": "truth",
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """A cell that could not be read and was left out; `reason` is a key of the catalogue."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cells:
    """One row for each row of the chunk: the fields mapped, `custom` (JSON, null = not given), and `ROW`."""

    frame: pl.DataFrame
    attributes: pl.DataFrame
    flaws: tuple[Flaw, ...]


def read_cells(frame: pl.DataFrame, mapping: FileMapping) -> Cells:
    """Reads every mapped column of the chunk."""
    kind: TableKind = mapping.table  # type: ignore[assignment]  # tables to ignore are never read
    rows = frame[ROW]
    fields: list[pl.Series] = [rows]
    attributes: list[pl.Series] = []
    flaws: list[Flaw] = []
    for header, column in mapping.columns.items():
        if column.field == "ignore":
            continue
        cells = frame[header]
        if column.values:
            cells = as_text(cells, ATTRIBUTE_TEXT).replace(column.values)
        if column.field is not None:
            form = FIELDS[kind][column.field]
            values = _read_field(cells, form, column, mapping, header)
            fields.append(values.alias(column.field))
            if column.field in ("status", "stage") and (column.yes or column.no):
                fields.append(as_truth(cells, *truth_words(column)).alias("status_outcome"))
            if column.yes is None:
                flaws += _flaws(rows, cells, values, header, REASONS.get(form))
        else:
            values = read_attribute(cells, column, mapping, header)
            attributes.append(values.alias(column.attribute or header))
            reason = {"number": "number", "whole": "number", "date": "date", "yes_no": "truth"}.get(column.type or "")
            flaws += _flaws(rows, cells, values, header, reason)
    return Cells(pl.DataFrame(fields), pl.DataFrame(attributes), tuple(flaws))


def as_json(attributes: pl.DataFrame) -> pl.Series | None:
    """Each row's attributes as a JSON object, null where the cell is empty; None where there are no attributes."""
    if not attributes.width:
        return None
    return attributes.select(pl.struct(pl.all()).struct.json_encode().alias("custom"))["custom"]


def read_attribute(cells: pl.Series, column: Column, mapping: FileMapping, header: str) -> pl.Series:
    """The cells of a custom attribute in its type; dates as ISO text."""
    if column.type == "number":
        return as_numbers(cells, mapping.decimal_of(header))
    if column.type == "whole":
        return as_numbers(cells, mapping.decimal_of(header)).cast(pl.Int64, strict=False)
    if column.type == "date":
        return as_dates(cells, mapping.dates_of(header)).cast(pl.String)
    if column.type == "yes_no":
        return as_truth(cells)
    return as_text(cells, ATTRIBUTE_TEXT)


def truth_words(column: Column) -> tuple[frozenset[str], frozenset[str]]:
    """The folded words that mean yes and no in an outcome column."""
    return frozenset(map(fold, column.yes or ())), frozenset(map(fold, column.no or ()))


def _read_field(cells: pl.Series, form: FieldType, column: Column, mapping: FileMapping, header: str) -> pl.Series:
    if form == "email":
        return as_emails(cells)
    if form == "phone":
        return as_phones(cells)
    if form == "date":
        return as_dates(cells, mapping.dates_of(header))
    if form == "moment":
        return as_moments(cells, mapping.dates_of(header))
    if form == "number":
        return as_numbers(cells, mapping.decimal_of(header))
    if form == "count":
        return as_counts(cells, mapping.decimal_of(header))
    if form == "truth":
        return as_truth(cells, *truth_words(column)) if column.yes or column.no else as_truth(cells)
    if form == "long_text":
        return as_text(cells, LONG_TEXT, lines=True)
    return as_text(cells, ID_LENGTH if form == "id" else NAME_LENGTH)


def _flaws(rows: pl.Series, cells: pl.Series, values: pl.Series, header: str, reason: str | None) -> list[Flaw]:
    if reason is None or values.null_count() == cells.null_count():
        return []
    bad = values.is_null() & as_text(cells).is_not_null()
    return [Flaw(row, header, reason) for row in rows.filter(bad).to_list()]
