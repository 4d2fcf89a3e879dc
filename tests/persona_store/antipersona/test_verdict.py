"""Contacts of a real store are judged with evidence, or with the reason why they cannot be."""

from collections.abc import Callable
from datetime import date, datetime

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from persona_store.antipersona import Verdict, judge_contact
from persona_store.build import build
from persona_store.database import session_scope
from persona_store.database.models import Contact, Deal, Interaction
from persona_store.errors import NotAllowed

LEADS = 900
# function → share that buys; students hardly ever do
BUYS = {"student": 0.005, "engineering": 0.55, "sales": 0.35}
STUDENT, ENGINEER, DOUBLE, BLOCKED, COMPLAINER, GOOD, IN_DECISION = range(LEADS + 1, LEADS + 8)


def leads(random: np.random.Generator, outcome: Callable[[str], bool | None]) -> list[Contact]:
    functions = random.choice(list(BUYS), LEADS, p=[0.3, 0.3, 0.4])
    return [
        Contact(
            id=at + 1, key=str(at), market="b2b", function=str(function), outcome=outcome(str(function)),
            region=str(random.choice(["Nord", "Süd"])), last_activity_on=date(2026, 5, 1), custom={},
        )
        for at, function in enumerate(functions)
    ]  # fmt: skip


def store(engine: Engine, outcome: Callable[[str], bool | None] | None = None) -> None:
    random = np.random.default_rng(1)
    people = leads(random, outcome or (lambda function: bool(random.random() < BUYS[function])))
    with session_scope(engine, writes=True) as session:
        session.add_all(people)
        session.add_all(subjects())
        session.flush()
        session.add(Contact(id=DOUBLE, key="double", market="b2b", duplicate_of=STUDENT, custom={}))
        session.add_all(
            Deal(key=f"won-{one.id}", contact_id=one.id, amount=5000, margin=2000, won=True, custom={})
            for one in people
            if one.outcome
        )
        session.add_all(
            Interaction(
                key=f"call-{one.id}", contact_id=one.id, kind="call", channel="phone", direction="out",
                responded=bool(random.random() < 0.5), minutes=90.0, at=datetime(2026, 5, 1),
            )
            for one in people
        )  # fmt: skip
        session.add_all(own_records())
    build(engine)


def subjects() -> list[Contact]:
    def contact(number: int, function: str, **more: object) -> Contact:
        return Contact(
            id=number, key=str(number), last_name=f"N{number}", market="b2b", function=function,
            last_activity_on=date(2026, 5, 1), custom={}, **more,
        )  # fmt: skip

    return [
        contact(STUDENT, "student"),
        contact(ENGINEER, "engineering"),
        contact(BLOCKED, "sales", blocked_on=date(2026, 5, 1)),
        contact(COMPLAINER, "sales", outcome=True),
        contact(GOOD, "sales", outcome=True),
        contact(IN_DECISION, "student"),
    ]


def own_records() -> list[Deal | Interaction]:
    return [
        Deal(key="small", contact_id=COMPLAINER, amount=300, margin=100, won=True, custom={}),
        *(Interaction(key=f"c{at}", contact_id=COMPLAINER, kind="complaint", minutes=120.0) for at in range(60)),
        Deal(key="big", contact_id=GOOD, amount=50_000, margin=20_000, won=True, custom={}),
        Deal(key="open", contact_id=IN_DECISION, amount=5000, custom={}),
    ]


def judge(engine: Engine, contact_id: int) -> Verdict:
    with Session(engine) as session:
        return judge_contact(session, contact_id)


def test_contacts_are_judged_on_what_similar_ones_did(engine: Engine) -> None:
    store(engine)
    student = judge(engine, STUDENT)
    assert (student.buy, student.anti_persona, student.advice) == ("surely_not", True, "do_not_invite")
    assert student.probability is not None and student.high is not None and student.base_rate is not None
    assert student.probability <= student.high < 0.25 * student.base_rate
    assert student.motivation is not None
    assert (student.motivation.motive, student.motivation.weighs) == ("research", "against")
    assert student.effort is not None and 0 < student.effort.low + student.effort.minutes < student.effort.high + 200
    reason = student.points[0]
    assert (reason.attribute, reason.level) == ("function", "student")
    assert reason.n > 100 and reason.rate < 0.05 and reason.points < 0
    assert student.quality.auc_low is not None and student.quality.auc_low > 0.55

    engineer = judge(engine, ENGINEER)
    assert engineer.buy in ("open", "likely")
    assert (engineer.anti_persona, engineer.worth) == (False, "worth")
    assert engineer.value is not None and engineer.value.potential > engineer.value.care_cost
    assert engineer.left_out["revenue"] == "after_outcome"

    assert judge(engine, DOUBLE) == student
    with pytest.raises(NotAllowed):
        judge(engine, BLOCKED)


def test_near_a_purchase_one_asks_before_dropping_a_lead(engine: Engine) -> None:
    store(engine)
    verdict = judge(engine, IN_DECISION)
    assert (verdict.buy, verdict.stage, verdict.advice) == ("surely_not", "decision", "clarify")


def test_customers_are_judged_by_worth_only(engine: Engine) -> None:
    store(engine)
    complainer, good = judge(engine, COMPLAINER), judge(engine, GOOD)
    assert complainer.customer and complainer.probability is None and complainer.points == ()
    assert (complainer.worth, complainer.anti_persona, complainer.advice) == ("not_worth", True, "self_service")
    assert complainer.value is not None
    assert (complainer.value.complaints, complainer.value.money) == (60, 100)
    assert (good.worth, good.anti_persona, good.advice, good.stage) == ("worth", False, "keep_going", "customer")


def test_students_who_buy_like_all_others_are_no_anti_personas(sqlite_engine: Engine) -> None:
    random = np.random.default_rng(2)
    alike = {"student": 0.4, "engineering": 0.6, "sales": 0.2}
    store(sqlite_engine, lambda function: bool(random.random() < alike[function]))
    verdict = judge(sqlite_engine, STUDENT)
    assert verdict.buy == "open"
    assert all(one.level != "student" for one in verdict.points)
    assert verdict.motivation is not None
    assert (verdict.motivation.motive, verdict.motivation.weighs) == ("research", "neither")
    assert verdict.anti_persona is False


def test_an_outcome_by_chance_is_not_foretold(sqlite_engine: Engine) -> None:
    random = np.random.default_rng(3)
    store(sqlite_engine, lambda function: bool(random.random() < 0.4))
    verdict = judge(sqlite_engine, STUDENT)
    assert (verdict.buy, verdict.why_not_known) == ("cannot_tell", "not_predictable")
    assert verdict.probability is None and verdict.points == ()
    assert verdict.worth != "cannot_tell"  # how often people buy is known all the same


def test_without_outcomes_nothing_is_claimed(sqlite_engine: Engine) -> None:
    store(sqlite_engine, lambda function: None)
    verdict = judge(sqlite_engine, STUDENT)
    assert (verdict.buy, verdict.why_not_known, verdict.worth) == ("cannot_tell", "too_few_outcomes", "cannot_tell")
    assert (verdict.anti_persona, verdict.advice, verdict.needed) == (None, "clarify", 50)


def test_without_a_build_nothing_is_claimed(sqlite_engine: Engine) -> None:
    with session_scope(sqlite_engine, writes=True) as session:
        session.add(Contact(id=1, key="1", market="b2b", custom={}))
    verdict = judge(sqlite_engine, 1)
    assert (verdict.buy, verdict.why_not_known, verdict.anti_persona) == ("cannot_tell", "no_scorecard", None)
