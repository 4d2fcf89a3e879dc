"""Which group stands best or worst by a measure, and whether the data bear that out."""

import itertools
import math
from dataclasses import dataclass

from scipy.stats import ttest_ind_from_stats

from persona_store.figures.measure import Figure, Statistic
from persona_store.segmentation.shares import Share, contrast, holm

# Groups of fewer people are shown but not ranked: a handful is first or last by chance.
LEAST_RANKED = 30
CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class Standing:
    """Who leads: `first` of the groups ranked, and those it differs from beyond chance (`ahead_of`) or not (`level`).

    `too_few` are the groups that were not ranked. `p` is the largest p-value against another group, corrected for all
    pairs (Holm 1979); None for counts, which need no test.
    """

    first: Figure
    ahead_of: tuple[Figure, ...]
    level: tuple[Figure, ...]
    too_few: tuple[Figure, ...]
    p: float | None


def standing(statistic: Statistic, *, lowest: bool = False) -> Standing | None:
    """The group with the highest (or `lowest`) value among those large enough; None with fewer than two of them."""
    counts = statistic.measure.form == "count"
    ranked = [one for one in statistic.groups if counts or one.people >= LEAST_RANKED]
    too_few = tuple(one for one in statistic.groups if one not in ranked)
    if len(ranked) < 2:
        return None
    first = min(ranked, key=lambda one: one.value) if lowest else max(ranked, key=lambda one: one.value)
    others = [one for one in ranked if one is not first]
    if counts:
        differing = tuple(one for one in others if one.value != first.value)
        return Standing(first, differing, tuple(one for one in others if one not in differing), too_few, None)
    pairs = list(itertools.combinations(ranked, 2))
    rate = statistic.measure.form == "rate"
    corrected = holm([_p_of_rates(one, two) if rate else _p_of_means(one, two) for one, two in pairs])
    p_against = {
        (two if one is first else one).group: p for (one, two), p in zip(pairs, corrected, strict=True)
        if first in (one, two)
    }  # fmt: skip
    ahead = tuple(one for one in others if p_against[one.group] < CHANCE)
    same = tuple(one for one in others if one not in ahead)
    return Standing(first, ahead, same, too_few, max(p_against.values()))


def _p_of_rates(one: Figure, two: Figure) -> float:
    return contrast(_whole_counts(one), _whole_counts(two)).p


def _whole_counts(figure: Figure) -> Share:
    of = max(round(figure.effective), 1)
    return Share(round(figure.value * of), of, figure.value, figure.low, figure.high)


def _p_of_means(one: Figure, two: Figure) -> float:
    """Welch's test of two means (Welch 1947)."""
    if not (one.error or two.error):
        return 1.0 if one.value == two.value else 0.0
    spreads = (one.error * math.sqrt(one.people), two.error * math.sqrt(two.people))
    found = ttest_ind_from_stats(one.value, spreads[0], one.people, two.value, spreads[1], two.people, equal_var=False)
    return float(found.pvalue)
