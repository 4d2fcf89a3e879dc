"""Personas of real public data, which lie beside the repository."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from persona_store.build import build
from persona_store.crm import import_files
from persona_store.database import session_scope
from persona_store.segmentation.model import contact_levels, load_model
from persona_store.segmentation.profiles import list_profiles

DATA = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture
def customers(sqlite_engine: Engine) -> Engine:
    path = DATA / "customer-personality" / "marketing_campaign.csv"
    assert path.exists(), f"The reference data are missing: {path}"
    import_files(sqlite_engine, [path])
    return sqlite_engine


def test_customers_fall_into_few_personas_of_custom_columns(customers: Engine) -> None:
    (market,) = build(customers).markets
    assert market.market == "b2c"
    assert 3 <= len(market.personas) <= 8
    assert market.left_out == {"Z_CostContact": "constant", "Z_Revenue": "constant"}
    assert len({persona.name_en for persona in market.personas}) == len(market.personas)
    # The answer to the last campaign took no part in finding the personas, but they foretell it.
    rates = [persona.outcome_rate for persona in market.personas if persona.outcome_rate is not None]
    assert max(rates) > 4 * min(rates)


def test_a_customer_is_matched_by_custom_columns(customers: Engine) -> None:
    build(customers)
    with session_scope(customers) as session:
        model = load_model(session, "b2c")
        assert model is not None
        levels = contact_levels(session, 1, model)
        assert {"Income", "MntWines", "Education"} <= set(levels)
        assert model.posterior(levels).max() > 0.5


def test_profiles_of_customers_weigh_what_they_buy_and_earn(customers: Engine) -> None:
    build(customers)
    with session_scope(customers) as session:
        profiles = list_profiles(session)
    for profile in profiles:
        assert profile.attributes[0].attribute.startswith(("Mnt", "Income", "Num"))


def test_columns_shuffled_apart_bear_no_personas(customers: Engine, shuffled: Callable[[Engine], None]) -> None:
    shuffled(customers)
    assert build(customers).verdict == "no_structure"
