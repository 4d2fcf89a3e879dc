"""Columns that know the outcome are refused by name or by what the data show, honest ones are not."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona_store.antipersona.encoding import MISSING
from persona_store.antipersona.leaks import find_leaks, suspicious_name
from persona_store.antipersona.learning import learn
from persona_store.segmentation.registry import Attribute

CONTACTS = 2000


def learned_with(column: list[object], attribute: Attribute) -> tuple[str, dict[str, str]]:
    random = np.random.default_rng(11)
    outcome = outcomes()
    score = outcome * 0.8 + random.normal(size=CONTACTS)
    frame = pl.DataFrame(
        {"contact_id": np.arange(CONTACTS), "honest": score, attribute.key: pl.Series(column, strict=False)}
    )
    card = learn(frame, outcome, (Attribute("honest", "implicit", numeric=True), attribute), seed=1)
    assert all(one.attribute != attribute.key for one in card.points) == (attribute.key in card.left_out)
    return card.verdict, dict(card.left_out)


def outcomes() -> np.ndarray:
    return (np.random.default_rng(10).random(CONTACTS) < 0.3).astype(float)


def test_an_attribute_known_to_come_after_the_outcome_is_left_out() -> None:
    values = list(np.random.default_rng(1).random(CONTACTS))
    verdict, left_out = learned_with(values, Attribute("revenue", "value", numeric=True, after_outcome=True))
    assert (verdict, left_out) == ("learned", {"revenue": "after_outcome"})


def test_a_custom_column_with_a_telling_name_is_left_out() -> None:
    values = list(np.random.default_rng(1).random(CONTACTS))
    assert learned_with(values, Attribute("Duration", "custom", numeric=True))[1] == {"Duration": "name"}


def test_a_column_that_is_the_outcome_in_other_words_is_left_out() -> None:
    values = ["A" if bought else "B" for bought in outcomes()]
    assert learned_with(values, Attribute("segment", "custom", numeric=False))[1] == {"segment": "too_good"}


def test_a_column_filled_in_for_customers_only_is_left_out() -> None:
    random = np.random.default_rng(2)
    values = [random.choice(["gold", "silver"]) if bought else None for bought in outcomes()]
    assert learned_with(values, Attribute("tier", "custom", numeric=False))[1] == {"tier": "missing_tells"}


def test_a_column_filled_in_for_a_few_customers_only_is_left_out() -> None:
    random = np.random.default_rng(2)
    values = [random.choice(["gold", "silver"]) if bought and random.random() < 0.3 else None for bought in outcomes()]
    assert learned_with(values, Attribute("tier", "custom", numeric=False))[1] == {"tier": "only_known_after"}


def test_a_strong_but_honest_attribute_stays() -> None:
    random = np.random.default_rng(2)
    values = ["A" if bool(bought) == (random.random() < 0.85) else "B" for bought in outcomes()]
    assert learned_with(values, Attribute("segment", "custom", numeric=False))[1] == {}


def test_honest_gaps_are_no_leak() -> None:
    random = np.random.default_rng(2)
    values = [random.choice(["x", "y"]) if random.random() < 0.5 else None for _ in range(CONTACTS)]
    assert learned_with(values, Attribute("segment", "custom", numeric=False))[1] == {}


def learned_with_open_ones(column: list[object], keep: tuple[str, ...] = ()) -> dict[str, str]:
    """As above, with every third contact still open."""
    random = np.random.default_rng(11)
    outcome = outcomes()
    score = outcome * 0.8 + random.normal(size=CONTACTS)
    outcome[::3] = np.nan
    frame = pl.DataFrame({"contact_id": np.arange(CONTACTS), "honest": score, "late": pl.Series(column, strict=False)})
    attributes = (Attribute("honest", "implicit", numeric=True), Attribute("late", "custom", numeric=False))
    card = learn(frame, outcome, attributes, seed=1, keep=keep)
    assert any(one.attribute == "late" for one in card.points) == ("late" not in card.left_out)
    return dict(card.left_out)


def test_a_column_filled_in_with_the_decision_is_left_out() -> None:
    random = np.random.default_rng(2)
    values = [None if row % 3 == 0 else random.choice(["x", "y"]) for row in range(CONTACTS)]
    assert learned_with_open_ones(values) == {"late": "filled_afterwards"}


def test_a_tag_set_with_the_decision_is_left_out() -> None:
    random = np.random.default_rng(2)
    bought = outcomes() == 1
    values = ["key account" if bought[row] and row % 3 and random.random() < 0.3 else "none" for row in range(CONTACTS)]
    assert learned_with_open_ones(values) == {"late": "tagged_afterwards"}


def test_what_open_contacts_have_as_well_is_no_leak() -> None:
    random = np.random.default_rng(2)
    bought = outcomes() == 1
    values = ["fair" if random.random() < (0.4 if bought[row] else 0.1) else "web" for row in range(CONTACTS)]
    assert learned_with_open_ones(values) == {}


def test_an_analyst_may_overrule_the_guard() -> None:
    random = np.random.default_rng(2)
    values = [None if row % 3 == 0 else random.choice(["x", "y"]) for row in range(CONTACTS)]
    assert learned_with_open_ones(values, keep=("late",)) == {}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 8), st.floats(0, 0.9))
def test_noise_is_never_taken_for_a_leak(seed: int, levels: int, missing: float) -> None:
    random = np.random.default_rng(seed)
    codes = random.integers(levels, size=CONTACTS)
    codes[random.random(CONTACTS) < missing] = MISSING
    outcome = random.random(CONTACTS) < 0.3
    attribute = Attribute("noise", "custom", numeric=False)
    assert find_leaks({"noise": codes[:1500]}, outcome[:1500], (attribute,), 1, {"noise": codes[1500:]}) == {}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.permutations(range(4)))
def test_the_names_of_levels_and_the_order_of_contacts_change_nothing(seed: int, renamed: list[int]) -> None:
    random = np.random.default_rng(seed)
    outcome = random.random(CONTACTS) < 0.3
    codes = np.where(outcome & (random.random(CONTACTS) < 0.99), 3, random.integers(3, size=CONTACTS))
    attribute = Attribute("tell-tale", "custom", numeric=False)
    order = random.permutation(CONTACTS)
    for values, bought in ((codes, outcome), (np.array(renamed)[codes], outcome), (codes[order], outcome[order])):
        assert find_leaks({"tell-tale": values}, bought, (attribute,), 1) == {"tell-tale": "too_good"}


@pytest.mark.parametrize(
    "name",
    ["status", "Lead Status", "deal_stage", "DealStage", "Phase", "closed", "close_date", "Abschlussdatum", "Won",
     "Gewonnen am", "duration", "Gesprächsdauer", "call_duration_seconds", "Kunde seit", "customer_since",
     "Verlustgrund", "IsConverted", "Vertragsbeginn", "Kündigungsdatum", "Kundennummer"],
)  # fmt: skip
def test_names_that_tell_of_the_outcome_are_suspicious(name: str) -> None:
    assert suspicious_name(name)


@pytest.mark.parametrize(
    "name",
    ["Marital_Status", "poutcome", "job", "Income", "MntWines", "Recency", "Region", "Dauer der Ausbildung",
     "campaign", "pdays", "Wohnstatus", "Phasenprüfer", "Branche", "wonderful"],
)  # fmt: skip
def test_names_of_what_was_known_before_are_not(name: str) -> None:
    assert not suspicious_name(name)
