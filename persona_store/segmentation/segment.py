"""Levels of all contacts of one market in, classes with their tables and every contact's membership out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import rel_entr

from persona_store.segmentation.binning import Binning
from persona_store.segmentation.latent_classes import LatentClasses, fit_latent_classes
from persona_store.segmentation.model import AttributeTable
from persona_store.segmentation.observations import MISSING, Codes
from persona_store.segmentation.redundancy import repeated
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.selection import Choice, choose_classes

FEWEST_CONTACTS = 50  # below, no statistics hold


@dataclass(frozen=True, slots=True)
class Segments:
    """The classes of a market: `tables` by attribute, and for each contact its class and how probable that is."""

    model: LatentClasses
    tables: dict[str, AttributeTable]
    membership: NDArray[np.intp]
    probability: NDArray[np.float32]


def encode(levels: pl.DataFrame, binning: Binning, names: Sequence[str]) -> Codes:
    """(contacts, names): the number of each contact's level, MISSING where not known."""
    columns = [
        levels[name].cast(pl.Enum(binning.bins[name].levels)).to_physical().cast(pl.Int8).fill_null(MISSING)
        for name in names
    ]
    return np.column_stack([column.to_numpy() for column in columns])


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
) -> tuple[Choice, Segments | None]:
    """The number of classes chosen and the segments; None where the data bear no structure or are too few.

    `levels` has a row a contact: the columns of `binning` as level names, null where not known.
    """
    defining = [one.key for one in attributes if one.defines and one.key in binning.bins]
    describing = [one.key for one in attributes if not one.defines and one.key in binning.bins]
    if len(levels) < FEWEST_CONTACTS or len(defining) < 2:
        return Choice(1, ()), None
    codes = encode(levels, binning, defining)
    sizes = [len(binning.bins[name].levels) for name in defining]
    choice = choose_classes(codes, sizes, seed=seed, progress=progress)
    if choice.classes == 1:
        return choice, None
    model = fit_latent_classes(codes, sizes, choice.classes, seed=seed)
    posterior = model.posterior(codes)
    tables = _tables(posterior, codes, defining, binning)
    tables = {
        name: replace(tables[name], probabilities=fitted, defines=True)
        for name, fitted in zip(defining, model.probabilities, strict=True)
    }
    tables |= _tables(posterior, encode(levels, binning, describing), describing, binning) if describing else {}
    membership = posterior.argmax(axis=1)
    probability = posterior[np.arange(len(posterior)), membership]
    return choice, Segments(model, _weighted(tables, posterior), membership, probability)


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
