"""What one contact is worth against what it costs, from its own deals and care and those of similar contacts."""

from dataclasses import dataclass, replace

import numpy as np

from persona_store.antipersona.care import Residual, residual_minutes
from persona_store.antipersona.history import History
from persona_store.antipersona.lifetime import Ahead
from persona_store.antipersona.quality import Z
from persona_store.antipersona.types import MINUTES_PER_HOUR, Effort, ValueEstimate, Worth
from persona_store.antipersona.worth import Experience, Moments, WorthBook
from persona_store.settings import settings

# Buyers, and contacts with known care, a market needs before one may say what the next one is worth.
LEAST_EXPERIENCE = 30
# So many of its own interactions a contact needs until its own care counts as much as that of similar contacts.
CARE_WEIGHT = 10.0


@dataclass(frozen=True, slots=True)
class Chance:
    """A probability (0 to 1) with its 95 % interval."""

    p: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Range:
    """An expected amount with its 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Care:
    """Expected care, and what it is in the cases that make the value low or high; each is known but for `error`."""

    mean: float
    at_low: float
    at_high: float
    error: float

    @property
    def low(self) -> float:
        """The lower end of the 95 % interval."""
        return max(min(self.mean, self.at_low, self.at_high) - self.error, 0.0)

    @property
    def high(self) -> float:
        """The upper end of the 95 % interval."""
        return max(self.mean, self.at_low, self.at_high) + self.error


CERTAIN = Chance(1, 1, 1)


def estimate_worth(
    book: WorthBook | None, persona_id: int | None, own: History, chance: Chance | None, *, customer: bool
) -> tuple[Worth, ValueEstimate | None]:
    """The verdict on a contact's worth with its figures; ("cannot_tell", None) where experience is too thin, or
    where nobody like the contact has ever bought and it has no deal of its own.

    A lead is worth the chance that it buys times what similar customers brought (or its own open deals); a customer
    what it brought, its open deals, and what it may still buy: by the market's purchase model where there is one,
    else the further deals similar customers closed.
    """
    if book is None or not _enough(book.market) or (chance is None and not customer):
        return "cannot_tell", None
    if not (book.similar(persona_id) or own.won or own.open_deals):
        return "cannot_tell", None
    similar = book.experience(persona_id)
    bought = CERTAIN if customer or chance is None else chance
    ahead = _purchases_ahead(book, persona_id, own) if customer else None
    if ahead is not None:
        potential = _with_open_deals(ahead, book, own)
    elif customer:
        potential = _further_deals(book, similar, own)
    else:
        potential = _promise(similar, own, bought)
    care = _cost(_minutes(similar, own, bought, ahead, customer=customer), own)
    estimate = ValueEstimate(
        money=own.won_value,
        potential=potential.mean,
        care_cost=care.mean,
        value_low=own.won_value + potential.low,
        value_high=own.won_value + potential.high,
        care_low=care.low,
        care_high=care.high,
        basis=book.basis,
        n_similar=book.similar(persona_id),
        deals=own.won + own.open_deals,
        care_minutes=own.minutes,
        complaints=own.complaints,
        months=settings().value_horizon_months if ahead else None,
        purchases_ahead=ahead.purchases if ahead else None,
        still_buys=ahead.alive if ahead else None,
        repeaters=book.lifetime.repeaters if ahead and book.lifetime else 0,
    )
    return compare(estimate, care), estimate


def effort_ahead(
    book: WorthBook | None, persona_id: int | None, own: History, chance: Chance | None, *, customer: bool
) -> Effort | None:
    """The care still to come if one goes on, and so what dropping the contact would save; none where too little care is
    recorded to say."""
    if book is None or not _care_known(book.market) or (chance is None and not customer):
        return None
    similar = book.experience(persona_id)
    if customer:
        minutes = _minutes(similar, own, CERTAIN, _purchases_ahead(book, persona_id, own), customer=True)
        spread = (minutes.high - minutes.low) / (2 * Z)
        left = Residual(max(minutes.mean - own.minutes, 0.0), spread**2, 0.0)
    else:
        left = _minutes_left(similar, own, chance or CERTAIN)
    half = Z * float(np.sqrt(left.variance + left.error**2))
    rate = settings().care_cost_per_hour / MINUTES_PER_HOUR
    low, high = max(left.mean - half, 0.0), left.mean + half
    return Effort(left.mean, low, high, rate * left.mean, left.variance, left.error)


def _minutes_left(similar: Experience, own: History, chance: Chance) -> Residual:
    """Minutes a lead will still take: as those who bought took, or as the lost ones, by its chance."""
    parts = [
        (share, residual_minutes(moments.mean, moments.variance, moments.error, own.minutes))
        for share, moments in ((chance.p, similar.customer_minutes), (1 - chance.p, similar.lost_minutes))
    ]
    mean = sum(share * part.mean for share, part in parts)
    second = sum(share * (part.variance + part.mean**2) for share, part in parts)
    return Residual(mean, max(second - mean**2, 0.0), sum(share * part.error for share, part in parts))


def compare(estimate: ValueEstimate, care: Care) -> Worth:
    """Value against care by the team's thresholds: a verdict must hold at both ends of the intervals.

    Value and care share their cause (the chance of buying, the number of purchases), so that an end of the one is
    compared with the care of the same case, give or take what care is uncertain for itself.
    """
    rules = settings()
    ends = ((estimate.value_low, care.at_low), (estimate.value_high, care.at_high))
    if all(value < max(rules.worth_factor * (minutes - care.error), rules.minimum_value) for value, minutes in ends):
        return "not_worth"
    if all(value > max(rules.worth_factor * (minutes + care.error), rules.minimum_value) for value, minutes in ends):
        return "worth"
    return "borderline"


def _enough(experience: Experience) -> bool:
    return experience.value.n >= LEAST_EXPERIENCE and _care_known(experience)


def _care_known(experience: Experience) -> bool:
    cared_for = experience.customer_minutes.n + experience.lost_minutes.n
    return cared_for >= LEAST_EXPERIENCE and experience.customer_minutes.mean + experience.lost_minutes.mean > 0


def _promise(similar: Experience, own: History, chance: Chance) -> Range:
    """What a lead may bring: chance of buying times value once it buys."""
    value, spread = (own.open_value, 0.0) if own.open_value > 0 else (similar.value.mean, Z * similar.value.error)
    return Range(chance.p * value, chance.low * max(value - spread, 0.0), chance.high * (value + spread))


def _further_deals(book: WorthBook, similar: Experience, own: History) -> Range:
    """What a customer may still bring: further deals as similar customers closed them, and the open ones.

    Deals to come are counts, so their number varies by its square root (Poisson).
    """
    per_deal = similar.value.mean / similar.deals if similar.deals else 0.0
    further = max(similar.deals - own.won, 0.0)
    expected = further * per_deal + (book.win_rate or 0.0) * own.open_value
    spread = Z * float(np.sqrt(further)) * per_deal
    return Range(expected, max(further * per_deal - spread, 0.0), expected + spread)


def _purchases_ahead(book: WorthBook, persona_id: int | None, own: History) -> Ahead | None:
    """What the market's purchase model expects of a customer, where there is one and it knows the customer."""
    if book.lifetime is None or own.bought is None:
        return None
    rules, bought, usual = settings(), own.bought, book.usual_amount(persona_id)
    ahead = book.lifetime.ahead(
        bought.repeats,
        bought.last,
        bought.known_for,
        bought.amount / usual,
        rules.value_horizon_months,
        rules.discount_rate,
    )
    return replace(ahead, money=ahead.money * usual, low=ahead.low * usual, high=ahead.high * usual)


