"""How many more minutes of care somebody will take, given what they have taken so far."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincc

# Where so few are left who take that long, the tail is as good as exponential.
NOBODY_LEFT = 1e-12
# Where totals vary by less than a thousandth of their mean, all took the same.
ALIKE = 1e-6


@dataclass(frozen=True, slots=True)
class Residual:
    """Minutes still to come: their expectation, their variance between people, and the error of the expectation."""

    mean: float
    variance: float
    error: float


def residual_minutes(mean: float, variance: float, error: float, so_far: float) -> Residual:
    """Minutes to come of somebody who took `so_far`, among people whose total has this `mean` and `variance`.

    Mean residual life of a Gamma distribution with these moments (Hall and Wellner 1981 for the notion): who has taken
    little still has most of it ahead, who has taken more than usual goes on, by less and less certainty. `error` is
    the standard error of the mean; it scales with what is left.
    """
    if mean <= 0:
        return Residual(0.0, 0.0, 0.0)
    relative = error / mean if np.isfinite(error) else 1.0
    if variance <= ALIKE * mean**2:
        left = max(mean - so_far, 0.0)
        return Residual(left, 0.0, relative * left)
    shape, scale = mean**2 / variance, variance / mean
    at = max(so_far, 0.0) / scale
    stay = float(gammaincc(shape, at))
    if stay < NOBODY_LEFT:
        return Residual(scale, scale**2, relative * scale)
    first = shape * scale * float(gammaincc(shape + 1, at)) / stay
    second = shape * (shape + 1) * scale**2 * float(gammaincc(shape + 2, at)) / stay
    left = max(first - so_far, 0.0)
    return Residual(left, max(second - first**2, 0.0), relative * left)
