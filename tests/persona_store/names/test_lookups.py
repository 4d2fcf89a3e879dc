"""Personas are found by number or name, companies by name, with typos forgiven."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from persona_store.database import session_scope
from persona_store.database.models import Build, Company, Contact, Persona
from persona_store.names import find_companies, find_personas, index_people, normal_name

NAMES = [
    ("Geschäftsführer KMU", "Managing Directors SME"),
    ("IT-Leiter Mittelstand", "IT Heads Mid-Market"),
    ("Einkauf Konzern", "Corporate Purchasing"),
]
FIRMS = ["Müller GmbH & Co. KG", "Bosch AG", "Boschung Mecatronic AG", "Stadtwerke Kassel"]


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A store with two builds and some companies, one of them with a contact."""
    with session_scope(engine, writes=True) as opened:
        for build in (1, 2):
            opened.add(
                Build(id=build, created_at=datetime(2026, build, 1), seed=1, contacts=9, verdict="personas", markets={})
            )
            opened.flush()
            for number, (german, english) in enumerate(NAMES, 1):
                names = {"name_de": german, "name_en": english}
                opened.add(Persona(build_id=build, market="b2b", number=number, n=3, share=0.3, outcome_n=0, **names))
        for number, name in enumerate(FIRMS, 1):
            opened.add(Company(id=number, key=name, name=name, name_key=normal_name(name)))
            opened.flush()
            opened.add(Contact(key=name, first_name="Eva", last_name="Beispiel", company_id=number))
        opened.flush()
        index_people(opened)
        yield opened


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Persona 2", 2), ("2", 2), ("persona nummer 3", 3), ("#1", 1), ("zwei", 2), ("die zweite", 2),
        ("Geschäftsführer KMU", 1), ("geschaeftsfuehrer kmu", 1), ("Gescheftsführer KMU", 1),
        ("Managing Directors SME", 1),
        ("einkauf konzern", 3), ("Konzern Einkauf", 3), ("IT-Leiter", 2), ("corporate purchasing", 3),
    ],
)  # fmt: skip
def test_a_persona_is_found_by_number_or_name(session: Session, text: str, number: int) -> None:
    personas = find_personas(session, text)
    assert personas[0].number == number
    assert personas[0].build_id == 2


@pytest.mark.parametrize("text", ["", "Persona 9", "Persona", "Wetterbericht", "%"])
def test_what_is_no_persona_finds_none(session: Session, text: str) -> None:
    assert find_personas(session, text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Müller", "Müller GmbH & Co. KG"), ("mueller gmbh", "Müller GmbH & Co. KG"), ("Bosch", "Bosch AG"),
        ("bosch ag", "Bosch AG"), ("Boshc", "Bosch AG"), ("stadtwerke kassel", "Stadtwerke Kassel"),
        ("Stadtwerke Kasel", "Stadtwerke Kassel"),
    ],
)  # fmt: skip
def test_a_company_is_found_by_name(session: Session, text: str, name: str) -> None:
    assert find_companies(session, text)[0].name == name


@pytest.mark.parametrize("text", ["", "%", "___", "Zyxwv", "\x00"])
def test_what_is_no_company_finds_none(session: Session, text: str) -> None:
    assert find_companies(session, text) == []
