"""Latent class analysis by EM: contacts fall into classes within which the attributes are independent.

Missing values are left out of the likelihood (missing at random). Steps are accelerated by SQUAREM (Varadhan and
Roland 2008, Scand. J. Statist. 35:335) and only taken when the objective does not fall. Several random starts run
briefly on a sample; the best goes on with all data.
"""

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from persona_store.segmentation.observations import CHUNK_ROWS, MISSING, Chunk, Codes, Floats, Observations, observe

STARTS = 12
START_ROWS = 4096
START_STEPS = 8
FINALISTS = 3
FINAL_STEPS = 25
MOST_STEPS = 2000
TOLERANCE = 1e-8  # gain of the mean log-likelihood per contact below which a step is the last one
PSEUDO_CONTACTS = 1.0  # weight of the prior: as if each class had one more contact, an average one
SEED_SHARE = 0.6  # how much of a starting class is its seed contact, the rest is the average
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
    """Logarithms of class weights (classes,) and of level probabilities, (levels, classes) per attribute."""

    weights: Floats
    tables: tuple[Floats, ...]

    def vector(self) -> Floats:
        return np.concatenate([self.weights, *(table.reshape(-1) for table in self.tables)])

    def like(self, vector: Floats) -> "_Parameters":
        """The parameters of `vector`, made into probabilities again."""
        sizes = np.cumsum([self.weights.size, *(table.size for table in self.tables)])
        first, *rest = np.split(vector, sizes[:-1])
        tables = [part.reshape(table.shape) for part, table in zip(rest, self.tables, strict=True)]
        return _Parameters(first - logsumexp(first), tuple(table - logsumexp(table, axis=0) for table in tables))


@dataclass(frozen=True, slots=True)
class _Sums:
    """What one pass over the data gives: expected counts per class, and per block combination and class."""

    log_likelihood: float
    entropy: float
    classes: Floats
    blocks: Floats


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
        probabilities=tuple(np.exp(table.T[order]) for table in parameters.tables),
        log_likelihood=sums.log_likelihood,
        entropy=sums.entropy,
        history=tuple(history),
        converged=converged,
        n=data.n,
    )


def _best_start(data: Observations, classes: int, seed: int, pool: Executor) -> _Parameters:
    generator = np.random.default_rng([seed, classes])
    sample = _Problem(data.sample(START_ROWS, generator), pool)
    runs = [sample.climb(sample.random_start(classes, generator), START_STEPS, 0.0) for _ in range(STARTS)]
    runs.sort(key=lambda run: -run[1][-1])
    longer = [sample.climb(parameters, FINAL_STEPS, TOLERANCE) for parameters, _, _ in runs[:FINALISTS]]
    return max(longer, key=lambda run: run[1][-1])[0]


