"""Latent class analysis by EM: contacts fall into classes within which the attributes are independent.

Missing values are left out of the likelihood (missing at random). Steps are accelerated by SQUAREM (Varadhan and
Roland 2008, Scand. J. Statist. 35:335) and only taken when the objective does not fall. Several random starts run
briefly on a sample; the best goes on with all data.
"""

import math
import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from persona_store.segmentation.observations import CHUNK_ROWS, MISSING, Chunk, Codes, Floats, Observations, observe

STARTS = 12
START_ROWS = 4096
HALVINGS = (3, 6, 12)  # steps before the worse half of the starts is given up (Jamieson and Talwalkar 2016)
MOST_STEPS = 2000
TOLERANCE = 1e-8  # gain of the mean log-likelihood per contact below which a step is the last one
PSEUDO_CONTACTS = 1.0  # weight of the prior: as if each class had one more contact, an average one
SEED_SHARE = 0.6  # how much of a starting class is its seed contact, the rest is the average
SHORTEST_LEAP = 4.0  # bound of a SQUAREM leap; grows while leaps succeed
LEAP_GROWTH = 4.0
SPANS = 8  # parts whose sums are added in order, so that the result is the same on any number of cores
WORKERS = min(os.cpu_count() or 1, SPANS)


@dataclass(frozen=True, slots=True)
class LatentClasses:
    """Classes, largest first: `weights` (classes,), and per attribute `probabilities` (classes, levels).

    `log_likelihood` is that of the data in nats; `history` the objective (log-likelihood plus log prior) after each
    accepted step; `entropy` the uncertainty of the memberships in nats, summed over contacts.
    """

    weights: Floats
    probabilities: tuple[Floats, ...]
    log_likelihood: float
    entropy: float
    history: tuple[float, ...]
    converged: bool
    n: int

    @property
    def parameters(self) -> int:
        """Number of free parameters."""
        classes: int = self.weights.size
        levels = sum(len(table[0]) - 1 for table in self.probabilities)
        return classes - 1 + classes * levels

    @property
    def bic(self) -> float:
        """Bayesian information criterion (Schwarz 1978), smaller is better."""
        return -2 * self.log_likelihood + self.parameters * float(np.log(self.n))

    @property
    def clearness(self) -> float:
        """How clearly contacts belong to one class: 1 entirely, 0 not at all (relative entropy)."""
        classes = len(self.weights)
        return 1.0 if classes == 1 else 1 - self.entropy / (self.n * float(np.log(classes)))

    def posterior(self, codes: Codes) -> NDArray[np.float32]:
        """(contacts, classes): how probable each class is for each row of `codes`; rows sum to 1."""
        result = np.empty((len(codes), len(self.weights)), dtype=np.float32)
        tables = [
            np.vstack([np.zeros(len(self.weights)), np.log(probabilities.T)]) for probabilities in self.probabilities
        ]
        for start in range(0, len(codes), CHUNK_ROWS):
            part = codes[start : start + CHUNK_ROWS] - MISSING
            joint = np.log(self.weights) + sum(table[part[:, place]] for place, table in enumerate(tables))
            joint -= logsumexp(joint, axis=1, keepdims=True)
            result[start : start + CHUNK_ROWS] = np.exp(joint)
        return result


@dataclass(frozen=True, slots=True)
class _Parameters:
    """Logarithms of class weights (classes,) and of level probabilities (levels of all attributes, classes)."""

    weights: Floats
    levels: Floats


@dataclass(frozen=True, slots=True)
class _Sums:
    """What one pass over the data gives: expected counts per class, and per level and class."""

    log_likelihood: float
    entropy: float
    classes: Floats
    levels: Floats


def fit_latent_classes(
    codes: Codes | Observations, sizes: Sequence[int], classes: int, *, seed: int, tolerance: float = TOLERANCE
) -> LatentClasses:
    """The latent class model of `codes` (contacts, attributes; MISSING where not known) with `classes` classes.

    `sizes` is the number of levels of each attribute. The same data, in whatever order, and the same `seed` give the
    same classes. Raises ValueError when there are no contacts.
    """
    data = codes if isinstance(codes, Observations) else observe(codes, sizes)
    if data.n == 0:
        raise ValueError("there are no contacts to find classes among")
    with ThreadPoolExecutor(WORKERS) as pool:
        problem = _Problem(data, pool)
        start = problem.single_class() if classes == 1 else _best_start(data, classes, seed, pool)
        parameters, history, converged = problem.climb(start, MOST_STEPS, tolerance)
        sums = problem.expect(parameters)
    order = np.argsort(-parameters.weights, kind="stable")
    return LatentClasses(
        weights=np.exp(parameters.weights[order]),
        probabilities=tuple(np.split(np.exp(parameters.levels.T[order]), data.offsets[1:], axis=1)),
        log_likelihood=sums.log_likelihood,
        entropy=sums.entropy,
        history=tuple(history),
        converged=converged,
        n=data.n,
    )


def _best_start(data: Observations, classes: int, seed: int, pool: Executor) -> _Parameters:
    generator = np.random.default_rng([seed, classes])
    sample = _Problem(data.sample(START_ROWS, generator), pool)
    left = [sample.random_start(classes, generator) for _ in range(STARTS)]
    for steps in HALVINGS:
        # The sample is one span, which is summed up in the thread that asks: so the starts themselves go side by side.
        climb = partial(sample.climb, steps=steps, tolerance=TOLERANCE)
        runs = sorted(pool.map(climb, left), key=lambda run: -run[1][-1])
        left = [parameters for parameters, _, _ in runs[: math.ceil(len(runs) / 2)]]
    return left[0]


