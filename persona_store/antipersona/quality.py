"""How well a score orders and estimates: area under the ROC curve with its interval, and calibration."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CONFIDENCE = 0.95
Z = float(norm.ppf(0.5 + CONFIDENCE / 2))
# Ten groups are the usual choice: enough to show a bend, large enough that each share is steady.
CALIBRATION_GROUPS = 10


def auc_interval(outcome: Flags, score: Floats) -> tuple[float, float, float]:
    """The AUC of `score` for `outcome` with its 95 % interval, (auc, low, high).

    Variance after DeLong in the midrank form of Sun and Xu (2014); the interval is built on the logit scale so that
    it stays within 0 and 1. Raises ValueError unless both outcomes occur.
    """
    positive, negative = score[outcome], score[~outcome]
    if not positive.size or not negative.size:
        raise ValueError("both outcomes are needed for an AUC")
    together = rankdata(score)
    above = (together[outcome] - rankdata(positive)) / negative.size
    below = 1 - (together[~outcome] - rankdata(negative)) / positive.size
    auc = float(above.mean())
    variance = _variance(above) / positive.size + _variance(below) / negative.size
    if auc in (0.0, 1.0) or variance == 0:
        return auc, auc, auc
    spread = Z * np.sqrt(variance) / (auc * (1 - auc))
    low, high = expit(logit(auc) + np.array([-spread, spread]))
    return auc, float(low), float(high)


def calibration_error(outcome: Flags, probability: Floats) -> float:
    """Expected calibration error: mean absolute gap between stated and observed share over groups of equal size."""
    order = np.argsort(probability, kind="stable")
    groups = [group for group in np.array_split(order, CALIBRATION_GROUPS) if group.size]
    gaps = [abs(probability[group].mean() - outcome[group].mean()) * group.size for group in groups]
    return float(sum(gaps) / outcome.size)


def wilson(hits: float, n: float) -> tuple[float, float]:
    """The 95 % interval of a share of `hits` in `n` after Wilson (1927); (0, 1) where nothing was counted."""
    if n <= 0:
        return 0.0, 1.0
    share = hits / n
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def _variance(values: Floats) -> float:
    return float(values.var(ddof=1)) if values.size > 1 else 0.0
