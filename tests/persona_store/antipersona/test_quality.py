"""AUC interval, calibration and share intervals against what is known of them."""

import numpy as np
import pytest

from persona_store.antipersona.quality import auc_interval, calibration_error, wilson


def test_the_interval_covers_the_true_auc_as_often_as_it_says() -> None:
    # two normals one deviation apart: the true AUC is Phi(1 / sqrt 2)
    random, inside = np.random.default_rng(1), 0
    for _ in range(400):
        score = np.concatenate([random.normal(1, 1, 60), random.normal(0, 1, 140)])
        _, low, high = auc_interval(np.arange(200) < 60, score)
        inside += low <= 0.76025 <= high
    assert 0.92 <= inside / 400 <= 0.98


def test_ties_count_half() -> None:
    outcome = np.array([True, True, False, False])
    assert auc_interval(outcome, np.array([1.0, 1.0, 1.0, 1.0]))[0] == 0.5


def test_a_perfect_order_has_auc_one() -> None:
    assert auc_interval(np.array([False, True]), np.array([0.0, 1.0])) == (1.0, 1.0, 1.0)


def test_one_outcome_alone_has_no_auc() -> None:
    with pytest.raises(ValueError, match="both outcomes"):
        auc_interval(np.array([True, True]), np.array([0.0, 1.0]))


def test_calibration_error_is_the_gap_between_stated_and_observed() -> None:
    outcome = np.tile([True, False, False, False], 250)
    assert calibration_error(outcome, np.full(1000, 0.25)) < 0.02
    assert calibration_error(outcome, np.full(1000, 0.45)) == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(2, 140, 0.0039, 0.0506), (0, 0, 0, 1), (5, 10, 0.2366, 0.7634)]
)
def test_share_intervals(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
