"""Contacts as the EM reads them: equal ones counted once, attributes packed into blocks, rows in bounded chunks.

A block holds a few attributes; its code says the levels of all of them at once. So a row has a third of the entries a
one-hot matrix would have, and a table look-up per block replaces one per attribute.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]

MISSING = -1
BLOCK_SIZE = 512  # combinations of levels in one block: its table stays in the processor's nearest cache
CHUNK_ROWS = 4096  # posteriors of so many rows stay in the next one
HASH_SEED = 20


@dataclass(frozen=True, slots=True)
class Block:
    """Some attributes packed together: their places, their level counts plus one for missing, and the first column."""

    attributes: tuple[int, ...]
    shape: tuple[int, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some distinct rows: a sparse matrix (rows, block columns) of ones, and how many contacts each row stands for."""

    matrix: sparse.csr_matrix
    counts: Floats


@dataclass(frozen=True, slots=True)
class Observations:
    """`n` contacts with `sizes[a]` levels in attribute a.

    `rows` are the distinct combinations (MISSING where not known), `counts` their frequencies, `inverse` the row of
    each contact. The order of the contacts has no influence on rows and counts. The levels of all attributes stand one
    below the other, those of attribute a from `offsets[a]` on; `unpack` (block columns, levels) tells which levels a
    block column means.
    """

    n: int
    sizes: tuple[int, ...]
    rows: Codes
    counts: Floats
    inverse: NDArray[np.intp]
    offsets: NDArray[np.intp]
    unpack: sparse.csr_matrix
    chunks: tuple[Chunk, ...]

    def sample(self, rows: int, generator: np.random.Generator) -> "Observations":
        """At most `rows` of the distinct rows, drawn at random, with their counts."""
        if len(self.rows) <= rows:
            return self
        drawn = np.sort(generator.choice(len(self.rows), size=rows, replace=False))
        return _observe(self.rows[drawn], self.counts[drawn], np.arange(rows), self.sizes)


def observe(codes: Codes, sizes: Sequence[int]) -> Observations:
    """Observations of `codes` (contacts, attributes): the level's number, MISSING where not known."""
    first, inverse, counts = _distinct(codes)
    return _observe(codes[first], counts.astype(np.float64), inverse, tuple(sizes))


def _observe(rows: Codes, counts: Floats, inverse: NDArray[np.intp], sizes: tuple[int, ...]) -> Observations:
    blocks = _pack(sizes)
    return Observations(
        n=round(float(counts.sum())),
        sizes=sizes,
        rows=rows,
        counts=counts,
        inverse=inverse,
        offsets=np.concatenate([[0], np.cumsum(sizes)[:-1]]),
        unpack=_unpacking(blocks, sizes),
        chunks=_cut(rows, counts, blocks),
    )


def _distinct(codes: Codes) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """First place, inverse and count of each distinct row, by a 64-bit hash that is checked."""
    generator = np.random.default_rng(HASH_SEED)
    factors = 2 * generator.integers(1, 2**63, size=(codes.shape[1], 1), dtype=np.uint64) + 1
    keys = np.zeros(len(codes), dtype=np.uint64)
    for column, factor in zip(codes.T, factors, strict=True):
        keys += (column - MISSING).astype(np.uint64) * factor
    _, first, inverse, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    if not np.array_equal(codes[first[inverse]], codes):
        _, first, inverse, counts = np.unique(codes, axis=0, return_index=True, return_inverse=True, return_counts=True)
    return first, inverse.reshape(-1), counts


def _pack(sizes: tuple[int, ...]) -> tuple[Block, ...]:
    """Fills blocks one after the other, attributes with many levels first."""
    blocks: list[Block] = []
    left = sorted(range(len(sizes)), key=lambda attribute: -sizes[attribute])
    offset = 0
    while left:
        members, size = [left[0]], sizes[left[0]] + 1
        for attribute in left[1:]:
            if size * (sizes[attribute] + 1) <= BLOCK_SIZE:
                members.append(attribute)
                size *= sizes[attribute] + 1
        blocks.append(Block(tuple(members), tuple(sizes[member] + 1 for member in members), offset))
        offset += size
        left = [attribute for attribute in left if attribute not in members]
    return tuple(blocks)


def _unpacking(blocks: tuple[Block, ...], sizes: tuple[int, ...]) -> sparse.csr_matrix:
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    rows, columns = [], []
    for block in blocks:
        levels = np.indices(block.shape).reshape(len(block.shape), -1)
        for attribute, level in zip(block.attributes, levels, strict=True):
            known = np.flatnonzero(level)
            rows.append(block.offset + known)
            columns.append(offsets[attribute] + level[known] + MISSING)
    place = (np.concatenate(rows), np.concatenate(columns))
    width = sum(math.prod(block.shape) for block in blocks)
    return sparse.csr_matrix((np.ones(len(place[0])), place), shape=(width, offsets[-1]))


def _cut(rows: Codes, counts: Floats, blocks: tuple[Block, ...]) -> tuple[Chunk, ...]:
    width = sum(math.prod(block.shape) for block in blocks)
    ones = np.ones(min(CHUNK_ROWS, len(rows)) * len(blocks))
    ends = np.arange(0, len(ones) + 1, len(blocks), dtype=np.int32)
    chunks = []
    for start in range(0, len(rows), CHUNK_ROWS):
        part = rows[start : start + CHUNK_ROWS]
        columns = np.empty((len(part), len(blocks)), dtype=np.int32)
        for place, block in enumerate(blocks):
            columns[:, place] = block.offset + np.ravel_multi_index(
                tuple(part[:, attribute] - MISSING for attribute in block.attributes), block.shape
            )
        indptr, data = ends[: len(part) + 1], ones[: columns.size]
        matrix = sparse.csr_matrix((data, columns.reshape(-1), indptr), shape=(len(part), width), copy=False)
        chunks.append(Chunk(matrix, counts[start : start + CHUNK_ROWS]))
    return tuple(chunks)
