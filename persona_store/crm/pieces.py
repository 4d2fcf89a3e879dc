"""Pieces of a table on their way into the store, and what can be done with a table before the store is locked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from persona_store.crm.builders import Rows
from persona_store.crm.cells import Cells
from persona_store.crm.readers import ROW, Chunk
from persona_store.crm.table_notes import TableNotes


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a table as written, as cells, and (but for offers) as rows of the store, one for each."""

    chunk: Chunk
    cells: Cells
    rows: Rows | None

    def part(self, wanted: pl.Series) -> "Piece":
        """The rows of touchpoints where `wanted` is true, without ragged ones."""
        rows = self.rows
        assert rows is not None
        frame = rows.frame.filter(wanted)
        there = set(frame[ROW])
        flaws = tuple(flaw for flaw in self.cells.flaws if flaw.row in there)
        cells = Cells(self.cells.frame.filter(wanted), pl.DataFrame(), flaws)
        return Piece(Chunk(self.chunk.frame.filter(wanted)), cells, replace(rows, frame=frame))


@dataclass(frozen=True, slots=True)
class Early:
    """What of a table was done before the store was locked: rows read, notes, and the pieces that are still to load."""

    read: int
    notes: TableNotes
    pieces: Iterable[Piece]
