"""Levels that people understand; what is missing stays missing."""

import json

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from persona_store.segmentation.binning import OTHER, Binning, fit_binning
from persona_store.segmentation.registry import Attribute, built_in

INCOME = Attribute("Income", "custom", numeric=True)
JOB = Attribute("Job", "custom", numeric=False)


def frame(**columns: list[object]) -> pl.DataFrame:
    rows = len(next(iter(columns.values())))
    return pl.DataFrame({"contact_id": list(range(rows))} | columns, strict=False)


def test_company_size_is_cut_where_the_trade_cuts_it() -> None:
    data = frame(company_size=[1.0, 10.0, 11.0, 50.0, 51.0, 250.0, 251.0, 1000.0, 1001.0, None])
    size = next(attribute for attribute in built_in("b2b") if attribute.key == "company_size")
    levels = fit_binning(data, [size]).apply(data)["company_size"].to_list()
    assert levels == [
        *["1-10"] * 2,
        *["11-50"] * 2,
        *["51-250"] * 2,
        *["251-1000"] * 2,
        "1001+",
        None,
    ]


def test_responses_are_never_sometimes_or_often() -> None:
    data = frame(response_phone=[0.0, 0.2, 0.5, 1.0])
    response = next(attribute for attribute in built_in("b2b") if attribute.key == "response_phone")
    levels = fit_binning(data, [response]).apply(data)["response_phone"].to_list()
    assert levels == ["never", "sometimes", "often", "often"]


def test_numbers_get_round_edges_and_nothing_is_a_level_of_its_own() -> None:
    values = [0.0] * 40 + [float(value) for value in range(1001, 1061)]
    bins = fit_binning(frame(Income=values), [INCOME]).bins["Income"]
    assert bins.edges is not None
    assert bins.edges[0] == 1
    assert bins.level(0.0) == "0"
    assert all(edge == float(f"{edge:.2g}") for edge in bins.edges)


def test_few_whole_numbers_are_levels_themselves() -> None:
    bins = fit_binning(frame(Income=[0.0, 1.0, 2.0, 1.0]), [INCOME]).bins["Income"]
    assert bins.levels == ("0", "1", "2")


def test_rare_names_are_grouped_and_unseen_ones_join_them() -> None:
    data = frame(Job=["clerk"] * 500 + ["nurse"] * 495 + ["astronaut"] * 5)
    bins = fit_binning(data, [JOB]).bins["Job"]
    assert bins.levels == ("clerk", "nurse", OTHER)
    assert bins.level("acrobat") == OTHER


def test_an_attribute_that_is_the_same_everywhere_gets_no_bins() -> None:
    data = frame(Income=[5.0, 5.0, None], Job=["clerk", "clerk", "clerk"])
    assert fit_binning(data, [INCOME, JOB]).bins == {}


def test_bins_survive_json() -> None:
    data = frame(Income=[float(value) for value in range(100)], Job=["a", "b"] * 50)
    binning = fit_binning(data, [INCOME, JOB])
    assert Binning.from_json(json.loads(json.dumps(binning.as_json()))).bins == binning.bins


@given(
    st.lists(st.one_of(st.none(), st.floats(allow_infinity=False)), min_size=2, max_size=60),
    st.lists(st.one_of(st.none(), st.text(max_size=5)), min_size=2, max_size=60),
)
@example([1.75e308, 0.5], [None, None])
def test_one_value_and_a_whole_table_get_the_same_level(numbers: list[float | None], names: list[str | None]) -> None:
    rows = min(len(numbers), len(names))
    data = pl.DataFrame(
        {"contact_id": range(rows), "Income": numbers[:rows], "Job": names[:rows]},
        schema={"contact_id": pl.Int64, "Income": pl.Float64, "Job": pl.String},
    )
    binning = fit_binning(data, [INCOME, JOB])
    levels = binning.apply(data)
    for name, bins in binning.bins.items():
        assert levels[name].to_list() == [bins.level(value) for value in data[name].to_list()]
        assert len(set(bins.levels)) == len(bins.levels)
