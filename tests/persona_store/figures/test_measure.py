"""Every measure for every group, on both databases, and figures whose values are known."""

from datetime import date, datetime

import pytest
from sqlalchemy import Engine

from persona_store.database import session_scope
from persona_store.database.models import Contact, Deal, Interaction
from persona_store.exports import segment_csv, segment_of
from persona_store.figures import GROUPS, MEASURES, Only, measure, standing


@pytest.fixture
def store(personas: Engine) -> Engine:
    """Contact 1 (and its double 2) answered 3 of 4, bought for 300 in all; 3 answered 0 of 2 and was lost."""
    with session_scope(personas, writes=True) as session:
        session.get_one(Contact, 1).outcome = True
        session.get_one(Contact, 3).outcome = False
        session.get_one(Contact, 5).outcome = True
        touches = [(1, True), (1, True), (2, True), (2, False), (3, False), (3, False), (5, True)]
        session.add_all(
            Interaction(
                key=str(at), contact_id=who, kind="call", channel="phone", direction="out", responded=answered,
                at=datetime(2025, 3, 1), minutes=10.0,
            )
            for at, (who, answered) in enumerate(touches)
        )  # fmt: skip
        session.add_all(
            Deal(key=str(at), contact_id=who, amount=amount, won=True, closed_on=date(2025, 1, at + 1), custom={})
            for at, (who, amount) in enumerate([(1, 100.0), (2, 200.0), (5, 900.0)])
        )
    return personas


@pytest.mark.parametrize("key", MEASURES)
def test_every_measure_can_be_parted_by_every_group(store: Engine, key: str) -> None:
    with session_scope(store) as session:
        for by in (None, *GROUPS, *(["channel"] if MEASURES[key].channels else [])):
            found = measure(session, key, by, Only(since=date(2024, 1, 1), until=date(2026, 12, 31)))
            assert all(one.low <= one.value <= one.high for one in found.groups)
            standing(found)


def test_doubles_count_for_the_person_and_blocked_people_not_at_all(store: Engine) -> None:
    with session_scope(store) as session:
        answers = measure(session, "response_rate", None, Only(industry=None, since=date(2025, 1, 1))).whole
        revenue = measure(session, "revenue").whole
        outcome = measure(session, "outcome_rate").whole
    assert answers and (answers.n, answers.total, answers.people) == (6, 3.0, 2)
    assert revenue and (revenue.people, revenue.total) == (1, 300.0)
    assert outcome and (outcome.n, outcome.value) == (2, 0.5)


def test_the_rate_of_a_year_counts_the_lost_who_bear_no_date(store: Engine) -> None:
    year = Only(since=date(2025, 1, 1), until=date(2025, 12, 31))
    with session_scope(store, writes=True) as session:
        for contact_id, won_on in ((1, date(2025, 5, 1)), (3, None), (4, date(2025, 6, 1))):
            contact = session.get_one(Contact, contact_id)
            contact.created_on, contact.outcome_on = date(2025 - (contact_id == 4), 2, 1), won_on
            contact.outcome = won_on is not None
        session.flush()
        rate, customers = (measure(session, key, None, year).whole for key in ("outcome_rate", "customers"))
    assert rate and (rate.n, rate.total) == (2, 1.0)
    assert customers and customers.n == 2


def test_attempts_with_one_person_tell_less_than_with_many(store: Engine) -> None:
    with session_scope(store) as session:
        found = measure(session, "response_rate", None, Only(since=date(2025, 1, 1))).whole
    assert found and found.effective < found.n


def test_a_year_without_anything_has_no_figure(store: Engine) -> None:
    with session_scope(store) as session:
        assert measure(session, "revenue", None, Only(since=date(2020, 1, 1), until=date(2020, 12, 31))).whole is None


def test_a_persona_without_contacts_is_an_empty_file(store: Engine) -> None:
    with session_scope(store) as session:
        segment = segment_of(session, 1)
    assert segment is not None
    lines = b"".join(segment_csv(store, segment, "en")).decode("utf-8-sig").splitlines()
    assert len(lines) == segment.n + 1
