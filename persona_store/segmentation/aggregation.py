"""The built-in attributes, summed up in the database: one row a contact, however many interactions it has."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from persona_store.database.models import Company, Contact, Deal, Interaction
from persona_store.segmentation.registry import CHANNELS, NONE_KNOWN

AnySelect = Select[*tuple[Any, ...]]
ROWS_AT_ONCE = 50_000
YOUNGEST, OLDEST = 14, 105  # years; outside, a birth year is a typing error or a joke

BEHAVIOURS = {
    "downloads": "download",
    "webinars": "webinar",
    "trade_fairs": "trade_fair",
    "pricing_page": "pricing_page",
    "demo_requests": "demo_request",
    "newsletter": "newsletter",
    "unsubscribed": "unsubscribed",
    "complaints": "complaint",
}
CONTACT_SCHEMA: dict[str, type[pl.DataType]] = {
    "contact_id": pl.Int64,
    "function": pl.String,
    "level": pl.String,
    "industry": pl.String,
    "company_size": pl.Float64,
    "region": pl.String,
    "source": pl.String,
    "birth_year": pl.Float64,
    "last_activity_on": pl.Date,
}
INTERACTION_SUMS = (
    "frequency",
    "care_minutes",
    *BEHAVIOURS,
    *(f"tried_{channel}" for channel in CHANNELS),
    *(f"answered_{channel}" for channel in CHANNELS),
)
INTERACTION_SCHEMA: dict[str, type[pl.DataType]] = {
    "contact_id": pl.Int64,
    "last_at": pl.Datetime,
    "variety": pl.Float64,
    **dict.fromkeys(INTERACTION_SUMS, pl.Float64),
}
DEAL_SCHEMA: dict[str, type[pl.DataType]] = dict.fromkeys(("revenue", "potential"), pl.Float64)


def newest_data(session: Session) -> date | None:
    """The day of the newest interaction, activity or deal, at most today; None for an empty store."""
    last = session.scalar(select(func.max(Interaction.at)))
    days = [last and last.date()]
    days += [
        session.scalar(select(func.max(column)))
        for column in (Contact.last_activity_on, Contact.created_on, Deal.opened_on)
    ]
    known = [day for day in days if day is not None]
    return min(max(known), date.today()) if known else None


def built_in_frame(
    session: Session, market: str, contact_ids: Sequence[int] | None, as_of: date | None, until_outcome: bool
) -> pl.DataFrame:
    """`contact_id` and the built-in attributes of either market, raw; one row a person who may be profiled."""
    people = _fetch(session, _people(market, contact_ids), CONTACT_SCHEMA)
    behaviour = _interactions(session, market, contact_ids, until_outcome)
    deals = _deals(session, market, contact_ids)
    joined = people.join(behaviour, on="contact_id", how="left").join(deals, on="contact_id", how="left")
    last = pl.max_horizontal(pl.col("last_at").cast(pl.Date), pl.col("last_activity_on"))
    age = pl.lit(as_of.year if as_of else None, dtype=pl.Float64) - pl.col("birth_year")
    days = (pl.lit(as_of, dtype=pl.Date) - (pl.lit(None, dtype=pl.Date) if until_outcome else last)).dt.total_days()
    return joined.with_columns(
        pl.when(pl.col("level") != NONE_KNOWN).then(pl.col("level")).alias("level"),
        pl.when(age.is_between(YOUNGEST, OLDEST)).then(age).alias("age"),
        days.clip(lower_bound=0).cast(pl.Float64).alias("recency"),
        *(
            pl.when(pl.col(f"tried_{channel}") > 0)
            .then(pl.col(f"answered_{channel}") / pl.col(f"tried_{channel}"))
            .alias(f"response_{channel}")
            for channel in CHANNELS
        ),
    )


def outcomes(session: Session, market: str) -> pl.DataFrame:
    """`contact_id` and `outcome` (true, false or null) of every person of the market who may be profiled."""
    statement = select(Contact.id, Contact.outcome).where(*may_be_profiled(market, None))
    return _fetch(session, statement, {"contact_id": pl.Int64, "outcome": pl.Boolean})


def may_be_profiled(market: str, contact_ids: Sequence[int] | None) -> list[ColumnElement[bool]]:
    """The conditions for people who stand for themselves and did not object."""
    conditions = [Contact.market == market, Contact.duplicate_of.is_(None), Contact.blocked_on.is_(None)]
    return conditions if contact_ids is None else [*conditions, Contact.id.in_(contact_ids)]


def _people(market: str, contact_ids: Sequence[int] | None) -> AnySelect:
    return (
        select(
            Contact.id,
            Contact.function,
            Contact.level,
            Company.industry,
            Company.employees,
            func.coalesce(Contact.region, Company.region),
            Contact.source,
            Contact.birth_year,
            Contact.last_activity_on,
        )
        .outerjoin(Company, Contact.company_id == Company.id)
        .where(*may_be_profiled(market, contact_ids))
    )


def _with_doubles(market: str, contact_ids: Sequence[int] | None) -> list[ColumnElement[bool]]:
    conditions = [Contact.market == market, Contact.blocked_on.is_(None)]
    if contact_ids is not None:
        conditions.append(or_(Contact.id.in_(contact_ids), Contact.duplicate_of.in_(contact_ids)))
    return conditions


def _interactions(
    session: Session, market: str, contact_ids: Sequence[int] | None, until_outcome: bool
) -> pl.DataFrame:
    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    tried = and_(Interaction.direction == "out", Interaction.responded.is_not(None))
    answered = and_(Interaction.direction == "out", Interaction.responded.is_(True))
    statement = (
        select(
            Interaction.contact_id,
            func.max(Interaction.at),
            func.count(func.distinct(Interaction.kind)),
            func.count(),
            func.sum(Interaction.minutes),
            *(count(Interaction.kind == kind) for kind in BEHAVIOURS.values()),
            *(count(and_(Interaction.channel == channel, tried)) for channel in CHANNELS),
            *(count(and_(Interaction.channel == channel, answered)) for channel in CHANNELS),
        )
        .join(Contact, Interaction.contact_id == Contact.id)
        .where(*_with_doubles(market, contact_ids))
        .group_by(Interaction.contact_id)
    )
    if until_outcome:
        person = aliased(Contact)
        statement = statement.join(person, person.id == func.coalesce(Contact.duplicate_of, Contact.id)).where(
            or_(person.outcome_on.is_(None), Interaction.at < person.outcome_on)
        )
    rows = _fetch(session, statement, INTERACTION_SCHEMA)
    latest = [pl.max("last_at"), pl.max("variety")]
    return _fold_doubles(session, market, contact_ids, rows, [*latest, *(_sum(name) for name in INTERACTION_SUMS)])


def _deals(session: Session, market: str, contact_ids: Sequence[int] | None) -> pl.DataFrame:
    won = case((Deal.won.is_(True), Deal.amount), (Deal.won.is_(False), 0.0))
    statement = (
        select(Deal.contact_id, func.sum(won), func.sum(case((Deal.won.is_(None), Deal.amount))))
        .join(Contact, Deal.contact_id == Contact.id)
        .where(*_with_doubles(market, contact_ids))
        .group_by(Deal.contact_id)
    )
    rows = _fetch(session, statement, {"contact_id": pl.Int64} | DEAL_SCHEMA)
    return _fold_doubles(session, market, contact_ids, rows, [_sum(name) for name in DEAL_SCHEMA])


def _fold_doubles(
    session: Session,
    market: str,
    contact_ids: Sequence[int] | None,
    rows: pl.DataFrame,
    together: Sequence[pl.Expr],
) -> pl.DataFrame:
    """Counts the rows of linked duplicates for the person they stand for."""
    statement = select(Contact.id, Contact.duplicate_of).where(
        Contact.duplicate_of.is_not(None), *_with_doubles(market, contact_ids)
    )
    doubles = _fetch(session, statement, {"contact_id": pl.Int64, "person_id": pl.Int64})
    if doubles.is_empty():
        return rows
    person = pl.coalesce("person_id", "contact_id").alias("contact_id")
    return rows.join(doubles, on="contact_id", how="left").with_columns(person).group_by("contact_id").agg(together)


def _sum(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null().any()).then(pl.sum(name)).alias(name)


def _fetch(session: Session, statement: AnySelect, schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    parts = [
        pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
        for rows in session.execute(statement, execution_options={"yield_per": ROWS_AT_ONCE}).partitions()
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=schema)
