"""What learning reads of the whole store: attempts with their times, leads with what they did, customers' companies.

Where single attempts are looked at, a sample of the people stands for all. The statements run in the store itself or
in a copy of its columns, like those of `segmentation.statements`.
"""

# ruff: noqa: S608 -- put together from names and numbers of this room; values are parameters

from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from persona_store.database.models import Company, Contact, Deal
from persona_store.guidance.centre_rules import Account
from persona_store.guidance.hand_over import PEOPLE, TOUCHES, Leads
from persona_store.guidance.phases import signal_kinds
from persona_store.guidance.times import ATTEMPTS
from persona_store.segmentation.aggregation import Reader

# People and companies looked at: enough for two digits of any rate, read in seconds.
SAMPLE = 30_000
OLDEST_DAYS = 720  # a signal a year before the earliest day looked at has faded to a sixty-fourth
OWNER = "JOIN contacts o ON o.id = {0}.contact_id JOIN contacts p ON p.id = coalesce(o.duplicate_of, o.id)"
ANSWERED = "CASE WHEN i.responded IS TRUE THEN 1 ELSE 0 END"


def one_in(reader: Reader) -> int:
    """Every how many-th person of the market is looked at, so that at most `SAMPLE` are."""
    counted = reader.frame("SELECT count(*) AS n FROM contacts p WHERE p.market = :market", {"n": pl.Int64})
    return max(1, -(-int(counted["n"][0]) // SAMPLE))


def newest_touch(reader: Reader) -> date | None:
    """The day of the newest interaction."""
    newest: datetime | None = reader.frame("SELECT max(i.at) AS newest FROM interactions i", {"newest": pl.Datetime})[
        "newest"
    ][0]
    return None if newest is None else newest.date()


def read_attempts(reader: Reader) -> pl.DataFrame:
    """The outgoing attempts to the sampled people of a market (columns of `ATTEMPTS`), by weekday and hour."""
    schema: dict[str, Any] = {"person": pl.Int64, "function": pl.String, "channel": pl.String, "at": pl.Datetime}
    rows = reader.frame(
        f"""
        SELECT p.id AS person, coalesce(p.function, 'other') AS function, i.channel AS channel, i.at AS at,
               {ANSWERED} AS answered
        FROM interactions i {OWNER.format("i")}
        WHERE i.direction = 'out' AND i.responded IS NOT NULL AND i.channel IS NOT NULL AND i.at IS NOT NULL
              AND {_sampled(reader)} AND o.blocked_on IS NULL""",
        schema | {"answered": pl.Int64},
    )
    weekday, hour = pl.col("at").dt.weekday().cast(pl.Int64) % 7, pl.col("at").dt.hour().cast(pl.Int64)
    keyed = rows.select("person", "function", "channel", weekday.alias("weekday"), hour.alias("hour"), "answered")
    counted = keyed.group_by("person", "function", "channel", "weekday", "hour").agg(
        pl.len().cast(pl.Int64).alias("n"), pl.sum("answered")
    )
    return counted.sort(list(ATTEMPTS)[:5]).select(*ATTEMPTS)


def read_leads(reader: Reader, newest: date) -> Leads:
    """The sampled people of a market with what they did lately that tells of a phase, doubles' included."""
    chosen = _sampled(reader)
    people = reader.frame(
        f"""
        SELECT p.id AS person, p.created_on AS since, p.source AS source, p.outcome_on AS customer_on
        FROM contacts p WHERE {chosen} AND p.duplicate_of IS NULL""",
        {name: kind for name, kind in PEOPLE.items() if name != "first_deal"},
    )
    deals = reader.frame(
        f"""
        SELECT p.id AS person, min(d.opened_on) AS first_deal
        FROM deals d {OWNER.format("d")} WHERE {chosen} GROUP BY p.id""",
        {"person": pl.Int64, "first_deal": pl.Date},
    )
    oldest = datetime.combine(newest - timedelta(days=OLDEST_DAYS), time())
    kinds = ", ".join(f"'{kind}'" for kind in signal_kinds())
    touches = reader.frame(
        f"""
        SELECT p.id AS person, i.kind AS kind, i.channel AS channel, i.direction AS direction,
               i.responded AS responded, i.at AS at
        FROM interactions i {OWNER.format("i")}
        WHERE {chosen} AND o.blocked_on IS NULL AND i.kind IN ({kinds}) AND i.at >= '{oldest.isoformat(" ")}'""",
        {name: kind for name, kind in TOUCHES.items() if name != "on"} | {"at": pl.Datetime},
    )
    touches = touches.with_columns(pl.col("at").dt.date().alias("on")).sort("person", "at").select(*TOUCHES)
    return Leads(people.join(deals, on="person", how="left").sort("person").select(*PEOPLE), touches)


def _sampled(reader: Reader) -> str:
    return f"p.market = :market AND p.blocked_on IS NULL AND p.id % {one_in(reader)} = 0"


def customers_accounts(session: Session) -> list[Account]:
    """The people known at companies that bought, for what a buying centre usually has; a sample of the companies."""
    every = max(1, -(-(session.scalar(select(func.count()).select_from(Company)) or 0) // SAMPLE))
    won = select(Deal.company_id).where(Deal.won.is_(True), Deal.company_id.is_not(None))
    by_contact = (
        select(Contact.company_id)
        .outerjoin(Deal, Deal.contact_id == Contact.id)
        .where(Contact.company_id.is_not(None), or_(Contact.outcome.is_(True), Deal.won.is_(True)))
    )
    rows = session.execute(
        select(Company.id, Company.employees, Company.industry, Contact.function, Contact.level)
        .join(Contact, Contact.company_id == Company.id)
        .where(Company.id.in_(won.union(by_contact)), Company.id % every == 0)
        .where(Contact.duplicate_of.is_(None), Contact.blocked_on.is_(None), Contact.function.is_not(None))
        .distinct()
    )
    found: dict[int, tuple[int | None, str | None, set[tuple[str, str]]]] = {}
    for company_id, employees, industry, function, level in rows:
        node = found.setdefault(company_id, (employees, industry, set()))
        node[2].add((str(function), str(level or "unknown")))
    return [Account(employees, industry, frozenset(roles)) for employees, industry, roles in found.values()]
