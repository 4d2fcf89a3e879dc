"""What one contact is worth against what it costs, from its own deals and care and those of similar contacts."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from persona_store.antipersona.quality import Z
from persona_store.antipersona.types import ValueEstimate, Worth
from persona_store.antipersona.worth import CASES, Experience, Moments, WorthBook, deal_value, minutes_of_care
from persona_store.database.models import Contact, Deal, Interaction
from persona_store.settings import settings

# Buyers, and contacts with known care, a market needs before one may say what the next one is worth.
LEAST_EXPERIENCE = 30
# So many of its own interactions a contact needs until its own care counts as much as that of similar contacts.
CARE_WEIGHT = 10.0
MINUTES_PER_HOUR = 60.0


@dataclass(frozen=True, slots=True)
class History:
    """A contact's own deals (values on the book's basis) and interactions, those of its doubles included."""

    won: int
    won_value: float
    open_deals: int
    open_value: float
    interactions: int
    minutes: float
    complaints: int
    kinds: frozenset[str]
    last: date | None


@dataclass(frozen=True, slots=True)
class Chance:
    """A probability (0 to 1) with its 95 % interval."""

    p: float
    low: float
    high: float


def history(session: Session, contact_id: int, book: WorthBook | None) -> History:
    """What the store holds of one person's deals and interactions."""
    person = select(Contact.id).where(or_(Contact.id == contact_id, Contact.duplicate_of == contact_id))
    won, value = Deal.won.is_(True), deal_value(book.basis if book else "amount")
    deals = session.execute(
        select(
            func.coalesce(func.sum(case((won, 1), else_=0)), 0),
            func.coalesce(func.sum(case((won, value), else_=0.0)), 0.0),
            func.coalesce(func.sum(case((Deal.won.is_(None), 1), else_=0)), 0),
            func.coalesce(func.sum(case((Deal.won.is_(None), value), else_=0.0)), 0.0),
        ).where(Deal.contact_id.in_(person))
    ).one()
    rows = session.execute(
        select(Interaction.kind, func.count(), func.sum(minutes_of_care()), func.max(Interaction.at))
        .where(Interaction.contact_id.in_(person))
        .group_by(Interaction.kind)
    ).all()
    days = [last.date() for _, _, _, last in rows if last is not None]
    return History(
        won=int(deals[0]),
        won_value=float(deals[1]),
        open_deals=int(deals[2]),
        open_value=float(deals[3]),
        interactions=sum(count for _, count, _, _ in rows),
        minutes=sum(float(minutes or 0) for _, _, minutes, _ in rows),
        complaints=sum(count for kind, count, _, _ in rows if kind in CASES),
        kinds=frozenset(kind for kind, *_ in rows),
        last=max(days, default=None),
    )


def estimate_worth(
    book: WorthBook | None, persona_id: int | None, own: History, chance: Chance | None, *, customer: bool
) -> tuple[Worth, ValueEstimate | None]:
    """The verdict on a contact's worth with its figures; ("cannot_tell", None) where experience is too thin, or
    where nobody like the contact has ever bought and it has no deal of its own.

    A lead is worth the chance that it buys times what similar customers brought (or its own open deals); a customer
    what it brought, its open deals, and the further deals similar customers closed.
    """
    if book is None or not _enough(book.market) or (chance is None and not customer):
        return "cannot_tell", None
    if not (book.similar(persona_id) or own.won or own.open_deals):
        return "cannot_tell", None
    similar = book.experience(persona_id)
    bought = Chance(1, 1, 1) if customer or chance is None else chance
    potential, low, high = _future(book, similar, own) if customer else _promise(similar, own, bought)
    care, spread = _care(similar, own, bought.p, customer=customer)
    estimate = ValueEstimate(
        money=own.won_value,
        potential=potential,
        care_cost=care,
        value_low=own.won_value + low,
        value_high=own.won_value + high,
        care_low=max(care - spread, 0.0),
        care_high=care + spread,
        basis=book.basis,
        n_similar=book.similar(persona_id),
        deals=own.won + own.open_deals,
        care_minutes=own.minutes,
        complaints=own.complaints,
    )
    if estimate.value_high < care:
        return "not_worth", estimate
    return ("worth" if estimate.value_low > care else "borderline"), estimate


def _enough(experience: Experience) -> bool:
    cared_for = experience.customer_minutes.n + experience.lost_minutes.n
    minutes = experience.customer_minutes.mean + experience.lost_minutes.mean
    return experience.value.n >= LEAST_EXPERIENCE and cared_for >= LEAST_EXPERIENCE and minutes > 0


def _promise(similar: Experience, own: History, chance: Chance) -> tuple[float, float, float]:
    """What a lead may bring (expected, low, high): chance of buying times value once it buys."""
    value, spread = (own.open_value, 0.0) if own.open_value > 0 else (similar.value.mean, Z * similar.value.error)
    return chance.p * value, chance.low * max(value - spread, 0.0), chance.high * (value + spread)


def _future(book: WorthBook, similar: Experience, own: History) -> tuple[float, float, float]:
    """What a customer may still bring: further deals as similar customers closed them, and the open ones.

    Deals to come are counts, so their number varies by its square root (Poisson).
    """
    per_deal = similar.value.mean / similar.deals if similar.deals else 0.0
    further = max(similar.deals - own.won, 0.0)
    expected = further * per_deal + (book.win_rate or 0.0) * own.open_value
    spread = Z * np.sqrt(further) * per_deal
    return expected, max(expected - spread - (book.win_rate or 0.0) * own.open_value, 0.0), expected + spread


def _care(similar: Experience, own: History, p: float, *, customer: bool) -> tuple[float, float]:
    """Expected cost of care with the half-width of its 95 % interval.

    A lead that has taken little care so far may still take what others took; one that took more will go on so.
    """
    usual = p * similar.customer_minutes.mean + (1 - p) * similar.lost_minutes.mean
    error = p * _error(similar.customer_minutes) + (1 - p) * _error(similar.lost_minutes)
    weight = own.interactions / (own.interactions + CARE_WEIGHT)
    if not customer and own.minutes < usual:
        weight = 0.0
    rate = settings().care_cost_per_hour / MINUTES_PER_HOUR
    return rate * (weight * own.minutes + (1 - weight) * usual), rate * Z * error * (1 - weight)


def _error(moments: Moments) -> float:
    return moments.error if moments.n else 0.0
