"""The quick reader of plain blocks and the strict one agree on every table."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.crm import blocks
from persona_store.crm.blocks import Plain, records
from persona_store.crm.readers import ROW, open_tables
from persona_store.crm.sniffing import TextForm
from persona_store.errors import InputError

HEADING = "a;b;c\n"
CELL = st.one_of(
    st.text(alphabet='xyz 0";\n\r,ä€', max_size=6),
    st.sampled_from(["", "", "Müller", "1,5", "ja", '5" Rohr', "Zeile 1\nZeile 2", "\ufeff", "NULL", "#"]),
)
TABLE = st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=40)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "HEAD_BYTES", 24)
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 64)


def strictly(path: Path, form: TextForm) -> Iterator[tuple[int, list[str]]]:
    for record in records(path, form):
        yield record.row, record.cells


def in_blocks(path: Path, form: TextForm) -> Iterator[tuple[int, list[str]]]:
    for part in blocks.blocks(path, form, 3):
        if isinstance(part, Plain):
            for row, cells in enumerate(part.frame.iter_rows(), part.row):
                yield row, [cell or "" for cell in cells]
        else:
            for record in part:
                yield record.row, record.cells


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@given(table=TABLE, quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), end=st.sampled_from(["\n", "\r\n"]))
def test_blocks_hold_what_the_strict_reader_reads(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, table: list[list[str]], quoting: int, end: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([["a", "b", "c"], *table])
    path = tmp_path_factory.mktemp("blocks") / "t.csv"
    path.write_bytes(text.getvalue().encode(encoding, errors="ignore"))
    form = TextForm(encoding, ";")
    assert list(in_blocks(path, form)) == list(strictly(path, form))


@given(rows=st.lists(st.text(alphabet='ab;;"\n\r', max_size=12), min_size=1, max_size=30))
def test_blocks_hold_or_refuse_the_same_when_the_text_is_no_clean_table(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    path = tmp_path_factory.mktemp("blocks") / "t.csv"
    path.write_bytes((HEADING + "\n".join(rows)).encode())
    form = TextForm("utf-8", ";")
    try:
        expected = list(strictly(path, form))
    except InputError as refused:
        with pytest.raises(InputError) as error:
            list(in_blocks(path, form))
        assert str(error.value) == str(refused)
        return
    assert list(in_blocks(path, form)) == expected


def test_most_blocks_of_a_plain_table_are_read_quickly(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HEADING + "".join(f'{n};"x; y";\n' for n in range(100)), encoding="utf-8")
    parts = list(blocks.blocks(path, TextForm("utf-8", ";"), 3))
    assert sum(part.frame.height for part in parts if isinstance(part, Plain)) >= 95


def test_cells_below_an_empty_heading_make_a_row_ragged_in_any_block(tmp_path: Path) -> None:
    rows = [f"{n};x;;" if n != 50 else "50;x;;zu viel" for n in range(300)]
    path = tmp_path / "t.csv"
    path.write_text("a;b;;\n" + "\n".join(rows) + "\n", encoding="utf-8")
    chunks = list(open_tables(path)[0].chunks())
    assert [row.row for chunk in chunks for row in chunk.ragged] == [52]
    numbers = [row for chunk in chunks for row in chunk.frame[ROW]]
    assert numbers == [row for row in range(2, 302) if row != 52]
