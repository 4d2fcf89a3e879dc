"""Text tables read block by block: plain blocks by a fast parser, odd ones record by record and strictly."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from persona_store.crm.problems import problem
from persona_store.crm.sniffing import MAX_CELL_CHARACTERS, TextForm

BLOCK_BYTES = 1 << 26  # some 600,000 rows of touchpoints; two or three blocks are in memory at a time
PIECE_BYTES = 1 << 19
HEAD_BYTES = 1 << 16  # the first block is short: it holds the heading, and small tables as a whole
RECORDS_AT_ONCE = 50_000  # of those read one by one
BOM = b"\xef\xbb\xbf"
QUOTE, NEWLINE, RETURN = b'"\n\r'


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row and its number; blank rows are left out but count."""

    row: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Plain:
    """Rows of one block, all as wide as the heading, the first with number `row`; columns are named by position."""

    row: int
    frame: pl.DataFrame


class _Reader:
    """Python's strict reader over pieces of one file; keeps count of rows and lines."""

    def __init__(self, path: Path, form: TextForm) -> None:
        self.row = 0
        self.lines = 0
        self._path = path
        self._delimiter = form.delimiter
        csv.field_size_limit(MAX_CELL_CHARACTERS)

    def read(self, lines: Iterable[str]) -> Iterator[Record]:
        """The records in `lines`; raises InputError where quotation marks do not fit."""
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        while True:
            start = self.lines + reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                self.lines += reader.line_num
                return
            except csv.Error as error:
                key = "truncated" if "end of data" in str(error) else "quotes"
                raise problem(key, self._path, row=self.row + 1, line=start) from error
            self.row += 1
            if cells and (len(cells) > 1 or cells[0].strip()):
                yield Record(self.row, cells)


def records(path: Path, form: TextForm) -> Iterator[Record]:
    """Every row that is not blank, the heading included; raises InputError where quotation marks do not fit."""
    with path.open(encoding=form.encoding, newline="") as file:
        for _ in range(form.skip):
            file.readline()
        yield from _Reader(path, form).read(file)


def blocks(path: Path, form: TextForm, width: int) -> Iterator[Plain | list[Record]]:
    """All rows, the heading of `width` cells included: plain blocks as frames, others as lists of records.

    Both readers agree on what a plain block says (RFC 4180: Shafranovich 2005); what is not plain (a quotation mark
    in the middle of a cell, blank or ragged rows, a lone carriage return) is left to the strict one.
    """
    reader = _Reader(path, form)
    heading = True
    for block in _whole_records(_utf8(path, form)):
        if block is None or not _quoted_well(block, form.delimiter):
            # where a cell ends is unsure from here on: only reading from the beginning in one go can tell
            rest = (record for record in records(path, form) if record.row > reader.row)
            yield from _parts(rest)
            return
        frame = None if heading else _parse(block, form.delimiter, width)
        if frame is None:
            for part in _parts(reader.read(io.StringIO(block.decode(), newline=""))):
                heading = False
                yield part
        else:
            yield Plain(reader.row + 1, frame)
            reader.row += frame.height
            reader.lines += frame.height if b'"' not in block else block.count(b"\n")


def _parts(rest: Iterator[Record]) -> Iterator[list[Record]]:
    while part := list(islice(rest, RECORDS_AT_ONCE)):
        yield part


def _utf8(path: Path, form: TextForm) -> Iterator[bytes]:
    """The text after the lines to skip, in UTF-8, in pieces of about a block; the first one is short."""
    size = HEAD_BYTES
    if form.encoding in ("utf-8", "utf-8-sig"):
        with path.open("rb") as raw:
            if raw.read(len(BOM)) != BOM or form.encoding == "utf-8":
                raw.seek(0)
            for _ in range(form.skip):
                raw.readline()
            while piece := raw.read(size):
                yield piece
                size = BLOCK_BYTES
        return
    with path.open(encoding=form.encoding, newline="") as file:
        for _ in range(form.skip):
            file.readline()
        while text := file.read(size):
            yield text.encode("utf-8")
            size = BLOCK_BYTES


def _whole_records(pieces: Iterator[bytes]) -> Iterator[bytes | None]:
    """The pieces cut where a record ends; None, as the last one, where no end comes within a block."""
    rest = b""
    for piece in pieces:
        if b'"' not in rest:  # then it holds no end of a record: what is left of the piece before
            cut = _last_end(piece)
            if cut:
                yield b"".join((rest, memoryview(piece)[:cut]))
                rest = piece[cut:]
                continue
        rest += piece
        cut = _last_end(rest)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > BLOCK_BYTES:
            yield None
            return
    if rest:
        yield rest


def _last_end(text: bytes) -> int:
    """The place after the last line break outside quotation marks; 0 where there is none."""
    place = text.rfind(b"\n")
    outside = text.count(b'"', 0, place + 1) % 2 == 0
    while place >= 0 and not outside:
        before = text.rfind(b"\n", 0, place)
        outside = outside != (text.count(b'"', before + 1, place) % 2 == 1)
        place = before
    return place + 1


def _quoted_well(block: bytes, delimiter: str) -> bool:
    """Whether every quotation mark opens a cell, closes one, or stands doubled within one."""
    if b'"' not in block:
        return True
    raw = np.frombuffer(block, dtype=np.uint8)
    marks = np.flatnonzero(raw == QUOTE)
    if len(marks) % 2:
        return False
    bounds = [QUOTE, NEWLINE, RETURN, *delimiter.encode()[:1]]
    before = raw[np.maximum(marks[::2] - 1, 0)]
    after = raw[np.minimum(marks[1::2] + 1, len(raw) - 1)]
    return bool(np.isin(before, bounds).all() and np.isin(after, bounds).all())


def _parse(block: bytes, delimiter: str, width: int) -> pl.DataFrame | None:
    """A block of plain rows as a frame of text, empty cells null; None where it has any row that is not plain."""
    odd = block.startswith(BOM) or (b"\r" in block and block.count(b"\r") != block.count(b"\r\n"))
    if odd or width == 1 or not ((delimiter.isascii() and delimiter.isprintable()) or delimiter == "\t"):
        return None
    schema = {str(position): pl.String() for position in range(width)}
    try:
        frame = pl.read_csv(
            block, has_header=False, separator=delimiter, quote_char='"', schema=schema, infer_schema=False
        )
    except pl.exceptions.PolarsError:
        return None  # rows longer than the heading, or shorter from the first on
    raw = np.frombuffer(block, dtype=np.uint8)
    marks = raw == QUOTE if b'"' in block else None
    if _outside(raw, marks, ord(delimiter)) != frame.height * (width - 1):
        return None
    if _outside(raw, marks, NEWLINE) + (raw[-1] != NEWLINE) != frame.height:
        return None  # the fast parser leaves out blank rows
    if frame.select(pl.any_horizontal((pl.all().str.len_bytes() > MAX_CELL_CHARACTERS).any())).item():
        return None
    return frame if marks is None else frame.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _outside(raw: NDArray[np.uint8], marks: NDArray[np.bool_] | None, byte: int) -> int:
    """How many of the bytes stand outside quotation marks."""
    if marks is None:  # piece by piece, so that what is compared stays in the processor's cache
        return sum(
            int(np.count_nonzero(raw[start : start + PIECE_BYTES] == byte)) for start in range(0, raw.size, PIECE_BYTES)
        )
    inside = np.cumsum(marks, dtype=np.uint8) % 2  # the sum may wrap: whether it is odd stays
    return int(np.count_nonzero((raw == byte) & (inside == 0)))
