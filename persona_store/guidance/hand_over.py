"""When a lead goes to sales: the strength of signals after which deals followed, or a rule of thumb."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from math import log
from typing import Any

import numpy as np
from scipy.stats import beta, fisher_exact

from persona_store.guidance.phases import Touchpoint, rule_of_thumb, stand

# A deal that opens within a quarter is one that sales would have wanted to hear of.
DAYS = 90
# People are looked at on one of four days, a quarter apart, so that no season decides.
LANDMARKS = 4
THRESHOLDS = (0.5, 1.0, 1.5, 2.0, 3.0)
ERROR = 0.05  # of finding a threshold where there is none, over all that are tried (Holm 1979)
LEAST_ABOVE = 30
LEAST_DEALS = 20
LEAST_LIFT = 1.5
TAILS = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Threshold:
    """The score from which on sales takes over: of `n` with it `opened` had a deal within `days`, of all `base` did.

    `low` and `high` are the 90 % interval of their share. A rule of thumb has no counts; then `examined` people with
    `deals` deals did not tell.
    """

    score: float = field(default_factory=rule_of_thumb)
    rule_of_thumb: bool = True
    n: int = 0
    opened: int = 0
    low: float | None = None
    high: float | None = None
    base: float | None = None
    days: int = DAYS
    examined: int = 0
    deals: int = 0

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the build."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Lead:
    """A person as far as hand-over is concerned: since when known, first deal, when a customer, and what it did."""

    person: int
    since: date | None
    source: str | None
    first_deal: date | None
    customer_on: date | None
    touchpoints: tuple[Touchpoint, ...]


def learn_threshold(leads: Iterable[Lead], market: str, today: date) -> Threshold:
    """The score that best parts those who had a deal within a quarter from those who had none.

    Each person is looked at once, on a day in the past (landmarking: van Houwelingen 2007, Scand. J. Statist. 34:70),
    with what was known then. A threshold stands when Fisher's exact test, corrected for all thresholds tried, is
    below 5 % and the share above it is at least 1.5 times that of all.
    """
    scored = [one for lead in leads if (one := _at_landmark(lead, market, today)) is not None]
    deals = sum(opened for _, opened in scored)
    nothing = Threshold(examined=len(scored), deals=deals)
    if deals < LEAST_DEALS:
        return nothing
    tried = [found for score in THRESHOLDS if (found := _tried(scored, score, deals)) is not None]
    tried.sort(key=lambda found: found[0])
    accepted: list[tuple[float, Threshold]] = []
    for rank, (p, gain, threshold) in enumerate(tried):
        if p * (len(tried) - rank) >= ERROR:
            break
        if threshold.base and threshold.opened / threshold.n >= LEAST_LIFT * threshold.base:
            accepted.append((gain, threshold))
    return max(accepted, key=lambda found: found[0])[1] if accepted else nothing


def _at_landmark(lead: Lead, market: str, today: date) -> tuple[float, bool] | None:
    """Score on the person's day and whether a deal followed; None for who was no lead then."""
    day = today - timedelta(days=DAYS * (1 + lead.person % LANDMARKS))
    first = min((one.on for one in lead.touchpoints), default=None)
    since = lead.since or first
    if since is None or since > day:
        return None
    if any(on is not None and on <= day for on in (lead.first_deal, lead.customer_on)):
        return None
    opened = lead.first_deal is not None and lead.first_deal <= day + timedelta(days=DAYS)
    return stand(market, lead.touchpoints, day, source=lead.source, since=lead.since).score, opened


def _tried(scored: Sequence[tuple[float, bool]], score: float, deals: int) -> tuple[float, float, Threshold] | None:
    above = [opened for value, opened in scored if value >= score]
    n, opened = len(above), sum(above)
    rest_n, rest = len(scored) - n, deals - opened
    if n < LEAST_ABOVE or not rest_n:
        return None
    p = float(fisher_exact(np.array([[opened, n - opened], [rest, rest_n - rest]]), alternative="greater").pvalue)
    gain = _fit(opened, n) + _fit(rest, rest_n) - _fit(deals, len(scored))
    low, high = (float(beta.ppf(tail, opened + 0.5, n - opened + 0.5)) for tail in TAILS)
    base = deals / len(scored)
    return p, gain, Threshold(score, False, n, opened, low, high, base, DAYS, len(scored), deals)


def _fit(hits: int, n: int) -> float:
    """Log-likelihood of a share at its best estimate."""
    return sum(part * log(part / n) for part in (hits, n - hits) if part)
