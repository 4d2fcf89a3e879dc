"""An objection takes effect at once, for every entry of the person."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from persona_store.antipersona.vetoes import ON_VERDICT, give_reason, record_veto, withdraw_veto
from persona_store.database import session_scope
from persona_store.database.models import Audit, Contact, Veto
from persona_store.errors import NotAllowed
from persona_store.matching import match_contact
from persona_store.names import find_people, index_people
from persona_store.privacy.objection import object_to_profiling, withdraw_objection

ON = date(2026, 6, 30)


def _two_entries(engine: Engine) -> tuple[int, int]:
    with session_scope(engine, writes=True) as session:
        person = Contact(key="a:1", external_id="1", first_name="Sabine", last_name="Meier", custom={})
        session.add(person)
        session.flush()
        double = Contact(key="a:2", first_name="Sabine", last_name="Maier", duplicate_of=person.id, custom={})
        session.add(double)
        session.flush()
        index_people(session)
        return person.id, double.id


@pytest.mark.parametrize("entry", [0, 1], ids=["original", "double"])
def test_the_person_is_found_before_and_not_after(engine: Engine, entry: int) -> None:
    ids = _two_entries(engine)
    with session_scope(engine, writes=True) as session:
        assert [person.contact_id for person in find_people(session, "Sabine Meier")] == [ids[0]]
        assert object_to_profiling(session, ids[entry], "terminal:test", ON) == 2
    with session_scope(engine) as session:
        for name in ("Sabine Meier", "Sabine Maier", "#1"):
            assert find_people(session, name) == []
        with pytest.raises(NotAllowed):
            match_contact(session, ids[0])


def test_an_earlier_objection_keeps_its_date_and_each_is_recorded(engine: Engine) -> None:
    person, _ = _two_entries(engine)
    with session_scope(engine, writes=True) as session:
        object_to_profiling(session, person, "terminal:first", ON)
    with session_scope(engine, writes=True) as session:
        object_to_profiling(session, person, "terminal:second", date(2026, 7, 1))
    with session_scope(engine) as session:
        assert set(session.scalars(select(Contact.blocked_on))) == {ON}
        assert list(session.scalars(select(Audit.actor).where(Audit.action == "object"))) == [
            "terminal:first",
            "terminal:second",
        ]


def test_what_people_wrote_against_a_verdict_is_erased_but_not_that_they_did(engine: Engine) -> None:
    person, double = _two_entries(engine)
    with session_scope(engine, writes=True) as session:
        record_veto(session, person, "anna", "anti_persona", reason="Schwieriger Charakter")
        withdraw_veto(session, person)
        record_veto(session, person, "anna", "good_lead", reason="Kenne sie aus dem Verein")
        object_to_profiling(session, double, "terminal:test", ON)
        with pytest.raises(NotAllowed):
            give_reason(session, person, "anna", ON_VERDICT, "Noch etwas")
    with session_scope(engine, writes=True) as session:
        assert set(session.scalars(select(Veto.reason))) == {None}
        withdraw_objection(session, person, "terminal:test")
        assert [veto.verdict for veto in session.scalars(select(Veto).where(Veto.withdrawn_at.is_(None)))] == [
            "good_lead"
        ]
