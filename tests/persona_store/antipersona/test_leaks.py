"""Columns that know the outcome are refused by name or by what the data show, honest ones are not."""

import numpy as np
import polars as pl
import pytest

from persona_store.antipersona.leaks import suspicious_name
from persona_store.antipersona.learning import learn
from persona_store.segmentation import Attribute

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
