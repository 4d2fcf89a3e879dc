"""What customers bring and what they cost in care: summed up per persona at a build, kept with the scorecard."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from persona_store.antipersona.lifetime import Lifetime, fit_lifetime
from persona_store.antipersona.money import Basis, deal_value, person, value_basis
from persona_store.antipersona.purchases import Source, purchases_of
from persona_store.database.models import Build, Contact, Deal, Membership
from persona_store.touch_sums import CARE_SUMS, ensure_touch_sums

# So many contacts of the whole market a persona's own mean has to outweigh.
GROUP_WEIGHT = 5.0


@dataclass(frozen=True, slots=True)
class Moments:
    """Number, mean and variance of an amount over contacts; the mean of few is pulled towards the whole market's."""

    n: int = 0
    mean: float = 0.0
    variance: float = 0.0

    @property
    def error(self) -> float:
        """Standard error of the mean; infinite where nothing was counted."""
        return float(np.sqrt(self.variance / self.n)) if self.n else np.inf


@dataclass(frozen=True, slots=True)
class Experience:
    """Contacts of one kind so far: `value` of those who bought, `deals` each of them closed, minutes of care."""

    value: Moments
    deals: float
    customer_minutes: Moments
    lost_minutes: Moments


@dataclass(frozen=True, slots=True)
class WorthBook:
    """The experience of a market, and of each of its personas; `win_rate` is the share of closed deals won.

    `lifetime` says how customers go on buying, told by `source`, with amounts relative to `usual_amount`; empty where
    too few of them repeat.
    """

    basis: Basis
    win_rate: float | None
    market: Experience
    personas: dict[int, Experience]
    lifetime: Lifetime | None = None
    source: Source = "deals"

    def experience(self, persona_id: int | None) -> Experience:
        """The persona's experience, pulled towards the market's where it rests on few contacts."""
        own = self.personas.get(persona_id) if persona_id is not None else None
        if own is None:
            return self.market
        return Experience(
            _pulled(own.value, self.market.value),
            _weighted(own.deals, own.value.n, self.market.deals),
            _pulled(own.customer_minutes, self.market.customer_minutes),
            _pulled(own.lost_minutes, self.market.lost_minutes),
        )

    def similar(self, persona_id: int | None) -> int:
        """How many buyers the experience of the persona (or of the market, without one) rests on."""
        own = self.personas.get(persona_id, self.market) if persona_id is not None else self.market
        return own.value.n

    def usual_amount(self, persona_id: int | None) -> float:
        """What one purchase brings in the persona, else in the market; 1 where that is no gain."""
        for one in (self.experience(persona_id), self.market):
            if one.deals > 0 and one.value.mean > 0:
                return one.value.mean / one.deals
        return 1.0

    def as_json(self) -> dict[str, Any]:
        """The book as JSON-ready data."""
        return {
            "basis": self.basis,
            "win_rate": self.win_rate,
            "market": asdict(self.market),
            "personas": {str(persona_id): asdict(one) for persona_id, one in self.personas.items()},
            "lifetime": self.lifetime and self.lifetime.as_json(),
            "source": self.source,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "WorthBook":
        """The book that `as_json` wrote."""
        personas = {int(persona_id): _experience(one) for persona_id, one in data["personas"].items()}
        market, lifetime = _experience(data["market"]), Lifetime.from_json(data.get("lifetime"))
        return cls(data["basis"], data["win_rate"], market, personas, lifetime, data.get("source", "deals"))


def learn_worth(session: Session, build_id: int, market: str) -> WorthBook:
    """Sums up value and care of a market's contacts who did not object; the build's memberships must be there."""
    ensure_touch_sums(session)
    basis = value_basis(session)
    rows = session.execute(_statement(build_id, market, basis)).all()
    persona_ids = {row.persona_id for row in rows if row.persona_id is not None}
    won = session.scalar(select(func.count()).where(Deal.won.is_(True))) or 0
    closed = session.scalar(select(func.count()).where(Deal.won.is_not(None))) or 0
    book = WorthBook(
        basis,
        won / closed if closed else None,
        _summed(rows),
        {persona_id: _summed([row for row in rows if row.persona_id == persona_id]) for persona_id in persona_ids},
    )
    return with_lifetime(session, book, build_id, market)


def with_lifetime(session: Session, book: WorthBook, build_id: int, market: str) -> WorthBook:
    """The book with how customers go on buying, by won deals, else by recorded purchases.

    Amounts are learned relative to what a purchase brings in the customer's persona.
    """
    build = session.get_one(Build, build_id)
    sources: tuple[Source, ...] = ("deals", "purchases")
    for source in sources if build.data_on else ():
        ids, bought = purchases_of(session, market, book.basis, source, build.data_on or date.max)
        personas = dict(session.execute(_memberships(build_id, market)).all()) if ids else {}
        amounts = {persona: book.usual_amount(persona) for persona in {None, *personas.values()}}
        usual = np.array([amounts[personas.get(one)] for one in ids])
        lifetime = fit_lifetime(replace(bought, amount=bought.amount / usual), build.seed)
        if lifetime is not None:
            return replace(book, lifetime=lifetime, source=source)
    return book


def _memberships(build_id: int, market: str) -> Select[int, int]:
    return (
        select(Membership.contact_id, Membership.persona_id)
        .join(Contact, Contact.id == Membership.contact_id)
        .where(Membership.build_id == build_id, Contact.market == market)
    )


def _statement(build_id: int, market: str, basis: Basis) -> Any:
    deals, care = _deals(basis), CARE_SUMS
    bought = or_(Contact.outcome.is_(True), deals.c.won > 0)
    lost = and_(Contact.outcome.is_(False), func.coalesce(deals.c.won, 0) == 0)
    # who has no interaction cost nothing, who has some without times cost nobody knows what
    minutes = case((care.c.person.is_(None), 0.0), else_=care.c.minutes)
    return (
        select(
            Membership.persona_id,
            *_sums("value", deals.c.won > 0, deals.c.value),
            func.sum(deals.c.won).label("deals"),
            *_sums("customer", bought, minutes),
            *_sums("lost", lost, minutes),
        )
        .select_from(Contact)
        .outerjoin(deals, deals.c.person == Contact.id)
        .outerjoin(care, care.c.person == Contact.id)
        .outerjoin(Membership, and_(Membership.build_id == build_id, Membership.contact_id == Contact.id))
        .where(Contact.market == market, Contact.duplicate_of.is_(None), Contact.blocked_on.is_(None))
        .group_by(Membership.persona_id)
    )


def _sums(name: str, condition: ColumnElement[bool], amount: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    counted = case((condition, amount))
    return [
        func.count(counted).label(f"{name}_n"),
        func.sum(counted).label(f"{name}_sum"),
        func.sum(counted * counted).label(f"{name}_squares"),
    ]


def _deals(basis: Basis) -> Subquery:
    who = person()
    won = Deal.won.is_(True)
    return (
        select(
            who.label("person"),
            func.sum(case((won, 1), else_=0)).label("won"),
            func.sum(case((won, deal_value(basis)), else_=0.0)).label("value"),
        )
        .join(Contact, Contact.id == Deal.contact_id)
        .group_by(who)
        .subquery()
    )


def _summed(rows: Sequence[Any]) -> Experience:
    value = _moments(rows, "value")
    deals = sum(float(row.deals or 0) for row in rows)
    return Experience(value, deals / value.n if value.n else 0.0, _moments(rows, "customer"), _moments(rows, "lost"))


def _moments(rows: Sequence[Any], name: str) -> Moments:
    n, total, squares = (
        sum(float(getattr(row, f"{name}_{part}") or 0) for row in rows) for part in ("n", "sum", "squares")
    )
    if not n:
        return Moments()
    mean = total / n
    return Moments(int(n), mean, max(squares / n - mean**2, 0.0))


def _pulled(own: Moments, market: Moments) -> Moments:
    """The mean of few is drawn to the market's; the variance within a group is estimated alike."""
    weight = own.n + GROUP_WEIGHT if market.n else own.n
    return Moments(
        int(weight), _weighted(own.mean, own.n, market.mean), _weighted(own.variance, own.n, market.variance)
    )


def _weighted(own: float, n: int, market: float) -> float:
    return (own * n + market * GROUP_WEIGHT) / (n + GROUP_WEIGHT)


def _experience(data: Mapping[str, Any]) -> Experience:
    moments = {name: Moments(**data[name]) for name in ("value", "customer_minutes", "lost_minutes")}
    return Experience(deals=data["deals"], **moments)
