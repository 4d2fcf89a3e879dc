"""Contacts are matched with reasons and an honest confidence."""

from datetime import datetime

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from persona_store.database import session_scope
from persona_store.database.models import Interaction
from persona_store.errors import NoPersonas, NotAllowed
from persona_store.matching import Match, match_contact, match_levels
from persona_store.matching.match import confidence
from persona_store.matching.questions import information_gain


def match(engine: Engine, **levels: str) -> Match:
    with Session(engine) as session:
        return match_levels(session, "b2b", levels)


def test_the_posterior_follows_bayes(personas: Engine) -> None:
    found = match(personas, function="it", level="head")
    assert found.best.name("en") == "IT heads"
    by_bayes = 0.8 * 0.6 / (0.8 * 0.6 + 0.1 * 0.5)
    # One contact in fifty may be of a kind that no build can find; of those nothing but the shares is known.
    assert found.best.probability == pytest.approx(0.98 * by_bayes + 0.02 * 0.5)
    assert found.runner_up is not None and found.runner_up.name("de") == "Vertriebsleitung"
    assert sum(share.probability for share in found.personas) == pytest.approx(1)


def test_reasons_for_and_against_carry_their_numbers(personas: Engine) -> None:
    found = match(personas, function="it", level="head", response_phone="often")
    assert [reason.attribute for reason in found.reasons_for] == ["function", "level"]
    assert [reason.attribute for reason in found.reasons_against] == ["response_phone"]
    against = found.reasons_against[0]
    assert against.log_odds == pytest.approx(np.log(0.3 / 0.9))
    assert (against.probability, against.base, against.n, against.kind) == (0.3, 0.6, 90, "implicit")


def test_what_tells_nothing_is_no_reason(personas: Engine) -> None:
    found = match(personas, function="student", level="head")
    assert [reason.attribute for reason in found.reasons_for] == ["level"]


def test_unknown_attributes_and_levels_are_passed_over(personas: Engine) -> None:
    assert match(personas, function="it", shoe_size="44", level="emperor").known == 1


def test_the_most_telling_open_question_comes_first(personas: Engine) -> None:
    assert match(personas).ask_next[0] == "function"
    assert match(personas, function="it").ask_next == ("response_phone",)


def test_information_gain_is_mutual_information() -> None:
    even = np.array([0.5, 0.5])
    assert information_gain(even, np.array([[1.0, 0.0], [0.0, 1.0]])) == pytest.approx(np.log(2))
    assert information_gain(even, np.array([[0.3, 0.7], [0.3, 0.7]])) == pytest.approx(0)


@pytest.mark.parametrize(
    ("posterior", "known", "words"),
    [
        ([0.95, 0.04, 0.01], 5, "certain"),
        ([0.70, 0.20, 0.10], 5, "likely"),
        ([0.50, 0.40, 0.10], 5, "between"),
        ([0.45, 0.10, 0.45], 5, "between"),
        ([0.95, 0.04, 0.01], 1, "unknown"),
        ([0.40, 0.33, 0.27], 5, "unknown"),
    ],
)
def test_confidence_in_words(posterior: list[float], known: int, words: str) -> None:
    assert confidence(np.array(posterior), np.full(3, 1 / 3), known) == words


def test_a_single_persona_has_no_runner_up() -> None:
    assert confidence(np.array([1.0]), np.array([1.0]), 3) == "certain"


def test_a_contact_is_matched_from_its_live_data(personas: Engine) -> None:
    with session_scope(personas) as session:
        before = match_contact(session, 1)
    assert (before.name, before.company, before.contacts, before.build_id) == ("Eva Meier", "Rosch GmbH", 200, 1)
    assert (before.best.name("en"), before.known) == ("IT heads", 2)
    with session_scope(personas, writes=True) as session:
        session.add(
            Interaction(
                key="call", contact_id=1, kind="call", channel="phone", direction="out", responded=True,
                at=datetime(2026, 5, 30),
            )
        )  # fmt: skip
    with session_scope(personas) as session:
        after = match_contact(session, 1)
    assert after.known == 3
    assert after.best.probability < before.best.probability


def test_a_double_is_answered_by_the_person_it_stands_for(personas: Engine) -> None:
    with session_scope(personas) as session:
        assert match_contact(session, 2) == match_contact(session, 1)


def test_a_contact_of_whom_nothing_is_known_is_unknown(personas: Engine) -> None:
    with session_scope(personas) as session:
        found = match_contact(session, 4)
    assert (found.confidence, found.known, found.name) == ("unknown", 0, "#4711")
    assert found.reasons_for == found.reasons_against == ()


def test_who_objected_is_not_profiled(personas: Engine) -> None:
    with session_scope(personas) as session, pytest.raises(NotAllowed):
        match_contact(session, 5)


def test_a_market_without_personas_says_so(personas: Engine) -> None:
    with session_scope(personas) as session, pytest.raises(NoPersonas, match="personabot build"):
        match_contact(session, 6)


def test_an_empty_store_says_so(engine: Engine) -> None:
    with session_scope(engine) as session, pytest.raises(NoPersonas):
        match_levels(session, "b2b", {"function": "it"})


def test_an_unknown_id_is_an_error(personas: Engine) -> None:
    with session_scope(personas) as session, pytest.raises(NoResultFound):
        match_contact(session, 99)
