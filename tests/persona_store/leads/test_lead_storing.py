"""A described lead in the store: with what was said, once, and not at all where somebody objected or was erased."""

from datetime import date

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from persona_store.database import session_scope
from persona_store.database.models import Company, Contact, Interaction
from persona_store.errors import InputError
from persona_store.leads.facts import Lead
from persona_store.leads.storing import company_name, person_name, store_lead
from persona_store.privacy.erasure import erase_person

BUYER = Lead(
    {
        "function": ("purchasing",),
        "level": ("head",),
        "industry": ("retail",),
        "company_size": ("51-250",),
        "pricing_page": ("3+",),
        "demo_requests": ("0",),
        "downloads": ("1-2", "3+"),
    },
    {"employees": 80},
)


def kept(engine: Engine, lead: Lead = BUYER, name: str = "Ida Önner", company: str | None = "Laden Süd GmbH") -> str:
    return store_lead(engine, lead, "b2b", name, company, "rep", "…").status


def test_what_was_said_is_stored(engine: Engine) -> None:
    assert kept(engine) == "stored"
    with Session(engine) as session:
        contact = session.scalars(select(Contact)).one()
        company = session.get_one(Company, contact.company_id)
        kinds = session.execute(select(Interaction.kind, func.count()).group_by(Interaction.kind)).all()
    assert (contact.first_name, contact.last_name, contact.owner, contact.market) == ("Ida", "Önner", "rep", "b2b")
    assert (contact.function, contact.level) == ("purchasing", "head")
    assert (company.name, company.industry, company.employees) == ("Laden Süd GmbH", "retail", 80)
    assert sorted(map(tuple, kinds)) == [("download", 1), ("pricing_page", 3)]


@pytest.mark.parametrize("again", ["Ida Önner", "ida oenner", "IDA ÖNNER"])
def test_nobody_is_stored_twice(engine: Engine, again: str) -> None:
    assert kept(engine) == "stored"
    assert kept(engine, name=again) == "there"


def test_the_same_name_elsewhere_is_somebody_else(engine: Engine) -> None:
    assert kept(engine) == "stored"
    assert kept(engine, company="Ganz woanders AG") == "stored"


def test_who_objected_is_not_stored_again(engine: Engine) -> None:
    kept(engine)
    with session_scope(engine, writes=True) as session:
        session.scalars(select(Contact)).one().blocked_on = date(2026, 1, 1)
    assert kept(engine, name="IDA ÖNNER") == "blocked"


def test_who_was_erased_does_not_come_back(engine: Engine) -> None:
    kept(engine)
    with session_scope(engine, writes=True) as session:
        erase_person(session, session.scalars(select(Contact.id)).one(), "rep")
    assert kept(engine) == "blocked"


def test_a_lead_of_whom_nothing_is_known_is_stored_by_its_name(engine: Engine) -> None:
    assert kept(engine, Lead(), company=None) == "stored"
    with Session(engine) as session:
        assert session.scalars(select(Contact.market)).one() == "b2b"


@pytest.mark.parametrize(
    "name", ["", "x", "4711", "a@b.de", "Robert'); DROP TABLE contacts;--", "a b c d e f", "x" * 200]
)
def test_what_is_no_name_is_refused(engine: Engine, name: str) -> None:
    with pytest.raises(InputError):
        kept(engine, name=name)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0


def test_names_are_cleaned() -> None:
    assert person_name("  Dr. Ida   Önner-Süß. ") == "Dr. Ida Önner-Süß"
    assert company_name(" „Müller & Söhne“ ") == "Müller & Söhne"
