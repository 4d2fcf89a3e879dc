"""Would other contacts of the same kind give the same classes? Bootstrap stability of each class."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persona_store.segmentation.latent_classes import WORKERS, LatentClasses, fit_latent_classes
from persona_store.segmentation.observations import Floats, Observations
from persona_store.segmentation.sums import Parameters

RESAMPLES = 30  # the mean of one class's Jaccard index is then known to some 0.02
RESAMPLED_ROWS = 2_000  # fewer contacts than there are make it harder for a class, never easier
RESAMPLING_TOLERANCE = 1e-4  # memberships do not change any more
STABLE = 0.75  # Hennig 2007: a valid, stable cluster
DISSOLVED = 0.5  # Hennig 2007: below, it is gone in the average resample


@dataclass(frozen=True, slots=True)
class Stability:
    """Mean Jaccard index of each class over `resamples` (classes,), and with which other class each is confused most.

    `confused` is (classes,): the place of the class that most of the strangers in its image come from.
    """

    jaccard: Floats
    confused: tuple[int, ...]
    resamples: int


def bootstrap(data: Observations, model: LatentClasses, *, seed: int, resamples: int = RESAMPLES) -> Stability:
    """Stability of the classes of `model` by resampling contacts (Hennig 2007, CSDA 52:258).

    Each resample is fitted twice, from the model's own classes and from fresh random starts, and the better fit
    counts: a start from the old classes alone would only show that the EM stays where it is put.
    """
    classes = len(model.weights)
    sample = data.sample(RESAMPLED_ROWS, np.random.default_rng([seed, classes]))
    old = model.posterior(sample.rows).argmax(axis=1)
    with ThreadPoolExecutor(WORKERS) as pool:
        tables = list(pool.map(lambda draw: _overlap(sample, model, old, [seed, classes, draw]), range(resamples)))
    likeness = [_jaccard(table) for table in tables]
    strangers = np.zeros((classes, classes))
    for table, alike in zip(tables, likeness, strict=True):
        strangers += table[:, alike.argmax(axis=1)].T
    np.fill_diagonal(strangers, -1)
    return Stability(
        jaccard=np.mean([alike.max(axis=1) for alike in likeness], axis=0),
        confused=tuple(strangers.argmax(axis=1).tolist()),
        resamples=resamples,
    )


def merged(model: LatentClasses, one: int, other: int) -> Parameters:
    """Where the EM begins when the classes `one` and `other` become one."""
    start = model.start()
    weights = np.exp(start.weights)
    share = weights[[one, other]] / weights[[one, other]].sum()
    levels = np.exp(start.levels)
    levels[:, one] = levels[:, [one, other]] @ share
    weights[one] += weights[other]
    return Parameters(np.log(np.delete(weights, other)), np.log(np.delete(levels, other, axis=1)))


def _overlap(sample: Observations, model: LatentClasses, old: NDArray[np.intp], seeds: list[int]) -> Floats:
    """How many contacts of the resample are in each old class (rows) and each new one (columns)."""
    generator = np.random.default_rng(seeds)
    drawn = sample.resample(generator)
    classes = len(model.weights)
    fresh = int(generator.integers(2**31))
    fits = [
        fit_latent_classes(drawn, drawn.sizes, classes, seed=fresh, tolerance=RESAMPLING_TOLERANCE, start=start)
        for start in (model.start(), None)
    ]
    best = max(fits, key=lambda fit: fit.history[-1])
    new = best.posterior(drawn.rows).argmax(axis=1)
    # Each contact drawn counts once, however often it was drawn: copies would agree with each other by themselves.
    weights = np.where(drawn.counts > 0, sample.counts, 0.0)
    counts = np.bincount(old * classes + new, weights=weights, minlength=classes**2).astype(np.float64)
    return counts.reshape(classes, classes)


def _jaccard(table: Floats) -> Floats:
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=0) - table
    return np.asarray(table / np.maximum(union, 1))