def _with_open_deals(ahead: Ahead, book: WorthBook, own: History) -> Range:
    """Open deals are purchases to come, so that the greater of both counts, not their sum."""
    open_deals = (book.win_rate or 0.0) * own.open_value
    return Range(max(ahead.money, open_deals), ahead.low, max(ahead.high, own.open_value))


def _care(similar: Experience, own: History, chance: Chance, *, customer: bool) -> Care:
    """Expected minutes of care in all.

    A lead that has taken little care so far may still take what others took; one that took more will go on so.
    """
    weight = own.interactions / (own.interactions + CARE_WEIGHT)
    bought, lost = similar.customer_minutes, similar.lost_minutes
    usual = chance.p * bought.mean + (1 - chance.p) * lost.mean
    if not customer and own.minutes < usual:
        weight = 0.0
    error = chance.p * _error(bought) + (1 - chance.p) * _error(lost)
    # the more one of a kind varies from contact to contact, the less its own past tells of the next
    own_error = own.minutes / float(np.sqrt(own.interactions)) if own.interactions else 0.0
    cases = (p * bought.mean + (1 - p) * lost.mean for p in (chance.p, chance.low, chance.high))
    mean, at_low, at_high = (weight * own.minutes + (1 - weight) * case for case in cases)
    return Care(mean, at_low, at_high, Z * ((1 - weight) * error + weight * own_error))


def _care_by_purchases(similar: Experience, own: History, ahead: Ahead) -> Care:
    """Minutes a customer took so far, and those that go with the purchases expected.

    A purchase takes what the customer's own ones took, drawn to that of similar customers.
    """
    weight = own.interactions / (own.interactions + CARE_WEIGHT)
    usual = similar.customer_minutes.mean / similar.deals if similar.deals else 0.0
    each = weight * own.minutes / max(own.won, 1) + (1 - weight) * usual
    error = (1 - weight) * _error(similar.customer_minutes) / similar.deals if similar.deals else 0.0
    mean, at_low, at_high = (own.minutes + count * each for count in (ahead.purchases, ahead.fewest, ahead.most))
    return Care(mean, at_low, at_high, Z * error * ahead.purchases)


def _cost(minutes: Care, own: History) -> Care:
    """Care in money: its time, and for each complaint what it costs beyond that."""
    rules = settings()
    rate, unease = rules.care_cost_per_hour / MINUTES_PER_HOUR, own.grievances * rules.complaint_surcharge
    cases = (rate * case + unease for case in (minutes.mean, minutes.at_low, minutes.at_high))
    mean, at_low, at_high = cases
    return Care(mean, at_low, at_high, rate * minutes.error)


def _minutes(similar: Experience, own: History, chance: Chance, ahead: Ahead | None, *, customer: bool) -> Care:
    if ahead is not None:
        return _care_by_purchases(similar, own, ahead)
    return _care(similar, own, chance, customer=customer)


def _error(moments: Moments) -> float:
    return moments.error if moments.n else 0.0
