"""What a workshop wrote down, checked against planted personas."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Engine

from persona_store.build import build
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.segmentation.hypothesis import check_hypothesis, statement_reader
from persona_store.segmentation.hypothesis_file import Hypothesis, Statement, read_hypothesis, write_hypothesis

Fill = Callable[..., NDArray[np.intp]]

RIGHT_AND_WRONG = """name: Der Bauunternehmer
market: b2b
statements:
  - size 11-50
  - Branche: Bau
  - channel phone answered often
  - level c_level
  - mehrere Webinare: ja
"""


def test_statements_are_borne_out_or_not_with_figures(engine: Engine, planted_crm: Fill, tmp_path: Path) -> None:
    planted_crm(engine)
    build(engine)
    path = tmp_path / "bau.yml"
    path.write_text(RIGHT_AND_WRONG.replace("mehrere Webinare: ja", "webinars: 3+"), encoding="utf-8")
    with session_scope(engine) as session:
        report = check_hypothesis(session, read_hypothesis(path), path)
    findings = {one.attribute: one for one in report.checked}
    for name in ("company_size", "industry", "response_phone", "level"):
        one = findings[name]
        assert one.finding == "borne_out"
        assert one.meant is not None and one.base is not None
        assert one.meant.share > one.base.share
        assert one.meant.of >= 30
    assert findings["webinars"].finding == "not_borne_out"
    assert report.personas[0].name_de == "Geschäftsführer KMU"
    assert sum(one.posterior for one in report.personas) == pytest.approx(1.0)
    assert report.fit_all is not None


def test_without_personas_the_statements_are_checked_all_the_same(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    statements = tuple(Statement(text, None, line) for line, text in enumerate(("11-50 Mitarbeiter", "CEO"), start=1))
    with session_scope(sqlite_engine) as session:
        report = check_hypothesis(session, Hypothesis("x", "b2b", statements))
        assert (report.personas, report.build_id) == ((), None)
        assert {one.attribute for one in report.checked} == {"company_size", "function", "level"}
        alone = check_hypothesis(session, Hypothesis("x", "b2b", (Statement("c_level", "level", 1),)))
        assert [(one.finding, one.reason) for one in alone.checked] == [("cannot_tell", "nothing_to_compare")]
        with pytest.raises(InputError):
            check_hypothesis(session, Hypothesis("x", "b2c", statements))


def test_unrelated_statements_are_not_borne_out(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine, contacts=900, structure=False)
    said = ("size 11-50", "level head", "industry construction", "function it")
    statements = tuple(Statement(text, None, line) for line, text in enumerate(said, start=1))
    with session_scope(sqlite_engine) as session:
        report = check_hypothesis(session, Hypothesis("x", "b2b", statements))
    assert "borne_out" not in {one.finding for one in report.checked}


@pytest.mark.parametrize(
    ("said", "attribute"),
    [
        ("Größe 11-50", "company_size"),
        ("KMU", "company_size"),
        ("Branche: Bau", "industry"),
        ("Geschäftsleitung", "function"),
        ("Antwort am Telefon: oft", "response_phone"),
        ("never answers by email", "response_email"),
        ("viele Downloads", "downloads"),
        ("Position: Fachkraft", "level"),
    ],
)
def test_statements_are_read_in_either_language(
    sqlite_engine: Engine, planted_crm: Fill, said: str, attribute: str
) -> None:
    planted_crm(sqlite_engine, contacts=200)
    with session_scope(sqlite_engine) as session:
        reader = statement_reader(session, "b2b")
    found = [condition.attribute for condition in reader.read(Statement(said, None, 1))]
    if said == "Position: Fachkraft":  # nobody in this store is one
        assert found == []
    else:
        assert attribute in found


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("name: x\nstatements:\n  - a\n - b\n", 4),
        ("- just\n- a list\n", 1),
        ("name: x\nstatement: y\n", 2),
        ("name: x\nmarket: b3b\nstatements: [a]\n", 2),
        ("name: x\nstatements: []\n", 2),
        ("name: x\nstatements:\n  - [a, b]\n", 3),
        ("name: x\nstatements:\n  - ''\n", 3),
        ("", 1),
        ("a: &a [*a]\n", 1),
        ("name: x\nstatements:\n" + "  - y\n" * 31, 33),
    ],
)
def test_a_bad_file_is_one_sentence_with_its_line(tmp_path: Path, content: str, line: int) -> None:
    path = tmp_path / "bad.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=rf"(Zeile|line) {line}:") as raised:
        read_hypothesis(path)
    assert "\n" not in str(raised.value)


def test_files_that_are_missing_too_large_or_there_already_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_hypothesis(tmp_path / "none.yml")
    large = tmp_path / "large.yml"
    large.write_text("# " + "x" * 100_000, encoding="utf-8")
    with pytest.raises(InputError):
        read_hypothesis(large)
    with pytest.raises(InputError):
        write_hypothesis(Hypothesis("x", "b2b", (Statement("a", None, 1),)), large)
    (tmp_path / "bytes.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError):
        read_hypothesis(tmp_path / "bytes.yml")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "new.yml"
    statements = (Statement("11-50", "Größe", 4), Statement("viele Downloads", None, 5))
    write_hypothesis(Hypothesis("Öko: eins", "b2b", statements), path)
    assert read_hypothesis(path) == Hypothesis("Öko: eins", "b2b", statements)
