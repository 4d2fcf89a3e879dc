"""Where the EM begins: many random starts take a few steps on a sample, all at once, and the best goes on."""

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from persona_store.segmentation.observations import MISSING, Chunk, Floats, Observations
from persona_store.segmentation.sums import Parameters, Statistics

Singles = NDArray[np.float32]

STARTS = 12
START_ROWS = 2000  # no power of two: columns so far apart would share one place in the processor's cache
GROWN = 8  # further starts that add a class to the model with one class fewer: so small classes are met too
# Steps before the worse half of the starts is given up (Jamieson and Talwalkar 2016).
HALVINGS = (5, 8, 12)
SEED_SHARE = 0.6  # how much of a starting class is its seed contact, the rest is the average
LANES = 2  # groups of starts that go side by side; a fixed number, so that sums do not depend on the machine


def best_start(
    statistics: Statistics,
    base: Floats,
    classes: int,
    generator: np.random.Generator,
    pool: Executor,
    smaller: Parameters | None = None,
) -> Parameters:
    """The best of 12 random starts after successive halving on a sample; `base` (levels,) are base rates.

    With a model of one class fewer (`smaller`) there are 8 starts more, each of which adds a class to it.

    Single precision is enough to tell which start leads; the EM itself goes on in double precision.
    """
    sample = statistics.sample(START_ROWS, generator)
    prior = base.astype(np.float32)
    chunks = [Chunk(chunk.matrix.astype(np.float32), chunk.counts.astype(np.float32)) for chunk in sample.chunks]
    left = [_random_start(sample, base, classes, generator) for _ in range(STARTS)]
    if smaller is not None and len(smaller.weights) > 1:
        left += [_grown_start(sample, base, smaller, generator) for _ in range(GROWN)]
    for steps in HALVINGS:
        lanes = [left[lane::LANES] for lane in range(LANES) if left[lane::LANES]]
        climb = partial(_climb, sample, chunks, prior, steps)
        runs = [run for lane in pool.map(climb, lanes) for run in lane]
        order = sorted(range(len(runs)), key=lambda place: -runs[place][1])
        left = [runs[place][0] for place in order[: math.ceil(len(runs) / 2)]]
    # Single precision leaves sums of 1 + 1e-7, which would look like a likelihood that falls.
    weights = left[0].weights - logsumexp(left[0].weights)
    return Parameters(weights, normal(left[0].levels, sample.sizes))


def normal(levels: Floats, sizes: Sequence[int] | NDArray[np.intp]) -> Floats:
    """Log-probabilities (levels of all attributes, any) that sum to 1 within each attribute."""
    lengths = np.array(sizes, dtype=np.intp)
    offsets = np.cumsum(lengths) - lengths
    levels = levels - np.repeat(np.maximum.reduceat(levels, offsets), sizes, axis=0)
    totals = np.add.reduceat(np.exp(levels), offsets)
    return np.asarray(levels - np.repeat(np.log(totals), sizes, axis=0))


def _random_start(data: Observations, base: Floats, classes: int, generator: np.random.Generator) -> Parameters:
    return Parameters(np.full(classes, -np.log(classes)), _seeded(data, base, classes, generator))


def _grown_start(data: Observations, base: Floats, smaller: Parameters, generator: np.random.Generator) -> Parameters:
    """The classes of `smaller` and a further one, as large as the average class."""
    classes = len(smaller.weights) + 1
    weights = np.append(smaller.weights + np.log1p(-1 / classes), -np.log(classes))
    return Parameters(weights, np.hstack([smaller.levels, _seeded(data, base, 1, generator)]))


def _seeded(data: Observations, base: Floats, classes: int, generator: np.random.Generator) -> Floats:
    """Classes (levels, classes), each a mixture of one random contact and the average."""
    share = data.counts / data.counts.sum()
    seeds = data.rows[generator.choice(len(data.rows), size=classes, p=share)]
    levels = np.repeat(base[:, None], classes, axis=1) * (1 - SEED_SHARE)
    place, attribute = np.nonzero(seeds != MISSING)
    levels[data.offsets[attribute] + seeds[place, attribute], place] += SEED_SHARE
    return normal(np.log(levels), data.sizes)


def _climb(
    data: Observations, chunks: Sequence[Chunk], base: Singles, steps: int, starts: Sequence[Parameters]
) -> list[tuple[Parameters, float]]:
    """Plain EM steps of several starts at once: their classes stand side by side; with the objective of each."""
    many, classes = len(starts), len(starts[0].weights)
    weights = np.stack([start.weights for start in starts]).astype(np.float32)
    levels = np.hstack([start.levels for start in starts]).astype(np.float32)
    evidence = data.evidence.astype(np.float32)
    for _ in range(steps):
        table = evidence @ levels
        prior = (base @ levels).reshape(many, classes).sum(axis=1) + weights.sum(axis=1)
        objective, held, blocks = prior.astype(np.float64), np.zeros((many, classes), np.float32), np.zeros_like(table)
        for chunk in chunks:
            joint = np.ascontiguousarray((chunk.matrix @ table).T).reshape(many, classes, -1) + weights[:, :, None]
            highest = joint.max(axis=1)
            joint -= highest[:, None]
            np.exp(joint, out=joint)
            total = joint.sum(axis=1)
            joint *= (chunk.counts / total)[:, None]
            objective += np.einsum("r,sr->s", chunk.counts, highest + np.log(total), dtype=np.float64)
            held += joint.sum(axis=2)
            blocks += chunk.matrix.T @ np.ascontiguousarray(joint.reshape(many * classes, -1).T)
        weights = np.log(held + 1) - np.log((held + 1).sum(axis=1, keepdims=True))
        counted = evidence.T @ blocks + base[:, None]
        totals = np.repeat(np.add.reduceat(counted, data.offsets), data.sizes, axis=0)
        levels = np.log(counted / totals)
    tables = np.split(levels, many, axis=1)
    return [
        (Parameters(weights[place].astype(np.float64), tables[place].astype(np.float64)), float(objective[place]))
        for place in range(many)
    ]
