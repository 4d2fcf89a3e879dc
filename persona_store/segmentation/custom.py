"""Columns of the CRM that have no place of their own: recognised from their content, read as attributes."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import polars as pl
from sqlalchemy.orm import Session

from persona_store.database.models import KEY_LENGTH
from persona_store.segmentation import statements
from persona_store.segmentation.aggregation import Reader, Schema
from persona_store.segmentation.registry import Attribute, Market, built_in
from persona_store.segmentation.statements import LONGEST_NAME

SAMPLE = 20_000  # enough to tell a number from a name; reading a million rows for that would be waste
NUMBER_SHARE = 0.98
NEARLY_EMPTY_SHARE = 0.05
FEW_NAMES = 60  # a column with more names than that, most of them rare, is text rather than a category
TEXT_DISTINCT_SHARE = 0.3
ID_DISTINCT_SHARE = 0.95
SEQUENCE_FILL = 0.5
ENOUGH_ROWS = 20
ID_NAME = re.compile(r"(^|[\s_.-])(id|uuid|guid|key|nr|no|nummer|number)$|Id$|ID$", re.ASCII)
DOCUMENTS: Schema = {"contact_id": pl.Int64, "own": pl.String, "company": pl.String}
DATE_TEXT = r"^\d{4}-\d{2}-\d{2}([ T].*)?$|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$"


def recognise_custom(session: Session, market: str) -> tuple[tuple[Attribute, ...], dict[str, str]]:
    """The custom columns that can serve as attributes, and those that cannot with the reason.

    Reasons: "constant", "nearly_empty", "identifier", "date", "free_text", "name_too_long". A custom column that
    bears the name of a built-in attribute is read as that attribute.
    """
    sample = _sample(Reader(session, market))
    known = {attribute.key: attribute for attribute in built_in(market)}
    found: list[Attribute] = []
    left_out: dict[str, str] = {}
    for name in sample.columns:
        column = sample[name]
        reason = _unusable(name, column)
        if reason is not None:
            left_out[name] = reason
        elif name in known:
            found.append(replace(known[name], kind="custom"))
        else:
            found.append(
                Attribute(name, "custom", numeric=_is_number(column.drop_nulls()), markets=(cast(Market, market),))
            )
    return tuple(found), left_out


def custom_frame(reader: Reader, attributes: Sequence[Attribute]) -> pl.DataFrame:
    """`contact_id` and the custom `attributes`: numbers as floats, all else as text; rows without any are left out."""
    names = {attribute.key: attribute.numeric for attribute in attributes}
    types = [
        pl.col(name).cast(pl.Float64, strict=False) if numeric else pl.col(name).str.slice(0, LONGEST_NAME)
        for name, numeric in names.items()
    ]
    documents = reader.parts(statements.custom_documents(reader.few), DOCUMENTS)
    parts = [_parse(part, tuple(names)).with_columns(types) for part in documents if len(part)]
    if parts:
        return pl.concat(parts)
    schema: dict[str, type[pl.DataType]] = {"contact_id": pl.Int64}
    schema |= {name: pl.Float64 if numeric else pl.String for name, numeric in names.items()}
    return pl.DataFrame(schema=schema)


def _parse(documents: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Every value as text, whatever its JSON type; the contact's own value goes before the company's."""
    own = _read_lines(documents["own"], names)
    company = _read_lines(documents["company"], names).rename(lambda name: f"{name}\0company")
    both = pl.concat([own, company], how="horizontal")
    return both.select(
        documents["contact_id"], *(_cleaned(pl.coalesce(name, f"{name}\0company")).alias(name) for name in names)
    )


def _cleaned(value: pl.Expr) -> pl.Expr:
    text = value.str.strip_chars()
    return pl.when(text.str.len_bytes() > 0).then(text)


def _read_lines(documents: pl.Series, names: Sequence[str]) -> pl.DataFrame:
    lines = "\n".join(documents.to_list()).encode()
    return pl.read_ndjson(io.BytesIO(lines), schema=dict.fromkeys(names, pl.String))


def _sample(reader: Reader) -> pl.DataFrame:
    people = reader.frame(statements.head_count(), {"n": pl.Int64}).item()
    statement = statements.custom_documents(few=False, every=max(1, people // SAMPLE))
    documents = reader.frame(statement, DOCUMENTS)
    names: dict[str, None] = {}
    for _, own, company in documents.iter_rows():
        names |= dict.fromkeys(json.loads(own)) | dict.fromkeys(json.loads(company))
    return _parse(documents, tuple(names)).drop("contact_id") if names else pl.DataFrame()


def _is_number(known: pl.Series) -> bool:
    return known.cast(pl.Float64, strict=False).is_not_null().sum() >= NUMBER_SHARE * len(known)


def _unusable(name: str, column: pl.Series) -> str | None:
    known = column.drop_nulls()
    distinct = known.n_unique()
    if len(name) > KEY_LENGTH:
        return "name_too_long"
    if len(known) < NEARLY_EMPTY_SHARE * len(column):
        return "nearly_empty"
    if distinct < 2:
        return "constant"
    if len(known) < ENOUGH_ROWS:
        return None
    if _is_number(known):
        return "identifier" if _is_identifier(name, known, distinct) else None
    if known.str.contains(DATE_TEXT).sum() >= NUMBER_SHARE * len(known):
        return "date"
    if distinct >= ID_DISTINCT_SHARE * len(known):
        return "free_text" if known.str.contains(r"\s").any() else "identifier"
    if distinct > FEW_NAMES and distinct > TEXT_DISTINCT_SHARE * len(known):
        return "free_text"
    return None


def _is_identifier(name: str, known: pl.Series, distinct: int) -> bool:
    if distinct < ID_DISTINCT_SHARE * len(known):
        return False
    numbers = known.cast(pl.Float64, strict=False).drop_nulls().to_numpy()
    whole = bool((numbers == np.round(numbers)).all())
    return whole and (bool(ID_NAME.search(name)) or len(numbers) >= SEQUENCE_FILL * float(np.ptp(numbers)))
