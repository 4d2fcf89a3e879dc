"""Turns attributes into the numbers a score is learned from: levels, their codes, and one column a level or a step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from persona_store.segmentation.binning import Binning, fit_binning
from persona_store.segmentation.registry import Attribute

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

MISSING = -1
# Finer than the levels personas are made of: steps between neighbouring levels are held small where the data do not
# ask for them, so that ten levels cost little and a bend in the middle is not lost.
SCORE_BINS = 10


@dataclass(frozen=True, slots=True)
class Encoding:
    """How levels become columns: `binning` cuts, `weights` is (levels, columns) per attribute.

    The row of a level holds 1 in its own column for names, and in all columns up to its own for ordered numbers, less
    the mean over the known contacts; so what is not known counts as the average, a row of zeros.
    """

    binning: Binning
    weights: Mapping[str, Floats]

    def matrix(self, codes: Mapping[str, Codes]) -> Floats:
        """(contacts, columns) for the attributes of this encoding; MISSING gives zeros."""
        blocks = [_rows(self.weights[key], codes[key]) for key in self.weights]
        return np.concatenate(blocks, axis=1)

    def split(self, coefficients: Floats) -> dict[str, Floats]:
        """What each level of each attribute adds, from one coefficient a column."""
        widths = [weights.shape[1] for weights in self.weights.values()]
        parts = np.split(coefficients, np.cumsum(widths)[:-1])
        return {key: weights @ part for (key, weights), part in zip(self.weights.items(), parts, strict=True)}


def cut(frame: pl.DataFrame, attributes: Sequence[Attribute]) -> tuple[Binning, dict[str, Codes]]:
    """The bins of a score for raw attributes, and the level of each contact as a number (MISSING: not known)."""
    binning = fit_binning(frame, attributes, quantile_bins=SCORE_BINS)
    levels = binning.apply(frame)
    return binning, {key: _codes(levels[key], bins.levels) for key, bins in binning.bins.items()}


def encode(binning: Binning, codes: Mapping[str, Codes]) -> Encoding:
    """The encoding of the attributes in `codes`; those with fewer than two levels in the data are left out."""
    weights: dict[str, Floats] = {}
    for key, values in codes.items():
        bins = binning.bins[key]
        counts = np.bincount(values[values != MISSING], minlength=len(bins.levels))
        if np.count_nonzero(counts) > 1:
            shape = np.eye(counts.size) if bins.edges is None else np.tri(counts.size)[:, 1:]
            weights[key] = shape - counts @ shape / counts.sum()
    return Encoding(Binning({key: binning.bins[key] for key in weights}), weights)


def _codes(levels: pl.Series, names: Sequence[str]) -> Codes:
    places = {name: place for place, name in enumerate(names)}
    return levels.replace_strict(places, default=MISSING, return_dtype=pl.Int64).fill_null(MISSING).to_numpy()


def _rows(weights: Floats, codes: Codes) -> Floats:
    return np.vstack([weights, np.zeros(weights.shape[1])])[codes]
