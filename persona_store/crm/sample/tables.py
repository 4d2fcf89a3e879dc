"""Writing the sample's tables batch by batch, as CSV like a German CRM's or as Parquet, and the truth apart."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import IO, Any, Final, Literal, Protocol

import polars as pl
import yaml

from persona_store.crm.sample.batch import Tables
from persona_store.crm.sample.classes import CLASSES

Form = Literal["csv", "parquet"]
TABLES: Final = ("contacts", "companies", "interactions", "deals")
TRUTH: Final = "truth"
MARK: Final = Path(TRUTH) / "classes.yml"  # by this file a folder is known to hold a sample of ours
ROW_GROUP: Final = 100_000
DATE_FORM: Final = "%d.%m.%Y"
TIME_FORM: Final = "%d.%m.%Y %H:%M"
AMOUNT_DIGITS: Final = 2


class Writer(Protocol):
    """Takes the batches of a sample one after the other; `close` completes the files."""

    def write(self, tables: Tables) -> None:
        """Append the rows of a batch."""

    def close(self) -> None:
        """Complete the files."""


class CsvWriter:
    """Semicolons, decimal commas, German dates, UTF-8 with byte order mark."""

    def __init__(self, folder: Path) -> None:
        self._stack = ExitStack()
        self._files: dict[str, IO[bytes]] = {
            name: self._stack.enter_context((folder / f"{name}.csv").open("wb")) for name in TABLES
        }
        self._first = True

    def write(self, tables: Tables) -> None:
        """Append the rows of a batch."""
        for name, file in self._files.items():
            getattr(tables, name).write_csv(
                file,
                include_bom=self._first,
                include_header=self._first,
                separator=";",
                decimal_comma=True,
                float_precision=AMOUNT_DIGITS,
                date_format=DATE_FORM,
                datetime_format=TIME_FORM,
            )
        self._first = False

    def close(self) -> None:
        """Complete the files."""
        self._stack.close()


class ParquetWriter:
    """One Parquet file a table. Batches are kept as parts on disk and joined at the end, so memory stays small."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts = folder / "parts"
        self._parts.mkdir()
        self._count = 0

    def write(self, tables: Tables) -> None:
        """Append the rows of a batch."""
        for name in TABLES:
            getattr(tables, name).write_parquet(self._parts / f"{name}-{self._count:06}.parquet", compression="lz4")
        self._count += 1

    def close(self) -> None:
        """Complete the files."""
        for name in TABLES:
            parts = [self._parts / f"{name}-{number:06}.parquet" for number in range(self._count)]
            pl.scan_parquet(parts).sink_parquet(
                self._folder / f"{name}.parquet", row_group_size=ROW_GROUP, maintain_order=True
            )
        rmtree(self._parts)


@contextmanager
def sample_writer(out: Path, form: Form) -> Iterator[Writer]:
    """A writer whose files stand in `out` once the block ends well, and not at all if it fails."""
    out.mkdir(parents=True, exist_ok=True)
    draft = Path(mkdtemp(prefix=".draft-", dir=out))
    try:
        writer: Writer = CsvWriter(draft) if form == "csv" else ParquetWriter(draft)
        truth = _TruthWriter(draft)
        yield _Both(writer, truth)
        _publish(draft, out)
    finally:
        rmtree(draft, ignore_errors=True)


def is_sample_or_empty(out: Path) -> bool:
    """Whether a sample may be written to `out` without overwriting what is not ours."""
    return not out.exists() or (out.is_dir() and ((out / MARK).exists() or not any(out.iterdir())))


class _TruthWriter:
    def __init__(self, folder: Path) -> None:
        (folder / TRUTH).mkdir()
        classes: list[dict[str, Any]] = [spec.as_dict() for spec in CLASSES]
        text = yaml.safe_dump(_plain(classes), allow_unicode=True, sort_keys=False)
        (folder / MARK).write_text(text, encoding="utf-8")
        self._file = (folder / TRUTH / "contacts.csv").open("wb")
        self._first = True

    def write(self, tables: Tables) -> None:
        tables.truth.write_csv(self._file, include_header=self._first)
        self._first = False

    def close(self) -> None:
        self._file.close()


class _Both:
    def __init__(self, *writers: Writer) -> None:
        self._writers = writers

    def write(self, tables: Tables) -> None:
        for writer in self._writers:
            writer.write(tables)

    def close(self) -> None:
        for writer in self._writers:
            writer.close()


def _publish(draft: Path, out: Path) -> None:
    for name in TABLES:
        for form in ("csv", "parquet"):
            (out / f"{name}.{form}").unlink(missing_ok=True)
    rmtree(out / TRUTH, ignore_errors=True)
    for path in sorted(draft.iterdir()):
        path.rename(out / path.name)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value
