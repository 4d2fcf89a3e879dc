"""Content that marketers import is read, kept once, and chosen for the right people."""

from itertools import product
from pathlib import Path
from typing import Literal, get_args

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from persona_store.crm import import_files
from persona_store.database import session_scope
from persona_store.database.models import Content
from persona_store.guidance.content import FUNCTIONS, find_content, load_content, samples, with_name
from persona_store.guidance.people import persona_names, persona_of
from persona_store.settings import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
CHANNELS = ("phone", "in_person", "email", "post", "chat", "social")
B2B = ("awareness", "consideration", "decision", "customer", "dormant")
AIDA = ("attention", "interest", "desire", "action")
GERMAN = """Titel;Nachricht;Link;Persona;Phase;Kanal;Rolle;Sprache
Vergleich;Hallo {name}, hier.;https://example.com;;Vergleichsphase, Entscheidung;E-Mail und LinkedIn;Einkauf/IT;Deutsch
Für alle;Hallo;;alle;;;;de
"""
ENGLISH = """title,message,link,persona,phase,channel,role,language
Comparison,"Hello {name}, here is the comparison.",https://example.com,Persona 1,consideration,email,Head of IT,English
"""
BAD = """Titel;Nachricht;Link;Persona;Phase;Kanal;Rolle;Sprache
A;Hallo;javascript:alert(1);;;;;
B;Hallo;;;Quatsch;;;
C;Hallo;;;;Brieftaube;;
D;Hallo;;;;;Zauberer;
E;Hallo;;;;;;Klingonisch
;;;;Kunde;;;
Gut;Hallo;;;Kunde;;;
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_samples_have_a_message_for_every_phase_channel_and_function(sqlite_engine: Engine, language: Language) -> None:
    with Session(sqlite_engine) as session:
        for phase, channel, function in product(B2B, CHANNELS, (*sorted(FUNCTIONS), None)):
            best, *_ = find_content(session, language, phase=phase, channel=channel, function=function)
            assert best.sample and best.message and phase in best.phases
            assert not best.functions or function in best.functions
            assert function in (None, "student") or best.functions


@pytest.mark.parametrize("language", LANGUAGES)
def test_samples_have_a_message_for_every_stage_of_private_customers(sqlite_engine: Engine, language: Language) -> None:
    with Session(sqlite_engine) as session:
        for phase, channel in product(AIDA, CHANNELS):
            assert find_content(session, language, phase=phase, channel=channel)


def test_samples_are_as_many_in_both_languages() -> None:
    keys = [[(one.phases, one.channels, one.functions) for one in samples(language)] for language in LANGUAGES]
    assert keys[0] == keys[1]


@pytest.mark.parametrize(("name", "text", "n"), [("inhalte.csv", GERMAN, 2), ("content.csv", ENGLISH, 1)])
def test_import_recognises_a_content_file_and_keeps_it_once(
    engine: Engine, tmp_path: Path, name: str, text: str, n: int
) -> None:
    path = write(tmp_path, name, text)
    first = import_files(engine, [path], rejects=tmp_path / "rejects.csv")
    second = import_files(engine, [path], rejects=tmp_path / "rejects.csv")
    assert first.tables["content"].new == n
    assert (second.tables["content"].new, second.tables["content"].unchanged) == (0, n)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Content)) == n


def test_cells_become_normal_values(engine: Engine, tmp_path: Path) -> None:
    import_files(engine, [write(tmp_path, "inhalte.csv", GERMAN)])
    with Session(engine) as session:
        comparison, for_all = session.scalars(select(Content).order_by(Content.id))
    assert (comparison.phase, comparison.channel) == ("consideration,decision", "email,social")
    assert (comparison.function, comparison.language, comparison.persona) == ("purchasing,it", "de", None)
    assert (for_all.phase, for_all.channel, for_all.function, for_all.persona) == (None, None, None, None)


def test_bad_rows_are_told_and_left_out(engine: Engine, tmp_path: Path) -> None:
    report = import_files(engine, [write(tmp_path, "inhalte.csv", BAD)], rejects=tmp_path / "rejects.csv")
    assert (report.tables["content"].new, report.tables["content"].rejected) == (1, 6)
    told = (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig")
    for reason in ("Link", "Phase", "Kanal", "Rolle", "Sprache", "Titel"):
        assert reason in told


def test_a_dry_run_keeps_no_content(engine: Engine, tmp_path: Path) -> None:
    report = import_files(engine, [write(tmp_path, "inhalte.csv", GERMAN)], dry_run=True)
    assert report.tables["content"].new == 2
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Content)) == 0


def test_a_persona_s_number_becomes_its_name_because_numbers_change(personas: Engine) -> None:
    row = {"title": "T", "message": "M", "persona": "Persona 1", "language": "en"}
    with session_scope(personas, writes=True) as session:
        assert load_content(session, [row]).new == 1
        assert session.scalars(select(Content.persona)).one() == "IT heads"


def test_the_team_s_own_content_goes_before_samples_and_the_closest_first(personas: Engine) -> None:
    base = {"language": "de", "phase": "Entscheidung"}
    rows = [
        base | {"title": "allgemein", "message": "a"},
        base | {"title": "für IT", "message": "b", "function": "IT"},
        base | {"title": "für die Persona", "message": "c", "persona": "IT heads"},
        base | {"title": "für andere", "message": "d", "persona": "Vertriebsleitung"},
        base | {"title": "am Telefon", "message": "e", "channel": "Telefon"},
    ]
    with session_scope(personas, writes=True) as session:
        load_content(session, rows)
        persona = persona_of(session, 1)
        assert persona is not None
        found = find_content(
            session, "de", phase="decision", channel="email", function="it", personas=persona_names(session, persona)
        )
        assert [one.title for one in found] == ["für die Persona", "für IT", "allgemein"]
        assert not any(one.sample for one in found)
        assert find_content(session, "de", phase="dormant", channel="email", function="it")[0].sample
        assert find_content(session, "en", phase="decision", channel="email", function="it")[0].sample


def test_changed_wording_updates_the_row(engine: Engine) -> None:
    row: dict[str, str | None] = {"title": "T", "message": "alt", "language": "de"}
    with session_scope(engine, writes=True) as session:
        load_content(session, [row])
        report = load_content(session, [row | {"message": "neu"}])
        assert (report.new, report.changed) == (0, 1)
        assert session.scalars(select(Content.message)).all() == ["neu"]


def test_only_known_places_in_a_message_are_filled() -> None:
    said = with_name("Hallo {name} von {company}, {name.__class__} {0} {", "Eva Meier", "Rosch GmbH")
    assert said == "Hallo Eva Meier von Rosch GmbH, {name.__class__} {0} {"


def test_a_table_of_people_with_roles_and_languages_stays_one_of_people(engine: Engine, tmp_path: Path) -> None:
    text = "Vorname;Nachname;E-Mail;Rolle;Phase;Sprache;Nachricht;Persona\nEva;Meier;eva@example.com;IT;Neu;de;x;1\n"
    report = import_files(engine, [write(tmp_path, "leads.csv", text)])
    kinds: set[Literal["contacts", "content"] | str] = set(report.tables)
    assert "contacts" in kinds and "content" not in kinds
