"""Do personas differ in an outcome, or would chance alone make them look so?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, fisher_exact

from persona_store.segmentation.observations import Floats

SIGNIFICANT = 0.05
FEWEST_EXPECTED = 5  # below, the χ² approximation of a single persona's table does not hold


@dataclass(frozen=True, slots=True)
class OutcomeTest:
    """Whether personas explain an outcome: `p` of the test over all, and each persona's against the rest.

    `adjusted` (personas,) are p-values that hold although as many personas are compared (Holm 1979), `differs`
    (personas,) which rates may be told as different from the others'; none where the test over all finds nothing.
    """

    p: float
    adjusted: Floats
    differs: NDArray[np.bool_]

    @property
    def explains(self) -> bool:
        """Whether the personas may be said to explain the outcome at all."""
        return bool(self.differs.any())


def outcome_differs(membership: NDArray[np.intp], outcome: Floats, personas: int) -> OutcomeTest:
    """Tests whether the outcome differs between personas.

    `membership` (contacts,) is each contact's persona, `outcome` (contacts,) 1, 0 or NaN where not known. Over all
    personas by the G-test (likelihood ratio), then persona against rest by χ², or by Fisher's exact test where few are
    expected, corrected after Holm (1979, Scand. J. Statist. 6:65). The closed order keeps the chance of any false
    difference below 5 %.
    """
    known = ~np.isnan(outcome)
    bought = np.bincount(membership[known], weights=outcome[known], minlength=personas)
    counts = np.bincount(membership[known], minlength=personas)
    table = np.stack([bought, counts - bought])
    if (table.sum(axis=1) == 0).any() or (counts > 0).sum() < 2:
        return OutcomeTest(1.0, np.ones(personas), np.zeros(personas, dtype=np.bool_))
    overall = float(chi2_contingency(table[:, counts > 0], correction=False, lambda_="log-likelihood").pvalue)
    single = np.array([_against_rest(table, place) for place in range(personas)])
    adjusted = holm(single)
    return OutcomeTest(overall, adjusted, (adjusted < SIGNIFICANT) & (overall < SIGNIFICANT))


def holm(p_values: Floats) -> Floats:
    """p-values that hold although several were looked at (Holm 1979)."""
    order = np.argsort(p_values, kind="stable")
    steps = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def _against_rest(table: Floats, place: int) -> float:
    own = table[:, place]
    both = np.stack([own, table.sum(axis=1) - own], axis=1)
    if (both.sum(axis=0) == 0).any():
        return 1.0
    if np.outer(both.sum(axis=1), both.sum(axis=0)).min() / both.sum() < FEWEST_EXPECTED:
        return float(fisher_exact(both.round().astype(np.intp)).pvalue)
    return float(chi2_contingency(both, correction=False).pvalue)
