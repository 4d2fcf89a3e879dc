"""People are found by name in spite of typos, umlauts, order and titles; blocked ones and doubles never."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from persona_store.database import session_scope
from persona_store.database.models import Company, Contact, ContactToken, NameToken, NameVariant
from persona_store.names import find_people, forget_people, index_people, is_clear, normal_name

PEOPLE = [
    # id, external id, title, first name, last name, e-mail, company, double of, blocked
    (1, "K-1", None, "Thomas", "Müller", "thomas.mueller@rosch.example", 1, None, None),
    (2, "K-2", "Dr.", "Anna", "Müller-Lüdenscheid", None, 2, None, None),
    (3, "K-3", None, "Björn", "Meier", "bjoern.meier@bosch.example", 2, None, None),
    (4, "4711", None, "Karin", "Meyer", None, 1, None, None),
    (5, "K-5", None, "Ferdinand", "von Hohenfels", None, None, None, None),
    (6, "K-6", None, "Youssef", "El Amrani", None, 3, None, None),
    (7, "K-7", None, "Thomas", "Mueller", None, 1, 1, None),
    (8, "K-8", None, "Gesperrte", "Persona", "weg@rosch.example", 1, None, date(2026, 1, 1)),
    (9, "K-9", None, "Patrick", "McAllister", None, 3, None, None),
    (10, "K-10", None, "Łukasz", "Wójcik", None, None, None, None),
    (11, "K-11", None, "Anna", "Schmidt", None, 1, None, None),
    (12, "K-12", None, "Anna", "Schmidt", None, 2, None, None),
]


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A store with a dozen people, indexed."""
    with session_scope(engine, writes=True) as opened:
        for number, name in ((1, "Rosch Maschinenbau GmbH"), (2, "Bosch AG"), (3, "Vogel & Söhne KG")):
            opened.add(Company(id=number, key=name, name=name, name_key=normal_name(name)))
        opened.flush()
        for row in PEOPLE:
            fields = ("id", "external_id", "title", "first_name", "last_name", "email", "company_id", "duplicate_of")
            values = dict(zip(fields, row, strict=False))
            opened.add(Contact(key=str(row[0]), blocked_on=row[8], **values))
            opened.flush()
        index_people(opened)
        yield opened


def ids(session: Session, text: str, company: str | None = None) -> list[int]:
    return [person.contact_id for person in find_people(session, text, company)]


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("Thomas Müller", 1), ("thomas mueller", 1), ("THOMAS MULLER", 1), ("Müller, Thomas", 1),
        ("Herr Müller von Rosch", 1), ("Tomas Müler", 1), ("Tohmas Müller", 1),
        ("Dr. Müller-Lüdenscheid", 2), ("mueller luedenscheid", 2),
        ("anna müller-lüdenscheit", 2), ("meier von bosch", 3), ("Frau Meyer (Rosch)", 4), ("Maier bei Bosch", 3),
        ("bjoern meier", 3), ("von Hohenfels", 5), ("Ferdinand Hohenfels", 5), ("el amrani", 6), ("elamrani", 6),
        ("mc allister", 9), ("McAlister", 9), ("wojcik", 10), ("Wojzik", 10), ("F. Hohenfels", 5), ("Hohenfelz", 5),
    ],
)  # fmt: skip
def test_a_person_is_found_however_the_name_is_written(session: Session, text: str, contact: int) -> None:
    assert ids(session, text)[0] == contact


@pytest.mark.parametrize(
    "text", ["#4711", "4711", "K-3", "k-3", "#K-3", "BJOERN.MEIER@BOSCH.EXAMPLE", "Mail an bjoern.meier@bosch.example."]
)
def test_numbers_and_addresses_find_exactly_one(session: Session, text: str) -> None:
    people = find_people(session, text)
    assert [person.contact_id for person in people] == [4 if "4711" in text else 3]
    assert people[0].exact
    assert is_clear(people)


def test_an_unknown_address_is_searched_by_its_name(session: Session) -> None:
    assert ids(session, "karin.meyer@rosch.example")[0] == 4


