"""Turns attributes into the numbers a score is learned from: levels, their codes, and one column a level or a step.

A term is one attribute, or a pair of attributes whose levels mean something together that neither means alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from persona_store.segmentation.binning import Binning, fit_binning
from persona_store.segmentation.registry import Attribute

Floats = NDArray[np.float64]
Codes = NDArray[np.integer[Any]]

Term = tuple[str, ...]

MISSING = -1
# Contacts that two levels must share before anything is learned about the two together.
LEAST_TOGETHER = 50
# Finer than the levels personas are made of: steps between neighbouring levels are held small where the data do not
# ask for them, so that many levels cost little and a bend in the middle is not lost. Few contacts show no finer bends.
SCORE_BINS, MANY_BINS = 10, 20
MANY_CONTACTS = 10_000


@dataclass(frozen=True, slots=True)
class Encoding:
    """How levels become columns: `binning` cuts, `weights` is (levels, columns) per term.

    The row of a level holds 1 in its own column for names, and in all columns up to its own for ordered numbers, less
    the mean over the known contacts; so what is not known counts as the average, a row of zeros. The levels of a pair
    are those of the first attribute times those of the second; levels too rarely met together have a row of zeros.
    """

    binning: Binning
    weights: Mapping[Term, Floats]

    def matrix(self, codes: Mapping[str, Codes]) -> Floats:
        """(contacts, columns) for the terms of this encoding; MISSING gives zeros."""
        blocks = [_rows(weights, self.codes_of(term, codes)) for term, weights in self.weights.items()]
        return np.concatenate(blocks, axis=1)

    def codes_of(self, term: Term, codes: Mapping[str, Codes]) -> Codes:
        """The level of a term for each contact; of a pair MISSING unless both are known."""
        return together(codes, term, self.binning)

    def levels_of(self, term: Term, level: int) -> tuple[str, ...]:
        """The names of level number `level` of a term, one for each of its attributes."""
        names = [self.binning.bins[key].levels for key in term]
        if len(names) == 1:
            return (names[0][level],)
        return names[0][level // len(names[1])], names[1][level % len(names[1])]

    def split(self, coefficients: Floats) -> dict[Term, Floats]:
        """What each level of each term adds, from one coefficient a column."""
        widths = [weights.shape[1] for weights in self.weights.values()]
        parts = np.split(coefficients, np.cumsum(widths)[:-1])
        return {term: weights @ part for (term, weights), part in zip(self.weights.items(), parts, strict=True)}


def cut(frame: pl.DataFrame, attributes: Sequence[Attribute]) -> Binning:
    """The bins of a score for raw attributes."""
    return fit_binning(frame, attributes, quantile_bins=MANY_BINS if len(frame) >= MANY_CONTACTS else SCORE_BINS)


def codes_of(frame: pl.DataFrame, binning: Binning) -> dict[str, Codes]:
    """The level of each contact as a number, per attribute (MISSING: not known)."""
    return {key: _codes(frame.select("contact_id", key), binning) for key in binning.bins}


def encode(binning: Binning, codes: Mapping[str, Codes], pairs: Sequence[Term] = ()) -> Encoding:
    """The encoding of the attributes in `codes` and of `pairs` of them; what has one level in the data is left out."""
    weights: dict[Term, Floats] = {}
    for key, values in codes.items():
        bins = binning.bins[key]
        counts = np.bincount(values[values != MISSING], minlength=len(bins.levels))
        if np.count_nonzero(counts) > 1:
            shape = np.eye(counts.size) if bins.edges is None else np.tri(counts.size)[:, 1:]
            weights[(key,)] = shape - counts @ shape / counts.sum()
    for pair in pairs:
        sizes = [len(binning.bins[key].levels) for key in pair]
        values = together(codes, pair, binning)
        counts = np.bincount(values[values != MISSING], minlength=sizes[0] * sizes[1])
        often = counts >= LEAST_TOGETHER
        shape = np.eye(counts.size)[:, often]
        weights[pair] = np.where(often[:, None], shape - counts @ shape / max(counts[often].sum(), 1), 0.0)
    return Encoding(Binning({key: binning.bins[key] for key in codes if (key,) in weights}), weights)


def together(codes: Mapping[str, Codes], term: Term, binning: Binning) -> Codes:
    """The level of a term for each contact: that of its attribute, or the number of the two levels of a pair."""
    if len(term) == 1:
        return codes[term[0]]
    first, second = codes[term[0]], codes[term[1]]
    joint = first.astype(np.int32) * len(binning.bins[term[1]].levels) + second
    return np.where((first == MISSING) | (second == MISSING), MISSING, joint)


def _codes(column: pl.DataFrame, binning: Binning) -> Codes:
    key = column.columns[1]
    levels = binning.apply(column)[key].cast(pl.Enum(binning.bins[key].levels))
    return levels.to_physical().cast(pl.Int16).fill_null(MISSING).to_numpy()


def _rows(weights: Floats, codes: Codes) -> Floats:
    return np.vstack([weights, np.zeros(weights.shape[1])])[codes]
