"""Cuts attributes into levels that people understand; what is missing stays missing."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from persona_store.segmentation.registry import Attribute

OTHER = "other"
QUANTILE_BINS = 4
FEW_VALUES = 6  # a number that takes so few values (children at home) keeps each of them as a level
COMMON_ZERO_SHARE = 0.2  # from this share on, "nothing" is a level of its own
MOST_LEVELS = 12
RAREST_SHARE = 0.01
RAREST_COUNT = 5


@dataclass(frozen=True, slots=True)
class Bins:
    """How one attribute becomes a level: at `edges` (numbers) or by name; `other` says whether rare names have one."""

    levels: tuple[str, ...]
    edges: tuple[float, ...] | None = None
    other: bool = False

    def level(self, value: object) -> str | None:
        """The level of one raw value; None when it is missing or was never seen."""
        if value is None:
            return None
        if self.edges is None:
            name = str(value)
            return name if name in self.levels else OTHER if self.other else None
        number = float(value) if isinstance(value, int | float) else math.nan
        return None if math.isnan(number) else self.levels[bisect_right(self.edges, number)]


@dataclass(frozen=True, slots=True)
class Binning:
    """The bins of every attribute that has at least two levels."""

    bins: Mapping[str, Bins]

    def apply(self, frame: pl.DataFrame) -> pl.DataFrame:
        """`contact_id` and the level of each attribute that `frame` has, as an Enum of its levels; null = not known."""
        known = [name for name in frame.columns if name in self.bins]
        return frame.select("contact_id", *(_levels(name, self.bins[name]) for name in known))

    def as_json(self) -> dict[str, Any]:
        """The bins as plain JSON data."""
        return {
            name: {"levels": list(bins.levels), "edges": bins.edges and list(bins.edges), "other": bins.other}
            for name, bins in self.bins.items()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Binning":
        """The bins that `as_json` wrote."""
        return cls(
            {
                name: Bins(
                    levels=tuple(part["levels"]),
                    edges=None if part["edges"] is None else tuple(part["edges"]),
                    other=part["other"],
                )
                for name, part in data.items()
            }
        )


def fit_binning(frame: pl.DataFrame, attributes: Sequence[Attribute], *, quantile_bins: int = QUANTILE_BINS) -> Binning:
    """Bins for the columns of `frame`: known cuts where the trade has them, else `quantile_bins` from the data.

    Names that less than 1 % bear are one level, "other". An attribute with fewer than two levels in the data gets
    no bins: it cannot tell anyone apart.
    """
    bins: dict[str, Bins] = {}
    for attribute in attributes:
        if attribute.key not in frame.columns:
            continue
        column = frame[attribute.key].drop_nulls()
        found = _numeric_bins(attribute, column, quantile_bins) if attribute.numeric else _named_bins(column)
        if found is not None and _tells_apart(column, found):
            bins[attribute.key] = found
    return Binning(bins)


def _levels(name: str, bins: Bins) -> pl.Expr:
    column, levels = pl.col(name), pl.Enum(bins.levels)  # a byte a contact; texts would be the largest part of a build
    if bins.edges is not None:
        return column.cast(pl.Float64).fill_nan(None).bin_intervals(list(bins.edges), labels=list(bins.levels))
    fallback = OTHER if bins.other else None
    named = column.replace_strict(bins.levels, bins.levels, default=fallback, return_dtype=levels)
    return pl.when(column.is_not_null()).then(named).alias(name)


def _tells_apart(column: pl.Series, bins: Bins) -> bool:
    levels = column.to_frame().select(_levels(column.name, bins)).to_series()
    return levels.drop_nulls().n_unique() >= 2


def _named_bins(column: pl.Series) -> Bins | None:
    if column.is_empty():
        return None
    least = max(RAREST_COUNT, RAREST_SHARE * len(column)) if len(column) >= RAREST_COUNT / RAREST_SHARE else 1
    counts = column.value_counts(name="n").sort(["n", column.name], descending=[True, False])
    names = counts.filter(pl.col("n") >= least)[column.name].head(MOST_LEVELS).to_list()
    rest = len(names) < len(counts) or OTHER in names
    kept = [name for name in names if name != OTHER]
    return Bins(levels=(*kept, OTHER) if rest else tuple(kept), other=rest)


def _numeric_bins(attribute: Attribute, column: pl.Series, quantile_bins: int) -> Bins | None:
    if attribute.edges:
        return Bins(levels=attribute.levels, edges=attribute.edges)
    values = column.cast(pl.Float64).to_numpy()
    distinct = np.unique(values[np.isfinite(values)])
    if len(distinct) < 2:
        return None
    if len(distinct) <= FEW_VALUES and bool((distinct == np.round(distinct)).all()):
        points = [int(value) for value in distinct]
        return Bins(levels=tuple(str(point) for point in points), edges=tuple(float(point) for point in points[1:]))
    known = values[np.isfinite(values)]
    edges = _round_edges(known, quantile_bins)
    return Bins(levels=_range_names(edges, known), edges=edges) if edges else None


def _round_edges(values: NDArray[np.float64], quantile_bins: int) -> tuple[float, ...]:
    lowest = float(values.min())
    edges: list[float] = []
    if lowest >= 0 and float((values == 0).mean()) >= COMMON_ZERO_SHARE:
        values = values[values > 0]
        edges.append(min(1.0, float(values.min())))
    shares = [step / quantile_bins for step in range(1, quantile_bins)]
    for quantile in np.quantile(values, shares, method="nearest"):
        edge = _round(float(quantile))
        if edge > (edges[-1] if edges else lowest):
            edges.append(edge)
    return tuple(edges)


def _round(value: float) -> float:
    """`value` to two significant digits, so that a bin ends where people would end it."""
    rounded = float(f"{value:.2g}")
    return rounded if math.isfinite(rounded) else value


def _range_names(edges: Sequence[float], values: NDArray[np.float64]) -> tuple[str, ...]:
    """Levels of numbers: `<a`, `a..<b`, `>=b`; of whole numbers `a..b` or just `a`. labels.py makes words of them."""
    whole = bool((values == np.round(values)).all()) and all(edge.is_integer() for edge in edges)
    first = "0" if whole and edges[0] == 1 and values.min() == 0 else f"<{_shown(edges[0])}"
    return (first, *(_range_name(low, high, whole) for low, high in pairwise(edges)), f">={_shown(edges[-1])}")


def _range_name(low: float, high: float, whole: bool) -> str:
    if not whole:
        return f"{_shown(low)}..<{_shown(high)}"
    return _shown(low) if high - low == 1 else f"{_shown(low)}..{_shown(high - 1)}"


def _shown(edge: float) -> str:
    return f"{edge:.12g}"
