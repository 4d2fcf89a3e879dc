"""Verdicts in words and what follows from them."""

from datetime import date

import pytest

from persona_store.antipersona.advice import advise, in_words, is_anti_persona
from persona_store.antipersona.estimate import Chance
from persona_store.antipersona.history import History
from persona_store.antipersona.stage import funnel_stage
from persona_store.antipersona.types import Advice, Buy, Stage, Worth

TODAY = date(2026, 6, 1)
KEEN = {"awareness": 0.2, "consideration": 0.6, "decision": 1.5}
CURIOUS = {"awareness": 0.0, "consideration": 0.6, "decision": 0.0}


@pytest.mark.parametrize(
    ("p", "low", "high", "base", "word"),
    [
        (0.014, 0.004, 0.05, 0.30, "surely_not"),
        (0.014, 0.004, 0.20, 0.30, "unlikely"),  # too few cases to be sure
        (0.014, 0.004, 0.05, 0.10, "unlikely"),  # where few buy anyway, 5 % may still be half of them
        (0.10, 0.06, 0.18, 0.30, "unlikely"),
        (0.25, 0.20, 0.30, 0.30, "open"),
        (0.45, 0.40, 0.50, 0.30, "open"),
        (0.62, 0.50, 0.70, 0.30, "likely"),
    ],
)
def test_the_chance_in_words(p: float, low: float, high: float, base: float, word: Buy) -> None:
    assert in_words(Chance(p, low, high), base) == word


@pytest.mark.parametrize(
    ("buy", "worth", "customer", "verdict"),
    [
        ("surely_not", "worth", False, True),
        ("likely", "not_worth", False, True),
        ("unlikely", "borderline", False, False),
        ("cannot_tell", "worth", False, None),
        ("cannot_tell", "not_worth", False, True),
        ("likely", "not_worth", True, True),
        ("likely", "cannot_tell", True, None),
        ("likely", "worth", True, False),
    ],
)
def test_who_is_an_anti_persona(buy: Buy, worth: Worth, customer: bool, verdict: bool | None) -> None:
    assert is_anti_persona(buy, worth, customer=customer) is verdict


@pytest.mark.parametrize(
    ("buy", "worth", "stage", "customer", "advice"),
    [
        ("surely_not", "not_worth", "awareness", False, "do_not_invite"),
        ("surely_not", "not_worth", "dormant", False, "do_not_invest"),
        ("surely_not", "worth", "interest", False, "self_service"),
        ("surely_not", "cannot_tell", "consideration", False, "self_service"),
        ("surely_not", "worth", "decision", False, "clarify"),
        ("likely", "not_worth", "decision", False, "hand_over"),
        ("open", "not_worth", "awareness", False, "do_not_invite"),
        ("open", "not_worth", "consideration", False, "self_service"),
        ("open", "not_worth", "dormant", False, "do_not_invest"),
        ("unlikely", "worth", "awareness", False, "nurture_lightly"),
        ("unlikely", "worth", "decision", False, "clarify"),
        ("open", "worth", "dormant", False, "nurture_lightly"),
        ("open", "worth", "decision", False, "keep_going"),
        ("open", "borderline", "consideration", False, "nurture_lightly"),
        ("open", "borderline", "decision", False, "clarify"),
        ("likely", "worth", "awareness", False, "keep_going"),
        ("cannot_tell", "cannot_tell", "awareness", False, "clarify"),
        ("cannot_tell", "worth", "awareness", False, "keep_going"),
        ("likely", "not_worth", "customer", True, "self_service"),
        ("likely", "worth", "customer", True, "keep_going"),
    ],
)
def test_the_advice_depends_on_verdict_and_stage(
    buy: Buy, worth: Worth, stage: Stage, customer: bool, advice: Advice
) -> None:
    assert advise(buy, worth, stage, customer=customer) == advice


@pytest.mark.parametrize(
    ("market", "customer", "own", "stage"),
    [
        ("b2b", True, History(open_deals=1, strengths=KEEN, heard=TODAY), "customer"),
        ("b2b", False, History(open_deals=1, heard=date(2025, 1, 1)), "decision"),
        ("b2b", False, History(strengths=KEEN, heard=date(2025, 1, 1)), "dormant"),
        ("b2b", False, History(strengths=KEEN, heard=date(2026, 5, 1)), "decision"),
        ("b2b", False, History(strengths=CURIOUS, heard=date(2026, 5, 1)), "awareness"),
        ("b2b", False, History(), "awareness"),
        ("b2c", False, History(kinds=frozenset({"purchase"}), heard=TODAY), "action"),
        ("b2c", False, History(strengths=KEEN, heard=TODAY), "desire"),
        ("b2c", False, History(strengths=CURIOUS, heard=TODAY), "interest"),
        ("b2c", False, History(heard=TODAY), "attention"),
    ],
)
def test_the_stage_follows_from_what_happened(market: str, customer: bool, own: History, stage: Stage) -> None:
    found = funnel_stage(market, own, customer=customer, last_activity=None, today=TODAY)
    assert found == stage
