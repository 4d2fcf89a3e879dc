"""Latent class analysis by EM: contacts fall into classes within which the attributes are independent.

Missing values are left out of the likelihood (missing at random). Steps are accelerated by SQUAREM (Varadhan and
Roland 2008, Scand. J. Statist. 35:335) and only taken when the objective does not fall. Attributes that depend on one
another beyond the classes count with an exponent (a weighted composite likelihood).
"""

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from persona_store.segmentation.observations import (
    CHUNK_ROWS,
    MISSING,
    Codes,
    Discount,
    Floats,
    Observations,
    discounted,
    observe,
)
from persona_store.segmentation.starts import best_start, normal
from persona_store.segmentation.sums import SPANS, LocalStatistics, Parameters, Statistics

MOST_STEPS = 2000
TOLERANCE = 1e-8  # gain of the mean log-likelihood per contact below which a step is the last one
PSEUDO_CONTACTS = 1.0  # weight of the prior: as if each class had one more contact, an average one
SHORTEST_LEAP = 4.0  # bound of a SQUAREM leap; grows while leaps succeed
LEAP_GROWTH = 4.0
# Kinds of contacts under this share of all are never made a class (selection.py), so a contact may be of one of them.
UNFOUND_SHARE = 0.02
WORKERS = min(os.cpu_count() or 1, SPANS)


@dataclass(frozen=True, slots=True)
class LatentClasses:
    """Classes, largest first: `weights` (classes,), and per attribute `probabilities` (classes, levels).

    `log_likelihood` is that of the data in nats; `history` the objective (log-likelihood plus log prior) after each
    accepted step; `entropy` the uncertainty of the memberships in nats, summed over contacts. `discounts` tells whose
    evidence counts less, `counted` with how much of it each attribute enters on average.
    """

    weights: Floats
    probabilities: tuple[Floats, ...]
    log_likelihood: float
    entropy: float
    history: tuple[float, ...]
    converged: bool
    n: int
    discounts: tuple[Discount, ...] = ()
    counted: tuple[float, ...] = ()

    @property
    def parameters(self) -> float:
        """Number of free parameters; those of a discounted attribute count as much as its evidence does.

        That is the penalty of a composite likelihood (Varin and Vidoni 2005, Biometrika 92:519) whose terms are raised
        to a power.
        """
        classes = len(self.weights)
        counted = self.counted or (1.0,) * len(self.probabilities)
        levels = sum(share * (len(table[0]) - 1) for share, table in zip(counted, self.probabilities, strict=True))
        return classes - 1 + classes * levels

    @property
    def bic(self) -> float:
        """Bayesian information criterion (Schwarz 1978), smaller is better."""
        return -2 * self.log_likelihood + self.parameters * float(np.log(self.n))

    @property
    def icl(self) -> float:
        """Integrated completed likelihood (Biernacki, Celeux, Govaert 2000): BIC and a price for vague memberships."""
        return self.bic + 2 * self.entropy

    @property
    def clearness(self) -> float:
        """How clearly contacts belong to one class: 1 entirely, 0 not at all (relative entropy)."""
        classes = len(self.weights)
        return 1.0 if classes == 1 else 1 - self.entropy / (self.n * float(np.log(classes)))

    def terms(self, codes: Codes) -> list[Floats]:
        """What each attribute says: log-probability (contacts, classes) of each contact's level, times its exponent."""
        exponents = {one.child: one.exponent for one in self.discounts}
        found = []
        for place, lessened in enumerate(discounted(codes, self.discounts)):
            table = np.vstack([np.zeros(len(self.weights)), np.log(self.probabilities[place].T)])
            term = table[codes[:, place] - MISSING]
            if lessened is not None:
                term[lessened] *= exponents[place]
            found.append(term)
        return found

    def posterior(self, codes: Codes) -> NDArray[np.float32]:
        """(contacts, classes): how probable each class is for each row of `codes`; rows sum to 1."""
        result = np.empty((len(codes), len(self.weights)), dtype=np.float32)
        for start in range(0, len(codes), CHUNK_ROWS):
            joint = np.log(self.weights) + sum(self.terms(codes[start : start + CHUNK_ROWS]))
            joint -= logsumexp(joint, axis=1, keepdims=True)
            result[start : start + CHUNK_ROWS] = np.exp(joint)
        return result

    def start(self) -> Parameters:
        """The parameters, for an EM to begin with."""
        return Parameters(np.log(self.weights), np.log(np.hstack(self.probabilities).T))


def stated(posterior: Floats, weights: Floats) -> Floats:
    """The probabilities to tell people: those of the model, mixed with the base rates by what the model cannot know.

    `posterior` is (..., classes), `weights` (classes,). With probability 0.02 a contact is of a kind too rare to be
    found, about which the classes say nothing (ε-contamination: Berger and Berliner 1986, Ann. Statist. 14:461).
    """
    return (1 - UNFOUND_SHARE) * posterior + UNFOUND_SHARE * weights


