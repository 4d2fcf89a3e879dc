"""Motives: told by behaviour and role, and weighed only where the outcomes of those who shared them bear it out."""

from collections.abc import Iterator
from datetime import date, datetime

import numpy as np
import polars as pl
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from persona_store.antipersona.motivation import (
    Motivation,
    MotiveBook,
    classify,
    learn_motives,
    motivation_of,
    motive_attributes,
    weighed,
)
from persona_store.antipersona.motive_signs import Signs, competitors_among, signs_of_market
from persona_store.database import session_scope
from persona_store.database.models import Company, Contact, Interaction
from persona_store.segmentation.attributes import attribute_frame
from persona_store.settings import settings

STUDENT, READER, BUYER, RIVAL, APPLICANT, SILENT, NOTED, MARKED, DOUBLE, BLOCKED = range(1, 11)


@pytest.fixture
def competitors(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PERSONABOT_COMPETITORS", "Müller & Planivo Software GmbH, planivo.example")
    settings.cache_clear()
    yield
    settings.cache_clear()


def fill(engine: Engine) -> None:
    def person(number: int, **more: object) -> Contact:
        return Contact(**({"id": number, "key": str(number), "market": "b2b", "custom": {}} | more))

    def touch(number: int, kind: str, count: int, **more: object) -> list[Interaction]:
        return [
            Interaction(
                key=f"{number}-{kind}-{more.get('topic')}-{at}",
                contact_id=number,
                kind=kind,
                at=datetime(2026, 3, 1 + at),
                **more,
            )
            for at in range(count)
        ]

    with session_scope(engine, writes=True) as session:
        session.add(Company(id=1, key="p", name="Mueller & Planivo Software AG", name_key="p", custom={}))
        session.flush()
        session.add_all(
            [
                person(STUDENT, function="student"),
                person(READER),
                person(BUYER),
                person(RIVAL, company_id=1, email="x@elsewhere.example", function="sales"),
                person(APPLICANT),
                person(SILENT),
                person(NOTED, notes="Sucht Daten für eine Studie."),
                person(MARKED, custom={"Wettbewerber": "ja"}),
                person(BLOCKED, notes="Masterarbeit", blocked_on=date(2026, 1, 1)),
            ]
        )
        session.flush()
        session.add(person(DOUBLE, duplicate_of=READER))
        session.flush()
        session.add_all(
            [
                *touch(STUDENT, "download", 4),
                *touch(READER, "download", 2),
                *touch(DOUBLE, "webinar", 2),
                *touch(READER, "email", 3, direction="out", responded=False, channel="email"),
                *touch(BUYER, "demo_request", 1),
                *touch(BUYER, "download", 5),
                *touch(RIVAL, "pricing_page", 3),
                *touch(APPLICANT, "visit", 1, topic="Karriere: Stellenangebot Vertrieb"),
                *touch(SILENT, "visit", 1, topic="Kein Jobwort"),
            ]
        )


def motive(engine: Engine, number: int, book: MotiveBook | None = None) -> Motivation | None:
    with Session(engine) as session:
        return motivation_of(session, session.get_one(Contact, number), book or MotiveBook(), date(2026, 6, 1))


def test_motives_are_told_with_their_signs(engine: Engine, competitors: None) -> None:
    fill(engine)
    told = {number: motive(engine, number) for number in range(STUDENT, MARKED + 1)}
    names = {number: found.motive if found else None for number, found in told.items()}
    assert names == {
        STUDENT: "research", READER: "content_only", BUYER: "real_need", RIVAL: "competitor",
        APPLICANT: "job_seeker", SILENT: None, NOTED: "research", MARKED: "competitor",
    }  # fmt: skip
    reader = told[READER]
    assert reader is not None
    signs = {sign.what: sign for sign in reader.signs}
    assert (signs["downloads"].n, signs["webinars"].n, signs["unanswered"].n) == (2, 2, 3)  # its double's too
    assert (signs["downloads"].first, signs["downloads"].last) == (date(2026, 3, 1), date(2026, 3, 2))
    noted = told[NOTED]
    assert noted is not None and noted.signs[0].words == "Studie"


def test_one_contact_and_a_whole_market_are_told_alike(engine: Engine, competitors: None) -> None:
    fill(engine)
    with Session(engine) as session:
        frame = attribute_frame(session, "b2b", known=motive_attributes("b2b"), as_of=date(2026, 6, 1))
        all_at_once = dict(zip(frame["contact_id"], classify(frame, signs_of_market(session, "b2b")), strict=True))
        assert competitors_among(session, list(all_at_once)) == {RIVAL, MARKED}
        assert competitors_among(session, []) == frozenset()
    assert BLOCKED not in all_at_once and DOUBLE not in all_at_once
    for number, found in all_at_once.items():
        one = motive(engine, number)
        assert (one.motive if one else None) == found


def test_without_a_list_nobody_is_called_a_competitor(sqlite_engine: Engine) -> None:
    fill(sqlite_engine)
    found = motive(sqlite_engine, RIVAL)
    assert found is None or found.motive != "competitor"


def test_students_who_do_not_buy_speak_against_buying_and_others_do_not() -> None:
    random = np.random.default_rng(1)
    functions = np.array(["student", "sales"])[random.integers(0, 2, 600)]
    frame = pl.DataFrame({"contact_id": np.arange(600), "function": functions, "demo_requests": np.zeros(600)})
    never = np.where(functions == "student", 0.0, (random.random(600) < 0.4) * 1.0)
    against = weighed("research", (), learn_motives(frame, never, Signs()))
    alike = (random.random(600) < 0.4) * 1.0
    neither = weighed("research", (), learn_motives(frame, alike, Signs()))
    keen = np.where(functions == "student", 1.0, alike)
    for_it = weighed("research", (), learn_motives(frame, keen, Signs()))
    assert (against.weighs, against.bought) == ("against", 0) and against.n > 250
    assert neither.weighs == "neither" and neither.base is not None and neither.low < neither.base < neither.high
    assert for_it.weighs == "for"


def test_unknown_outcomes_weigh_nothing() -> None:
    frame = pl.DataFrame({"contact_id": [1, 2], "function": ["student", None]})
    book = learn_motives(frame, np.array([np.nan, np.nan]), Signs())
    found = weighed("research", (), book)
    assert (found.weighs, found.n, found.base) == ("neither", 0, None)
    assert MotiveBook.from_json(book.as_json()) == book and MotiveBook.from_json(None) == MotiveBook()


def test_a_custom_column_of_the_same_name_does_not_break_it() -> None:
    frame = pl.DataFrame({"contact_id": [1], "function": ["sales"], "newsletter": ["weekly"], "downloads": [4.0]})
    assert classify(frame, Signs()).to_list() == ["content_only"]
