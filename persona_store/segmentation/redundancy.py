"""Attributes that repeat another one: counted twice, they would make classes of what is a single fact."""

from collections.abc import Sequence

import numpy as np

from persona_store.segmentation.observations import MISSING, Codes, Floats

# Share of an attribute's information that another one holds too, from which both say the same.
SAME_INFORMATION = 0.8
COMPARED_ROWS = 20_000


def repeated(codes: Codes, sizes: Sequence[int], seed: int) -> frozenset[int]:
    """The columns of `codes` (contacts, attributes) that repeat an earlier one (first come, first kept)."""
    if len(codes) > COMPARED_ROWS:
        codes = codes[np.random.default_rng(seed).choice(len(codes), COMPARED_ROWS, replace=False)]
    found: set[int] = set()
    for later in range(1, len(sizes)):
        for earlier in range(later):
            if earlier not in found and _shared(codes, sizes, earlier, later) >= SAME_INFORMATION:
                found.add(later)
                break
    return frozenset(found)


def _shared(codes: Codes, sizes: Sequence[int], one: int, other: int) -> float:
    """Mutual information of two attributes over the smaller of their entropies, where both are known."""
    shape = (sizes[one] + 1, sizes[other] + 1)
    pairs = (codes[:, one].astype(np.int64) - MISSING) * shape[1] + codes[:, other] - MISSING
    counts = np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape)[1:, 1:]
    joint = counts / max(counts.sum(), 1)
    first, second = _entropy(joint.sum(axis=1)), _entropy(joint.sum(axis=0))
    smaller = min(first, second)
    return (first + second - _entropy(joint.ravel())) / smaller if smaller > 0 else 0.0


def _entropy(shares: Floats) -> float:
    held = shares[shares > 0]
    return float(-(held * np.log(held)).sum())
