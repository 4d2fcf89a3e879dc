"""What the cells of each column look like, over the whole table: the ground for recognising formats and meanings."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from persona_store.crm.blocks import BLOCK_BYTES, RECORDS_AT_ONCE
from persona_store.crm.people import PLAIN_EMAIL
from persona_store.crm.readers import ROW, Source
from persona_store.crm.values import NUMBER_COMMA, NUMBER_DRESS, NUMBER_POINT, RANGE, SCALE, as_text, either
from persona_store.database.bulk import ahead

MAX_LEVELS = 60  # a column with more different values is no category
ENOUGH_ROWS = 500_000  # of touchpoints tell how all of them are written: their cells are judged while loading
ENOUGH_CELLS = 50_000  # tell what a column is (half of them where many are empty) ...
WORTH_COUNTING = 0.5  # ... so that a pattern rarer than this among them is not followed through the whole table
MOST_CELLS = 0.95
MANY_CELLS = 0.8

PLAIN_WHOLE = r"^[1-9][0-9]{0,14}$"  # beyond doubt a whole number and nothing else
CLOCKED = r"^(?:[0-9]{2}[./-][0-9]{2}[./-][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})[T ]"
DAY_PARTS = r"^(\d{1,4})[./-] ?(\d{1,2})[./-] ?(\d{1,4})(?:[T, ].*)?$"
NAMED_DAY = r"^(?:\d{1,2}[. -]+\pL{3,9}[., -]+\d{2,4}|\pL{3,9}[. -]+\d{1,2}(?:st|nd|rd|th)?,? +\d{4})\b"
PHONE = r"^(?:\+|0|\()[\d\s()/.\-–]{5,24}$"


@dataclass(slots=True)
class Column:
    """Counts of cells by what they look like, of `looked` ones; `levels` is None with more than MAX_LEVELS values."""

    kind: pl.DataType
    filled: int = 0
    looked: int = 0
    emails: int = 0
    phones: int = 0
    dates: int = 0
    day_first: int = 0
    month_first: int = 0
    unclear_dates: int = 0
    numbers: int = 0
    whole: int = 0
    comma: int = 0
    point: int = 0
    unclear_numbers: int = 0
    ranges: int = 0
    like_ids: int = 0
    levels: Counter[str] | None = field(default_factory=Counter)
    _follow: bool | None = None

    @property
    def is_date(self) -> bool:
        """Whether the column holds dates."""
        return self.kind.is_temporal() or self._most(self.dates)

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers (not ids or postal codes, which begin with zeros or are very long)."""
        return self.kind.is_numeric() or (self._most(self.numbers) and not self.like_ids)

    @property
    def is_whole(self) -> bool:
        """Whether all numbers of the column are whole."""
        if self.kind.is_numeric():
            return self.kind.is_integer()
        return self.whole == self.numbers

    @property
    def is_count(self) -> bool:
        """Whether the column holds numbers or ranges such as "11-50"."""
        return self.is_number or self._most(self.numbers + self.ranges)

    def share(self, count: int) -> float:
        """`count`, of cells that fit a pattern, as a share of those that were compared with patterns."""
        return count / self.looked if self.looked else 0.0

    def add(self, cells: pl.Series) -> None:
        """Counts more cells of the column."""
        if cells.dtype.is_temporal():
            self.filled += len(cells) - cells.null_count()
            self.levels = None
            return
        self.filled += len(cells) - cells.null_count()
        if self.levels is not None:
            self._add_levels(_counted(cells))
        if cells.dtype == pl.String and self._follow is None:
            self._add_patterns(cells.head(ENOUGH_CELLS))
            cells = cells.slice(ENOUGH_CELLS)
            if self.looked >= ENOUGH_CELLS // 2:
                numbers = 0 if self.like_ids else self.numbers + self.ranges  # then it is no number whatever comes
                self._follow = max(self.dates, numbers) >= WORTH_COUNTING * self.looked
        if cells.dtype == pl.String and self._follow is not False and len(cells):
            self._add_patterns(cells)

    def _add_levels(self, frame: pl.DataFrame) -> None:
        if self.levels is None:
            return
        if frame.height > MAX_LEVELS:
            self.levels = None
            return
        for value, count in frame.iter_rows():
            self.levels[value] += count
        if len(self.levels) > MAX_LEVELS:
            self.levels = None

    def _add_patterns(self, cells: pl.Series) -> None:
        """Compares cells with patterns, each distinct one once; those that are plain whole numbers need no more."""
        plain = cells.str.contains(PLAIN_WHOLE).fill_null(False)
        sure = int(plain.sum())
        frame = _counted(_without_time(cells.filter(~plain)))
        self.looked += sure + int(frame["n"].sum())
        self.numbers += sure
        self.whole += sure
        v, n = pl.col("v"), pl.col("n")
        parts = v.str.extract_groups(DAY_PARTS)
        a, b, c = (parts.struct.field(str(i)) for i in (1, 2, 3))
        bare = v.str.replace_all(NUMBER_DRESS, "").str.replace(SCALE, "")
        comma, point = bare.str.contains(NUMBER_COMMA), bare.str.contains(NUMBER_POINT)
        split = bare.str.contains("[.,]")
        wanted = (bare != "") & bare.str.contains(r"\d")
        first, second = a.cast(pl.Int32) > 12, b.cast(pl.Int32) > 12
        short = (a.str.len_chars() <= 2) & c.str.len_chars().is_in([2, 4])
        tests = {
            "emails": v.str.to_lowercase().str.contains(PLAIN_EMAIL),
            "phones": v.str.contains(PHONE) & ~short.fill_null(False),
            "dates": ((a.str.len_chars() == 4) & (c.str.len_chars() <= 2) | short).fill_null(False)
            | v.str.contains(NAMED_DAY),
            "day_first": short & first & ~second,
            "month_first": short & second & ~first,
            "unclear_dates": short & ~second & ~first,
            "numbers": wanted & (comma | point),
            "whole": wanted & comma & ~split,
            "comma": wanted & comma & ~point,
            "point": wanted & point & ~comma,
            "unclear_numbers": wanted & comma & point & split,
            "ranges": v.str.contains(RANGE),
            "like_ids": bare.str.contains(r"^0\d|^\d{16,}$"),
        }
        counted = frame.select(n.filter(test.fill_null(False)).sum().alias(name) for name, test in tests.items())
        for name, count in counted.row(0, named=True).items():
            setattr(self, name, getattr(self, name) + int(count))

    def _most(self, count: int) -> bool:
        return self.looked > 0 and count >= MOST_CELLS * self.looked


