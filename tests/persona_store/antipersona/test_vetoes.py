"""Vetoes: they hold at once, can be taken back, enter the next build, and are counted."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from persona_store.antipersona import judge_contact
from persona_store.antipersona.vetoes import (
    ON_PERSONA,
    ON_VERDICT,
    active_veto,
    apply_persona_vetoes,
    give_reason,
    list_vetoes,
    record_veto,
    veto_outcomes,
    veto_share,
    withdraw_veto,
)
from persona_store.database import session_scope
from persona_store.database.models import Audit, Contact, Membership, Persona
from persona_store.errors import InputError, NotAllowed
from persona_store.guidance import approach_contact
from persona_store.matching import match_contact

HEAD, DOUBLE, SALES, UNKNOWN, BLOCKED, PRIVATE = range(1, 7)


def test_a_veto_holds_at_once_beside_what_the_data_say(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        before = judge_contact(session, HEAD)
        assert before.veto is None
        record_veto(session, HEAD, "anna", "anti_persona", reason="  Kein\nBudget \x00 ")
        verdict = judge_contact(session, DOUBLE)  # a double is the same person
        assert (verdict.anti_persona, verdict.anti_by_data) == (True, before.anti_persona)
        assert verdict.veto is not None and (verdict.veto.actor, verdict.veto.reason) == ("anna", "Kein Budget")
        record_veto(session, DOUBLE, "ben", "good_lead")
        verdict = judge_contact(session, HEAD)
        assert (verdict.anti_persona, verdict.advice) == (False, "keep_going")
        assert [one.verdict for one, _, _ in list_vetoes(session)] == ["good_lead"]  # the later one counts


def test_a_veto_can_be_taken_back(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        record_veto(session, HEAD, "anna", "good_lead")
        assert withdraw_veto(session, DOUBLE)
        assert active_veto(session, HEAD) is None and judge_contact(session, HEAD).veto is None
        assert not withdraw_veto(session, HEAD)
        assert veto_outcomes(session, "b2b") == {} and list_vetoes(session) == []


def test_a_veto_on_the_persona_stands_beside_one_on_the_verdict(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        record_veto(session, HEAD, "anna", "good_lead")
        said = record_veto(session, HEAD, "anna", "other_persona", persona_id=2)
        assert (said.number, said.name("de"), said.name("en")) == (2, "Vertriebsleitung", "Sales heads")
        match = match_contact(session, HEAD)
        assert match.best.number == 1 and match.veto == said
        assert active_veto(session, HEAD) is not None
        assert apply_persona_vetoes(session, 1) == 1 and apply_persona_vetoes(session, 1) == 0
        session.expire_all()
        assert session.get_one(Membership, (1, HEAD)).persona_id == 2


def test_guidance_goes_by_the_persona_that_people_named(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        assert approach_contact(session, HEAD).persona("en") != "Sales heads"
        record_veto(session, HEAD, "anna", "other_persona", persona_id=2)
        assert approach_contact(session, HEAD).persona("en") == "Sales heads"
        record_veto(session, HEAD, "anna", "other_persona")
        assert approach_contact(session, HEAD).persona("en") is None


def test_nobody_belongs_to_a_persona_of_the_other_market(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        other = session.scalars(select(Persona).where(Persona.market == "b2c")).first()
        if other is None:
            other = Persona(
                id=99, build_id=1, market="b2c", number=99, name_de="X", name_en="X", share=1.0, n=1, outcome_n=0
            )
            session.add(other)
            session.flush()
        with pytest.raises(InputError, match=str(other.number)):
            record_veto(session, HEAD, "anna", "other_persona", persona_id=other.id)


def test_only_the_own_veto_gets_the_reason(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        record_veto(session, HEAD, "anna", "good_lead")
        assert give_reason(session, HEAD, "ben", ON_VERDICT, "weil") is None
        assert give_reason(session, HEAD, "anna", ON_PERSONA, "weil") is None
        given = give_reason(session, HEAD, "anna", ON_VERDICT, "weil " * 400)
        assert given is not None and given.reason is not None and len(given.reason) <= 300


def test_what_the_next_build_learns(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        record_veto(session, HEAD, "anna", "good_lead")
        record_veto(session, SALES, "anna", "anti_persona")
        record_veto(session, UNKNOWN, "anna", "other_persona")
        record_veto(session, PRIVATE, "anna", "anti_persona")
        assert veto_outcomes(session, "b2b") == {HEAD: True, SALES: False}
        assert veto_outcomes(session, "b2c") == {PRIVATE: False}


def test_how_often_people_disagree(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        now = datetime.now(UTC).replace(tzinfo=None)
        session.add_all(
            Audit(at=now, actor="anna", action="antipersona", contact_id=one) for one in (HEAD, HEAD, SALES)
        )
        session.add(Audit(at=datetime(2020, 1, 1), actor="anna", action="match", contact_id=HEAD))
        record_veto(session, HEAD, "anna", "good_lead")
        shares = {(one.verdict, one.persona): one for one in veto_share(session, 1)}
    assert set(shares) == {(verdict, at) for verdict in ("good_lead", "anti_persona") for at in (None, 1, 2)}
    everyone, first = shares["good_lead", None], shares["good_lead", 1]
    assert (everyone.vetoed, everyone.n) == (1, 2) and everyone.low < 0.5 < everyone.high
    assert (first.vetoed, first.n) == (1, 1)
    assert shares["anti_persona", None].vetoed == 0


def test_nobody_is_vetoed_who_may_not_be_profiled(personas: Engine) -> None:
    with Session(personas) as session:
        with pytest.raises(NotAllowed):
            record_veto(session, BLOCKED, "anna", "good_lead")
        with pytest.raises(NoResultFound):
            record_veto(session, 999, "anna", "good_lead")
        with pytest.raises(InputError, match="'; DROP"):
            record_veto(session, HEAD, "anna", "'; DROP TABLE vetoes")
    with session_scope(personas, writes=True) as session:
        record_veto(session, HEAD, "anna", "good_lead")
        session.get_one(Contact, HEAD).blocked_on = datetime(2026, 6, 1).date()
        session.flush()
        assert list_vetoes(session) == [] and veto_outcomes(session, "b2b") == {}
