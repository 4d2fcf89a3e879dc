"""Levels of all contacts of one market in, classes with their tables and every contact's membership out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.special import rel_entr

from persona_store.segmentation.binning import Binning
from persona_store.segmentation.latent_classes import LatentClasses, stated
from persona_store.segmentation.model import AttributeTable
from persona_store.segmentation.observations import MISSING, Codes
from persona_store.segmentation.redundancy import repeated
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.selection import Choice
from persona_store.segmentation.stability import STABLE
from persona_store.segmentation.structure import find_structure
from persona_store.segmentation.workplace import Here, Workplace

FEWEST_CONTACTS = 50  # below, no statistics hold
HERE = Here()
FEWEST_ATTRIBUTES = 3  # latent classes show in three attributes or more, else they could be a mere dependence


@dataclass(frozen=True, slots=True)
class Segments:
    """The classes of a market: `tables` by attribute, and for each contact its class and how probable that is.

    `posterior` (contacts, classes) is what the model itself says, `probability` what people are told.

    `stability` (classes,) is the mean Jaccard index over `resamples` bootstrap samples: from 0.75 on a class stands.
    `dependent` are pairs of attributes with what they share beyond the classes, in nats a contact.
    """

    model: LatentClasses
    tables: dict[str, AttributeTable]
    posterior: NDArray[np.float32]
    membership: NDArray[np.intp]
    probability: NDArray[np.float32]
    stability: NDArray[np.float64]
    resamples: int
    dependent: tuple[tuple[str, str, float], ...]

    @property
    def weak(self) -> NDArray[np.bool_]:
        """(classes,): which classes other contacts of the same kind might not give."""
        return self.stability < STABLE

    @property
    def discounts(self) -> dict[str, tuple[str, float]]:
        """Attributes that depend on another one (their parent), with the exponent of their evidence beside it."""
        return {name: (table.parent, table.exponent) for name, table in self.tables.items() if table.parent is not None}


def encode(levels: pl.DataFrame, binning: Binning, names: Sequence[str]) -> Codes:
    """(contacts, names): the number of each contact's level, MISSING where not known."""
    numbers = (pl.col(name).cast(pl.Enum(binning.bins[name].levels)).to_physical() for name in names)
    return levels.select(number.cast(pl.Int8).fill_null(MISSING) for number in numbers).to_numpy(order="c")


def mark_repeated(
    levels: pl.DataFrame, attributes: Sequence[Attribute], binning: Binning, *, seed: int
) -> tuple[Attribute, ...]:
    """The attributes, those that repeat an earlier one marked as summaries so that no fact counts twice."""
    defining = [one.key for one in attributes if one.defines and one.key in binning.bins]
    if not defining:
        return tuple(attributes)
    sizes = [len(binning.bins[name].levels) for name in defining]
    twice = {defining[place] for place in repeated(encode(levels, binning, defining), sizes, seed)}
    return tuple(replace(one, summary=True) if one.key in twice else one for one in attributes)


def find_segments(
    levels: pl.DataFrame,
    attributes: Sequence[Attribute],
    binning: Binning,
    *,
    seed: int,
    progress: Callable[[float], None] | None = None,
    workplace: Workplace = HERE,
) -> tuple[Choice, Segments | None]:
    """The number of classes chosen and the segments; None where the data bear no structure or are too few.

    `levels` has a row a contact: the columns of `binning` as level names, null where not known. The classes are
    settled on a sample; the EM over all contacts runs at the `workplace`.
    """
    defining = [one.key for one in attributes if one.defines and one.key in binning.bins]
    describing = [one.key for one in attributes if not one.defines and one.key in binning.bins]
    if len(levels) < FEWEST_CONTACTS or len(defining) < FEWEST_ATTRIBUTES:
        return Choice(1, (), "few_contacts" if len(levels) < FEWEST_CONTACTS else "few_attributes"), None
    codes = encode(levels, binning, defining)
    sizes = [len(binning.bins[name].levels) for name in defining]
    choice, structure = find_structure(codes, sizes, seed=seed, progress=progress)
    if structure is None:
        return choice, None
    model = workplace.fit(codes, sizes, structure.model.discounts, seed=seed, start=structure.model.start())
    posterior = model.posterior(codes)
    tables = _defining_tables(model, posterior, codes, defining, binning)
    tables |= _tables(posterior, encode(levels, binning, describing), describing, binning) if describing else {}
    membership = posterior.argmax(axis=1)
    return choice, Segments(
        model=model,
        tables=_weighted(tables, posterior),
        posterior=posterior,
        membership=membership,
        probability=stated(posterior.max(axis=1), model.weights[membership]).astype(np.float32),
        stability=structure.stability.jaccard[_same_classes(model, structure.model)],
        resamples=structure.stability.resamples,
        dependent=tuple((defining[pair.one], defining[pair.other], pair.residual) for pair in structure.dependent),
    )


def _same_classes(model: LatentClasses, other: LatentClasses) -> NDArray[np.intp]:
    """For each class of `model` its place in `other`: with more contacts, another class may be the largest."""
    distance = cdist(np.hstack(model.probabilities), np.hstack(other.probabilities))
    return np.asarray(linear_sum_assignment(distance)[1])


def _defining_tables(
    model: LatentClasses, posterior: NDArray[np.float32], codes: Codes, names: Sequence[str], binning: Binning
) -> dict[str, AttributeTable]:
    """Tables as fitted, with the parents and exponents of attributes that depend on another one."""
    tables = {
        name: replace(table, probabilities=fitted, defines=True)
        for (name, table), fitted in zip(
            _tables(posterior, codes, names, binning).items(), model.probabilities, strict=True
        )
    }
    for one in model.discounts:
        child = names[one.child]
        tables[child] = replace(tables[child], parent=names[one.parent], exponent=one.exponent)
    return tables


def _tables(
    posterior: NDArray[np.float32], codes: Codes, names: Sequence[str], binning: Binning
) -> dict[str, AttributeTable]:
    """Expected counts of the levels per class, as shares; in a class where nothing is known, the base."""
    tables: dict[str, AttributeTable] = {}
    for place, name in enumerate(names):
        levels = binning.bins[name].levels
        column = codes[:, place]
        counts = np.stack(
            [posterior[column == level].sum(axis=0, dtype=np.float64) for level in range(len(levels))], axis=1
        )
        # One contact more in all, and one average contact more per class, as in the fit: no level is impossible.
        base = (counts.sum(axis=0) + 1 / len(levels)) / (counts.sum() + 1)
        smoothed = counts + base
        tables[name] = AttributeTable(
            levels=levels,
            probabilities=smoothed / smoothed.sum(axis=1, keepdims=True),
            base=base,
            known=counts.sum(axis=1),
            weights=np.zeros(len(counts)),
            defines=False,
        )
    return tables


def _weighted(tables: dict[str, AttributeTable], posterior: NDArray[np.float32]) -> dict[str, AttributeTable]:
    """Weights: information (Kullback-Leibler) of each attribute on the persona, times the share known; sum 1."""
    sizes = posterior.sum(axis=0, dtype=np.float64)
    told = np.stack(
        [rel_entr(table.probabilities, table.base).sum(axis=1) * table.known / sizes for table in tables.values()]
    )
    shares = np.maximum(told, 0) / np.maximum(told, 0).sum(axis=0)
    return {name: replace(table, weights=share) for (name, table), share in zip(tables.items(), shares, strict=True)}
