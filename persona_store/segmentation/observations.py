"""Contacts as the EM reads them: equal ones counted once, attributes packed into blocks, rows in bounded chunks.

A block holds a few attributes; its code says the levels of all of them at once. So a row has a third of the entries a
one-hot matrix would have, and a table look-up per block replaces one per attribute.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
class Discount:
    """Attribute `child` depends on attribute `parent` beyond the classes, so part of what it says is said already.

    Where the parent is known too, the child's evidence counts with `exponent` (0 not at all, 1 in full).
    """

    parent: int
    child: int
    exponent: float


@dataclass(frozen=True, slots=True)
class Block:
    """Some attributes packed together: their places, how many values each takes, and the first column."""

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
    """`n` contacts with `sizes[a]` levels in attribute a, some of which depend on one another (`discounts`).

    `rows` are the distinct combinations (MISSING where not known), `counts` their frequencies, `inverse` the row of
    each contact. The order of the contacts has no influence on rows and counts. The levels of all attributes stand one
    below the other, those of attribute a from `offsets[a]` on; `unpack` (block columns, levels) tells which levels a
    block column means, `evidence` the same with the exponents of the discounts in place of ones.
    """

    n: int
    sizes: tuple[int, ...]
    rows: Codes
    counts: Floats
    inverse: NDArray[np.intp]
    offsets: NDArray[np.intp]
    unpack: sparse.csr_matrix
    evidence: sparse.csr_matrix
    chunks: tuple[Chunk, ...]
    discounts: tuple[Discount, ...]

    def sample(self, rows: int, generator: np.random.Generator) -> "Observations":
        """At most `rows` of the distinct rows, drawn at random, with their counts."""
        if len(self.rows) <= rows:
            return self
        drawn = np.sort(generator.choice(len(self.rows), size=rows, replace=False))
        return _observe(self.rows[drawn], self.counts[drawn], np.arange(rows), self.sizes, self.discounts)

    def resample(self, generator: np.random.Generator) -> "Observations":
        """As many contacts drawn with replacement: the same rows with other counts, some of them 0 (bootstrap)."""
        counts = generator.multinomial(self.n, self.counts / self.counts.sum()).astype(np.float64)
        starts = np.cumsum([0, *(len(chunk.counts) for chunk in self.chunks)])
        chunks = tuple(
            Chunk(chunk.matrix, counts[start : start + len(chunk.counts)])
            for start, chunk in zip(starts[:-1], self.chunks, strict=True)
        )
        return replace(self, counts=counts, chunks=chunks)


def observe(codes: Codes, sizes: Sequence[int], discounts: Sequence[Discount] = ()) -> Observations:
    """Observations of `codes` (contacts, attributes): the level's number, MISSING where not known.

    An attribute is the child of at most one of `discounts`.
    """
    first, inverse, counts = _distinct(codes)
    return _observe(codes[first], counts.astype(np.float64), inverse, tuple(sizes), tuple(discounts))


def discounted(codes: Codes, discounts: Sequence[Discount]) -> list[NDArray[np.bool_] | None]:
    """For each attribute, in which rows of `codes` its evidence counts less; None where it never does."""
    found: list[NDArray[np.bool_] | None] = [None] * codes.shape[1]
    for one in discounts:
        found[one.child] = (codes[:, one.parent] != MISSING) & (codes[:, one.child] != MISSING)
    return found


def _observe(
    rows: Codes,
    counts: Floats,
    inverse: NDArray[np.intp],
    sizes: tuple[int, ...],
    discounts: tuple[Discount, ...],
) -> Observations:
    # A child has two values for each level: with its parent unknown, and with it known.
    children = {one.child for one in discounts}
    values = tuple(size * (1 + (place in children)) + 1 for place, size in enumerate(sizes))
    blocks = _pack(values)
    return Observations(
        n=round(float(counts.sum())),
        sizes=sizes,
        rows=rows,
        counts=counts,
        inverse=inverse,
        offsets=np.concatenate([[0], np.cumsum(sizes)[:-1]]),
        unpack=_unpacking(blocks, sizes, {}),
        evidence=_unpacking(blocks, sizes, {one.child: one.exponent for one in discounts}),
        chunks=_cut(rows, counts, blocks, sizes, discounts),
        discounts=discounts,
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


def _pack(values: tuple[int, ...]) -> tuple[Block, ...]:
    """Fills blocks one after the other, attributes with many values first."""
    blocks: list[Block] = []
    left = sorted(range(len(values)), key=lambda attribute: -values[attribute])
    offset = 0
    while left:
        members, size = [left[0]], values[left[0]]
        for attribute in left[1:]:
            if size * values[attribute] <= BLOCK_SIZE:
                members.append(attribute)
                size *= values[attribute]
        blocks.append(Block(tuple(members), tuple(values[member] for member in members), offset))
        offset += size
        left = [attribute for attribute in left if attribute not in members]
    return tuple(blocks)


def _unpacking(blocks: tuple[Block, ...], sizes: tuple[int, ...], exponents: dict[int, float]) -> sparse.csr_matrix:
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    rows, columns, entries = [], [], []
    for block in blocks:
        values = np.indices(block.shape).reshape(len(block.shape), -1)
        for attribute, value in zip(block.attributes, values, strict=True):
            known = np.flatnonzero(value)
            rows.append(block.offset + known)
            columns.append(offsets[attribute] + (value[known] - 1) % sizes[attribute])
            entries.append(np.where(value[known] > sizes[attribute], exponents.get(attribute, 1.0), 1.0))
    place = (np.concatenate(rows), np.concatenate(columns))
    width = sum(math.prod(block.shape) for block in blocks)
    return sparse.csr_matrix((np.concatenate(entries), place), shape=(width, offsets[-1]))


def _cut(
    rows: Codes, counts: Floats, blocks: tuple[Block, ...], sizes: tuple[int, ...], discounts: tuple[Discount, ...]
) -> tuple[Chunk, ...]:
    width = sum(math.prod(block.shape) for block in blocks)
    ones = np.ones(min(CHUNK_ROWS, len(rows)) * len(blocks))
    ends = np.arange(0, len(ones) + 1, len(blocks), dtype=np.int32)
    chunks = []
    for start in range(0, len(rows), CHUNK_ROWS):
        part = rows[start : start + CHUNK_ROWS]
        values = [column.astype(np.int32) - MISSING for column in part.T]
        for place, lessened in enumerate(discounted(part, discounts)):
            if lessened is not None:
                values[place] += sizes[place] * lessened
        columns = np.empty((len(part), len(blocks)), dtype=np.int32)
        for place, block in enumerate(blocks):
            taken = tuple(values[attribute] for attribute in block.attributes)
            columns[:, place] = block.offset + np.ravel_multi_index(taken, block.shape)
        indptr, data = ends[: len(part) + 1], ones[: columns.size]
        matrix = sparse.csr_matrix((data, columns.reshape(-1), indptr), shape=(len(part), width), copy=False)
        chunks.append(Chunk(matrix, counts[start : start + CHUNK_ROWS]))
    return tuple(chunks)
