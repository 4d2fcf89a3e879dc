"""What customers bought and when, read from won deals or from recorded purchases, one row a customer."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import numpy as np
import polars as pl
from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from persona_store.antipersona.lifetime import DAYS_A_MONTH, Purchases
from persona_store.antipersona.money import Basis, deal_value, person
from persona_store.database.bulk import read_rows
from persona_store.database.models import Contact, Deal, Interaction

Source = Literal["deals", "purchases"]

Rows = Select[*tuple[Any, ...]]

SCHEMA: dict[str, type[pl.DataType]] = {"contact_id": pl.Int64, "on": pl.String, "value": pl.Float64}


def purchases_of(
    session: Session, market: str, basis: Basis, source: Source, today: date, ids: Sequence[int] | None = None
) -> tuple[list[int], Purchases]:
    """The customers of a market (or those in `ids`) and what they bought until `today`, doubles counted in.

    Purchases on one day are one. With `source` "purchases" the days are those of recorded purchases, and what won
    deals brought in all is spread over them.
    """
    deals = _frame(session, _deals(market, basis, ids)).filter(pl.col("on") <= today)
    bought = deals if source == "deals" else _frame(session, _interactions(market, ids)).filter(pl.col("on") <= today)
    worth = deals.group_by("contact_id").agg(pl.sum("value").alias("worth"), pl.len().alias("deals"))
    days = bought.group_by("contact_id").agg(
        (pl.n_unique("on") - 1).cast(pl.Float64).alias("repeats"),
        pl.min("on").alias("first"),
        pl.max("on").alias("latest"),
    )
    rows = days.join(worth, on="contact_id", how="left").sort("contact_id")
    return rows["contact_id"].to_list(), Purchases(
        rows["repeats"].to_numpy(),
        _months(rows["latest"] - rows["first"]),
        _months(pl.Series([today] * len(rows), dtype=pl.Date) - rows["first"]),
        (rows["worth"] / (rows["repeats"] + 1)).fill_null(np.nan).to_numpy(),
    )


def _months(spans: pl.Series) -> np.ndarray[Any, np.dtype[np.float64]]:
    return (spans.dt.total_days() / DAYS_A_MONTH).to_numpy()


def _frame(session: Session, statement: Rows) -> pl.DataFrame:
    return read_rows(session.connection(), statement, SCHEMA).with_columns(pl.col("on").str.to_date())


def _deals(market: str, basis: Basis, ids: Sequence[int] | None) -> Rows:
    on = func.coalesce(Deal.closed_on, Deal.opened_on)
    statement: Rows = select(person(), cast(on, Text), deal_value(basis)).join(Contact, Contact.id == Deal.contact_id)
    return statement.where(Deal.won.is_(True), on.is_not(None), *_who(market, ids))


def _interactions(market: str, ids: Sequence[int] | None) -> Rows:
    statement: Rows = select(person(), cast(func.date(Interaction.at), Text), literal(0.0))
    statement = statement.join(Contact, Contact.id == Interaction.contact_id)
    return statement.where(Interaction.kind == "purchase", Interaction.at.is_not(None), *_who(market, ids))


def _who(market: str, ids: Sequence[int] | None) -> list[ColumnElement[bool]]:
    conditions = [Contact.market == market, Contact.blocked_on.is_(None)]
    return conditions if ids is None else [*conditions, or_(Contact.id.in_(ids), Contact.duplicate_of.in_(ids))]
