"""Attributes that belong together make no classes of their own and do not count twice."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from persona_store.segmentation.dependence import dependent_pairs, discounts, thin_pairs
from persona_store.segmentation.latent_classes import fit_latent_classes
from persona_store.segmentation.structure import find_structure
from tests.persona_store.segmentation.planted import planted, with_copy

SIZES = [4] * 12


@pytest.mark.parametrize("agreement", [0.7, 0.8, 0.9])
@pytest.mark.parametrize("contacts", [800, 3000])
def test_a_copy_alone_makes_no_personas(contacts: int, agreement: float) -> None:
    codes = with_copy(planted(contacts, 1, spread=3.0)[0], 3, 5, agreement)
    choice, structure = find_structure(codes, SIZES, seed=1)
    assert structure is None
    assert choice.classes == 1
    assert choice.reason in ("pairs_only", "vague", "no_gain")


@pytest.mark.parametrize("agreement", [0.7, 0.9])
@pytest.mark.parametrize("informative", [True, False])
def test_a_copy_adds_no_class_to_real_ones(agreement: float, informative: bool) -> None:
    codes, truth = planted(2500, 3)
    if not informative:
        codes[:, 3] = np.random.default_rng(9).integers(0, 4, len(codes))
    choice, structure = find_structure(with_copy(codes, 3, 5, agreement), SIZES, seed=1)
    assert choice.classes == 3
    assert structure is not None
    found = structure.model.posterior(with_copy(codes, 3, 5, agreement)).argmax(axis=1)
    assert adjusted_rand_score(truth, found) > 0.85
    assert {3, 5} in [{pair.one, pair.other} for pair in structure.dependent]


def test_classes_of_their_own_kind_have_no_dependent_pairs() -> None:
    codes, _ = planted(3000, 4)
    model = fit_latent_classes(codes, SIZES, 4, seed=1)
    assert dependent_pairs(codes, model) == ()
    assert thin_pairs(codes, model) == ()
    _, structure = find_structure(codes, SIZES, seed=1)
    assert structure is not None
    assert structure.model.discounts == ()


def test_the_residual_of_a_copy_is_found_beside_the_classes() -> None:
    codes = with_copy(planted(3000, 3)[0], 3, 5, 0.8)
    pairs = dependent_pairs(codes, fit_latent_classes(codes, SIZES, 3, seed=1))
    assert {pairs[0].one, pairs[0].other} == {3, 5}
    assert pairs[0].residual > 0.1


def exponent_of(share_copied: float) -> float:
    """The exponent of an attribute that repeats another one in a share of contacts, and speaks for itself in others."""
    codes, _ = planted(3000, 3)
    copied = np.random.default_rng(5).random(len(codes)) < share_copied
    codes[copied, 5] = codes[copied, 3]
    model = fit_latent_classes(codes, SIZES, 3, seed=1)
    found = discounts(codes, model, dependent_pairs(codes, model))
    return next((one.exponent for one in found if {one.parent, one.child} == {3, 5}), 1.0)


def test_what_is_mostly_a_copy_counts_little_and_what_is_mostly_its_own_counts_more() -> None:
    assert exponent_of(0.9) <= 0.2
    assert exponent_of(0.5) >= 0.5
