"""When a lead goes to sales: the strength of signals after which deals followed, or a rule of thumb."""

from dataclasses import asdict, dataclass, field
from datetime import date
from math import log
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import beta, fisher_exact

from persona_store.guidance.phases import rule_of_thumb, scores

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

# A person as far as hand-over is concerned: since when known, how it came, first deal, when a customer.
PEOPLE: dict[str, type[pl.DataType]] = {
    "person": pl.Int64, "since": pl.Date, "source": pl.String, "first_deal": pl.Date, "customer_on": pl.Date,
}  # fmt: skip
# What people did, as in the store.
TOUCHES: dict[str, type[pl.DataType]] = {
    "person": pl.Int64, "kind": pl.String, "channel": pl.String, "direction": pl.String, "responded": pl.Boolean,
    "on": pl.Date,
}  # fmt: skip


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
class Leads:
    """`people` (columns of `PEOPLE`), one row each, and what they did: `touches` (columns of `TOUCHES`)."""

    people: pl.DataFrame
    touches: pl.DataFrame


def learn_threshold(leads: Leads, today: date) -> Threshold:
    """The score that best parts those who had a deal within a quarter from those who had none.

    Each person is looked at once, on a day in the past (landmarking: van Houwelingen 2007, Scand. J. Statist. 34:70),
    with what was known then. A threshold stands when Fisher's exact test, corrected for all thresholds tried, is
    below 5 % and the share above it is at least 1.5 times that of all.
    """
    scored = _at_landmarks(leads, today)
    score, opened = scored["score"].to_numpy(), scored["opened"].to_numpy()
    deals = int(opened.sum())
    nothing = Threshold(examined=len(scored), deals=deals)
    if deals < LEAST_DEALS:
        return nothing
    tried = [found for least in THRESHOLDS if (found := _tried(score >= least, opened, least)) is not None]
    tried.sort(key=lambda found: found[0])
    accepted: list[tuple[float, Threshold]] = []
    for rank, (p, gain, threshold) in enumerate(tried):
        if p * (len(tried) - rank) >= ERROR:
            break
        if threshold.base and threshold.opened / threshold.n >= LEAST_LIFT * threshold.base:
            accepted.append((gain, threshold))
    return max(accepted, key=lambda found: found[0])[1] if accepted else nothing


def _at_landmarks(leads: Leads, today: date) -> pl.DataFrame:
    """Of each person who was a lead on its day: the score then and whether a deal followed (opened)."""
    back = pl.duration(days=DAYS * (1 + pl.col("person") % LANDMARKS))
    first = leads.touches.group_by("person").agg(pl.min("on").alias("first"))
    people = leads.people.join(first, on="person", how="left", maintain_order="left").with_columns(
        day=(pl.lit(today) - back).cast(pl.Date)
    )
    past = [(pl.col(name) <= pl.col("day")).fill_null(False) for name in ("first_deal", "customer_on")]
    here = people.filter((pl.coalesce("since", "first") <= pl.col("day")).fill_null(False), ~pl.any_horizontal(past))
    soon = (pl.col("first_deal") <= pl.col("day") + pl.duration(days=DAYS)).fill_null(False)
    return here.select(scores(here, leads.touches).alias("score"), soon.alias("opened"))


def _tried(above: NDArray[np.bool_], had: NDArray[np.bool_], score: float) -> tuple[float, float, Threshold] | None:
    """p, gain in log-likelihood and figures of the threshold `score`: who is `above` it, and who `had` a deal."""
    n, opened, deals = int(above.sum()), int((above & had).sum()), int(had.sum())
    rest_n, rest = above.size - n, deals - opened
    if n < LEAST_ABOVE or not rest_n:
        return None
    p = float(fisher_exact(np.array([[opened, n - opened], [rest, rest_n - rest]]), alternative="greater").pvalue)
    gain = _fit(opened, n) + _fit(rest, rest_n) - _fit(deals, above.size)
    low, high = (float(beta.ppf(tail, opened + 0.5, n - opened + 0.5)) for tail in TAILS)
    return p, gain, Threshold(score, False, n, opened, low, high, deals / above.size, DAYS, above.size, deals)


def _fit(hits: int, n: int) -> float:
    """Log-likelihood of a share at its best estimate."""
    return sum(part * log(part / n) for part in (hits, n - hits) if part)
