"""The attributes of a store's contacts: which there are, and a table of one row a contact."""

from collections.abc import Sequence
from datetime import date

import polars as pl
from sqlalchemy.orm import Session

from persona_store.segmentation.aggregation import Reader, built_in_frame, newest_data
from persona_store.segmentation.custom import custom_frame, recognise_custom
from persona_store.segmentation.registry import Attribute, AttributeKind, Market, built_in

__all__ = ["Attribute", "AttributeKind", "Market", "attribute_frame", "attributes", "recognise_attributes"]


def attributes(session: Session, market: str) -> tuple[Attribute, ...]:
    """The attributes contacts of `market` ("b2b" or "b2c") can have: built in, and custom columns of the store."""
    return recognise_attributes(session, market)[0]


def recognise_attributes(session: Session, market: str) -> tuple[tuple[Attribute, ...], dict[str, str]]:
    """Like `attributes`, with the custom columns that were left out and the reason (see `recognise_custom`)."""
    custom, left_out = recognise_custom(session, market)
    taken = {attribute.key for attribute in custom}
    return (*(attribute for attribute in built_in(market) if attribute.key not in taken), *custom), left_out


def attribute_frame(
    session: Session,
    market: str,
    contact_ids: Sequence[int] | None = None,
    *,
    known: Sequence[Attribute] | None = None,
    as_of: date | None = None,
    until_outcome: bool = False,
) -> pl.DataFrame:
    """One row a contact of `market`: `contact_id` (Int64) and one raw column an attribute, null = not known.

    Numeric attributes are floats, others text. Blocked contacts and linked duplicates have no row; what the
    duplicates did counts for the person they stand for. `known` saves looking at the store for custom columns;
    `as_of` is the day ages and recency are counted to (default: that of the newest data). With `until_outcome`
    interactions after the outcome do not count, and recency, which goes on counting, is not known.
    """
    wanted = attributes(session, market) if known is None else known
    day = as_of or newest_data(session)
    reader = Reader(session, market, contact_ids)
    frame = built_in_frame(reader, day, until_outcome)
    custom = [attribute for attribute in wanted if attribute.kind == "custom"]
    if custom:
        own = custom_frame(reader, custom)
        frame = frame.join(own, on="contact_id", how="left", suffix="\0custom")
        frame = frame.with_columns(
            pl.coalesce(attribute.key, f"{attribute.key}\0custom")
            for attribute in custom
            if f"{attribute.key}\0custom" in frame.columns
        )
    return frame.select("contact_id", *(attribute.key for attribute in wanted))
