"""Latent classes: found again when planted, monotone, blind to order, fair to missing values."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from persona_store.segmentation.latent_classes import fit_latent_classes
from persona_store.segmentation.observations import MISSING, observe

LEVELS = 4
ATTRIBUTES = 10


def planted(
    contacts: int, classes: int = 3, missing: float = 0.1, seed: int = 0, spread: float = 0.5
) -> tuple[NDArray[np.int8], NDArray[np.intp]]:
    generator = np.random.default_rng(seed)
    tables = generator.dirichlet(np.full(LEVELS, spread), size=(classes, ATTRIBUTES))
    truth = generator.integers(0, classes, size=contacts)
    draws = generator.random((contacts, ATTRIBUTES, 1))
    codes = (draws > tables[truth].cumsum(axis=2)).sum(axis=2).clip(0, LEVELS - 1).astype(np.int8)
    codes[generator.random(codes.shape) < missing] = MISSING
    return codes, truth


SIZES = [LEVELS] * ATTRIBUTES


@pytest.mark.parametrize("missing", [0.0, 0.3, 0.6])
def test_planted_classes_are_found_again(missing: float) -> None:
    codes, truth = planted(3000, missing=missing)
    model = fit_latent_classes(codes, SIZES, 3, seed=1)
    assert adjusted_rand_score(truth, model.posterior(codes).argmax(axis=1)) > 0.9 - missing / 2


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("spread", [0.5, 5.0])
def test_the_objective_never_falls(seed: int, spread: float) -> None:
    codes, _ = planted(800, classes=4, missing=0.2, seed=seed, spread=spread)
    history = np.array(fit_latent_classes(codes, SIZES, 5, seed=seed).history)
    assert np.diff(history).min() > -1e-9 * abs(history[-1])


def test_posteriors_and_probabilities_sum_to_one() -> None:
    codes, _ = planted(500)
    model = fit_latent_classes(codes, SIZES, 4, seed=1)
    assert model.posterior(codes).sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    assert model.weights.sum() == pytest.approx(1.0)
    for table in model.probabilities:
        assert table.sum(axis=1) == pytest.approx(1.0)
        assert (table > 0).all()


def test_the_order_of_contacts_changes_nothing() -> None:
    codes, _ = planted(2000)
    order = np.random.default_rng(5).permutation(len(codes))
    first = fit_latent_classes(codes, SIZES, 3, seed=1)
    second = fit_latent_classes(codes[order], SIZES, 3, seed=1)
    assert first.log_likelihood == second.log_likelihood
    assert np.array_equal(first.posterior(codes)[order], second.posterior(codes[order]))


def test_the_names_of_levels_and_attributes_change_nothing() -> None:
    codes, _ = planted(2000)
    renamed = np.where(codes == MISSING, MISSING, LEVELS - 1 - codes).astype(np.int8)[:, ::-1]
    first = fit_latent_classes(codes, SIZES, 3, seed=1)
    second = fit_latent_classes(renamed, SIZES, 3, seed=1)
    assert first.log_likelihood == pytest.approx(second.log_likelihood, rel=1e-6)
    assert adjusted_rand_score(first.posterior(codes).argmax(axis=1), second.posterior(renamed).argmax(axis=1)) > 0.999


def test_equal_contacts_are_counted_once_and_count_in_full() -> None:
    codes, _ = planted(300)
    doubled = np.repeat(codes, 3, axis=0)
    data = observe(doubled, SIZES)
    assert data.n == 900
    assert len(data.rows) <= 300
    assert np.array_equal(data.rows[data.inverse], doubled)
    single, threefold = (fit_latent_classes(rows, SIZES, 1, seed=1) for rows in (codes, doubled))
    assert threefold.log_likelihood == pytest.approx(3 * single.log_likelihood, rel=1e-4)


def test_one_class_is_the_base_rate() -> None:
    codes, _ = planted(1000, missing=0.2)
    model = fit_latent_classes(codes, SIZES, 1, seed=1)
    for attribute in range(ATTRIBUTES):
        known = codes[codes[:, attribute] != MISSING, attribute]
        shares = np.bincount(known, minlength=LEVELS) / len(known)
        assert model.probabilities[attribute][0] == pytest.approx(shares, abs=0.002)


def test_the_likelihood_is_that_of_the_formula() -> None:
    codes, _ = planted(50, missing=0.3)
    model = fit_latent_classes(codes, SIZES, 2, seed=1)
    total = 0.0
    for row in codes:
        joint = model.weights.copy()
        for attribute, level in enumerate(row):
            if level != MISSING:
                joint *= model.probabilities[attribute][:, level]
        total += np.log(joint.sum())
    assert model.log_likelihood == pytest.approx(total)


def test_a_contact_of_whom_nothing_is_known_gets_the_class_weights() -> None:
    codes, _ = planted(500)
    model = fit_latent_classes(codes, SIZES, 3, seed=1)
    unknown = np.full((1, ATTRIBUTES), MISSING, dtype=np.int8)
    assert model.posterior(unknown)[0] == pytest.approx(model.weights, abs=1e-6)


def test_a_column_that_is_nowhere_known_does_no_harm() -> None:
    codes, truth = planted(1000)
    codes[:, 0] = MISSING
    model = fit_latent_classes(codes, SIZES, 3, seed=1)
    assert adjusted_rand_score(truth, model.posterior(codes).argmax(axis=1)) > 0.8


def test_no_contacts_are_refused() -> None:
    with pytest.raises(ValueError, match="no contacts"):
        fit_latent_classes(np.empty((0, 2), dtype=np.int8), [2, 2], 2, seed=1)


def test_many_chunks_give_what_one_gives() -> None:
    codes, _ = planted(9000)
    model = fit_latent_classes(codes, SIZES, 3, seed=1)
    joint = np.log(model.weights)[None, :] + sum(
        np.log(np.vstack([np.ones(3), table.T]))[codes[:, attribute] + 1]
        for attribute, table in enumerate(model.probabilities)
    )
    assert model.log_likelihood == pytest.approx(float(np.logaddexp.reduce(joint, axis=1).sum()))
