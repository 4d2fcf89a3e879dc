"""The scorecard finds a planted effect, and says so when there is none to find."""

import numpy as np
import polars as pl
import pytest

from persona_store.antipersona import LearnedScorecard
from persona_store.antipersona.learning import learn
from persona_store.segmentation.registry import Attribute

ATTRIBUTES = (
    Attribute("function", "explicit", numeric=False),
    Attribute("downloads", "implicit", numeric=True),
    Attribute("source", "explicit", numeric=False),
)
CONTACTS = 4000


def contacts(seed: int = 7) -> tuple[pl.DataFrame, np.ndarray]:
    """Students hardly ever buy, engineers often; downloads help; the source says nothing."""
    random = np.random.default_rng(seed)
    function = random.choice(["student", "engineering", "sales"], CONTACTS, p=[0.1, 0.3, 0.6])
    downloads = random.poisson(3, CONTACTS).astype(float)
    odds = -1.5 + np.where(function == "student", -4.0, np.where(function == "engineering", 1.5, 0)) + 0.4 * downloads
    bought = random.random(CONTACTS) < 1 / (1 + np.exp(-odds))
    frame = pl.DataFrame(
        {
            "contact_id": np.arange(CONTACTS),
            "function": function,
            "downloads": downloads,
            "source": random.choice(["web", "fair", "list"], CONTACTS),
        }
    ).with_columns(
        pl.when(pl.Series(random.random(CONTACTS) > 0.1)).then(pl.col("downloads")).alias("downloads"),
    )
    return frame, bought.astype(float)


def points_of(card: LearnedScorecard, attribute: str, level: str) -> float:
    return next(one.points for one in card.points if (one.attribute, one.level) == (attribute, level))


def test_a_planted_effect_is_found_and_read_in_points() -> None:
    frame, outcome = contacts()
    card = learn(frame, outcome, ATTRIBUTES, seed=1)
    assert card.verdict == "learned"
    assert card.quality.auc_low is not None and card.quality.auc_low > 0.75
    assert card.quality.calibration_error is not None and card.quality.calibration_error < 0.03
    # planted: 5.5 in log-odds lie between engineers and students, 20 points double the odds
    distance = points_of(card, "function", "engineering") - points_of(card, "function", "student")
    assert distance == pytest.approx(5.5 / np.log(2) * 20, rel=0.25)


def test_stated_probabilities_agree_with_what_new_contacts_do() -> None:
    frame, outcome = contacts()
    card = learn(frame, outcome, ATTRIBUTES, seed=1)
    fresh, happened = contacts(seed=99)
    stated = np.array([card.probability(card.levels(row))[0] for row in fresh.iter_rows(named=True)])
    assert abs(stated.mean() - happened.mean()) < 0.03
    likely = stated > 0.7
    assert happened[likely].mean() > 0.65
    assert happened[stated < 0.1].mean() < 0.12


def test_the_interval_holds_the_probability_and_the_observed_share() -> None:
    frame, outcome = contacts()
    card = learn(frame, outcome, ATTRIBUTES, seed=1)
    p, low, high = card.probability({"function": "student"})
    assert 0 <= low <= p <= high <= 0.12


def test_only_evidence_that_the_data_bear_out_is_given() -> None:
    frame, outcome = contacts()
    card = learn(frame, outcome, ATTRIBUTES, seed=1)
    evidence = card.evidence({"function": "student", "source": "web"})
    assert [one.attribute for one in evidence] == ["function"]
    student = evidence[0]
    is_student = (frame["function"] == "student").to_numpy()
    assert (student.n, student.bought) == (is_student.sum(), outcome[is_student].sum())
    assert student.points < 0


def test_students_who_do_buy_are_not_held_against_anyone() -> None:
    frame, outcome = contacts()
    random = np.random.default_rng(3)
    student = (frame["function"] == "student").to_numpy()
    outcome = outcome.copy()
    outcome[student] = random.random(student.sum()) < outcome[~student].mean()
    card = learn(frame, outcome, ATTRIBUTES, seed=1)
    assert all(one.level != "student" for one in card.evidence({"function": "student"}))


def test_a_permuted_outcome_cannot_be_predicted() -> None:
    frame, outcome = contacts()
    shuffled = np.random.default_rng(5).permutation(outcome)
    card = learn(frame, shuffled, ATTRIBUTES, seed=1)
    assert card.verdict == "not_predictable"
    assert card.quality.auc == pytest.approx(0.5, abs=0.05)
    assert card.points == ()


def test_too_few_outcomes_are_not_learned_from() -> None:
    frame, outcome = contacts()
    sparse = np.full(CONTACTS, np.nan)
    bought, lost = np.flatnonzero(outcome == 1), np.flatnonzero(outcome == 0)
    sparse[bought[:49]], sparse[lost] = 1, 0
    card = learn(frame, sparse, ATTRIBUTES, seed=1)
    assert card.verdict == "too_few_outcomes"
    assert card.quality.positives == 49
    sparse[bought[:50]] = 1
    assert learn(frame, sparse, ATTRIBUTES, seed=1).verdict != "too_few_outcomes"


def test_unknown_outcomes_are_left_aside() -> None:
    frame, outcome = contacts()
    holes = outcome.copy()
    holes[::2] = np.nan
    card = learn(frame, holes, ATTRIBUTES, seed=1)
    assert card.quality.n == CONTACTS // 2
    assert card.quality.positives == int(np.nansum(holes))


def test_what_is_not_known_counts_as_the_average() -> None:
    frame, outcome = contacts()
    card = learn(frame, outcome, ATTRIBUTES, seed=1)
    for attribute in ("function", "downloads"):
        own = [one for one in card.points if one.attribute == attribute]
        mean = sum(one.points * one.n for one in own) / sum(one.n for one in own)
        assert abs(mean) < 1


def test_the_same_seed_gives_the_same_score() -> None:
    frame, outcome = contacts()
    assert learn(frame, outcome, ATTRIBUTES, seed=4) == learn(frame, outcome, ATTRIBUTES, seed=4)


def test_a_stored_scorecard_is_read_back_unchanged() -> None:
    frame, outcome = contacts()
    card = learn(frame, outcome, ATTRIBUTES, seed=1)
    assert LearnedScorecard.from_json(card.as_json(), card.verdict, card.quality, card.left_out) == card


def test_attributes_without_any_value_do_no_harm() -> None:
    frame, outcome = contacts()
    empty = frame.with_columns(pl.lit(None, dtype=pl.String).alias("function"))
    card = learn(empty, outcome, ATTRIBUTES, seed=1)
    assert card.verdict == "learned"
    assert all(one.attribute != "function" for one in card.points)
