"""Tables from CSV, XLSX and Parquet files as chunks of polars frames, with the row numbers people see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import python_calamine as calamine

from persona_store.crm.blocks import Plain, Record, blocks, records
from persona_store.crm.problems import problem, sentence
from persona_store.crm.sniffing import TextForm, sniff, sniff_text

ROW = "\u0001row"  # the name of the column with row numbers; no heading can hold a control character
CHUNK_ROWS = 500_000  # references are looked up among all contacts for each chunk: few big ones are quicker
RAGGED_SHARE = 0.01  # more rows of a wrong length than this: the file is not what it seems
MAX_COLUMNS = 2_000
SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".parquet", ".pq", ".xls"})
FIRST_DATA_ROW = 2  # the heading is row 1, as a spreadsheet counts


@dataclass(frozen=True, slots=True)
class Ragged:
    """A row that has not as many cells as the heading."""

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a table: text columns as written (empty cells are null) or typed ones, and `ROW`."""

    frame: pl.DataFrame
    ragged: tuple[Ragged, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One table of a file: the only one of a CSV or Parquet, a sheet of a workbook."""

    path: Path
    sheet: str | None
    headers: tuple[str, ...]
    form: str
    text: TextForm | None = None
    loaded: pl.DataFrame | None = field(default=None, repr=False)
    width: int = 0  # cells of the heading as written in a text, empty ones at its end included
    heading: int = 1  # the row it stands in

    @property
    def name(self) -> str:
        """How people know the table: the file's name, with the sheet where there are several."""
        return f"{self.path.name} [{self.sheet}]" if self.sheet else self.path.name

    def chunks(self, rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """The table in pieces of at most `rows` rows, texts by their size; raises InputError where it is damaged."""
        if self.loaded is not None:
            for offset in range(0, self.loaded.height, rows):
                yield Chunk(self.loaded.slice(offset, rows))
        elif self.text is not None:
            yield from _csv_chunks(self, self.text)
        else:
            yield from _parquet_chunks(self, rows)


def find_files(paths: list[Path]) -> list[Path]:
    """The files meant: each path itself, or the tables directly in it where it is a folder."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                entry
                for entry in path.iterdir()
                if entry.is_file()
                and entry.suffix.lower() in SUFFIXES
                and not entry.name.startswith((".", "~"))
                and "rejects" not in entry.name.lower()
            )
            if not inside:
                raise problem("empty_folder", path)
            files += inside
        elif path.exists():
            files.append(path)
        else:
            raise problem("missing", path)
    if not files:
        raise problem("nothing", "")
    return list(dict.fromkeys(files))


def check_target(path: Path, inputs: Sequence[Path]) -> None:
    """Raises InputError where writing to `path` would destroy one of the files that are read, or cannot succeed."""
    if path.is_dir():
        raise problem("target_is_folder", path)
    if path.exists() and any(path.samefile(given) for given in inputs):
        raise problem("target_is_input", path)


def open_tables(path: Path) -> list[Source]:
    """The tables of a file, headings read; raises InputError with one clear sentence for a file that is none."""
    form = sniff(path)
    if form == "xlsx":
        sources = _open_workbook(path)
    elif form == "parquet":
        sources = [_open_parquet(path)]
    else:
        sources = [_open_csv(path)]
    for source in sources:
        if len(source.headers) > MAX_COLUMNS:
            raise problem("too_wide", path, columns=len(source.headers), most=MAX_COLUMNS)
    return sources


def unique_headers(cells: list[str]) -> tuple[str, ...]:
    """Headings without control characters; empty ones get a name, repeated ones a number."""
    names: list[str] = []
    for position, cell in enumerate(cells, start=1):
        base = " ".join("".join(c if c.isprintable() else " " for c in cell).split())[:200]
        base = base or sentence("nameless_column", number=position)
        name, number = base, 2
        while name in names:
            name, number = f"{base} ({number})", number + 1
        names.append(name)
    return tuple(names)


def _open_csv(path: Path) -> Source:
    form = sniff_text(path)
    rows = records(path, form)
    heading = next((record for record in rows if any(cell.strip() for cell in record.cells)), None)
    if heading is None:
        raise problem("empty", path)
    if next(rows, None) is None:
        raise problem("header_only", path)
    header = heading.cells
    while len(header) > 1 and not header[-1].strip():
        header = header[:-1]
    return Source(path, None, unique_headers(header), "csv", form, width=len(heading.cells), heading=heading.row)


def _csv_chunks(source: Source, form: TextForm) -> Iterator[Chunk]:
    width = len(source.headers)
    total = bad = last_row = 0
    first: Ragged | None = None
    for part in blocks(source.path, form, source.width):
        if isinstance(part, Plain):
            chunk, last_row = _plain_chunk(source, part), part.row + part.frame.height - 1
        else:
            chunk, last_row = _record_chunk(source, part), part[-1].row
        total += chunk.frame.height + len(chunk.ragged)
        bad += len(chunk.ragged)
        first = first or next(iter(chunk.ragged), None)
        if chunk.frame.height or chunk.ragged:
            yield chunk
    if first and bad > RAGGED_SHARE * total:
        last = bad == 1 and first.row == last_row and len(first.cells) < width
        key = "truncated_row" if last else "ragged"
        raise problem(key, source.path, row=first.row, found=len(first.cells), expected=width, n=bad)


def _plain_chunk(source: Source, part: Plain) -> Chunk:
    """Rows as wide as the heading as written; cells below its empty end have to be empty too."""
    width = len(source.headers)
    numbers = pl.Series(ROW, range(part.row, part.row + part.frame.height), dtype=pl.UInt32)
    frame = part.frame.insert_column(0, numbers)
    ragged: list[Ragged] = []
    if source.width > width:
        over = pl.any_horizontal(pl.nth(range(width + 1, source.width + 1)).is_not_null())
        ragged = [Ragged(row, tuple(cell or "" for cell in cells)) for row, *cells in frame.filter(over).iter_rows()]
        frame = frame.filter(~over).select(pl.nth(range(width + 1)))
    frame.columns = [ROW, *source.headers]
    return Chunk(frame, tuple(ragged))


def _record_chunk(source: Source, part: Sequence[Record]) -> Chunk:
    width = len(source.headers)
    numbers: list[int] = []
    rows: list[list[str]] = []
    ragged: list[Ragged] = []
    for record in part:
        if record.row <= source.heading:
            continue
        cells = record.cells
        if len(cells) > width and not any(cells[width:]):
            cells = cells[:width]
        if len(cells) == width:
            numbers.append(record.row)
            rows.append(cells)
        else:
            ragged.append(Ragged(record.row, tuple(cells)))
    return Chunk(_frame(source.headers, numbers, rows), tuple(ragged))


def _frame(headers: tuple[str, ...], numbers: list[int], cells: list[list[str]]) -> pl.DataFrame:
    columns = zip(*cells, strict=True) if cells else [()] * len(headers)
    series = [pl.Series(name, values, dtype=pl.String) for name, values in zip(headers, columns, strict=True)]
    frame = pl.DataFrame([pl.Series(ROW, numbers, dtype=pl.UInt32), *series])
    return frame.with_columns(pl.col(pl.String).replace("", None))


def _open_parquet(path: Path) -> Source:
    try:
        schema = pl.read_parquet_schema(path)
        empty = pl.scan_parquet(path).head(1).collect().is_empty()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise problem("damaged", path, form="Parquet") from error
    if empty:
        raise problem("header_only", path)
    return Source(path, None, unique_headers(list(schema)), "parquet")


def _parquet_chunks(source: Source, rows: int) -> Iterator[Chunk]:
    offset = FIRST_DATA_ROW
    try:
        for batch in pl.scan_parquet(source.path).collect_batches(chunk_size=rows, maintain_order=True):
            for start in range(0, batch.height, rows):
                part = batch.slice(start, rows)
                part.columns = list(source.headers)
                frame = part.select(_readable(name, kind) for name, kind in part.schema.items())
                numbers = pl.Series(ROW, range(offset, offset + part.height), dtype=pl.UInt32)
                yield Chunk(frame.insert_column(0, numbers))
                offset += part.height
    except (pl.exceptions.PolarsError, OSError) as error:
        raise problem("damaged", source.path, form="Parquet") from error


def _readable(name: str, kind: pl.DataType) -> pl.Expr:
    """Column types of Parquet reduced to text, numbers, truth values and times; what has no such form is null."""
    column = pl.col(name)
    if isinstance(kind, pl.Categorical | pl.Enum):
        return column.cast(pl.String)
    if isinstance(kind, pl.Decimal):
        return column.cast(pl.Float64)
    if isinstance(kind, pl.Datetime):
        return column.dt.replace_time_zone(None).cast(pl.Datetime("us"))
    if isinstance(kind, pl.String):
        return pl.when(column != "").then(column).alias(name)
    if kind.is_numeric() or isinstance(kind, pl.Boolean | pl.Date | pl.Null):
        return column
    return pl.lit(None, dtype=pl.String).alias(name)


def _open_workbook(path: Path) -> list[Source]:
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        sheets = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise problem("damaged", path, form="XLSX") from error
    filled = [(name, rows) for name, rows in sheets if any(any(cell != "" for cell in row) for row in rows)]
    if not filled:
        raise problem("empty", path)
    sources = [_sheet(path, name if len(filled) > 1 else None, rows) for name, rows in filled]
    found = [source for source in sources if source is not None]
    if not found:
        raise problem("header_only", path)
    return found


def _sheet(path: Path, name: str | None, rows: Sequence[Sequence[object]]) -> Source | None:
    """A sheet as a table, or None where it has a heading only (a cover sheet)."""
    start = next(index for index, row in enumerate(rows) if any(cell != "" for cell in row))
    width = max(position for position, cell in enumerate(rows[start], start=1) if cell != "")
    headers = unique_headers([str(cell) for cell in rows[start][:width]])
    numbered = [
        (number, row[:width])
        for number, row in enumerate(rows[start + 1 :], start=start + FIRST_DATA_ROW)
        if any(cell != "" for cell in row[:width])
    ]
    if not numbered:
        return None
    series = [
        _typed(header, [row[position] if position < len(row) else "" for _, row in numbered])
        for position, header in enumerate(headers)
    ]
    frame = pl.DataFrame([pl.Series(ROW, [number for number, _ in numbered], dtype=pl.UInt32), *series])
    return Source(path, name, headers, "xlsx", loaded=frame)


def _typed(name: str, cells: list[object]) -> pl.Series:
    """A column in its own type where all its cells share one, else as text."""
    filled = [cell for cell in cells if cell != ""]
    values = [None if cell == "" else cell for cell in cells]
    if filled and all(isinstance(cell, bool) for cell in filled):
        return pl.Series(name, values, dtype=pl.Boolean)
    if filled and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in filled):
        numbers = pl.Series(name, values, dtype=pl.Float64)
        whole = bool((numbers.drop_nulls() == numbers.drop_nulls().round(0)).all())
        return numbers.cast(pl.Int64, strict=False) if whole else numbers
    return pl.Series(name, [None if cell is None else _written(cell) for cell in values], dtype=pl.String)


def _written(cell: object) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
