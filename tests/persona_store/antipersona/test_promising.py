"""The most promising leads: judged as one by one, best first, nobody who objected, was vetoed or competes."""

import pytest
from sqlalchemy import Engine

from persona_store.antipersona import judge_contact
from persona_store.antipersona.promising import list_promising
from persona_store.antipersona.vetoes import record_veto
from persona_store.database import session_scope
from persona_store.errors import InputError
from tests.persona_store.antipersona.test_pipeline import fill
from tests.persona_store.antipersona.test_verdict import BLOCKED, IN_DECISION, STUDENT

ENGINEERS = range(2001, 2031)


def test_they_are_judged_as_each_is_and_the_best_stands_first(engine: Engine) -> None:
    fill(engine, "engineering", ENGINEERS)
    with session_scope(engine, writes=True) as session:
        found = list_promising(session, limit=100)
        listed = [lead.contact_id for lead in found.leads]
        assert set(listed) >= set(ENGINEERS) and not set(listed) & {STUDENT, IN_DECISION, BLOCKED}
        assert found.found == len(listed) <= found.judged <= found.contacts
        assert [lead.rank for lead in found.leads] == sorted((lead.rank for lead in found.leads), reverse=True)
        for lead in found.leads[:10]:
            verdict = judge_contact(session, lead.contact_id)
            assert verdict.probability == pytest.approx(lead.probability)
            assert (verdict.stage, verdict.anti_persona) == (lead.stage, False)
            assert verdict.buy in ("open", "likely") and verdict.worth != "not_worth"
            assert lead.low <= lead.probability <= lead.high


def test_vetoes_count_in_both_directions(engine: Engine) -> None:
    fill(engine, "engineering", ENGINEERS)
    with session_scope(engine, writes=True) as session:
        best = list_promising(session, limit=1).leads[0].contact_id
        record_veto(session, best, "rep", "anti_persona")
        record_veto(session, STUDENT, "rep", "good_lead")
        found = {lead.contact_id: lead for lead in list_promising(session, limit=100).leads}
        assert best not in found
        assert found[STUDENT].said_by == "rep"


def test_they_are_narrowed_by_company_and_stage(engine: Engine) -> None:
    fill(engine, "engineering", ENGINEERS)
    with session_scope(engine, writes=True) as session:
        at = list_promising(session, company="rosch", limit=100)
        assert at.company == "Rosch GmbH"
        assert {lead.company for lead in at.leads} == {"Rosch GmbH"}
        stages = {lead.stage for lead in list_promising(session, limit=100).leads}
        stage = sorted(stages)[0]
        assert {lead.stage for lead in list_promising(session, stage, limit=100).leads} == {stage}
        with pytest.raises(InputError):
            list_promising(session, "nowhere")


def test_of_very_many_only_the_most_recently_active_are_judged(engine: Engine) -> None:
    fill(engine, "engineering", ENGINEERS)
    with session_scope(engine, writes=True) as session:
        found = list_promising(session, most_judged=5)
        assert found.judged == 5 and found.partial
