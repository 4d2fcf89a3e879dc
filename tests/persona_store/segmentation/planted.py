"""Data with planted classes, planted dependence, or neither."""

import numpy as np
from numpy.typing import NDArray

from persona_store.segmentation.observations import MISSING, Codes

LEVELS = 4


def planted(
    contacts: int, classes: int, *, attributes: int = 12, missing: float = 0.1, seed: int = 0, spread: float = 0.6
) -> tuple[Codes, NDArray[np.intp]]:
    """Codes (contacts, attributes) of equally large classes, and the class of each contact."""
    generator = np.random.default_rng(seed)
    tables = generator.dirichlet(np.full(LEVELS, spread), size=(classes, attributes)).cumsum(axis=2)
    truth = generator.integers(0, classes, size=contacts)
    codes = (generator.random((contacts, attributes, 1)) > tables[truth]).sum(axis=2).clip(0, LEVELS - 1)
    return with_gaps(codes.astype(np.int8), missing, seed), truth


def with_copy(codes: Codes, original: int, copy: int, agreement: float, seed: int = 0) -> Codes:
    """The same, but attribute `copy` repeats `original` in a share of contacts, and is random in the others."""
    generator = np.random.default_rng([seed, 1])
    noise = generator.integers(0, LEVELS, len(codes)).astype(np.int8)
    result = codes.copy()
    result[:, copy] = np.where(generator.random(len(codes)) < agreement, codes[:, original], noise)
    result[codes[:, original] == MISSING, copy] = MISSING
    return result


def with_gaps(codes: Codes, missing: float, seed: int) -> Codes:
    """The same with a share of values missing."""
    return np.where(np.random.default_rng([seed, 2]).random(codes.shape) < missing, np.int8(MISSING), codes)


def permuted(codes: Codes, seed: int) -> Codes:
    """The values of each attribute dealt out to the contacts anew: all shares stay, nothing belongs together."""
    generator = np.random.default_rng([seed, 3])
    return np.column_stack([generator.permutation(column) for column in codes.T])
