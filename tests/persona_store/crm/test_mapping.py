from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from persona_store.crm import import_files, overruled_columns, read_mapping, recognise, write_mapping
from persona_store.database.models import Contact
from persona_store.errors import InputError

LEADS = """Nr;Wer;Mail;Ergebnis;Betrag;Am;Egal
1;Meier, Anna;a@x.de;A;1.500;03/04/2024;x
2;Kurz, Ben;b@x.de;B;2.500;05/06/2024;y
"""
MAPPING = """tables:
- file: leads.csv
  table: contacts
  dates: mdy
  decimal: ","
  columns:
    Nr: id
    Wer: name
    Mail: email
    Ergebnis: {field: outcome, yes: [A], no: [B]}
    Betrag: {attribute: Potenzial, type: number}
    Am: created_on
    Egal: ignore
"""


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(LEADS, encoding="utf-8")
    return path


def mapping_file(folder: Path, text: str) -> Path:
    path = folder / "mapping.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping_says_what_cannot_be_recognised(engine: Engine, leads: Path, tmp_path: Path) -> None:
    report = import_files(engine, [leads], mapping=read_mapping(mapping_file(tmp_path, MAPPING)))
    with Session(engine) as session:
        anna, ben = session.scalars(select(Contact).order_by(Contact.key)).all()
    assert (anna.first_name, anna.last_name, anna.email, anna.outcome) == ("Anna", "Meier", "a@x.de", True)
    assert (str(anna.created_on), anna.custom) == ("2024-03-04", {"Potenzial": 1500.0})
    assert ben.outcome is False
    assert "Egal" in " ".join(report.files[0].notes)


def test_what_is_recognised_can_be_written_and_read_back(leads: Path, tmp_path: Path) -> None:
    mapping = recognise([leads])
    write_mapping(mapping, tmp_path / "out.yml")
    assert read_mapping(tmp_path / "out.yml") == mapping
    assert (tmp_path / "out.yml").read_text(encoding="utf-8").startswith("# Zuordnung")


def test_a_place_that_cannot_be_written_is_one_sentence(leads: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="out"):
        write_mapping(recognise([leads]), tmp_path / "nowhere" / "out.yml")


def test_the_mapping_holds_for_a_renamed_file_with_the_same_columns(
    engine: Engine, leads: Path, tmp_path: Path
) -> None:
    renamed = leads.rename(tmp_path / "leads-neu.csv")
    import_files(engine, [renamed], mapping=read_mapping(mapping_file(tmp_path, MAPPING)))
    with Session(engine) as session:
        assert session.scalars(select(Contact.outcome).order_by(Contact.key)).all() == [True, False]


def test_a_bare_yes_of_yaml_is_a_word(tmp_path: Path) -> None:
    text = MAPPING.replace("yes: [A], no: [B]", "yes: [yes, 1], no: no")
    column = read_mapping(mapping_file(tmp_path, text)).tables[0].columns["Ergebnis"]
    assert (column.yes, column.no) == (("yes", "1"), ("no",))


def test_a_table_can_be_left_out(engine: Engine, leads: Path, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("Nachname;E-Mail\nLang;c@x.de\n", encoding="utf-8")
    text = "tables:\n- {file: leads.csv, table: ignore, columns: {}}\n"
    mapping = read_mapping(mapping_file(tmp_path, text))
    report = import_files(engine, [leads, tmp_path / "more.csv"], mapping=mapping)
    assert [file.name for file in report.files] == ["more.csv"]


WRONG = {
    "no yaml": ("tables: [", "YAML"),
    "a list": ("- 1\n", "Stelle"),
    "nothing": ("", "Stelle"),
    "no tables": ("tables: []\n", "tables"),
    "unknown key": (MAPPING.replace("dates: mdy", "datum: mdy"), "datum"),
    "unknown field": (MAPPING.replace("Nr: id", "Nr: number"), "Feld number gibt es nicht"),
    "field twice": (MAPPING.replace("Egal: ignore", "Egal: email"), "email ist zweimal"),
    "bad order": (MAPPING.replace("dates: mdy", "dates: dd.mm"), "dates"),
    "two meanings": (MAPPING.replace("Egal: ignore", "Egal: {field: notes, attribute: x}"), "genau eines"),
    "words for a name": (MAPPING.replace("Wer: name", "Wer: {field: name, yes: [x]}"), "yes und no"),
    "bomb": ("a: &a [x,x]\nb: &b [*a,*a]\ntables: *b\n", "YAML"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_mapping_is_refused_with_the_place(tmp_path: Path, name: str) -> None:
    text, expected = WRONG[name]
    with pytest.raises(InputError) as error:
        read_mapping(mapping_file(tmp_path, text))
    assert "mapping.yml" in str(error.value)
    assert expected in str(error.value)


def test_a_mapping_that_names_missing_columns_is_refused(sqlite_engine: Engine, leads: Path, tmp_path: Path) -> None:
    mapping = read_mapping(mapping_file(tmp_path, MAPPING.replace("Mail:", "E-Post:")))
    with pytest.raises(InputError, match="E-Post"):
        import_files(sqlite_engine, [leads], mapping=mapping)


def test_an_outcome_without_words_needs_clear_cells(sqlite_engine: Engine, leads: Path, tmp_path: Path) -> None:
    mapping = read_mapping(mapping_file(tmp_path, MAPPING.replace("{field: outcome, yes: [A], no: [B]}", "outcome")))
    with pytest.raises(InputError, match="Ergebnis"):
        import_files(sqlite_engine, [leads], mapping=mapping)


def test_columns_kept_in_spite_of_a_suspected_leak_stay_kept_until_taken_back(
    engine: Engine, leads: Path, tmp_path: Path
) -> None:
    kept = MAPPING.replace("type: number}", "type: number, keep: true}")
    for text, expected in ((MAPPING, set()), (kept, {"Potenzial"}), (MAPPING, {"Potenzial"})):
        import_files(engine, [leads], mapping=read_mapping(mapping_file(tmp_path, text)))
        with Session(engine) as session:
            assert overruled_columns(session) == expected
    back = kept.replace("keep: true", "keep: false")
    import_files(engine, [leads], mapping=read_mapping(mapping_file(tmp_path, back)))
    with Session(engine) as session:
        assert overruled_columns(session) == frozenset()
