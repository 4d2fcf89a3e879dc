"""The scorecard on public data, beside gradient boosting on the same columns and folds."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from persona_store.antipersona.learning import learn
from persona_store.settings import settings
from tests.benchmarks.scorecard import DATA, SETS, boosted, prepared

CONTACTS = 15_000  # every third of the bank's contacts; the benchmark takes all
CLOSE = 0.015
LEAST_HONEST = 0.03


@pytest.mark.parametrize(("name", "refused"), [("customer-personality", {}), ("bank-marketing", {"duration": "name"})])
def test_points_come_close_to_gradient_boosting_and_are_better_calibrated(name: str, refused: dict[str, str]) -> None:
    path, without = SETS[name]
    assert (DATA / path).exists(), f"The reference data are missing: {DATA / path}"
    frame, outcome, attributes = prepared(DATA / path, without)
    rows = np.sort(np.random.default_rng(1).permutation(len(frame))[:CONTACTS])
    frame, outcome = frame[rows], outcome[rows]
    card = learn(frame, outcome, attributes, seed=1)
    assert card.left_out == refused
    theirs = roc_auc_score(outcome == 1, boosted(frame, outcome == 1, list(card.attributes), seed=1))
    assert card.quality.auc is not None and card.quality.calibration_error is not None
    assert card.quality.auc >= theirs - CLOSE
    assert card.quality.calibration_error <= LEAST_HONEST


def test_it_abstains_below_the_stated_number_of_outcomes() -> None:
    path, without = SETS["customer-personality"]
    frame, outcome, attributes = prepared(DATA / path, without)
    few = np.concatenate(
        [np.flatnonzero(outcome == 1)[: settings().minimum_outcomes - 1], np.flatnonzero(outcome == 0)]
    )
    card = learn(frame[np.sort(few)], outcome[np.sort(few)], attributes, seed=1)
    assert card.verdict == "too_few_outcomes"
    assert card.points == ()
