"""The SQL that sums contacts up; each statement is built once and serves all contacts of a market, or a few.

Parameters: `market`, and `ids` where a statement is made for a `few` contacts.
"""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, case, cast, func, or_, select
from sqlalchemy.orm import aliased

from persona_store.database.models import Company, Contact, Deal, Interaction
from persona_store.segmentation.registry import CHANNELS

Statement = Select[*tuple[Any, ...]]

EMPTY_JSON = "{}"
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


@cache
def people(few: bool) -> Statement:
    """One row a person who stands for itself and did not object: who it is."""
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
        .where(*_persons(few))
    )


@cache
def head_count() -> Statement:
    """How many persons the market has."""
    return select(func.count()).where(*_persons(few=False))


@cache
def known_outcomes() -> Statement:
    """Id and outcome of every person."""
    return select(Contact.id, Contact.outcome).where(*_persons(few=False))


@cache
def custom_documents(few: bool, every: int) -> Statement:
    """Id, own custom columns and those of the company as JSON text, of each `every`-th person that has any."""
    own, company = cast(Contact.custom, Text), cast(Company.custom, Text)
    statement = (
        select(Contact.id, own.label("own"), company.label("company"))
        .outerjoin(Company, Contact.company_id == Company.id)
        .where(*_persons(few), or_(own != EMPTY_JSON, company != EMPTY_JSON))
    )
    return statement if every == 1 else statement.where(Contact.id % every == 0)


@cache
def doubles(few: bool) -> Statement:
    """Id of every linked duplicate, and of the person it stands for."""
    return select(Contact.id, Contact.duplicate_of).where(Contact.duplicate_of.is_not(None), *_persons_and_doubles(few))


@cache
def interactions(few: bool, until_outcome: bool) -> Statement:
    """One row a contact, duplicates for themselves: its interactions, only those before the outcome if so wanted."""
    tried = and_(Interaction.direction == "out", Interaction.responded.is_not(None))
    answered = and_(Interaction.direction == "out", Interaction.responded.is_(True))
    statement: Statement = (
        select(
            Interaction.contact_id,
            func.max(Interaction.at),
            func.count(func.distinct(Interaction.kind)),
            func.count(),
            func.sum(Interaction.minutes),
            *(_count(Interaction.kind == kind) for kind in BEHAVIOURS.values()),
            *(_count(and_(Interaction.channel == channel, tried)) for channel in CHANNELS),
            *(_count(and_(Interaction.channel == channel, answered)) for channel in CHANNELS),
        )
        .join(Contact, Interaction.contact_id == Contact.id)
        .where(*_persons_and_doubles(few))
        .group_by(Interaction.contact_id)
    )
    if not until_outcome:
        return statement
    person = aliased(Contact)
    lost = (
        select(Deal.contact_id, func.max(Deal.closed_on).label("on"))
        .where(Deal.won.is_(False))
        .group_by(Deal.contact_id)
        .subquery()
    )
    # A CRM dates the day a lead became a customer, but rarely the day it was lost: the last lost deal tells that.
    decided = func.coalesce(person.outcome_on, case((person.outcome.is_(False), lost.c.on)))
    return (
        statement.join(person, person.id == func.coalesce(Contact.duplicate_of, Contact.id))
        .outerjoin(lost, lost.c.contact_id == person.id)
        .where(or_(decided.is_(None), Interaction.at < decided))
    )


@cache
def deals(few: bool) -> Statement:
    """One row a contact, duplicates for themselves: what it brought by closed deals, and what is open."""
    won = case((Deal.won.is_(True), Deal.amount), (Deal.won.is_(False), 0.0))
    return (
        select(Deal.contact_id, func.sum(won), func.sum(case((Deal.won.is_(None), Deal.amount))))
        .join(Contact, Deal.contact_id == Contact.id)
        .where(*_persons_and_doubles(few))
        .group_by(Deal.contact_id)
    )


def _persons(few: bool) -> list[ColumnElement[bool]]:
    conditions = [Contact.market == bindparam("market"), Contact.duplicate_of.is_(None), Contact.blocked_on.is_(None)]
    return [*conditions, Contact.id.in_(_ids())] if few else conditions


def _persons_and_doubles(few: bool) -> list[ColumnElement[bool]]:
    conditions = [Contact.market == bindparam("market"), Contact.blocked_on.is_(None)]
    return [*conditions, or_(Contact.id.in_(_ids()), Contact.duplicate_of.in_(_ids()))] if few else conditions


def _ids() -> Any:
    return bindparam("ids", expanding=True)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
