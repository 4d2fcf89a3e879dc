"""The store is closed to other users, names no values in errors, and says in one sentence when it cannot be used."""

import os
import stat
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from persona_store.database import connect, in_turn, migrate, session_scope, set_deadline
from persona_store.database.models import Company, Contact
from persona_store.errors import InputError, StoreUnavailable


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_files_of_the_store_are_for_their_owner_only(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'var' / 'store.db'}")
    migrate(engine)
    with session_scope(engine) as session:
        session.add(Contact(key="1", market="b2b", custom={}))
        session.flush()
        files = list((tmp_path / "var").iterdir())
    assert {file.name for file in files} >= {"store.db", "store.db-wal"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    engine.dispose()


def test_errors_do_not_quote_data(engine: Engine) -> None:
    with pytest.raises(IntegrityError) as caught, session_scope(engine) as session:
        for _ in range(2):
            session.add(Contact(key="same", market="b2b", last_name="Geheimrat", custom={}))
            session.flush()
    assert "Geheimrat" not in str(caught.value)


def test_writer_who_waits_in_vain_hears_that_the_store_is_busy(
    sqlite_engine: Engine,
) -> None:
    with session_scope(sqlite_engine, writes=True) as first:
        first.execute(text("SELECT 1"))
        other = connect(sqlite_engine.url.render_as_string())
        with other.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=10")
        with pytest.raises(StoreUnavailable, match="gerade"), session_scope(other, writes=True) as second:
            second.execute(text("SELECT 1"))
        other.dispose()


def test_server_that_is_not_there_is_one_sentence() -> None:
    nobody = connect("postgresql://anna:geheim@127.0.0.1:1/store")
    with pytest.raises(StoreUnavailable) as caught, session_scope(nobody) as session:
        session.execute(text("SELECT 1"))
    assert "geheim" not in str(caught.value)
    with pytest.raises(StoreUnavailable):
        migrate(nobody)


def test_nonsense_is_no_address_and_no_folder_for_a_store(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        connect("nonsense")
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable):
        connect(f"sqlite:///{tmp_path / 'file' / 'store.db'}")


def test_nothing_is_written_after_the_deadline(engine: Engine) -> None:
    def write(seconds: float | None) -> None:
        set_deadline(seconds)
        with session_scope(engine, writes=True) as session:
            session.add(Company(key=f"late {seconds}", name="x", name_key="x", custom={}))

    copy_context().run(write, None)
    copy_context().run(write, 60.0)
    with pytest.raises(StoreUnavailable):
        copy_context().run(write, -1.0)
    with session_scope(engine) as session:
        assert len(session.scalars(select(Company.id)).all()) == 2


def test_looking_keeps_no_writer_waiting_until_it_writes(engine: Engine) -> None:
    def write(name: str) -> None:
        with session_scope(engine, writes=True) as session:
            session.add(Contact(key=name, market="b2b", custom={}))

    def work(session: Session) -> int:
        known = len(session.scalars(select(Contact)).all())
        if known == 0:
            write("meanwhile")  # would wait in vain, held the other one the store
        session.add(Contact(key="own", market="b2b", custom={}))
        return known

    in_turn(engine, work)
    with session_scope(engine) as session:
        assert set(session.scalars(select(Contact.key))) == {"meanwhile", "own"}


def test_who_was_overtaken_looks_again_before_writing(sqlite_engine: Engine) -> None:
    seen: list[int] = []

    def work(session: Session) -> None:
        seen.append(len(session.scalars(select(Contact)).all()))
        if len(seen) == 1:
            with session_scope(sqlite_engine, writes=True) as other:
                other.add(Contact(key="meanwhile", market="b2b", custom={}))
        session.add(Contact(key=f"after {seen[-1]}", market="b2b", custom={}))

    in_turn(sqlite_engine, work)
    with session_scope(sqlite_engine) as session:
        assert set(session.scalars(select(Contact.key))) == {"meanwhile", "after 1"}
    assert seen == [0, 1]


def test_nothing_is_written_in_turn_after_the_deadline(engine: Engine) -> None:
    def work(session: Session) -> None:
        set_deadline(-1.0)
        session.add(Contact(key="late", market="b2b", custom={}))

    with pytest.raises(StoreUnavailable):
        copy_context().run(in_turn, engine, work)
    with session_scope(engine) as session:
        assert session.scalars(select(Contact.key)).all() == []
