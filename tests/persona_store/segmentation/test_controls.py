"""Negative controls: no personas where there are none, and no claim that personas explain what they do not."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sqlalchemy import Engine

from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import session_scope
from persona_store.segmentation.attributes import attribute_frame, recognise_attributes
from persona_store.segmentation.binning import fit_binning
from persona_store.segmentation.observations import Codes
from persona_store.segmentation.outcome_test import holm, outcome_differs
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.segment import encode, find_segments
from persona_store.segmentation.structure import find_structure
from tests.persona_store.segmentation.planted import permuted, planted

DATA = Path(__file__).parents[4] / "shared" / "data"
PERMUTED_SETS = 20
SAMPLE_CONTACTS = 1_500


def codes_of(engine: Engine, market: str) -> tuple[Codes, list[int]]:
    with session_scope(engine) as session:
        attributes, _ = recognise_attributes(session, market)
        frame = attribute_frame(session, market, known=attributes)
    binning = fit_binning(frame, attributes)
    names = [one.key for one in attributes if one.defines and one.key in binning.bins]
    return encode(binning.apply(frame), binning, names), [len(binning.bins[name].levels) for name in names]


@pytest.mark.parametrize("data", ["b2b", "b2c", "customer-personality"])
def test_at_most_one_in_twenty_permuted_sets_yields_a_persona(data: str, sqlite_engine: Engine, tmp_path: Path) -> None:
    if data == "customer-personality":
        files = [DATA / data / "marketing_campaign.csv"]
    else:
        files = list(write_sample(tmp_path / "export", SAMPLE_CONTACTS, 1).files)
    import_files(sqlite_engine, files)
    codes, sizes = codes_of(sqlite_engine, "b2b" if data == "b2b" else "b2c")
    assert find_structure(codes, sizes, seed=1)[1] is not None
    found = [find_structure(permuted(codes, seed), sizes, seed=seed)[1] for seed in range(PERMUTED_SETS)]
    assert sum(structure is not None for structure in found) <= 1


def deals() -> tuple[pl.DataFrame, tuple[Attribute, ...], np.ndarray]:
    """The deals of maven-crm as if they were contacts, with all that is known before the outcome."""
    folder = DATA / "maven-crm"
    pipeline = pl.read_csv(folder / "sales_pipeline.csv").filter(pl.col("deal_stage").is_in(["Won", "Lost"]))
    joined = (
        pipeline.join(pl.read_csv(folder / "sales_teams.csv"), on="sales_agent", how="left")
        .join(pl.read_csv(folder / "products.csv"), on="product", how="left")
        .join(pl.read_csv(folder / "accounts.csv"), on="account", how="left")
        .with_row_index("contact_id")
    )
    names = ("product", "series", "sales_agent", "manager", "regional_office", "sector", "office_location")
    numbers = ("sales_price", "revenue", "employees", "year_established")
    attributes = tuple(Attribute(key, "custom", numeric=key in numbers) for key in names + numbers)
    outcome = (joined["deal_stage"] == "Won").cast(pl.Float64).to_numpy()
    return joined.select("contact_id", *names, *numbers), attributes, outcome


def test_groups_of_deals_do_not_claim_to_explain_winning() -> None:
    frame, attributes, outcome = deals()
    binning = fit_binning(frame, attributes)
    _, segments = find_segments(binning.apply(frame), attributes, binning, seed=1)
    if segments is not None:  # accounts and teams do form groups; they only must not explain who wins
        test = outcome_differs(segments.membership, outcome, len(segments.model.weights))
        assert not test.explains
        assert test.adjusted.min() > 0.05


def test_personas_that_differ_in_the_outcome_are_told_from_those_that_do_not() -> None:
    generator = np.random.default_rng(1)
    membership = generator.integers(0, 4, 2000)
    outcome = (generator.random(2000) < np.array([0.3, 0.3, 0.3, 0.6])[membership]).astype(float)
    outcome[::7] = np.nan
    test = outcome_differs(membership, outcome, 4)
    assert test.explains
    assert test.differs[3]
    assert test.p < 1e-6


def test_outcomes_dealt_out_at_random_are_rarely_explained() -> None:
    generator = np.random.default_rng(2)
    membership = generator.integers(0, 8, 1000)
    claims = [outcome_differs(membership, (generator.random(1000) < 0.3).astype(float), 8).explains for _ in range(200)]
    assert sum(claims) <= 0.05 * len(claims) + 6  # twice the standard error above the level


@pytest.mark.parametrize("outcome", [[np.nan] * 6, [1.0] * 6, [1.0, np.nan, np.nan, np.nan, np.nan, np.nan]])
def test_outcomes_that_nobody_can_compare_explain_nothing(outcome: list[float]) -> None:
    test = outcome_differs(np.array([0, 0, 0, 1, 1, 1]), np.array(outcome), 3)
    assert not test.explains
    assert test.p == 1.0


def test_corrected_p_values_are_those_of_holm() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_too_little_data_is_told_as_the_reason() -> None:
    codes, _ = planted(40, 2, attributes=3)
    frame = pl.DataFrame({"contact_id": range(40)} | {f"a{n}": [str(v) for v in codes[:, n]] for n in range(3)})
    attributes = tuple(Attribute(f"a{n}", "custom", numeric=False) for n in range(3))
    binning = fit_binning(frame, attributes)
    choice, segments = find_segments(binning.apply(frame), attributes, binning, seed=1)
    assert (choice.reason, segments) == ("few_contacts", None)
