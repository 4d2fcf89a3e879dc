"""Accounts of other channels speak for a user after a one-time code, and no longer once unlinked."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from persona_store.database import session_scope
from persona_store.database.models import Audit, Button, LinkCode, User
from persona_store.errors import InputError
from persona_store.links import (
    CODE_LENGTH,
    TELEGRAM,
    language_spoken,
    linked_user,
    links_of,
    new_code,
    note_language,
    redeem,
    unlink,
)
from persona_store.users import find_user, remove_user

MOMENT = datetime(2026, 1, 1)


@pytest.fixture
def people(engine: Engine) -> Engine:
    with session_scope(engine, writes=True) as session:
        for name in ("anna", "berta"):
            session.add(User(name=name, password_hash="none", rights="sales", created_at=MOMENT))
    return engine


def code_for(engine: Engine, name: str = "anna") -> str:
    with session_scope(engine, writes=True) as session:
        return new_code(session, name)


def redeemed(engine: Engine, code: str, account: str = "4711", channel: str = TELEGRAM) -> str | None:
    with session_scope(engine, writes=True) as session:
        user = redeem(session, code, channel, account)
        return user.name if user else None


def speaks_for(engine: Engine, account: str = "4711", channel: str = TELEGRAM) -> str | None:
    with session_scope(engine) as session:
        user = linked_user(session, channel, account)
        return user.name if user else None


def test_a_code_links_once(people: Engine) -> None:
    code = code_for(people)
    assert speaks_for(people) is None
    assert redeemed(people, code) == "anna"
    assert (speaks_for(people), speaks_for(people, channel="other")) == ("anna", None)
    assert redeemed(people, code, "4712") is None
    assert speaks_for(people, "4712") is None


def test_how_a_code_is_typed_does_not_matter(people: Engine) -> None:
    code = code_for(people)
    assert redeemed(people, f" {code[:4].upper()}-{code[4:8]} {code[8:]}") == "anna"


def test_a_code_expires_and_a_new_one_ends_the_old(people: Engine) -> None:
    old, new = code_for(people), code_for(people)
    assert redeemed(people, old) is None
    with session_scope(people, writes=True) as session:
        session.execute(update(LinkCode).values(expires_at=datetime.now(UTC).replace(tzinfo=None)))
    assert redeemed(people, new) is None
    with session_scope(people) as session:
        assert session.scalar(select(LinkCode)) is None


def test_a_code_is_for_its_channel_and_only_its_hash_is_kept(people: Engine) -> None:
    code = code_for(people)
    assert len(code) == CODE_LENGTH
    with session_scope(people) as session:
        (kept,) = session.scalars(select(LinkCode)).all()
        assert code not in (kept.digest, kept.channel)
    assert redeemed(people, code, channel="other") is None
    assert redeemed(people, code) == "anna"


@pytest.mark.parametrize("code", ["", " ", "x" * 100_000, "\x00", "' OR 1=1 --", "😀", "\ud800", "%"])
def test_what_is_no_code_links_nobody(people: Engine, code: str) -> None:
    code_for(people)
    assert redeemed(people, code) is None


def test_nobody_gets_a_code_for_somebody_unknown(people: Engine) -> None:
    with pytest.raises(InputError), session_scope(people, writes=True) as session:
        new_code(session, "nobody")


def test_an_account_speaks_for_one_user_and_a_user_may_have_several(people: Engine) -> None:
    assert [redeemed(people, code_for(people), account) for account in ("1", "2")] == ["anna", "anna"]
    assert redeemed(people, code_for(people, "berta"), "2") == "berta"
    with session_scope(people) as session:
        assert [(one.external_id, one.user.name) for one in links_of(session)] == [("1", "anna"), ("2", "berta")]
        assert [one.external_id for one in links_of(session, find_user(session, "berta"))] == ["2"]


def test_unlinking_holds_at_once_with_what_the_channel_kept(people: Engine) -> None:
    for account in ("1", "2"):
        redeemed(people, code_for(people), account)
    code = code_for(people)
    with session_scope(people, writes=True) as session:
        anna = find_user(session, "anna")
        assert anna is not None
        later = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)
        session.add(Button(key="k", channel=TELEGRAM, chat="1", user_id=anna.id, send="Eva?", expires_at=later))
        assert unlink(session, TELEGRAM, "1") == 1
        assert unlink(session, TELEGRAM, "1") == 0
        assert session.scalar(select(Button)) is None
    assert (speaks_for(people, "1"), speaks_for(people, "2")) == (None, "anna")
    with session_scope(people, writes=True) as session:
        anna = find_user(session, "anna")
        assert anna is not None
        assert unlink(session, TELEGRAM, anna) == 1
    assert (speaks_for(people, "2"), redeemed(people, code)) == (None, None)


def test_who_is_removed_speaks_no_more(people: Engine) -> None:
    redeemed(people, code_for(people))
    code = code_for(people)
    with session_scope(people, writes=True) as session:
        remove_user(session, "anna")
    assert (speaks_for(people), redeemed(people, code)) == (None, None)
    with session_scope(people) as session:
        assert links_of(session) == []


def test_links_are_recorded_without_the_number(people: Engine) -> None:
    redeemed(people, code_for(people), "4711")
    with session_scope(people, writes=True) as session:
        unlink(session, TELEGRAM, "4711")
    with session_scope(people) as session:
        entries = [(one.actor, one.action, one.detail) for one in session.scalars(select(Audit).order_by(Audit.id))]
    assert entries == [("anna", "link_account", TELEGRAM), ("anna", "unlink_account", TELEGRAM)]


def test_an_account_keeps_the_language_last_spoken(people: Engine) -> None:
    redeemed(people, code_for(people))
    with session_scope(people, writes=True) as session:
        assert language_spoken(session, TELEGRAM, "4711") is None
        note_language(session, TELEGRAM, "4711", "en")
        note_language(session, TELEGRAM, "nobody", "en")
    with session_scope(people) as session:
        assert language_spoken(session, TELEGRAM, "4711") == "en"
        assert language_spoken(session, TELEGRAM, "nobody") is None
