"""The chance that a lead buys of whom only little is known: what is not known yet is reckoned with as far as it varies.

The scorecard takes an attribute that is not known for an average one. Of a lead more can be said: its likely personas
tell how the unknown attributes are distributed, so that its score is a distribution, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, xlogy

from persona_store.antipersona.estimate import Chance
from persona_store.antipersona.quality import Z, wilson
from persona_store.antipersona.scorecard import POINT, LearnedScorecard
from persona_store.segmentation.model import PersonaModel

Floats = NDArray[np.float64]

NODES = 15  # of the Gauss-Hermite rule; with 9 the figures agree to the third place already
_AT, _WEIGHTS = np.polynomial.hermite_e.hermegauss(NODES)
_SHARES = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class PartialScore:
    """The score of a lead: log-odds of buying with mean and variance over what is not known.

    `levels` holds per attribute of the scorecard the probability of each of its levels, 1 for what is known; `points`
    the points of these levels.
    """

    card: LearnedScorecard
    levels: Mapping[str, Mapping[str, float]]
    points: Mapping[str, Mapping[str, float]]

    @cached_property
    def moments(self) -> dict[str, tuple[float, float]]:
        """Mean and variance of the log-odds that each attribute adds."""
        return {name: _moments(shares, self.points[name]) for name, shares in self.levels.items()}

    @cached_property
    def mean(self) -> float:
        """The expected log-odds of buying; pairs of attributes count by the chance that both levels meet."""
        pairs = sum(
            one.points
            * self.levels[one.attribute].get(one.level, 0.0)
            * self.levels[one.beside[0]].get(one.beside[1], 0.0)
            for one in self.card.points
            if one.beside is not None and one.attribute in self.levels and one.beside[0] in self.levels
        )
        return self.card.intercept + POINT * pairs + sum(mean for mean, _ in self.moments.values())

    @cached_property
    def variance(self) -> float:
        """The variance of the log-odds; unknown attributes vary independently of one another."""
        return sum(variance for _, variance in self.moments.values())

    def chance(self) -> Chance:
        """The probability of buying, averaged over what is not known; interval as the scorecard's own."""
        p = averaged(self.mean, self.variance)
        band = next((band for band in self.card.bands if p <= band.upto), self.card.bands[-1])
        low, high = wilson(band.bought, band.n)
        return Chance(p, min(low, p), max(high, p))

    def reach(self) -> tuple[float, float]:
        """Between which probabilities the lead lies, in 95 of 100 cases, once everything is known."""
        spread = Z * float(np.sqrt(self.variance))
        return float(expit(self.mean - spread)), float(expit(self.mean + spread))

    def gain(self, attribute: str) -> float:
        """Expected information (nats) about buying from knowing `attribute`; 0 where the score does not look at it."""
        if attribute not in self.levels:
            return 0.0
        mean, variance = self.moments[attribute]
        shares = np.array(list(self.levels[attribute].values()))
        points = np.array([self.points[attribute].get(level, 0.0) for level in self.levels[attribute]])
        known = np.array([averaged(self.mean - mean + POINT * one, self.variance - variance) for one in points])
        return max(float(_entropy(shares @ known)) - float(shares @ _entropy(known)), 0.0)


def partial_score(
    card: LearnedScorecard, model: PersonaModel | None, posterior: Floats | None, levels: Mapping[str, tuple[str, ...]]
) -> PartialScore:
    """The score of a lead with these known `levels` (several where it is open which) and persona probabilities."""
    points: dict[str, dict[str, float]] = {}
    counts: dict[str, dict[str, float]] = {}
    for one in card.points:
        if one.beside is None:
            points.setdefault(one.attribute, {})[one.level] = one.points
            counts.setdefault(one.attribute, {})[one.level] = float(one.n)
    shares = {name: _shares(counts[name], name, model, posterior, levels.get(name)) for name in points}
    return PartialScore(card, {name: share for name, share in shares.items() if share}, points)


def averaged(mean: float, variance: float) -> float:
    """The probability behind normally distributed log-odds: the mean of the logistic function (Gauss-Hermite)."""
    return float(_SHARES @ expit(mean + np.sqrt(max(variance, 0.0)) * _AT))


def _shares(
    counts: Mapping[str, float],
    name: str,
    model: PersonaModel | None,
    posterior: Floats | None,
    known: tuple[str, ...] | None,
) -> dict[str, float]:
    """How probable each level is: by the lead's personas, else as often as among all; only the known ones count."""
    table = model.tables.get(name) if model is not None else None
    found = dict(counts)
    if table is not None and posterior is not None:
        expected = posterior @ table.probabilities
        found = {level: float(expected[table.levels.index(level)]) for level in counts if level in table.levels}
    if known is not None:
        found = {level: found.get(level, 1.0) for level in known if level in counts}
    total = sum(found.values())
    return {level: share / total for level, share in found.items()} if total > 0 else {}


def _moments(shares: Mapping[str, float], points: Mapping[str, float]) -> tuple[float, float]:
    weights = np.array(list(shares.values()))
    added = POINT * np.array([points.get(level, 0.0) for level in shares])
    mean = float(weights @ added)
    return mean, float(weights @ (added - mean) ** 2)


def _entropy(p: float | Floats) -> Floats:
    """Of a yes-or-no question, in nats."""
    one = np.asarray(p, dtype=np.float64)
    return np.asarray(-xlogy(one, one) - xlogy(1 - one, 1 - one))