def _counted(cells: pl.Series) -> pl.DataFrame:
    """Each distinct cell as text (v) with its count (n)."""
    counts = cells.drop_nulls().value_counts(name="n")
    return pl.DataFrame([as_text(counts.to_series(0)).alias("v"), counts["n"]]).drop_nulls()


def _without_time(cells: pl.Series) -> pl.Series:
    """Moments cut to their day, which tells the order of their parts and repeats itself."""
    clocked = cells.str.contains(CLOCKED)
    return either(clocked, cells.str.slice(0, 10), cells) if clocked.any() else cells


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over a table found; `rows` is about the number of rows where the pass ended early."""

    rows: int
    columns: dict[str, Column]


def survey(source: Source, enough: Callable[[Survey], bool] | None = None) -> Survey:
    """Looks at every row once, or until `enough`, asked from ENOUGH_ROWS rows on, says that the rest is alike.

    Raises InputError where the table is damaged.
    """
    columns: dict[str, Column] = {}
    rows = 0
    asked = False
    for pieces, chunk in enumerate(ahead(source.chunks())):
        rows += chunk.frame.height
        for cells in chunk.frame.drop(ROW):
            column = columns.setdefault(cells.name, Column(cells.dtype))
            column.add(cells)
        plain = source.text is not None and chunk.frame.height > RECORDS_AT_ONCE  # then its size in bytes is known
        if enough is not None and plain and rows >= ENOUGH_ROWS and not asked:
            if enough(Survey(rows, columns)):
                return Survey(round(rows * max(source.path.stat().st_size / (pieces * BLOCK_BYTES), 1)), columns)
            asked = True
    return Survey(rows, columns)
