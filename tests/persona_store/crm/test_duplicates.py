from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from persona_store.crm import import_files
from persona_store.crm.duplicates import SCHEMA, find_originals
from persona_store.crm.sample import write_sample
from persona_store.database.models import Contact
from persona_store.names import find_people

ANNA = {"first_name": "Anna", "last_name": "Meier", "email": "anna@x.de", "company_id": 1}


def originals(*people: dict[str, Any]) -> dict[int, int]:
    rows = [dict.fromkeys(SCHEMA) | {"id": number} | person for number, person in enumerate(people, start=1)]
    return dict(find_originals(pl.DataFrame(rows, schema=SCHEMA)).rows())


SAME = {
    "e-mail": ({**ANNA}, {**ANNA, "company_id": None}),
    "e-mail, first name shortened": ({**ANNA}, {**ANNA, "first_name": "A."}),
    "e-mail, last name changed by marriage": ({**ANNA}, {**ANNA, "last_name": "Schulze"}),
    "company and sound of the name": ({**ANNA}, {**ANNA, "email": None, "last_name": "Meyer"}),
    "company, letters swapped": ({**ANNA}, {**ANNA, "email": "a@web.de", "last_name": "Meire"}),
    "company, first and last name swapped": ({**ANNA}, {"first_name": "Meier", "last_name": "Anna", "company_id": 1}),
    "phone and name": ({**ANNA, "phone": "+4930"}, {"first_name": "Anna", "last_name": "Meyer", "phone": "+4930"}),
    "birth year, city and name": tuple(
        {"first_name": "Anna", "last_name": "Meier", "birth_year": 1980, "city": "Ulm"} for _ in range(2)
    ),
}
OTHERS = {
    "a name alone": ({"first_name": "Anna", "last_name": "Meier"}, {"first_name": "Anna", "last_name": "Meier"}),
    "a couple with one e-mail": ({**ANNA}, {**ANNA, "first_name": "Hans"}),
    "a shared mailbox": (
        {**ANNA, "email": "info@x.de"},
        {"email": "info@x.de", "first_name": "Anna", "last_name": "Kurz"},
    ),
    "colleagues": ({**ANNA}, {"first_name": "Anna", "last_name": "Kurz", "company_id": 1}),
    "another letter": (
        {"first_name": "Anna", "last_name": "Müller", "company_id": 1},
        {"first_name": "Anna", "last_name": "Möhler", "company_id": 1},
    ),
    "siblings": ({**ANNA, "phone": "+4930"}, {"first_name": "Jan", "last_name": "Meier", "phone": "+4930"}),
    "namesakes in two companies": ({**ANNA, "email": None}, {**ANNA, "email": None, "company_id": 2}),
    "nobody known": ({"company_id": 1}, {"company_id": 1}),
}


@pytest.mark.parametrize("reason", SAME)
def test_the_same_person(reason: str) -> None:
    assert originals(*SAME[reason]) == {2: 1}


@pytest.mark.parametrize("reason", OTHERS)
def test_different_people(reason: str) -> None:
    assert originals(*OTHERS[reason]) == {}


def test_all_doubles_of_a_person_point_to_the_first() -> None:
    chain = ({**ANNA}, {**ANNA, "email": None, "last_name": "Meyer", "phone": "+4930"})
    third = {"first_name": "Anna", "last_name": "Meyer", "phone": "+4930"}
    assert originals(*chain, third) == {2: 1, 3: 1}


def test_a_switchboard_number_links_nobody() -> None:
    crowd = [{"first_name": "Anna", "last_name": "Meier", "phone": "+4930"} for _ in range(60)]
    assert originals(*crowd) == {}


def test_doubles_are_linked_not_dropped_and_follow_newer_data(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    text = "Kontakt-ID;Vorname;Nachname;E-Mail\nK1;Anna;Meier;a@x.de\nK2;Anna;Meier;a@x.de\n"
    path.write_text(text, encoding="utf-8")
    assert import_files(engine, [path]).duplicates == 1
    with Session(engine) as session:
        first, second = session.scalars(select(Contact).order_by(Contact.key)).all()
    assert (first.duplicate_of, second.duplicate_of) == (None, first.id)
    path.write_text(text.replace("K2;Anna;Meier;a@", "K2;Berta;Kurz;b@"), encoding="utf-8")
    assert import_files(engine, [path]).duplicates == 0


def test_planted_doubles_are_found_without_a_wrong_one(sqlite_engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    write_sample(folder, 3000, 7, "csv")
    import_files(sqlite_engine, [folder])
    truth = pl.read_csv(folder / "truth" / "contacts.csv", infer_schema=False).drop_nulls("duplicate_of")
    planted = set(truth.select("Kontakt-ID", "duplicate_of").rows())
    with Session(sqlite_engine) as session:
        ids = {contact.id: contact for contact in session.scalars(select(Contact))}
    found = {(c.external_id, ids[c.duplicate_of].external_id) for c in ids.values() if c.duplicate_of is not None}
    assert len(found & planted) >= 0.85 * len(planted)
    assert len(found - planted) <= 0.02 * len(found)


def test_who_objected_as_a_double_is_left_alone_as_the_original_too(engine: Engine, tmp_path: Path) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text(
        "ID;Vorname;Nachname;E-Mail\n1;Anna;Meier;anna@x.de\n2;Anna;Meyer;\n3;Ben;Kurz;ben@x.de\n", "utf-8"
    )
    import_files(engine, [leads])
    objection = date(2026, 1, 1)
    with Session(engine) as session, session.begin():
        session.scalars(select(Contact).where(Contact.last_name == "Meyer")).one().blocked_on = objection
    leads.write_text(leads.read_text("utf-8").replace("Meyer;", "Meyer;anna@x.de"), "utf-8")  # now known to be the same
    import_files(engine, [leads])
    with Session(engine) as session:
        blocked = session.execute(select(Contact.last_name, Contact.blocked_on).order_by(Contact.id)).all()
        assert [tuple(row) for row in blocked] == [("Meier", objection), ("Meyer", objection), ("Kurz", None)]
        assert find_people(session, "Anna Meier") == []
