"""Shares with their intervals, and whether two of them differ beyond chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr
from scipy.stats import binomtest, chi2_contingency, fisher_exact, norm

LEAST_EXPECTED = 5.0  # contacts in each cell for the chi-squared test to hold (Cochran 1954); else Fisher's exact one
HALF_A_CONTACT = 0.5  # added to each cell, so that an empty one does not make the odds ratio infinite (Haldane 1956)
SURE = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval (Wilson 1927): `n` of `of`."""

    n: int
    of: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two shares compared: odds ratio with its 95 % interval (Woolf 1955), and the p-value that they are the same."""

    odds_ratio: float
    low: float
    high: float
    p: float


def share(n: int, of: int) -> Share:
    """`n` of `of` (at least 1) as a share with Wilson's interval."""
    interval = binomtest(n, of).proportion_ci(method="wilson")
    return Share(n, of, n / of, float(interval.low), float(interval.high))


def contrast(one: Share, other: Share) -> Contrast:
    """Whether the share among some people differs from that among others; the two must have nobody in common."""
    table = np.array([[one.n, one.of - one.n], [other.n, other.of - other.n]], dtype=np.float64)
    cells = table + HALF_A_CONTACT
    log_odds = float(np.log(cells[0, 0] * cells[1, 1] / (cells[0, 1] * cells[1, 0])))
    width = float(norm.ppf((1 + SURE) / 2)) * float(np.sqrt((1 / cells).sum()))
    low, high = np.exp([log_odds - width, log_odds + width]).tolist()
    return Contrast(float(np.exp(log_odds)), low, high, _p_value(table))


def entropy(parts: NDArray[np.float64], axis: int = -1) -> NDArray[np.float64]:
    """The entropy in nats along `axis`, parts counting as shares of their sum.

    As scipy.stats.entropy, without its checks: an answer needs dozens of them, at 0.3 ms each.
    """
    return np.asarray(entr(parts / parts.sum(axis=axis, keepdims=True)).sum(axis=axis))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values made larger, so that one false alarm among all of them stays as rare as said (Holm 1979)."""
    order = np.argsort(p_values)
    factors = len(p_values) - np.arange(len(p_values))
    adjusted = np.minimum(np.maximum.accumulate(np.asarray(p_values, dtype=np.float64)[order] * factors), 1.0)
    result = np.empty(len(p_values))
    result[order] = adjusted
    return [float(p) for p in result]


def _p_value(table: np.ndarray) -> float:
    if not table.sum(axis=0).all():
        return 1.0  # all have it, or nobody: there is nothing to compare
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if expected.min() >= LEAST_EXPECTED:
        return float(chi2_contingency(table, correction=False).pvalue)
    return float(fisher_exact(table.astype(np.int64)).pvalue)
