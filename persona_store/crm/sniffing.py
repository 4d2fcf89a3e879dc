"""What a file really is, whatever it is called: its form, its encoding, its delimiter, and whether it is sound."""

import codecs
import csv
import io
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from persona_store.crm.problems import problem

Form = Literal["csv", "xlsx", "parquet"]

DELIMITERS = (";", ",", "\t", "|")
BLOCK_BYTES = 1 << 20
SAMPLE_CHARACTERS = 1 << 18
SAMPLE_RECORDS = 200
MAX_CELL_CHARACTERS = 1 << 20  # a longer cell means that a quotation mark is never closed
MAX_UNPACKED_BYTES = 1 << 30  # a full sheet (1,048,576 rows) of 20 short columns stays below this
SUSPECT_RATIO = 150  # spreadsheets pack to a tenth or a fiftieth; only bombs go further
SUSPECT_BYTES = 50 << 20  # below this even a bomb does no harm
MAX_CONTROL_SHARE = 0.02  # text has next to no control characters, programs and pictures have many
FEW_CONTROLS = 16  # a handful may have slipped into a small table
UTF16_NUL_SHARE = 0.3  # Latin text in UTF-16 has a zero byte in every second place

MAGIC = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"SQLite format 3": "SQLite",
    b"\x7fELF": "ELF",
    b"GIF8": "GIF",
}
SUFFIX_FORMS: dict[str, Form] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
    ".pq": "parquet",
}
CONTROL_BYTES = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 27})


@dataclass(frozen=True, slots=True)
class TextForm:
    """How a text table is written; `skip` is the number of lines before the heading ("sep=;")."""

    encoding: str
    delimiter: str
    skip: int = 0


def sniff(path: Path) -> Form:
    """The form of the file by its content; raises InputError for empty, damaged, dangerous or foreign files.

    A name that claims another form (an XLSX called .csv) is refused too: it is a sign of a failed export.
    """
    form = _form(path)
    claimed = SUFFIX_FORMS.get(path.suffix.lower(), form)
    if claimed != form:
        raise problem("misnamed", path, claimed=path.suffix, form=form.upper(), suffix=form)
    return form


def _form(path: Path) -> Form:
    try:
        size = path.stat().st_size
        if size == 0:  # before it is opened: a pipe nobody writes to has no bytes either, and would never open
            raise problem("empty", path)
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise problem("unreadable", path, reason=error.strerror or "") from error
    if head.startswith(b"PK"):
        check_zip(path)
        return "xlsx"
    if head.startswith(b"PAR1"):
        return "parquet"
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            raise problem("foreign", path, kind=kind)
    return "csv"


def check_zip(path: Path) -> None:
    """Makes sure that a ZIP is a sound spreadsheet that unpacks to a bearable size.

    The directory is looked at before anything is unpacked; then every part is unpacked once in small blocks, so that
    a directory that lies about sizes is found out (the checksum fails) before a library trusts it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            packed = sum(part.compress_size for part in parts) or 1
            if unpacked > MAX_UNPACKED_BYTES or (unpacked > SUSPECT_BYTES and unpacked / packed > SUSPECT_RATIO):
                raise problem("bomb", path, size=unpacked >> 20)
            if not any(part.filename.endswith(("workbook.xml", "workbook.bin")) for part in parts):
                raise problem("foreign", path, kind="ZIP")
            for part in parts:
                with archive.open(part) as stream:
                    while stream.read(BLOCK_BYTES):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise problem("damaged", path, form="XLSX") from error


def sniff_text(path: Path) -> TextForm:
    """Encoding and delimiter of a text table; raises InputError when it is no text or none that can be read."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(SAMPLE_CHARACTERS)
        whole = not file.read(1)
    if not sample.strip():
        raise problem("empty", path)
    first, _, _ = sample.partition("\n")
    hint = first.strip().lower()
    if hint.startswith("sep=") and len(hint) <= len("sep=x"):
        return TextForm(encoding, hint[4:] or "\t", skip=1)
    if not whole:
        sample = sample[: sample.rfind("\n") + 1] or sample
    return TextForm(encoding, max(DELIMITERS, key=lambda delimiter: _fit(sample, delimiter)))


def _fit(sample: str, delimiter: str) -> tuple[bool, float, int]:
    """How well the delimiter cuts the sample into rows as long as the heading; better is greater."""
    lengths: list[int] = []
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if record:
                lengths.append(len(record))
            if len(lengths) >= SAMPLE_RECORDS:
                break
    except csv.Error:
        return (False, 0.0, 0)
    columns = lengths[0] if lengths else 0
    return (columns > 1, Counter(lengths)[columns] / max(len(lengths), 1), columns)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(BLOCK_BYTES)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(path, "utf-16")
    if head.startswith(codecs.BOM_UTF8):
        return _checked(path, "utf-8-sig")
    nuls = head.count(0)
    if nuls > UTF16_NUL_SHARE * len(head):
        return _checked(path, "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be")
    controls = len(head) - len(head.translate(None, CONTROL_BYTES))
    if controls > MAX_CONTROL_SHARE * len(head) and controls > FEW_CONTROLS:
        raise problem("binary", path)
    return _eight_bit(path)


def _eight_bit(path: Path) -> str:
    """UTF-8 where the whole file is, else cp1252; a file that mixes both is refused rather than garbled."""
    try:
        _decode(path, "utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    good = bad = row = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
                row = row or number
    if good > bad:
        raise problem("mixed_encoding", path, row=row)
    return _checked(path, "cp1252")


def _checked(path: Path, encoding: str) -> str:
    try:
        _decode(path, encoding)
    except UnicodeDecodeError as error:
        raise problem("encoding", path, encoding=encoding) from error
    return encoding


def _decode(path: Path, encoding: str) -> None:
    """Decodes the whole file block by block; raises InputError at a NUL, UnicodeDecodeError where it does not fit."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            if "\x00" in decoder.decode(block):
                raise problem("nul", path, row=_row_of_nul(path, encoding))
        decoder.decode(b"", final=True)


def _row_of_nul(path: Path, encoding: str) -> int:
    row = 1
    with path.open(encoding=encoding, newline="") as file:
        while text := file.read(BLOCK_BYTES):
            before, nul, _ = text.partition("\x00")
            row += before.count("\n")
            if nul:
                break
    return row
