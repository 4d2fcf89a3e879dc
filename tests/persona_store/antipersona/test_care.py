"""Care still to come: mean residual life of what similar contacts took."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.antipersona.care import residual_minutes


def test_who_has_taken_nothing_has_all_of_it_ahead() -> None:
    left = residual_minutes(90, 3600, 5, 0)
    assert (left.mean, left.variance, left.error) == pytest.approx((90, 3600, 5))


def test_without_memory_the_rest_is_always_the_same() -> None:
    # variance = mean² makes the Gamma an exponential, which has no memory
    assert residual_minutes(60, 3600, 0, 500).mean == pytest.approx(60)


def test_the_rest_is_what_drawn_contacts_still_take() -> None:
    totals = np.random.default_rng(1).gamma(2.0, 40.0, 400_000)
    after = totals[totals > 100] - 100
    left = residual_minutes(80, 3200, 0, 100)
    assert left.mean == pytest.approx(after.mean(), rel=0.02)
    assert left.variance == pytest.approx(after.var(), rel=0.05)


def test_where_all_took_the_same_only_the_difference_is_left() -> None:
    assert residual_minutes(60, 0, 0, 45).mean == 15
    assert residual_minutes(60, 0, 0, 90).mean == 0
    assert residual_minutes(0, 0, 0, 0).mean == 0


@given(st.floats(0.1, 1e4), st.floats(0, 1e8), st.floats(0, 1e7))
def test_the_rest_is_never_negative_nor_infinite(mean: float, variance: float, so_far: float) -> None:
    left = residual_minutes(mean, variance, 1.0, so_far)
    assert left.mean >= 0 and left.variance >= 0 and np.isfinite([left.mean, left.variance, left.error]).all()
