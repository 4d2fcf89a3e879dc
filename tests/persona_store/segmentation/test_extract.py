"""A whole market streams past the session into DuckDB, a few contacts are read through it: both say the same."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from threading import Event
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import Engine, func, select, update

from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Contact, Deal, Interaction, TextHit
from persona_store.errors import StoreUnavailable
from persona_store.segmentation.attributes import attribute_frame, attribute_frames, recognise_attributes
from persona_store.segmentation.extract import FOLDER, MANY, can_extract, extract
from persona_store.segmentation.registry import MARKETS
from persona_store.settings import settings

CONTACTS = 400


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("sample")
    return list(write_sample(folder, CONTACTS, seed=3).files)


@pytest.fixture
def crm(engine: Engine, sample: list[Path]) -> Engine:
    """The sample with a doubled, a blocked and a noted contact, offers, topics, texts and what was found in them."""
    import_files(engine, sample)
    with session_scope(engine, writes=True) as session:
        busy = session.scalars(
            select(Interaction.contact_id).group_by(Interaction.contact_id).order_by(func.count().desc()).limit(9)
        ).all()
        session.execute(update(Contact).where(Contact.id == busy[1]).values(duplicate_of=busy[0], market="b2b"))
        session.execute(update(Contact).where(Contact.id == busy[0]).values(duplicate_of=None, market="b2b"))
        session.execute(update(Contact).where(Contact.id == busy[2]).values(blocked_on=date(2025, 1, 1)))
        session.execute(update(Contact).where(Contact.id == busy[3]).values(notes="Alles zu teuer"))
        last = session.scalars(select(Interaction).order_by(Interaction.id.desc()).limit(5)).all()
        for number, touch in enumerate(last):
            touch.kind, touch.responded, touch.text = "offer", number % 2 == 0, "Das ist uns zu teuer."
        for touch in last[:3]:
            place: dict[str, Any] = {"field": "text", "start": 0, "end": 3, "interaction_id": touch.id}
            session.add(TextHit(contact_id=touch.contact_id, kind="problem", term="price", **place))
        session.add(TextHit(contact_id=busy[3], kind="trait", term="cautious", field="notes", start=0, end=3))
    return engine


def both_ways(engine: Engine, **options: Any) -> list[tuple[pl.DataFrame, pl.DataFrame]]:
    pairs = []
    with session_scope(engine) as session:
        for market in MARKETS:
            known = recognise_attributes(session, market)[0]
            whole = attribute_frame(session, market, known=known, **options)
            ids = session.scalars(select(Contact.id).where(Contact.market == market)).all()
            pairs.append((whole, attribute_frame(session, market, ids, known=known, **options)))
    return pairs


@pytest.mark.parametrize("until_outcome", [False, True])
def test_a_whole_market_and_its_contacts_one_by_one_have_the_same_attributes(crm: Engine, until_outcome: bool) -> None:
    for whole, few in both_ways(crm, until_outcome=until_outcome):
        assert len(whole) > 20
        assert_frame_equal(whole, few, check_exact=True)


def test_every_attribute_is_known_of_somebody(crm: Engine) -> None:
    (whole, _), _ = both_ways(crm)
    assert {name for name in whole.columns if whole[name].is_null().all()} <= {"response_in_person"}
    assert whole["problem_price"].sum() > 0
    assert whole["problem_price"].null_count() > 0


@pytest.mark.parametrize("many", [0, MANY])
def test_one_extract_serves_both_markets_before_and_after_the_outcome(
    crm: Engine, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By one reader and, of many touchpoints, by several."""
    monkeypatch.setattr("persona_store.segmentation.extract.MANY", many)
    with session_scope(crm) as session, extract(session) as source:
        for market in MARKETS:
            known = recognise_attributes(session, market)[0]
            shared = attribute_frames(session, market, known, None, source)
            for frame, until_outcome in zip(shared, (False, True), strict=True):
                own = attribute_frame(session, market, until_outcome=until_outcome)
                assert_frame_equal(frame, own, check_exact=True)
            assert not shared[0].drop("recency").equals(shared[1].drop("recency")), "some did more after the outcome"