def test_the_company_tells_namesakes_apart(session: Session) -> None:
    assert set(ids(session, "Anna Schmidt")[:2]) == {11, 12}
    assert not is_clear(find_people(session, "Anna Schmidt"))
    assert ids(session, "Anna Schmidt", company="Bosch")[0] == 12
    assert is_clear(find_people(session, "Anna Schmidt", company="Bosch"))
    assert ids(session, "Schmidt von Rosch")[0] == 11


def test_a_name_that_fits_exactly_stands_out(session: Session) -> None:
    people = find_people(session, "Björn Meier")
    assert is_clear(people)
    assert people[0].exact
    assert people[0].company == "Bosch AG"


def test_a_double_is_shown_as_its_original(session: Session) -> None:
    people = find_people(session, "Thomas Mueller")
    assert [person.contact_id for person in people].count(1) == 1
    assert 7 not in [person.contact_id for person in people]


@pytest.mark.parametrize("text", ["Gesperrte Persona", "#K-8", "weg@rosch.example", "gesperte persona"])
def test_blocked_people_are_never_found(session: Session, text: str) -> None:
    assert 8 not in ids(session, text)


def test_nobody_is_found_for_a_strange_name_and_the_nearest_for_a_near_one(session: Session) -> None:
    assert find_people(session, "Xqzvw Pflümpf") == []
    nearest = find_people(session, "Karin Mayers")
    assert nearest[0].contact_id == 4
    assert not is_clear(nearest)


@pytest.mark.parametrize("text", ["", " ", "???", "@", "#", "(((((", "von", "Dr.", "' OR 1=1 --", "%", "\x00"])
def test_what_is_no_name_finds_nobody(session: Session, text: str) -> None:
    assert ids(session, text) == []


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_any_text_may_be_searched(session: Session, text: str) -> None:
    assert all(0 <= person.score <= 1 for person in find_people(session, text))


def test_names_that_change_are_found_anew(session: Session) -> None:
    contact = session.get_one(Contact, 3)
    contact.last_name = "Zimmermann"
    session.flush()
    index_people(session, [3])
    assert ids(session, "Björn Zimmermann")[0] == 3
    assert ids(session, "Björn Zimmermann") == [3]
    assert session.scalar(select(func.count()).select_from(NameToken).where(NameToken.token == "meier")) == 0


def test_an_objection_takes_a_person_out_of_the_index(session: Session) -> None:
    session.get_one(Contact, 10).blocked_on = date(2026, 2, 2)
    session.flush()
    index_people(session, [10])
    assert session.scalar(select(func.count()).select_from(ContactToken).where(ContactToken.contact_id == 10)) == 0
    assert session.scalar(select(func.count()).select_from(NameToken).where(NameToken.token == "wojcik")) == 0


def test_forgetting_leaves_no_word_that_only_this_person_bore(session: Session) -> None:
    forget_people(session, [9])
    tokens = set(session.scalars(select(NameToken.token)))
    assert "mcallister" not in tokens
    assert "vogel" in tokens
    orphans = select(func.count()).select_from(NameVariant).where(NameVariant.token_id.not_in(select(NameToken.id)))
    assert session.scalar(orphans) == 0


def test_indexing_twice_changes_nothing(session: Session) -> None:
    def content() -> set[tuple[int, str, str]]:
        rows = session.execute(
            select(ContactToken.contact_id, NameToken.token, ContactToken.field).join(
                NameToken, NameToken.id == ContactToken.token_id
            )
        )
        return {(row[0], row[1], row[2]) for row in rows}

    before = content()
    index_people(session)
    assert content() == before
    index_people(session, [1, 2, 3])
    assert content() == before


def test_a_first_name_in_a_company_is_asked_about_and_not_guessed(session: Session) -> None:
    session.add(Company(id=4, key="Mayer", name="Mayer & Thomas GmbH", name_key=normal_name("Mayer & Thomas")))
    session.flush()
    session.add(Contact(id=20, key="20", first_name="Hartmut", last_name="Weber", company_id=4))
    session.flush()
    index_people(session, [20])
    assert not is_clear(find_people(session, "Thomas Weber"))
    assert is_clear(find_people(session, "Weber von Mayer & Thomas"))
    assert is_clear(find_people(session, "Weber Mayer"))
