"""Broken and hostile files: one sentence that names the file and the mend, and a store as it was before."""

import csv
import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from sqlalchemy import Engine, func, select

from persona_store.crm import import_files
from persona_store.database.models import Contact, Import
from persona_store.errors import InputError

GOOD = "Vorname;Nachname;E-Mail;Position\nAnna;Meier;anna@x.de;Leiterin\nBen;Kurz;ben@y.de;Student\n"


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Vorname", "Nachname", "E-Mail"])
    sheet.append(["Anna", "Meier", "anna@x.de"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame({"Vorname": ["A"], "Nachname": ["B"], "E-Mail": ["a@b.de"]}).write_parquet(buffer)
    return buffer.getvalue()


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (60 << 20))
    return buffer.getvalue()


def lying_bomb() -> bytes:
    """A bomb whose directory claims that it is small."""
    size = struct.pack("<I", 60 << 20)
    return bomb().replace(size, struct.pack("<I", 1000))


def zip_of_text() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "hello")
    return buffer.getvalue()


MIXED = ("Vorname;Nachname\n" + "Jörg;Müller\n" * 5).encode() + "Jürgen;Bär\n".encode("cp1252")

BROKEN = {
    "workbook.csv": (workbook(), "XLSX"),
    "parquet.csv": (parquet(), "PARQUET"),
    "text.xlsx": (GOOD.encode(), "CSV"),
    "half.xlsx": (workbook()[: len(workbook()) // 2], "beschädigt"),
    "tail.xlsx": (workbook()[:-30], "beschädigt"),
    "half.parquet": (parquet()[:-20], "beschädigt"),
    "magic.parquet": (b"PAR1" + b"x" * 200 + b"PAR1", "beschädigt"),
    "bomb.xlsx": (bomb(), "60 MB"),
    "liar.xlsx": (lying_bomb(), "beschädigt"),
    "zip.xlsx": (zip_of_text(), "ZIP"),
    "empty.csv": (b"", "leer"),
    "blank.csv": (b"\n\n \n", "leer"),
    "separators.csv": (b";;;\n;;;\n", "leer"),
    "heading.csv": (b"Vorname;Nachname\n", "Kopfzeile"),
    "no_heading.csv": (b"Anna;anna@x.de\nBen;ben@y.de\n", "Zeile 1"),
    "ragged.csv": (b"a;b;c\n1;2;3\n1;2\n3;4;5;6\n", "Zeile 3"),
    "cut.csv": (GOOD[:-18].encode(), "letzten Zeile (3)"),
    "open_quote.csv": (b'Vorname;Nachname\n"Anna;Meier\nBen;Kurz\n', "Zeile 2"),
    "bad_quote.csv": (b'Vorname;Nachname\n"Anna"x;Meier\n', "Zeile 2"),
    "huge_cell.csv": (b"Vorname;Nachname\nAnna;" + b"x" * 2_000_000 + b"\n", "Zeile 2"),
    "nul.csv": (GOOD.replace("Kurz", "Ku\0rz").encode(), "Zeile 3"),
    "random.csv": (bytes(range(256)) * 20, "kein Text"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
    "mixed.csv": (MIXED, "Zeile 7"),
    "wide.csv": ((";".join(f"c{i}" for i in range(3000)) + "\n" + "1;" * 2999 + "1\n").encode(), "3000 Spalten"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, sqlite_engine: Engine, name: str) -> None:
    content, expected = BROKEN[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as error:
        import_files(sqlite_engine, [tmp_path / name], rejects=tmp_path / "out" / "rejects.csv")
    assert name in str(error.value)
    assert expected in str(error.value)
    assert not (tmp_path / "out").exists()


def test_a_good_file_beside_a_broken_one_is_not_loaded_either(tmp_path: Path, engine: Engine) -> None:
    (tmp_path / "contacts.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "zz.csv").write_bytes(BROKEN["ragged.csv"][0])
    with pytest.raises(InputError):
        import_files(engine, [tmp_path])
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Contact)) == 0
        assert connection.scalar(select(func.count()).select_from(Import)) == 0


@pytest.mark.parametrize("cut", [0.1, 0.35, 0.6, 0.9])
def test_a_workbook_cut_anywhere_is_refused(tmp_path: Path, sqlite_engine: Engine, cut: float) -> None:
    content = workbook()
    (tmp_path / "cut.xlsx").write_bytes(content[: int(len(content) * cut)])
    with pytest.raises(InputError):
        import_files(sqlite_engine, [tmp_path / "cut.xlsx"])


def test_a_missing_path_and_an_empty_folder_are_said(tmp_path: Path, sqlite_engine: Engine) -> None:
    with pytest.raises(InputError, match="gibt es nicht"):
        import_files(sqlite_engine, [tmp_path / "nowhere.csv"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="keine Tabelle"):
        import_files(sqlite_engine, [tmp_path / "empty"])


VARIANTS = {
    "utf8.csv": GOOD.encode(),
    "bom.csv": GOOD.encode("utf-8-sig"),
    "cp1252.csv": GOOD.encode("cp1252"),
    "utf16.csv": GOOD.encode("utf-16"),
    "utf16le.csv": GOOD.encode("utf-16-le"),
    "tabs.txt": GOOD.replace(";", "\t").encode(),
    "pipes.csv": GOOD.replace(";", "|").encode(),
    "commas.csv": GOOD.replace(";", ",").encode(),
    "crlf.csv": GOOD.replace("\n", "\r\n").encode(),
    "no_end.csv": GOOD.rstrip().encode(),
    "sep.csv": b"sep=;\n" + GOOD.encode(),
    "quoted.csv": ('"' + GOOD.rstrip().replace(";", '";"').replace("\n", '"\n"') + '"\n').encode(),
    "blank_lines.csv": GOOD.replace("\n", "\n\n").encode(),
    "trailing.csv": GOOD.replace("\n", ";;\n").encode(),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_every_way_of_writing_a_table_gives_the_same_contacts(tmp_path: Path, sqlite_engine: Engine, name: str) -> None:
    (tmp_path / name).write_bytes(VARIANTS[name])
    import_files(sqlite_engine, [tmp_path / name])
    with sqlite_engine.connect() as connection:
        rows = connection.execute(
            select(Contact.first_name, Contact.last_name, Contact.email).order_by(Contact.id)
        ).all()
    assert [tuple(row) for row in rows] == [("Anna", "Meier", "anna@x.de"), ("Ben", "Kurz", "ben@y.de")]


@pytest.mark.timeout(20)
def test_a_pipe_is_refused_instead_of_waited_for(sqlite_engine: Engine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "leads.csv")
    with pytest.raises(InputError, match="leer"):
        import_files(sqlite_engine, [tmp_path / "leads.csv"])


def test_rejects_never_replace_a_file_that_is_read(sqlite_engine: Engine, tmp_path: Path) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text(GOOD, encoding="utf-8")
    for target in (leads, tmp_path):
        with pytest.raises(InputError):
            import_files(sqlite_engine, [leads], rejects=target)
    assert leads.read_text(encoding="utf-8") == GOOD
    assert [path.name for path in tmp_path.glob("*leads*")] == ["leads.csv"]


def test_rejects_are_text_for_spreadsheets_and_for_their_owner_only(sqlite_engine: Engine, tmp_path: Path) -> None:
    leads, rejects = tmp_path / "=leads.csv", tmp_path / "rejects.csv"
    leads.write_text(GOOD + "Cem;Acar;=cmd|calc;+1\n", encoding="utf-8")
    import_files(sqlite_engine, [leads], rejects=rejects)
    rows = list(csv.reader(io.StringIO(rejects.read_text(encoding="utf-8-sig")), delimiter=";"))[1:]
    assert rows
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
