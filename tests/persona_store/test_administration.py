"""Users are changed and removed by admins only and never the last one of these; the audit trail is read in pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from persona_store.administration import (
    AuditFilter,
    LastAdmin,
    audit_entries,
    audited,
    change_rights,
    dismiss,
    last_logins,
)
from persona_store.database import session_scope
from persona_store.errors import MissingRight
from persona_store.privacy.audit import record
from persona_store.privacy.identity import Identity
from persona_store.users import UnknownUser, add_user, find_user

PASSWORD = "leuchtturm-gabel-november"


@contextmanager
def acting(engine: Engine, rights: str = "admin") -> Iterator[Session]:
    with session_scope(engine, writes=True, asker=Identity("clara", rights)) as session:
        yield session


@pytest.fixture
def staff(engine: Engine) -> Engine:
    with acting(engine) as session:
        add_user(session, "clara", PASSWORD, "admin")
        add_user(session, "anna", PASSWORD, "sales")
    return engine


def test_rights_change_and_the_last_admin_keeps_them(staff: Engine) -> None:
    with acting(staff) as session:
        with pytest.raises(LastAdmin, match="verwalten"):
            change_rights(session, "clara", "sales")
        assert change_rights(session, "Anna", "admin").rights == "admin"
        assert change_rights(session, "clara", "sales").rights == "sales"
        found = audit_entries(session, AuditFilter(action="change_rights"))
        assert [entry.detail for entry in found] == ["clara: admin → sales", "anna: sales → admin"]


def test_nobody_is_removed_who_does_not_exist_or_is_the_last_admin(staff: Engine) -> None:
    with acting(staff) as session:
        with pytest.raises(UnknownUser):
            dismiss(session, "nobody")
        with pytest.raises(LastAdmin):
            dismiss(session, "clara")
        dismiss(session, "anna")
        assert find_user(session, "anna") is None
        assert audit_entries(session, AuditFilter())[0].detail == "anna"


@pytest.mark.parametrize("rights", ["sales", "marketing", "trainer", "unheard of"])
def test_only_admins_may(staff: Engine, rights: str) -> None:
    with acting(staff, rights) as session:
        for forbidden in (
            lambda: change_rights(session, "anna", "admin"),
            lambda: dismiss(session, "anna"),
            lambda: audit_entries(session, AuditFilter()),
            lambda: audited(session),
            lambda: last_logins(session),
        ):
            with pytest.raises(MissingRight):
                forbidden()


def test_the_trail_is_filtered_by_who_what_and_when(staff: Engine) -> None:
    with acting(staff) as session:
        for action in ("login", "match", "login"):
            record(session, "anna", action, contact_id=4 if action == "match" else None)
        session.flush()
        newest = audit_entries(session, AuditFilter(), most=2)
        assert [entry.action for entry in newest] == ["login", "match"]
        assert audit_entries(session, AuditFilter(before=newest[-1].id), most=1)[0].action == "login"
        assert [entry.contact_id for entry in audit_entries(session, AuditFilter(action="match"))] == [4]
        assert {entry.actor for entry in audit_entries(session, AuditFilter(actor="anna"))} == {"anna"}
        tomorrow = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
        assert audit_entries(session, AuditFilter(since=tomorrow)) == []
        assert len(audit_entries(session, AuditFilter(until=tomorrow))) == len(audit_entries(session, AuditFilter()))
        actors, actions = audited(session)
        assert (actors, actions) == (["anna", "clara"], ["add_user", "login", "match"])
        assert last_logins(session).keys() == {"anna"}
