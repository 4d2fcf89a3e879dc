"""A class that other contacts of the same kind would not give is told, and joined where that helps."""

import numpy as np

from persona_store.segmentation.latent_classes import fit_latent_classes
from persona_store.segmentation.observations import observe
from persona_store.segmentation.stability import DISSOLVED, STABLE, bootstrap, merged
from persona_store.segmentation.structure import find_structure
from tests.persona_store.segmentation.planted import planted

SIZES = [4] * 12


def test_planted_classes_come_back_in_resamples() -> None:
    codes, _ = planted(1500, 4)
    stability = bootstrap(observe(codes, SIZES), fit_latent_classes(codes, SIZES, 4, seed=1), seed=1)
    assert (stability.jaccard > 0.9).all()
    assert stability.resamples >= 30


def test_a_class_too_many_is_weak_and_confused_with_the_one_it_was_cut_from() -> None:
    codes, truth = planted(1500, 3)
    model = fit_latent_classes(codes, SIZES, 4, seed=1)
    stability = bootstrap(observe(codes, SIZES), model, seed=1)
    member = model.posterior(codes).argmax(axis=1)
    planted_in = [int(np.bincount(truth[member == place], minlength=3).argmax()) for place in range(4)]
    cut = {place for place in range(4) if planted_in.count(planted_in[place]) > 1}
    weakest = int(stability.jaccard.argmin())
    assert stability.jaccard[weakest] < STABLE
    assert cut == {weakest, stability.confused[weakest]}


def test_classes_of_noise_dissolve() -> None:
    codes, _ = planted(1000, 1, spread=3.0)
    stability = bootstrap(observe(codes, SIZES), fit_latent_classes(codes, SIZES, 4, seed=1), seed=1)
    assert stability.jaccard.mean() < DISSOLVED


def test_joined_classes_begin_as_their_mixture() -> None:
    codes, _ = planted(1500, 3)
    model = fit_latent_classes(codes, SIZES, 3, seed=1)
    start = merged(model, 1, 2)
    weights = np.exp(start.weights)
    assert np.allclose(weights, [model.weights[0], model.weights[1] + model.weights[2]])
    assert np.allclose(np.exp(start.levels) @ weights, np.hstack(model.probabilities).T @ model.weights)


def test_the_same_data_and_seed_give_the_same_stability() -> None:
    codes, _ = planted(600, 2)
    first, second = (find_structure(codes, SIZES, seed=3)[1] for _ in range(2))
    assert first is not None and second is not None
    assert np.array_equal(first.stability.jaccard, second.stability.jaccard)
