"""How alike personas of two builds are, and which of them belong together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

LEAST_LIKENESS = 0.5  # below, a class has dissolved rather than changed (Hennig 2008, J. Multivar. Anal. 99:1154)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Profile:
    """A persona as its attributes show it: per attribute the share of each level, and the attribute's weight."""

    shares: Mapping[str, Mapping[str, float]]
    weights: Mapping[str, float]


def likeness(shared: Floats, old_n: Floats, new_n: Floats, old: Sequence[Profile], new: Sequence[Profile]) -> Floats:
    """(old, new): how alike personas are, 0 to 1.

    Jaccard likeness of memberships among the contacts that are in both builds. Where only a part of the smaller build's
    contacts is in both, the rest of the judgement is left to the likeness of the profiles.
    """
    if not shared.size:
        return shared
    old_common, new_common = shared.sum(axis=1, keepdims=True), shared.sum(axis=0, keepdims=True)
    union = old_common + new_common - shared
    jaccard = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    smaller = min(old_n.sum(), new_n.sum())
    common = min(float(shared.sum() / smaller), 1.0) if smaller else 0.0
    if common == 1.0:
        return np.asarray(jaccard)
    profiles = np.array([[profile_likeness(one, two) for two in new] for one in old])
    return np.asarray(common * jaccard + (1 - common) * profiles)


def profile_likeness(one: Profile, other: Profile) -> float:
    """How alike two profiles are, 0 to 1: the weighted mean, over the attributes both have, of Σ min / Σ max of shares.

    That is Ružička's (1958) extension of the Jaccard likeness to shares, so both likenesses have one scale. An
    attribute whose levels were cut otherwise is left out; without any in common the likeness is 0.
    """
    total = told = 0.0
    for name in one.shares.keys() & other.shares.keys():
        first, second = one.shares[name], other.shares[name]
        if first.keys() != second.keys() and any("<" in level or ">" in level for level in (*first, *second)):
            continue
        weight = (one.weights[name] + other.weights[name]) / 2
        levels = first.keys() | second.keys()
        least = sum(min(first.get(level, 0.0), second.get(level, 0.0)) for level in levels)
        most = sum(max(first.get(level, 0.0), second.get(level, 0.0)) for level in levels)
        total += weight
        told += weight * least / most if most else 0.0
    return told / total if total else 0.0


def assign(table: Floats) -> dict[int, int]:
    """For each row of likenesses the column it is matched to; rows and columns that find no match are left out."""
    if not table.size:
        return {}
    rows, columns = linear_sum_assignment(np.where(table >= LEAST_LIKENESS, table, 0.0), maximize=True)
    return {
        int(row): int(column) for row, column in zip(rows, columns, strict=True) if table[row, column] >= LEAST_LIKENESS
    }
