"""The audit trail says who looked up what and when, and belongs to the transaction it reports."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from persona_store.database import session_scope
from persona_store.database.models import Audit
from persona_store.privacy.audit import record


def test_a_look_up_is_recorded(engine: Engine) -> None:
    with session_scope(engine) as session:
        record(session, "anna", "match", contact_id=4711, detail="newest build")
    with session_scope(engine) as session:
        entry = session.scalars(select(Audit)).one()
    assert (entry.actor, entry.action, entry.contact_id, entry.detail) == ("anna", "match", 4711, "newest build")
    assert abs(datetime.now(UTC).replace(tzinfo=None) - entry.at) < timedelta(minutes=5)


def test_an_undone_change_leaves_no_entry(engine: Engine) -> None:
    with pytest.raises(RuntimeError), session_scope(engine) as session:
        record(session, "anna", "erase", contact_id=4711)
        raise RuntimeError("the change failed")
    with session_scope(engine) as session:
        assert session.scalars(select(Audit)).all() == []


def test_long_words_are_cut_to_what_fits(engine: Engine) -> None:
    with session_scope(engine) as session:
        record(session, "a" * 5000, "b" * 5000, detail="c" * 5000)
    with session_scope(engine) as session:
        entry = session.scalars(select(Audit)).one()
    assert (len(entry.actor), len(entry.action), len(entry.detail or "")) == (200, 60, 300)
