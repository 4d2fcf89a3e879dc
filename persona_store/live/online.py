"""EM over contacts that change one by one: each contact's share of the sufficient statistics is exchanged, not added.

Incremental EM (Neal and Hinton 1998, A view of the EM algorithm that justifies incremental, sparse, and other
variants; for streams Cappé and Moulines 2009, JRSS B 71:593): the statistics are a sum over contacts, so that the
old contribution of one can be taken out and its new one put in, and the parameters follow at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import logsumexp

from persona_store.segmentation.latent_classes import PSEUDO_CONTACTS
from persona_store.segmentation.model import AttributeTable, PersonaModel
from persona_store.segmentation.observations import MISSING, Codes, Floats

Posterior = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layout:
    """The attributes of a model in their order: names, numbers of levels, and which of them decide membership.

    Where the attribute at `parents` is known too (-1: none), an attribute's evidence counts with its exponent.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    defines: tuple[bool, ...]
    parents: tuple[int, ...]
    exponents: tuple[float, ...]

    @classmethod
    def of(cls, tables: Mapping[str, AttributeTable]) -> "Layout":
        """The layout of a model's tables."""
        names = tuple(tables)
        return cls(
            names,
            tuple(len(table.levels) for table in tables.values()),
            tuple(table.defines for table in tables.values()),
            tuple(-1 if table.parent is None else names.index(table.parent) for table in tables.values()),
            tuple(table.exponent for table in tables.values()),
        )

    @property
    def starts(self) -> NDArray[np.intp]:
        """Where each attribute begins when all levels stand in one row."""
        return np.cumsum([0, *self.sizes[:-1]])

    def sums(self, values: Floats) -> Floats:
        """The sum over the levels of each attribute; `values` is (..., levels of all attributes side by side)."""
        return np.asarray(np.add.reduceat(values, self.starts, axis=-1))


