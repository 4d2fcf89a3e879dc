"""Which pairs of attributes say more together than their points added up: few, and only where the data insist."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, expit

from persona_store.antipersona.encoding import MISSING, Codes, Floats, Term
from persona_store.segmentation.binning import Binning

Flags = NDArray[np.bool_]

# A card with more tables than these is not read any more.
MOST_PAIRS = 2
# By chance alone one of all pairs looks like this less than once in a million times.
CHANCE = 1e-6
# ... and it must explain this part of all there is to explain, so that large data do not bring trifles.
LEAST_GAIN = 0.005
# What explains that part of it is clearly seen in so many contacts; there may be thousands of pairs to look at.
SCREENED = 15_000
# Expected buyers (or lost ones) below which a cell says nothing.
LEAST_WEIGHT = 5.0


def best_pair(
    odds: Floats, bought: Flags, codes: Mapping[str, Codes], binning: Binning, without: Sequence[Term]
) -> Term | None:
    """The pair whose cells deviate most from the log-odds of a fitted score; None where no pair does so clearly.

    A score test (Rao 1948) on each pair's table: squared sums of the residuals over their variance, beyond what the
    table's degrees of freedom bring about by chance; Bonferroni over all pairs.
    """
    rows = np.linspace(0, bought.size - 1, min(bought.size, SCREENED)).astype(np.intp)  # early and late ones alike
    odds, bought = odds[rows], bought[rows]
    places = {key: values[rows].astype(np.intp) - MISSING for key, values in codes.items()}  # not known comes first
    sizes = {key: len(binning.bins[key].levels) + 1 for key in places}
    stated = expit(odds)
    residual, variance = bought - stated, stated * (1 - stated)
    pairs = [pair for pair in combinations(codes, 2) if pair not in without]
    found: list[tuple[float, Term]] = []
    for one, other in pairs:
        joint, shape = places[one] * sizes[other] + places[other], (sizes[one], sizes[other])
        gain, chance = _score_test(_table(joint, residual, shape), _table(joint, variance, shape))
        if chance * len(pairs) < CHANCE:
            found.append((gain, (one, other)))
    base = float(bought.mean())
    null = -2 * bought.size * (base * np.log(base) + (1 - base) * np.log(1 - base))
    gain, best = max(found, default=(0.0, None), key=lambda one: one[0])
    return best if gain >= LEAST_GAIN * null else None


def _table(cells: NDArray[np.intp], values: Floats, shape: tuple[int, int]) -> Floats:
    """The values summed up in each cell of two attributes' known levels."""
    sums: Floats = np.bincount(cells, weights=values, minlength=shape[0] * shape[1]).astype(np.float64, copy=False)
    return sums.reshape(shape)[1:, 1:]


def _score_test(sums: Floats, weights: Floats) -> tuple[float, float]:
    """The gain of a pair's table beyond its degrees of freedom, and its chance."""
    cells = weights >= LEAST_WEIGHT
    # The points of either attribute alone have taken their part already.
    freedom = int(cells.sum() - cells.any(axis=0).sum() - cells.any(axis=1).sum() + 1)
    if freedom < 1:
        return 0.0, 1.0
    statistic = float((sums[cells] ** 2 / weights[cells]).sum())
    return statistic - freedom, float(chdtrc(freedom, statistic))
