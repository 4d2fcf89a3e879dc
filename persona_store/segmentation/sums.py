"""What the EM asks of the data: sums over all contacts, wherever these lie.

`Statistics` is all the algorithm knows of the data. Sums of parts add up to the sums of the whole, so the parts may
lie in threads (`LocalStatistics`), in processes or on other machines.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from persona_store.segmentation.observations import Chunk, Discount, Floats, Observations

SPANS = 8  # parts whose sums are added in order, so that the result is the same on any number of cores


@dataclass(frozen=True, slots=True)
class Parameters:
    """Logarithms of class weights (classes,) and of level probabilities (levels of all attributes, classes)."""

    weights: Floats
    levels: Floats


@dataclass(frozen=True, slots=True)
class Sums:
    """What one pass over contacts gives; the sums of two groups of contacts add up to those of both.

    `log_likelihood` and `entropy` of the memberships in nats; expected numbers of contacts `classes` (classes,) and
    `levels` (levels of all attributes, classes), the latter with the exponents of the discounts.
    """

    log_likelihood: float
    entropy: float
    classes: Floats
    levels: Floats

    @classmethod
    def of(cls, parts: Sequence["Sums"]) -> "Sums":
        """The sums of several groups, added in the given order."""
        return cls(
            log_likelihood=sum(part.log_likelihood for part in parts),
            entropy=sum(part.entropy for part in parts),
            classes=np.sum([part.classes for part in parts], axis=0),
            levels=np.sum([part.levels for part in parts], axis=0),
        )


class Statistics(Protocol):
    """All that the EM asks: who implements it decides where the contacts are."""

    @property
    def n(self) -> int:
        """Number of contacts."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of levels of each attribute."""

    @property
    def discounts(self) -> tuple[Discount, ...]:
        """Which attributes' evidence counts less."""

    def counts(self, *, discounted: bool = False) -> Floats:
        """How many contacts have each level (levels of all attributes,), or what they weigh with the exponents."""

    def expect(self, parameters: Parameters) -> Sums:
        """One pass over all contacts with `parameters`."""

    def recount(self, parameters: Parameters) -> Floats:
        """Expected number of contacts with each level in each class (levels, classes), without exponents."""

    def sample(self, rows: int, generator: np.random.Generator) -> Observations:
        """At most `rows` different contacts drawn at random."""


class LocalStatistics:
    """The sums of contacts in this process's memory, in spans that go side by side."""

    def __init__(self, data: Observations, pool: Executor) -> None:
        self.data = data
        self.pool = pool
        cuts = [place * len(data.chunks) // SPANS for place in range(SPANS + 1)]
        self.spans = [data.chunks[start:end] for start, end in pairwise(cuts) if end > start]

    @property
    def n(self) -> int:
        """Number of contacts."""
        return self.data.n

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of levels of each attribute."""
        return self.data.sizes

    @property
    def discounts(self) -> tuple[Discount, ...]:
        """Which attributes' evidence counts less."""
        return self.data.discounts

    def counts(self, *, discounted: bool = False) -> Floats:
        """How many contacts have each level, or what they weigh with the exponents."""
        unpack = self.data.evidence if discounted else self.data.unpack
        blocks = np.sum([chunk.matrix.T @ chunk.counts for chunk in self.data.chunks], axis=0)
        return np.asarray(unpack.T @ blocks)

    def expect(self, parameters: Parameters) -> Sums:
        """One pass over all contacts; independent of the number of threads to the last digit."""
        sums = self._expect(parameters)
        return Sums(sums.log_likelihood, sums.entropy, sums.classes, self.data.evidence.T @ sums.levels)

    def recount(self, parameters: Parameters) -> Floats:
        """Expected number of contacts with each level in each class, without exponents."""
        return np.asarray(self.data.unpack.T @ self._expect(parameters).levels)

    def sample(self, rows: int, generator: np.random.Generator) -> Observations:
        """At most `rows` different contacts drawn at random."""
        return self.data.sample(rows, generator)

    def _expect(self, parameters: Parameters) -> Sums:
        table = self.data.evidence @ parameters.levels
        if len(self.spans) == 1:
            return _expect_span(self.spans[0], table, parameters.weights)
        return Sums.of(list(self.pool.map(lambda span: _expect_span(span, table, parameters.weights), self.spans)))


def _expect_span(span: Sequence[Chunk], table: Floats, log_weights: Floats) -> Sums:
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
    return Sums(log_likelihood, entropy, classes, levels)
