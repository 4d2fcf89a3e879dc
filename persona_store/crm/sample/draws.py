"""Random draws and look-ups in bulk: one call for a whole column."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def choose(rng: np.random.Generator, weights: ArrayLike, size: int) -> Ints:
    """`size` positions drawn with the given weights (they need not sum to 1)."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    chosen: Ints = np.searchsorted(edges, rng.random(size) * edges[-1], side="right").astype(np.int64)
    return chosen


def choose_rows(rng: np.random.Generator, weights: Floats, rows: Ints) -> Ints:
    """One position for each entry of `rows`, drawn with the weights in that row of `weights` (rows, positions)."""
    edges = np.cumsum(weights, axis=1)[rows]
    chosen: Ints = (rng.random(len(rows))[:, None] * edges[:, -1:] >= edges).sum(axis=1)
    return chosen


def within(rng: np.random.Generator, start: Ints, count: Ints, favour_first: float = 1.0) -> Ints:
    """A position in each cell `start` to `start + count`; `favour_first` above 1 prefers the first ones."""
    return start + (rng.random(len(start)) ** favour_first * count).astype(np.int64)


def sigmoid(log_odds: Floats) -> Floats:
    """Log-odds as probabilities."""
    return 1.0 / (1.0 + np.exp(-log_odds))


def logit(probability: Floats) -> Floats:
    """Probabilities as log-odds."""
    return np.log(probability) - np.log1p(-probability)


def texts(pool: Sequence[str], index: Ints) -> pl.Series:
    """The texts of `pool` at `index`."""
    return pl.Series(pool, dtype=pl.String).gather(pl.Series(index))


def blank(column: pl.Series, where: Bools) -> pl.Series:
    """`column` with the marked values missing."""
    return pl.select(pl.when(pl.Series(~where)).then(column)).to_series().alias(column.name)


def replace(column: pl.Series, where: Bools, by: pl.Series) -> pl.Series:
    """`column` with the marked values taken from `by`."""
    return pl.select(pl.when(pl.Series(where)).then(by).otherwise(column)).to_series().alias(column.name)


def weekdays(days: Ints) -> Ints:
    """Days since 1970-01-01, a Thursday, with those at weekends moved to the Friday before."""
    weekday = (days + 3) % 7
    return np.where(weekday > 4, days - (weekday - 4), days)


def dates(days: Ints) -> pl.Series:
    """Days since 1970-01-01 as dates."""
    return pl.Series(days.astype(np.int32)).cast(pl.Date)