class _Problem:
    """The data with what stays the same during EM: base rates, the prior, the threads."""

    def __init__(self, data: Observations, pool: Executor) -> None:
        self.data = data
        self.pool = pool
        chunks = data.chunks
        cuts = [place * len(chunks) // SPANS for place in range(SPANS + 1)]
        self.spans = [chunks[start:end] for start, end in pairwise(cuts) if end > start]
        counts = data.unpack.T @ np.sum([chunk.matrix.T @ chunk.counts for chunk in chunks], axis=0)
        self.base = np.exp(self._normal(np.log(counts + 1 / np.repeat(data.sizes, data.sizes))[:, None]))

    def single_class(self) -> _Parameters:
        return _Parameters(np.zeros(1), np.log(self.base))

    def random_start(self, classes: int, generator: np.random.Generator) -> _Parameters:
        """Every class begins as a mixture of one random contact and the average."""
        share = self.data.counts / self.data.counts.sum()
        seeds = self.data.rows[generator.choice(len(self.data.rows), size=classes, p=share)]
        levels = np.repeat(self.base, classes, axis=1) * (1 - SEED_SHARE)
        place, attribute = np.nonzero(seeds != MISSING)
        levels[self.data.offsets[attribute] + seeds[place, attribute], place] += SEED_SHARE
        return _Parameters(np.full(classes, -np.log(classes)), self._normal(np.log(levels)))

    def climb(self, start: _Parameters, steps: int, tolerance: float) -> tuple[_Parameters, list[float], bool]:
        """SQUAREM from `start`: parameters, objective after each accepted step, and whether it came to rest."""
        history: list[float] = []
        longest = SHORTEST_LEAP
        current, taken = start, 0
        while taken < steps:
            first, objective = self._step(current)
            second, after = self._step(first)
            taken += 2
            history += [objective, after]
            if after - objective <= tolerance * self.data.n:
                return second, history, True
            leap, length = self._leap(current, first, second, longest)
            landed, reached = self._step(leap)
            taken += 1
            if np.isfinite(reached) and reached >= after:
                history.append(reached)
                current = landed
                longest = longest * LEAP_GROWTH if length >= longest else longest
            else:
                current = second
                longest = max(SHORTEST_LEAP, longest / LEAP_GROWTH)
        return current, history, False

    def expect(self, parameters: _Parameters) -> _Sums:
        """One pass over the data; independent of the number of threads to the last digit."""
        table = self.data.unpack @ parameters.levels
        if len(self.spans) == 1:
            parts = [_expect_span(self.spans[0], table, parameters.weights)]
        else:
            parts = list(self.pool.map(lambda span: _expect_span(span, table, parameters.weights), self.spans))
        return _Sums(
            log_likelihood=sum(part.log_likelihood for part in parts),
            entropy=sum(part.entropy for part in parts),
            classes=np.sum([part.classes for part in parts], axis=0),
            levels=self.data.unpack.T @ np.sum([part.levels for part in parts], axis=0),
        )

    def _step(self, parameters: _Parameters) -> tuple[_Parameters, float]:
        """The next parameters and the objective of the given ones."""
        sums = self.expect(parameters)
        weights = sums.classes + PSEUDO_CONTACTS
        levels = self._normal(np.log(sums.levels + PSEUDO_CONTACTS * self.base))
        prior = float((self.base[:, 0] * parameters.levels.sum(axis=1)).sum()) + float(parameters.weights.sum())
        return _Parameters(np.log(weights / weights.sum()), levels), sums.log_likelihood + PSEUDO_CONTACTS * prior

    def _leap(
        self, start: _Parameters, first: _Parameters, second: _Parameters, longest: float
    ) -> tuple[_Parameters, float]:
        """The SQUAREM leap (scheme S3) and its length, at most `longest`; length 1 is the plain second step."""
        begin, middle, end = (np.vstack([one.weights, one.levels]) for one in (start, first, second))
        change, bend = middle - begin, end - 2 * middle + begin
        norm = float(np.linalg.norm(bend))
        length = min(max(float(np.linalg.norm(change)) / norm, 1.0), longest) if norm > 0 else 1.0
        landed = begin + 2 * length * change + length**2 * bend
        weights = landed[0] - landed[0].max()
        return _Parameters(weights - np.log(np.exp(weights).sum()), self._normal(landed[1:])), length

    def _normal(self, levels: Floats) -> Floats:
        """Log-probabilities that sum to 1 within each attribute and class."""
        levels = levels - np.repeat(np.maximum.reduceat(levels, self.data.offsets), self.data.sizes, axis=0)
        totals = np.add.reduceat(np.exp(levels), self.data.offsets)
        return np.asarray(levels - np.repeat(np.log(totals), self.data.sizes, axis=0))


def _expect_span(span: Sequence[Chunk], table: Floats, log_weights: Floats) -> _Sums:
    log_likelihood = entropy = 0.0
    classes = np.zeros(log_weights.size)
    levels = np.zeros(table.shape)
    for chunk in span:
        # One row a class: sums over few classes are then sums of long rows, which processors do best.
        joint = np.ascontiguousarray((chunk.matrix @ table).T)
        joint += log_weights[:, None]
        highest = joint.max(axis=0)
        joint -= highest
        membership = np.exp(joint)
        total = membership.sum(axis=0)
        log_total = np.log(total)
        membership *= chunk.counts / total
        # einsum, because the linear algebra library would start threads of its own inside ours
        log_likelihood += float(np.einsum("r,r->", chunk.counts, highest + log_total))
        entropy += float(np.einsum("r,r->", chunk.counts, log_total) - np.einsum("cr,cr->", membership, joint))
        classes += membership.sum(axis=1)
        levels += chunk.matrix.T @ np.ascontiguousarray(membership.T)
    return _Sums(log_likelihood, entropy, classes, levels)