def fit_latent_classes(
    codes: Codes | Observations,
    sizes: Sequence[int],
    classes: int,
    *,
    seed: int,
    tolerance: float = TOLERANCE,
    start: Parameters | None = None,
    smaller: LatentClasses | None = None,
) -> LatentClasses:
    """The latent class model of `codes` (contacts, attributes; MISSING where not known) with `classes` classes.

    `sizes` is the number of levels of each attribute. The same data, in whatever order, and the same `seed` give the
    same classes. With a `start` the EM goes on from there instead of from random ones; a model of one class fewer
    (`smaller`) suggests further starts. Raises ValueError when there are no contacts.
    """
    data = codes if isinstance(codes, Observations) else observe(codes, sizes)
    with ThreadPoolExecutor(WORKERS) as pool:
        local = LocalStatistics(data, pool)
        return fit_statistics(local, classes, pool, seed=seed, tolerance=tolerance, start=start, smaller=smaller)


def fit_statistics(
    statistics: Statistics,
    classes: int,
    pool: Executor,
    *,
    seed: int,
    tolerance: float = TOLERANCE,
    start: Parameters | None = None,
    smaller: LatentClasses | None = None,
) -> LatentClasses:
    """The latent class model of contacts that lie anywhere; else as `fit_latent_classes`. `pool` is for the starts."""
    if statistics.n == 0:
        raise ValueError("there are no contacts to find classes among")
    em = _Climber(statistics)
    if classes == 1:
        start = Parameters(np.zeros(1), np.log(em.base))
    elif start is None:
        generator = np.random.default_rng([seed, classes])
        # A few thousand contacts tell which start is best, wherever the others are.
        start = best_start(
            statistics, em.base[:, 0], classes, generator, pool, None if smaller is None else smaller.start()
        )
    parameters, history, converged = em.climb(start, MOST_STEPS, tolerance)
    return em.result(parameters, history, converged)


class _Climber:
    """The data with what stays the same during EM: base rates and the prior."""

    def __init__(self, statistics: Statistics) -> None:
        self.statistics = statistics
        self.sizes = np.array(statistics.sizes)
        self.offsets = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        self.counts = statistics.counts()
        self.base = np.exp(normal(np.log(self.counts + 1 / np.repeat(self.sizes, self.sizes))[:, None], self.sizes))

    def climb(self, start: Parameters, steps: int, tolerance: float) -> tuple[Parameters, list[float], bool]:
        """SQUAREM from `start`: parameters, objective after each accepted step, and whether it came to rest."""
        history: list[float] = []
        longest = SHORTEST_LEAP
        current, taken = start, 0
        while taken < steps:
            first, objective = self._step(current)
            second, after = self._step(first)
            taken += 2
            history += [objective, after]
            if after - objective <= tolerance * self.statistics.n:
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

    def result(self, parameters: Parameters, history: Sequence[float], converged: bool) -> LatentClasses:
        """The classes, largest first. Discounted attributes are described by all contacts, not by their exponents."""
        statistics = self.statistics
        sums = statistics.expect(parameters)
        order = np.argsort(-parameters.weights, kind="stable")
        levels = np.exp(parameters.levels)
        counted = np.ones(len(self.sizes))
        if statistics.discounts:
            told = normal(np.log(statistics.recount(parameters) + PSEUDO_CONTACTS * self.base), self.sizes)
            weighed = statistics.counts(discounted=True)
            for one in statistics.discounts:
                part = slice(self.offsets[one.child], self.offsets[one.child] + self.sizes[one.child])
                levels[part] = np.exp(told[part])
                counted[one.child] = weighed[part].sum() / max(self.counts[part].sum(), 1.0)
        return LatentClasses(
            weights=np.exp(parameters.weights[order]),
            probabilities=tuple(np.split(levels.T[order], self.offsets[1:], axis=1)),
            log_likelihood=sums.log_likelihood,
            entropy=sums.entropy,
            history=tuple(history),
            converged=converged,
            n=statistics.n,
            discounts=statistics.discounts,
            counted=tuple(counted.tolist()),
        )

    def _step(self, parameters: Parameters) -> tuple[Parameters, float]:
        """The next parameters and the objective of the given ones."""
        sums = self.statistics.expect(parameters)
        weights = sums.classes + PSEUDO_CONTACTS
        levels = normal(np.log(sums.levels + PSEUDO_CONTACTS * self.base), self.sizes)
        prior = float((self.base[:, 0] * parameters.levels.sum(axis=1)).sum()) + float(parameters.weights.sum())
        return Parameters(np.log(weights / weights.sum()), levels), sums.log_likelihood + PSEUDO_CONTACTS * prior

    def _leap(
        self, start: Parameters, first: Parameters, second: Parameters, longest: float
    ) -> tuple[Parameters, float]:
        """The SQUAREM leap (scheme S3) and its length, at most `longest`; length 1 is the plain second step."""
        begin, middle, end = (np.vstack([one.weights, one.levels]) for one in (start, first, second))
        change, bend = middle - begin, end - 2 * middle + begin
        norm = float(np.linalg.norm(bend))
        length = min(max(float(np.linalg.norm(change)) / norm, 1.0), longest) if norm > 0 else 1.0
        landed = begin + 2 * length * change + length**2 * bend
        weights = landed[0] - landed[0].max()
        return Parameters(weights - np.log(np.exp(weights).sum()), normal(landed[1:], self.sizes)), length
