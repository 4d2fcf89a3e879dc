"""Shares compared, and shifts of attributes told only beyond chance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.segmentation.shares import contrast, holm, share
from persona_store.segmentation.shifts import comparable, find_shifts


def test_a_share_lies_within_its_interval() -> None:
    found = share(3, 10)
    assert (found.n, found.of, found.share) == (3, 10, 0.3)
    assert found.low < 0.3 < found.high
    assert share(0, 10).low == 0.0


def test_clearly_different_shares_are_told_apart_and_equal_ones_are_not() -> None:
    assert contrast(share(80, 100), share(20, 100)).p < 1e-6
    assert contrast(share(80, 100), share(20, 100)).low > 1.5
    same = contrast(share(50, 100), share(50, 100))
    assert same.p == pytest.approx(1.0)
    assert same.low < 1 < same.high
    assert contrast(share(100, 100), share(40, 40)).p == 1.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_only_makes_larger_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(before <= after <= 1 for before, after in zip(p_values, adjusted, strict=True))
    order = np.argsort(p_values, kind="stable")
    assert np.all(np.diff(np.array(adjusted)[order]) >= 0)


def market(levels: list[str], counts: list[int], edges: list[float] | None = None, other: bool = False) -> dict:
    return {"binning": {"a": {"levels": levels, "edges": edges, "other": other}}, "counts": {"a": counts}}


def test_a_shift_is_told_with_its_level_and_an_unchanged_attribute_is_not() -> None:
    then = market(["x", "y"], [500, 500])
    shifts, _ = find_shifts("b2b", then, market(["x", "y"], [800, 200]))
    assert [(one.attribute, one.n_then, one.n_now) for one in shifts] == [("a", 1000, 1000)]
    assert {round(shifts[0].share_then, 2), round(shifts[0].share_now, 2)} in ({0.5, 0.8}, {0.5, 0.2})
    assert find_shifts("b2b", then, market(["x", "y"], [510, 490])) == ([], [])


def test_numbers_are_compared_between_the_cuts_that_both_builds_have() -> None:
    then = {"levels": ["<1", "1..<5", ">=5"], "edges": [1.0, 5.0], "other": False}
    now = {"levels": ["<5", "5..<9", ">=9"], "edges": [5.0, 9.0], "other": False}
    levels, old, new = comparable(then, [1, 2, 3], now, [4, 5, 6])
    assert levels == ["<5", ">=5"]
    assert (old.tolist(), new.tolist()) == ([3, 3], [4, 11])
    assert find_shifts("b2b", market(["<1", ">=1"], [9, 9], [1.0]), market(["<2", ">=2"], [9, 9], [2.0]))[1] == ["a"]


def test_a_name_that_is_rare_on_one_side_counts_as_other_on_both() -> None:
    then = {"levels": ["x", "y", "other"], "edges": None, "other": True}
    now = {"levels": ["x", "z"], "edges": None, "other": False}
    levels, old, new = comparable(then, [5, 3, 2], now, [6, 4])
    assert levels == ["x", "y", "other"]
    assert (old.tolist(), new.tolist()) == ([5, 3, 2], [6, 0, 4])