class _Problem:
    """The data with what stays the same during EM: base rates, the prior, the threads."""

    def __init__(self, data: Observations, pool: Executor) -> None:
        self.data = data
        self.pool = pool
        self.base = self._base_rates()

    def single_class(self) -> _Parameters:
        return _Parameters(np.zeros(1), tuple(np.log(base)[:, None] for base in self.base))

    def random_start(self, classes: int, generator: np.random.Generator) -> _Parameters:
        """Every class begins as a mixture of one random contact and the average."""
        share = self.data.counts / self.data.counts.sum()
        seeds = self.data.rows[generator.choice(len(self.data.rows), size=classes, p=share)]
        tables = []
        for attribute, base in enumerate(self.base):
            table = np.repeat(base[:, None], classes, axis=1)
            known = np.flatnonzero(seeds[:, attribute] != MISSING)
            table[:, known] *= 1 - SEED_SHARE
            table[seeds[known, attribute], known] += SEED_SHARE
            tables.append(np.log(table))
        return _Parameters(np.full(classes, -np.log(classes)), tuple(tables))

    def climb(self, start: _Parameters, steps: int, tolerance: float) -> tuple[_Parameters, list[float], bool]:
        """SQUAREM from `start`: parameters, objective after each accepted step, and whether it came to rest."""
        history: list[float] = []
        longest = 4.0
        current, taken = start, 0
        while taken < steps:
            first, objective = self._step(current)
            second, after = self._step(first)
            taken += 2
            history += [objective, after]
            if after - objective <= tolerance * self.data.n:
                return second, history, True
            leap, length = _extrapolate(current, first, second, longest)
            landed, reached = self._step(leap)
            taken += 1
            if np.isfinite(reached) and reached >= after:
                history.append(reached)
                current = landed
                longest = longest * 4 if length >= longest else longest
            else:
                current = second
                longest = max(4.0, longest / 2)
        return current, history, False

    def expect(self, parameters: _Parameters) -> _Sums:
        """One pass over the data; independent of the number of threads to the last digit."""
        table = self._block_table(parameters)
        chunks = self.data.chunks
        spans = [chunks[place * len(chunks) // SPANS : (place + 1) * len(chunks) // SPANS] for place in range(SPANS)]
        parts = list(self.pool.map(lambda span: _expect_span(span, table, parameters.weights), [s for s in spans if s]))
        return _Sums(
            log_likelihood=sum(part.log_likelihood for part in parts),
            entropy=sum(part.entropy for part in parts),
            classes=np.sum([part.classes for part in parts], axis=0),
            blocks=np.sum([part.blocks for part in parts], axis=0),
        )

    def _step(self, parameters: _Parameters) -> tuple[_Parameters, float]:
        """The next parameters and the objective of the given ones."""
        sums = self.expect(parameters)
        return self._maximise(sums), sums.log_likelihood + self._log_prior(parameters)

    def _log_prior(self, parameters: _Parameters) -> float:
        levels = sum(float(base @ table.sum(axis=1)) for base, table in zip(self.base, parameters.tables, strict=True))
        return PSEUDO_CONTACTS * (levels + float(parameters.weights.sum()))

    def _maximise(self, sums: _Sums) -> _Parameters:
        weights = sums.classes + PSEUDO_CONTACTS
        tables: list[Floats] = [np.empty(0)] * len(self.base)
        for attribute, counts in _unpack(self.data, sums.blocks):
            counts = counts + PSEUDO_CONTACTS * self.base[attribute][:, None]
            tables[attribute] = np.log(counts / counts.sum(axis=0))
        return _Parameters(np.log(weights / weights.sum()), tuple(tables))

    def _block_table(self, parameters: _Parameters) -> Floats:
        """(block columns, classes): log-probability of each combination of levels; missing ones add nothing."""
        classes = parameters.weights.size
        parts = []
        for block in self.data.blocks:
            table = np.zeros((1, classes))
            for attribute in block.attributes:
                levels = np.vstack([np.zeros(classes), parameters.tables[attribute]])
                table = (table[:, None, :] + levels[None, :, :]).reshape(-1, classes)
            parts.append(table)
        return np.concatenate(parts)

    def _base_rates(self) -> tuple[Floats, ...]:
        columns = np.sum([chunk.matrix.T @ chunk.counts for chunk in self.data.chunks], axis=0)
        rates: list[Floats] = [np.empty(0)] * len(self.data.sizes)
        for attribute, counts in _unpack(self.data, columns[:, None]):
            smoothed = counts[:, 0] + 1 / len(counts)
            rates[attribute] = smoothed / smoothed.sum()
        return tuple(rates)


def _unpack(data: Observations, columns: Floats) -> list[tuple[int, Floats]]:
    """Attribute and counts (levels, classes) from counts of block columns; missing ones are dropped."""
    found = []
    for block in data.blocks:
        cube = columns[block.offset : block.offset + block.size].reshape(*block.shape, -1)
        for axis, attribute in enumerate(block.attributes):
            others = tuple(other for other in range(len(block.shape)) if other != axis)
            found.append((attribute, cube.sum(axis=others)[1:]))
    return found


def _expect_span(span: Sequence[Chunk], table: Floats, log_weights: Floats) -> _Sums:
    log_likelihood = entropy = 0.0
    classes = np.zeros(log_weights.size)
    blocks = np.zeros(table.shape)
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
        log_likelihood += float(chunk.counts @ (highest + log_total))
        entropy += float(chunk.counts @ log_total) - float(np.vdot(membership, joint))
        classes += membership.sum(axis=1)
        blocks += chunk.matrix.T @ np.ascontiguousarray(membership.T)
    return _Sums(log_likelihood, entropy, classes, blocks)


def _extrapolate(
    start: _Parameters, first: _Parameters, second: _Parameters, longest: float
) -> tuple[_Parameters, float]:
    """The SQUAREM leap (scheme S3) and its length, at most `longest`; length 1 is the plain second step."""
    begin, middle, end = start.vector(), first.vector(), second.vector()
    change, bend = middle - begin, end - 2 * middle + begin
    norm = float(np.linalg.norm(bend))
    length = min(max(float(np.linalg.norm(change)) / norm, 1.0), longest) if norm > 0 else 1.0
    return start.like(begin + 2 * length * change + length**2 * bend), length
