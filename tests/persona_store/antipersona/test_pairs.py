"""Two attributes count together where only both at once say something, and not otherwise."""

import numpy as np
import polars as pl

from persona_store.antipersona import LearnedScorecard
from persona_store.antipersona.learning import learn
from persona_store.segmentation.registry import Attribute

ATTRIBUTES = tuple(Attribute(name, "explicit", numeric=False) for name in ("month", "source", "region"))
CONTACTS = 6000


def contacts(together: float) -> tuple[pl.DataFrame, np.ndarray]:
    """Alone month and source say little; `together` (log-odds) is what fairs in spring add."""
    random = np.random.default_rng(3)
    month = random.choice(["march", "july", "november"], CONTACTS)
    source = random.choice(["fair", "web", "list"], CONTACTS)
    odds = -1.5 + 0.3 * (source == "web") + together * ((month == "march") == (source == "fair"))
    bought = random.random(CONTACTS) < 1 / (1 + np.exp(-odds))
    columns = {"contact_id": np.arange(CONTACTS), "month": month, "source": source}
    return pl.DataFrame(columns | {"region": random.choice(["north", "south"], CONTACTS)}), bought.astype(float)


def pairs(card: LearnedScorecard) -> set[tuple[str, str]]:
    return {(one.attribute, one.beside[0]) for one in card.points if one.beside}


def test_a_planted_pair_is_found_and_lifts_the_score() -> None:
    frame, outcome = contacts(together=2.0)
    card = learn(frame, outcome, ATTRIBUTES, seed=1)
    assert pairs(card) == {("month", "source")}
    fair_in_march = card.probability({"month": "march", "source": "fair", "region": "north"})[0]
    fair_in_july = card.probability({"month": "july", "source": "fair", "region": "north"})[0]
    assert fair_in_march > 2 * fair_in_july
    evidence = card.evidence({"month": "march", "source": "fair"})
    assert evidence[0].beside == ("source", "fair")
    chosen = ((frame["month"] == "march") & (frame["source"] == "fair")).to_numpy()
    assert (evidence[0].n, evidence[0].bought) == (chosen.sum(), outcome[chosen].sum())


def test_half_a_pair_counts_nothing() -> None:
    frame, outcome = contacts(together=2.0)
    card = learn(frame, outcome, ATTRIBUTES, seed=1)
    assert all(one.beside is None for one in card.evidence({"month": "march"}))


def test_attributes_that_add_up_make_no_pair() -> None:
    random = np.random.default_rng(4)
    frame, _ = contacts(together=0.0)
    odds = -1.5 + 1.5 * (frame["month"] == "march").to_numpy() + 1.0 * (frame["source"] == "web").to_numpy()
    outcome = (random.random(CONTACTS) < 1 / (1 + np.exp(-odds))).astype(float)
    assert pairs(learn(frame, outcome, ATTRIBUTES, seed=1)) == set()


def test_a_pair_survives_being_stored() -> None:
    frame, outcome = contacts(together=2.0)
    card = learn(frame, outcome, ATTRIBUTES, seed=1)
    assert LearnedScorecard.from_json(card.as_json(), card.verdict, card.quality, card.left_out) == card
