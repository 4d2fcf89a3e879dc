"""What can be measured: one entry a measure, each a select with one row a person (`person`, `n`, `x`).

`n` is what a person counts for (1, or attempts, or deals) and `x` what is summed up; the measure is Σx of Σn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import ColumnElement, Float, Integer, Select, and_, case, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from persona_store.database.models import Contact, Deal, Interaction
from persona_store.figures.people import Only

Form = Literal["count", "rate", "mean"]
Unit = Literal["people", "share", "money", "minutes", "times"]
Rows = Callable[[Only], Select[Any]]

OWNER = aliased(Contact)  # who a deal or touchpoint is recorded with, perhaps a double of the person
ANSWERED = case((Interaction.responded.is_(True), 1), else_=0)
TRIED = and_(Interaction.direction == "out", Interaction.responded.is_not(None), Interaction.channel.is_not(None))


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure; its `key` is the attribute's name in the lexicon, its words stand below `measure.<key>`.

    A "count" is a number of people, a "rate" lies between 0 and 1, a "mean" has a `unit`. `low_is_good` where less is
    better. `channels` says that it can be told apart by channel, `arrivals` that a period means those who came in it.
    """

    key: str
    form: Form
    unit: Unit
    rows: Rows
    low_is_good: bool = False
    channels: bool = False
    arrivals: bool = False


def _during(day: InstrumentedAttribute[Any] | ColumnElement[Any], only: Only) -> list[ColumnElement[bool]]:
    bounds = [] if only.since is None else [day >= only.since]
    return bounds if only.until is None else [*bounds, day <= only.until]


def _contacts(only: Only) -> Select[Any]:
    columns: list[Any] = [OWNER.id.label("person"), literal(1).label("n"), literal(1).label("x")]
    return select(*columns).where(*_during(OWNER.created_on, only))


def _customers(only: Only) -> Select[Any]:
    columns: list[Any] = [OWNER.id.label("person"), literal(1).label("n"), literal(1).label("x")]
    return select(*columns).where(OWNER.outcome.is_(True), *_during(OWNER.outcome_on, only))


def _outcomes(only: Only) -> Select[Any]:
    """A CRM dates who became a customer, rarely who was lost: the rate is fair only of those who came in a period."""
    bought = case((OWNER.outcome.is_(True), 1), else_=0)
    return select(OWNER.id.label("person"), literal(1).label("n"), bought.label("x")).where(
        OWNER.outcome.is_not(None), *_during(OWNER.created_on, only)
    )


def _person() -> ColumnElement[int]:
    return cast(func.coalesce(OWNER.duplicate_of, OWNER.id), Integer)


def _deals(n: ColumnElement[Any], x: Any, *where: ColumnElement[bool]) -> Rows:
    def rows(only: Only) -> Select[Any]:
        return (
            select(_person().label("person"), n.label("n"), cast(func.sum(x), Float).label("x"))
            .select_from(Deal)
            .join(OWNER, OWNER.id == Deal.contact_id)
            .where(x.is_not(None), *where, *_during(func.coalesce(Deal.closed_on, Deal.opened_on), only))
            .group_by(_person())
        )

    return rows


def _touchpoints(n: ColumnElement[Any], x: ColumnElement[Any], *where: ColumnElement[bool]) -> Rows:
    def rows(only: Only) -> Select[Any]:
        on_channel = [] if only.channel is None else [Interaction.channel == only.channel]
        return (
            select(_person().label("person"), n.label("n"), x.label("x"))
            .select_from(Interaction)
            .join(OWNER, OWNER.id == Interaction.contact_id)
            .where(*where, *on_channel, *_during(func.date(Interaction.at), only))
            .group_by(_person())
        )

    return rows


def _times(kind: str) -> Rows:
    return _touchpoints(literal(1), func.sum(case((Interaction.kind == kind, 1), else_=0)))


WON = Deal.won.is_(True)
_ALL = (
    Measure("contacts", "count", "people", _contacts),
    Measure("customers", "count", "people", _customers),
    Measure("outcome_rate", "rate", "share", _outcomes, arrivals=True),
    Measure("response_rate", "rate", "share", _touchpoints(func.count(), func.sum(ANSWERED), TRIED), channels=True),
    Measure("revenue", "mean", "money", _deals(literal(1), Deal.amount, WON)),
    Measure("margin", "mean", "money", _deals(literal(1), Deal.margin, WON)),
    Measure("deal_size", "mean", "money", _deals(func.count(), Deal.amount, WON)),
    Measure("potential", "mean", "money", _deals(literal(1), Deal.amount, Deal.won.is_(None))),
    Measure(
        "care_minutes",
        "mean",
        "minutes",
        _touchpoints(literal(1), func.sum(Interaction.minutes), Interaction.minutes.is_not(None)),
        low_is_good=True,
    ),
    Measure("frequency", "mean", "times", _touchpoints(literal(1), func.count())),
    Measure("downloads", "mean", "times", _times("download")),
    Measure("webinars", "mean", "times", _times("webinar")),
    Measure("trade_fairs", "mean", "times", _times("trade_fair")),
    Measure("demo_requests", "mean", "times", _times("demo_request")),
    Measure("complaints", "mean", "times", _times("complaint"), low_is_good=True),
)
MEASURES: Mapping[str, Measure] = MappingProxyType({one.key: one for one in _ALL})