@dataclass(frozen=True, slots=True)
class Statistics:
    """Expected counts: `classes` (classes,), and `levels` (classes, levels of all attributes side by side)."""

    classes: Floats
    levels: Floats

    def plus(self, other: "Statistics", sign: float = 1.0) -> "Statistics":
        """These counts with (or, `sign` -1, without) the `other` ones."""
        return Statistics(self.classes + sign * other.classes, self.levels + sign * other.levels)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The known levels of contacts as sparse matrices (contacts, levels of all attributes side by side).

    `known` holds ones, `weights` how much each level counts for membership.
    """

    known: sparse.csr_matrix
    weights: sparse.csr_matrix


@dataclass(frozen=True, slots=True)
class Parameters:
    """`weights` (classes,), `probabilities` (classes, levels of all attributes side by side), `base` (levels,)."""

    weights: Floats
    probabilities: Floats
    base: Floats


def built_parameters(model: PersonaModel) -> Parameters:
    """The parameters that a build has stored."""
    return Parameters(
        model.class_weights,
        np.hstack([table.probabilities for table in model.tables.values()]),
        np.concatenate([table.base for table in model.tables.values()]),
    )


def built_statistics(model: PersonaModel) -> Statistics:
    """The expected counts that lead to the parameters of a build: its M-step undone."""
    classes = len(model.class_weights)
    weights = model.class_weights * (model.contacts + classes * PSEUDO_CONTACTS) - PSEUDO_CONTACTS
    levels = [
        table.probabilities * (table.known + PSEUDO_CONTACTS)[:, None] - PSEUDO_CONTACTS * table.base
        for table in model.tables.values()
    ]
    return Statistics(np.maximum(weights, 0.0), np.maximum(np.hstack(levels), 0.0))


def maximise(statistics: Statistics, layout: Layout) -> Parameters:
    """The M-step of the build: one more contact a class, and an average one spread over its levels."""
    counts = np.maximum(statistics.levels, 0.0)
    weights = np.maximum(statistics.classes, 0.0) + PSEUDO_CONTACTS
    sizes, total = np.array(layout.sizes), counts.sum(axis=0)
    base = (total + np.repeat(1 / sizes, sizes)) / np.repeat(layout.sums(total) + 1, sizes)
    smoothed = counts + PSEUDO_CONTACTS * base
    probabilities = smoothed / np.repeat(layout.sums(smoothed), sizes, axis=-1)
    return Parameters(weights / weights.sum(), probabilities, base)


def weigh(codes: Codes, layout: Layout) -> Evidence:
    """The evidence of `codes` (contacts, attributes)."""
    exponents = np.where(layout.defines, 1.0, 0.0) * np.ones(codes.shape)
    for place, (parent, exponent) in enumerate(zip(layout.parents, layout.exponents, strict=True)):
        if parent >= 0:
            exponents[codes[:, parent] != MISSING, place] *= exponent
    rows, places = np.nonzero(codes != MISSING)
    columns = layout.starts[places] + codes[rows, places]
    ends = np.concatenate([[0], np.cumsum((codes != MISSING).sum(axis=1))])
    shape = (len(codes), sum(layout.sizes))
    return Evidence(
        sparse.csr_matrix((np.ones(len(rows)), columns, ends), shape=shape),
        sparse.csr_matrix((exponents[rows, places], columns, ends), shape=shape),
    )


def expect(evidence: Evidence, parameters: Parameters) -> Posterior:
    """The E-step: (contacts, classes), rows sum to 1; as exact as it is stored, so that it can be taken out again."""
    joint = _log_joint(evidence, parameters)
    return np.exp(joint - logsumexp(joint, axis=1, keepdims=True)).astype(np.float32)


def contribution(evidence: Evidence, posterior: Posterior) -> Statistics:
    """What some contacts add to the expected counts."""
    shares = posterior.astype(np.float64)
    return Statistics(shares.sum(axis=0), np.asarray((evidence.known.T @ shares).T))


def fit(codes: Codes, parameters: Parameters, layout: Layout) -> Floats:
    """Log-likelihood per known defining attribute of each contact that knows any; the others tell nothing."""
    known = (codes[:, np.array(layout.defines)] != MISSING).sum(axis=1)
    joint = _log_joint(weigh(codes[known > 0], layout), parameters)
    return np.asarray(logsumexp(joint, axis=1) / known[known > 0])


def _log_joint(evidence: Evidence, parameters: Parameters) -> Floats:
    """(contacts, classes): log-probability of each class together with the known defining levels."""
    return np.asarray(evidence.weights @ np.log(parameters.probabilities).T + np.log(parameters.weights))


def as_tables(parameters: Parameters, statistics: Statistics, model: PersonaModel) -> dict[str, AttributeTable]:
    """The tables of `model` with live parameters; weights as the build's formula gives them."""
    layout = Layout.of(model.tables)
    known = layout.sums(np.maximum(statistics.levels, 0.0))
    divergence = layout.sums(parameters.probabilities * np.log(parameters.probabilities / parameters.base))
    told = np.maximum(divergence * known / np.maximum(statistics.classes, 1e-9)[:, None], 0.0)
    shares = told / np.maximum(told.sum(axis=1, keepdims=True), 1e-300)
    ends = layout.starts[1:]
    levels = zip(np.split(parameters.probabilities, ends, axis=1), np.split(parameters.base, ends), strict=True)
    return {
        name: replace(table, probabilities=probabilities, base=base, known=known[:, place], weights=shares[:, place])
        for place, ((name, table), (probabilities, base)) in enumerate(zip(model.tables.items(), levels, strict=True))
    }


def as_json(statistics: Statistics) -> dict[str, Any]:
    """The counts as plain JSON data, to the last digit."""
    return {"classes": statistics.classes.tolist(), "levels": statistics.levels.tolist()}


def from_json(data: Mapping[str, Sequence[Any]]) -> Statistics:
    """The counts that `as_json` wrote."""
    return Statistics(np.array(data["classes"], dtype=np.float64), np.array(data["levels"], dtype=np.float64))
