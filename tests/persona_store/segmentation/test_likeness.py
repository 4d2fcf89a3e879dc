"""How alike personas of two builds are, and which belong together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.segmentation.likeness import LEAST_LIKENESS, Profile, assign, likeness, profile_likeness

NOTHING = Profile({}, {})
CLASSES = 4

memberships = st.lists(st.integers(0, CLASSES - 1), min_size=CLASSES, max_size=60)


def table(then: list[int], now: list[int]) -> np.ndarray:
    shared = np.zeros((CLASSES, CLASSES))
    np.add.at(shared, (then, now), 1)
    nothing = [NOTHING] * CLASSES
    return likeness(shared, shared.sum(axis=1), shared.sum(axis=0), nothing, nothing)


@given(memberships)
def test_identical_builds_match_themselves_with_likeness_one(then: list[int]) -> None:
    found = table(then, then)
    for place in set(then):
        assert found[place, place] == 1.0
        assert assign(found)[place] == place


@given(memberships, st.permutations(range(CLASSES)))
def test_the_order_of_classes_is_irrelevant(then: list[int], order: list[int]) -> None:
    found = assign(table(then, [order[place] for place in then]))
    assert {place: found[place] for place in set(then)} == {place: order[place] for place in set(then)}


@given(memberships, st.data())
def test_likeness_is_symmetric_and_bounded(then: list[int], data: st.DataObject) -> None:
    now = data.draw(st.lists(st.integers(0, CLASSES - 1), min_size=len(then), max_size=len(then)))
    forth, back = table(then, now), table(now, then)
    assert np.allclose(forth, back.T)
    assert forth.min() >= 0
    assert forth.max() <= 1


def test_what_has_dissolved_finds_no_match() -> None:
    thirds = np.array([[10.0, 10.0, 10.0]])
    found = likeness(thirds, np.array([30.0]), np.array([10.0, 10.0, 10.0]), [NOTHING], [NOTHING] * 3)
    assert found.max() < LEAST_LIKENESS
    assert assign(found) == {}


def test_without_contacts_in_common_the_profiles_decide() -> None:
    phone = Profile({"channel": {"phone": 0.9, "mail": 0.1}}, {"channel": 1.0})
    mail = Profile({"channel": {"phone": 0.1, "mail": 0.9}}, {"channel": 1.0})
    found = likeness(np.zeros((2, 2)), np.full(2, 50.0), np.full(2, 50.0), [phone, mail], [mail, phone])
    assert assign(found) == {0: 1, 1: 0}
    assert found[0, 1] == pytest.approx(1.0)
    assert found[0, 0] == pytest.approx(0.2 / 1.8)


def test_attributes_that_were_cut_otherwise_are_left_out_of_profiles() -> None:
    one = Profile({"income": {"<10": 0.5, ">=10": 0.5}}, {"income": 1.0})
    other = Profile({"income": {"<20": 0.5, ">=20": 0.5}}, {"income": 1.0})
    assert profile_likeness(one, other) == 0.0
    assert profile_likeness(one, one) == 1.0
