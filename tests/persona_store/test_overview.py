"""The store at a glance: for whoever may see aggregates, with what changed since the build before."""

import pytest
from sqlalchemy import Engine

from persona_store.database import session_scope
from persona_store.database.models import Build, Contact
from persona_store.errors import MissingRight
from persona_store.overview import overview, state_of
from persona_store.privacy.identity import Identity
from tests.bot.two_builds import DATA_ON, SECOND, add_builds

TRAINER = Identity("tom", "trainer")


@pytest.fixture
def two_builds(engine: Engine) -> Engine:
    with session_scope(engine, writes=True, asker=Identity("clara", "admin")) as session:
        add_builds(session)
    return engine


def test_trends_tell_growth_from_chance(two_builds: Engine) -> None:
    with session_scope(two_builds, asker=TRAINER) as session:
        found = overview(session)
    trends = [one.trend for one in found.personas]
    assert [trend.direction for trend in trends if trend] == ["steady", "up", "new"]
    assert found.personas[0].traits == (("function", "it"), ("level", "head"), ("response_phone", "never"))
    assert found.build is not None
    assert [one.name("de") for one in found.build.vanished] == ["Rest"]
    assert (found.build.id, found.build.built_at, found.data_on) == (2, SECOND, DATA_ON)


def test_counts_leave_out_doubles_and_people_who_objected(two_builds: Engine) -> None:
    with session_scope(two_builds, writes=True) as session:
        session.get_one(Contact, 1).blocked_on = DATA_ON
        session.get_one(Contact, 2).duplicate_of = 3
    with session_scope(two_builds, asker=TRAINER) as session:
        assert overview(session).contacts == 398


def test_the_first_build_has_no_trend_and_an_empty_store_no_build(engine: Engine) -> None:
    with session_scope(engine, asker=TRAINER) as session:
        empty = overview(session)
        assert (empty.build, empty.personas, empty.contacts, empty.data_on) == (None, (), 0, None)
    with session_scope(engine, writes=True, asker=Identity("clara", "admin")) as session:
        add_builds(session)
        session.get_one(Build, 2).drift = {}
        session.flush()
        assert [one.trend for one in overview(session).personas] == [None, None, None]


def test_nobody_sees_it_without_the_right(two_builds: Engine) -> None:
    nobody = Identity("nobody", "unheard of")
    with session_scope(two_builds, asker=nobody) as session, pytest.raises(MissingRight):
        overview(session)


def test_the_state_changes_with_a_build(two_builds: Engine) -> None:
    with session_scope(two_builds, writes=True) as session:
        before = state_of(session)
        session.add(
            Build(id=3, created_at=SECOND, seed=1, contacts=0, verdict="no_structure", markets={}, previous_id=2)
        )
        session.flush()
        assert state_of(session) != before
