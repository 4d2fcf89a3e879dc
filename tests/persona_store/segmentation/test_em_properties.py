"""What must hold for latent classes of any data: climbing, probabilities, indifference to order and to names."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona_store.segmentation.latent_classes import fit_latent_classes, stated
from persona_store.segmentation.observations import MISSING, Codes, Discount, observe
from tests.persona_store.segmentation.planted import planted


@st.composite
def tables(draw: st.DrawFn) -> tuple[Codes, tuple[int, ...]]:
    sizes = tuple(draw(st.lists(st.integers(2, 5), min_size=3, max_size=6)))
    contacts = draw(st.integers(5, 120))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    missing = draw(st.sampled_from([0.0, 0.2, 0.7]))
    codes = np.column_stack([generator.integers(0, size, contacts) for size in sizes]).astype(np.int8)
    if draw(st.booleans()):  # half of the tables have something to find
        codes[: contacts // 2] = np.minimum(codes[: contacts // 2], 1)
    return np.where(generator.random(codes.shape) < missing, np.int8(MISSING), codes), sizes


discounts = st.one_of(
    st.just(()), st.builds(lambda exponent: (Discount(0, 1, exponent), Discount(1, 2, 0.5)), st.floats(0, 1))
)
PROPERTY = settings(max_examples=40, deadline=None)


@PROPERTY
@given(tables(), st.integers(2, 4), discounts)
def test_the_objective_never_falls(
    data: tuple[Codes, tuple[int, ...]], classes: int, given_: tuple[Discount, ...]
) -> None:
    codes, sizes = data
    history = np.array(fit_latent_classes(observe(codes, sizes, given_), sizes, classes, seed=1).history)
    assert np.diff(history).min() > -1e-9 * max(abs(history[-1]), 1)


@PROPERTY
@given(tables(), st.integers(1, 4), discounts)
def test_probabilities_sum_to_one(
    data: tuple[Codes, tuple[int, ...]], classes: int, given_: tuple[Discount, ...]
) -> None:
    codes, sizes = data
    model = fit_latent_classes(observe(codes, sizes, given_), sizes, classes, seed=1)
    posterior = model.posterior(codes)
    assert posterior.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert stated(posterior, model.weights).sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert model.weights.sum() == pytest.approx(1)
    assert all(table.sum(axis=1) == pytest.approx(1) and (table > 0).all() for table in model.probabilities)


@PROPERTY
@given(tables(), st.integers(2, 3), discounts, st.randoms(use_true_random=False))
def test_the_order_of_contacts_changes_nothing(
    data: tuple[Codes, tuple[int, ...]], classes: int, given_: tuple[Discount, ...], random: Random
) -> None:
    codes, sizes = data
    order = np.array(random.sample(range(len(codes)), len(codes)))
    first = fit_latent_classes(observe(codes, sizes, given_), sizes, classes, seed=1)
    second = fit_latent_classes(observe(codes[order], sizes, given_), sizes, classes, seed=1)
    assert first.log_likelihood == second.log_likelihood
    assert np.array_equal(first.posterior(codes)[order], second.posterior(codes[order]))


@pytest.mark.parametrize("seed", range(5))
def test_the_names_of_levels_and_the_order_of_attributes_change_nothing(seed: int) -> None:
    codes, _ = planted(1500, 3, seed=seed)
    generator = np.random.default_rng(seed)
    attributes = generator.permutation(codes.shape[1])
    names = np.append(generator.permutation(4), MISSING)  # a missing value stays one: it is the last entry
    first = fit_latent_classes(codes, [4] * 12, 3, seed=1)
    second = fit_latent_classes(names[codes][:, attributes].astype(np.int8), [4] * 12, 3, seed=1)
    assert second.log_likelihood == pytest.approx(first.log_likelihood, rel=1e-6)
    assert second.weights == pytest.approx(first.weights, abs=1e-3)


@pytest.mark.parametrize("parent_known", [True, False])
def test_discounted_evidence_counts_less_where_its_parent_is_known(parent_known: bool) -> None:
    codes, _ = planted(800, 2, missing=0.3)
    model = fit_latent_classes(observe(codes, [4] * 12, [Discount(0, 1, 0.25)]), [4] * 12, 2, seed=1)
    contact = np.full((1, 12), MISSING, dtype=np.int8)
    contact[0, :2] = (2 if parent_known else MISSING), 1
    joint = np.log(model.weights) + (0.25 if parent_known else 1) * np.log(model.probabilities[1][:, 1])
    if parent_known:
        joint += np.log(model.probabilities[0][:, 2])
    expected = np.exp(joint) / np.exp(joint).sum()
    assert model.posterior(contact)[0] == pytest.approx(expected, abs=1e-6)


def test_evidence_without_weight_leads_to_the_classes_of_the_others() -> None:
    codes, _ = planted(1000, 3, missing=0.0)
    without = fit_latent_classes(np.delete(codes, 1, axis=1), [4] * 11, 3, seed=1)
    unheard = fit_latent_classes(observe(codes, [4] * 12, [Discount(0, 1, 0.0)]), [4] * 12, 3, seed=1)
    assert unheard.weights == pytest.approx(without.weights, abs=1e-4)
    assert unheard.log_likelihood == pytest.approx(without.log_likelihood, rel=1e-6)
    assert unheard.bic == pytest.approx(without.bic, rel=1e-6)


def test_icl_adds_the_vagueness_of_memberships_to_bic() -> None:
    codes, _ = planted(600, 3, spread=3.0)
    model = fit_latent_classes(codes, [4] * 12, 3, seed=1)
    posterior = model.posterior(codes).astype(np.float64)
    vagueness = -2 * (posterior * np.log(np.maximum(posterior, 1e-300))).sum()
    assert model.icl - model.bic == pytest.approx(vagueness, rel=1e-3)
