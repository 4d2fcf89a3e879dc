"""The anti-personas of a pipeline: the same verdicts as one by one, added up with an honest range."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from persona_store.antipersona import judge_contact
from persona_store.antipersona.pipeline import list_anti_personas
from persona_store.antipersona.vetoes import record_veto
from persona_store.database import session_scope
from persona_store.database.models import Company, Contact
from persona_store.errors import InputError
from persona_store.settings import settings
from tests.persona_store.antipersona.test_verdict import BLOCKED, COMPLAINER, ENGINEER, IN_DECISION, STUDENT, store

STUDENTS = range(2001, 2041)


def fill(engine: Engine, function: str = "student", ids: Sequence[int] = STUDENTS) -> None:
    """The store with open leads of one function, every second of them at a company."""
    store(engine)
    with session_scope(engine, writes=True) as session:
        session.add(Company(id=1, key="r", name="Rosch GmbH", name_key="rosch", custom={}))
        session.flush()
        session.add_all(
            Contact(
                id=one, key=f"open-{one}", market="b2b", function=function, last_name=f"Offen{one}", custom={},
                company_id=1 if one % 2 else None,
            )
            for one in ids
        )  # fmt: skip


def test_the_pipeline_is_judged_as_each_contact_is(engine: Engine) -> None:
    fill(engine)
    with session_scope(engine, writes=True) as session:
        found = list_anti_personas(session, limit=100)
        listed = {lead.contact_id for lead in found.leads}
        assert listed >= {STUDENT, IN_DECISION, *STUDENTS}
        assert not listed & {ENGINEER, BLOCKED, COMPLAINER}
        for lead in found.leads[:12]:
            verdict = judge_contact(session, lead.contact_id)
            assert verdict.anti_persona and verdict.effort is not None
            assert (lead.stage, lead.advice) == (verdict.stage, verdict.advice)
            assert (lead.probability, lead.low, lead.high) == pytest.approx(
                (verdict.probability, verdict.low, verdict.high)
            )
            assert (lead.hours, lead.money) == pytest.approx((verdict.effort.hours, verdict.effort.cost))
        assert found.hours == pytest.approx(sum(lead.hours or 0 for lead in found.leads))
        assert found.money == pytest.approx(found.hours * settings().care_cost_per_hour)
        assert found.hours_low < found.hours < found.hours_high
        assert (found.found, sum(found.stages.values())) == (len(listed), len(listed))
        costs = [lead.money or 0 for lead in found.leads]
        assert costs == sorted(costs, reverse=True)

        paged = [*list_anti_personas(session, limit=5).leads, *list_anti_personas(session, limit=5, offset=5).leads]
        assert paged == list(found.leads[:10])
        deciding = list_anti_personas(session, stage="decision")
        assert [lead.contact_id for lead in deciding.leads] == [IN_DECISION]
        assert deciding.leads[0].advice == "clarify"
        at_rosch = list_anti_personas(session, company="rosch", limit=100)
        assert (at_rosch.company, at_rosch.found) == ("Rosch GmbH", len(STUDENTS) // 2)
        customers = list_anti_personas(session, stage="customer")
        assert [lead.contact_id for lead in customers.leads] == [COMPLAINER]
        few = list_anti_personas(session, most_judged=10)
        assert (few.judged, few.partial, few.contacts) == (10, True, found.contacts)

        record_veto(session, STUDENT, "anna", "good_lead")
        record_veto(session, ENGINEER, "anna", "anti_persona")
        after = list_anti_personas(session, limit=100)
        said = {lead.contact_id: lead for lead in after.leads}
        assert STUDENT not in said and after.spared == 1
        assert (said[ENGINEER].why, said[ENGINEER].said_by) == ("veto", "anna")


def test_listed_competitors_are_not_invited(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(sqlite_engine)
    monkeypatch.setenv("PERSONABOT_COMPETITORS", "Rosch")
    settings.cache_clear()
    try:
        with Session(sqlite_engine) as session:
            found = list_anti_personas(session, company="Rosch", limit=3)
            verdict = judge_contact(session, found.leads[0].contact_id)
    finally:
        settings.cache_clear()
    assert {lead.advice for lead in found.leads} == {"do_not_invite"}
    assert verdict.motivation is not None and verdict.motivation.motive == "competitor"
    assert verdict.advice == "do_not_invite"


def test_an_empty_store_has_no_anti_personas(sqlite_engine: Engine) -> None:
    with Session(sqlite_engine) as session:
        found = list_anti_personas(session)
        assert (found.found, found.judged, found.hours, found.leads) == (0, 0, 0, ())
        for wrong in ({"stage": "heaven"}, {"market": "b2x"}, {"company": "Xanthippe"}):
            with pytest.raises(InputError):
                list_anti_personas(session, **wrong)