def test_what_a_session_has_not_committed_counts_for_it(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        session.add(Contact(id=1, key="p1", market="b2b", custom={}))
        session.add(Interaction(key="i1", contact_id=1, kind="download", at=datetime(2025, 1, 1)))
        session.flush()
        assert not can_extract(session)
        assert attribute_frame(session, "b2b")["downloads"].to_list() == [1.0]
        assert attribute_frame(session, "b2b", [1])["downloads"].to_list() == [1.0]


def test_a_store_in_memory_is_read_through_its_session() -> None:
    engine = connect("sqlite://")
    migrate(engine)
    with session_scope(engine, writes=True) as session:
        session.add(Contact(id=1, key="p1", market="b2b", source="web", custom={}))
    with session_scope(engine) as session:
        assert not can_extract(session)
        assert attribute_frame(session, "b2b")["source"].to_list() == ["web"]
    engine.dispose()


def test_nothing_is_left_behind_in_the_folder(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "var", tmp_path / "var")
    with session_scope(sqlite_engine) as session, extract(session):
        (folder,) = (tmp_path / "var").iterdir()
        assert folder.stat().st_mode & 0o077 == 0
    assert list((tmp_path / "var").iterdir()) == []


def test_a_store_that_is_gone_is_told_in_a_sentence(sqlite_engine: Engine, tmp_path: Path) -> None:
    with session_scope(sqlite_engine) as session:
        session.execute(select(Contact.id))
        for file in tmp_path.glob("store.db*"):
            file.unlink()
        with pytest.raises(StoreUnavailable), extract(session):
            pass


def test_readers_do_not_disturb_who_writes_in_the_same_process(
    sqlite_engine: Engine, planted_crm: Callable[..., Any]
) -> None:
    planted_crm(sqlite_engine, contacts=60)
    with session_scope(sqlite_engine, writes=True) as writing:
        with session_scope(sqlite_engine) as reading:
            attribute_frame(reading, "b2b")
        writing.add(Deal(key="later", contact_id=1, amount=5.0, won=True, custom={}))
    with session_scope(sqlite_engine) as session:
        assert session.scalar(select(Deal.amount).where(Deal.key == "later")) == 5.0


def test_all_readers_of_a_copy_see_the_same_moment(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first and the last touchpoint are read side by side; they are always changed together."""
    monkeypatch.setattr("persona_store.segmentation.extract.MANY", 0)
    with session_scope(sqlite_engine, writes=True) as session:
        session.add(Contact(id=1, key="p1", market="b2b", custom={}))
        session.flush()
        session.add_all(Interaction(key=f"i{one}", contact_id=1, kind="call", minutes=0.0) for one in range(3000))
    done = Event()

    def change() -> None:
        minutes = 0.0
        while not done.is_set():
            minutes += 1.0
            with session_scope(sqlite_engine, writes=True) as session:
                session.execute(update(Interaction).where(Interaction.id.in_([1, 3000])).values(minutes=minutes))

    seen = set()
    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(change)
        try:
            for _ in range(4):
                with session_scope(sqlite_engine) as session, extract(session) as source:
                    ends = source.frame("SELECT minutes FROM interactions WHERE id IN (1, 3000)", {})["minutes"]
                assert len(ends) == 2 and ends[0] == ends[1]
                seen.add(ends[0])
        finally:
            done.set()
        changing.result()
    assert len(seen) > 1, "nothing was changed meanwhile"


def test_a_copy_that_a_killed_process_left_is_removed(engine: Engine) -> None:
    place = settings().var
    old, young = place / f"{FOLDER}old", place / f"{FOLDER}young"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "rows.db").touch()
    os.utime(old, (0, 0))
    with session_scope(engine) as session, extract(session):
        assert not old.exists(), "nobody reads it any more"
        assert young.exists(), "another process may be reading it"
    shutil.rmtree(young)
