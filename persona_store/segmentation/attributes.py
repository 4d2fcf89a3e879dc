"""The attributes of a store's contacts: which there are, and a table of one row a contact."""

import re
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.database.models import TextHit
from persona_store.segmentation.aggregation import Reader, built_in_frames, newest_data, whole_market
from persona_store.segmentation.custom import custom_frame, recognise_custom
from persona_store.segmentation.extract import Extract
from persona_store.segmentation.registry import (
    TEXT_KINDS,
    Attribute,
    AttributeKind,
    Market,
    built_in,
    text_attribute,
)
from persona_store.segmentation.statements import Period

__all__ = [
    "Attribute",
    "AttributeKind",
    "Market",
    "attribute_frame",
    "attribute_frames",
    "attributes",
    "recognise_attributes",
]

KINDS: tuple[AttributeKind, ...] = ("explicit", "implicit", "value")  # in the order in which people read profiles
TERM = re.compile(r"[a-z0-9_]{1,60}", re.ASCII)


def attributes(session: Session, market: str) -> tuple[Attribute, ...]:
    """The attributes contacts of `market` ("b2b" or "b2c") can have: built in, from texts, and custom columns."""
    return recognise_attributes(session, market)[0]


def recognise_attributes(session: Session, market: str) -> tuple[tuple[Attribute, ...], dict[str, str]]:
    """Like `attributes`, with the custom columns that were left out and the reason (see `recognise_custom`)."""
    custom, left_out = recognise_custom(session, market)
    taken = {attribute.key for attribute in custom}
    known = [one for one in (*built_in(market), *text_attributes(session)) if one.key not in taken]
    return (*sorted(known, key=lambda one: KINDS.index(one.kind)), *custom), left_out


def text_attributes(session: Session) -> tuple[Attribute, ...]:
    """The wishes, problems and traits that were found in the store's texts, as attributes."""
    found = session.execute(select(TextHit.kind, TextHit.term).distinct()).all()
    terms = sorted(
        (TEXT_KINDS.index(kind), term) for kind, term in found if kind in TEXT_KINDS and TERM.fullmatch(term)
    )
    return tuple(text_attribute(TEXT_KINDS[place], term) for place, term in terms)


def attribute_frame(
    session: Session,
    market: str,
    contact_ids: Sequence[int] | None = None,
    *,
    known: Sequence[Attribute] | None = None,
    as_of: date | None = None,
    until_outcome: bool = False,
    source: Extract | None = None,
) -> pl.DataFrame:
    """One row a contact of `market`: `contact_id` (Int64) and one raw column an attribute, null = not known.

    Numeric attributes are floats, others text. Blocked contacts and linked duplicates have no row; what the
    duplicates did counts for the person they stand for. `known` saves looking at the store for custom columns;
    `as_of` is the day ages and recency are counted to (default: that of the newest data). With `until_outcome`
    interactions after the outcome do not count, nor notes, which bear no date; and recency, which goes on counting,
    is not known. A whole market is read as committed, from `source` where several frames come from one extract.
    Raises StoreUnavailable when the store does not answer.
    """
    wanted = attributes(session, market) if known is None else known
    day = as_of or newest_data(session)
    few = Reader(session, market, contact_ids)
    with whole_market(session, market, source) if contact_ids is None else nullcontext(few) as reader:
        return _frames(reader, wanted, day, ["until_outcome" if until_outcome else "all"])[0]


def attribute_frames(
    session: Session, market: str, known: Sequence[Attribute], as_of: date | None, source: Extract | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frames of a whole market as of now and as of each contact's outcome, as `attribute_frame` gives them."""
    day = as_of or newest_data(session)
    with whole_market(session, market, source) as reader:
        now, before = _frames(reader, known, day, ["all", "until_outcome"])
        return now, before


def _frames(
    reader: Reader, wanted: Sequence[Attribute], as_of: date | None, periods: Sequence[Period]
) -> list[pl.DataFrame]:
    frames = built_in_frames(reader, wanted, as_of, periods)
    custom = [attribute for attribute in wanted if attribute.kind == "custom"]
    own = custom_frame(reader, custom) if custom else None
    return [_whole(frame if own is None else _with_custom(frame, own), wanted) for frame in frames]


def _with_custom(frame: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """A built-in attribute that a custom column tells too is taken from there only where it is not known else."""
    joined = frame.join(own, on="contact_id", how="left", suffix="\0custom")
    twice = [name for name in frame.columns if f"{name}\0custom" in joined.columns]
    return joined.with_columns(pl.coalesce(name, f"{name}\0custom") for name in twice)


def _whole(frame: pl.DataFrame, wanted: Sequence[Attribute]) -> pl.DataFrame:
    missing = [pl.lit(None, pl.Float64).alias(one.key) for one in wanted if one.key not in frame.columns]
    return frame.with_columns(missing).select("contact_id", *(attribute.key for attribute in wanted))
