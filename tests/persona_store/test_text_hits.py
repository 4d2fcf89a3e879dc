"""Hits of the lexicon are kept with their places, brought up to date, and gone with an objection."""

from datetime import date, datetime

import pytest
from sqlalchemy import Engine, select, update

from persona_store import text_hits
from persona_store.database import session_scope
from persona_store.database.models import Contact, Interaction, TextHit
from persona_store.privacy.objection import object_to_profiling
from persona_store.text_hits import index_texts

NOTE = "Termin am Montag. Der Preis ist ihr zu hoch, sie braucht Referenzen."


@pytest.fixture
def texts(engine: Engine) -> Engine:
    """Contact 1 has a note and talks, 2 the same note and is blocked, 3 has nothing to say."""
    with session_scope(engine, writes=True) as session:
        session.add_all(
            [
                Contact(id=1, key="1", last_name="Meier", notes=NOTE, custom={}),
                Contact(id=2, key="2", last_name="Still", notes=NOTE, blocked_on=date(2026, 1, 1), custom={}),
                Contact(id=3, key="3", last_name="Weber", notes="Meldet sich nach dem Urlaub.", custom={}),
            ]
        )
        session.flush()
        session.add_all([_talk(1, "email", "in", topic="Frage zu IT-Sicherheit")])
    return engine


def _talk(number: int, kind: str, direction: str | None, contact: int = 1, **values: object) -> Interaction:
    at = datetime(2026, 3, number)
    return Interaction(id=number, key=str(number), contact_id=contact, kind=kind, direction=direction, at=at, **values)


def hits(engine: Engine) -> set[tuple[int, int | None, str, str]]:
    with session_scope(engine) as session:
        rows = session.scalars(select(TextHit)).all()
    return {(row.contact_id, row.interaction_id, row.field, f"{row.kind}_{row.term}") for row in rows}


FOUND = {
    (1, None, "notes", "problem_price"),
    (1, None, "notes", "wish_references"),
    (1, 1, "topic", "wish_security"),
}


@pytest.mark.parametrize("contact_ids", [None, [1, 2, 3]], ids=["all", "given"])
def test_hits_are_found_with_their_places_and_nothing_is_read_twice(
    texts: Engine, contact_ids: list[int] | None
) -> None:
    with session_scope(texts, writes=True) as session:
        assert index_texts(session, contact_ids) == 3
    assert hits(texts) == FOUND
    with session_scope(texts, writes=True) as session:
        (price,) = session.scalars(select(TextHit).where(TextHit.term == "price"))
        assert NOTE[price.start : price.end] == "Preis ist ihr zu hoch"
        before = set(session.scalars(select(TextHit.id)))
        assert index_texts(session, contact_ids) == 0, "what has not changed stays"
        assert set(session.scalars(select(TextHit.id))) == before


@pytest.mark.parametrize("contact_ids", [None, [1]], ids=["all", "given"])
def test_a_changed_text_changes_its_hits_only(texts: Engine, contact_ids: list[int] | None) -> None:
    with session_scope(texts, writes=True) as session:
        index_texts(session)
        session.execute(update(Contact).where(Contact.id == 1).values(notes="Preis ist kein Problem mehr."))
        assert index_texts(session, contact_ids) == 2
    assert hits(texts) == {(1, 1, "topic", "wish_security")}
    with session_scope(texts, writes=True) as session:
        session.execute(update(Contact).where(Contact.id == 1).values(notes=None))
        session.execute(update(Interaction).values(topic=None))
        assert index_texts(session, contact_ids) == 1
    assert hits(texts) == set()


def test_what_we_write_and_what_a_content_is_about_are_no_wishes(texts: Engine) -> None:
    with session_scope(texts, writes=True) as session:
        session.add_all(
            [
                _talk(2, "download", "in", topic="Whitepaper: Kosten senken"),
                _talk(3, "email", "out", topic="Ihr Interesse an IT-Sicherheit", text="Wollen Sie Kosten senken?"),
                _talk(4, "email", "in", topic="AW: Zeit sparen im Büro", text="Unser Budget reicht leider nicht."),
                _talk(5, "call", "out", topic="Nachfassen: Kosten senken", text="Findet uns zu teuer."),
                _talk(6, "complaint", None, topic="Beschwerde Lieferzeit"),
                _talk(7, "newsletter", "out", text="Jetzt Kosten senken!"),
            ]
        )
        index_texts(session)
    assert {(number, field, term) for _, number, field, term in hits(texts) if number and number > 1} == {
        (4, "text", "problem_budget"),
        (5, "text", "problem_price"),
        (6, "topic", "problem_delivery"),
    }


def test_many_texts_are_read_page_by_page(texts: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_hits, "CHUNK", 4)
    with session_scope(texts, writes=True) as session:
        session.add_all([Contact(id=n, key=str(n), notes=NOTE, custom={}) for n in range(10, 18)])
        session.flush()
        session.add_all([_talk(n, "call", "in", contact=n, topic="Preis zu hoch") for n in range(10, 18)])
        seen: list[int] = []
        assert index_texts(session, progress=seen.append) == 3 + 8 * 3
        assert seen[-1] == 11 + 9  # notes, subjects
        assert seen == sorted(seen)
        assert index_texts(session) == 0
        session.execute(update(Interaction).where(Interaction.id.in_([10, 17])).values(topic="Guten Tag"))
        assert index_texts(session) == 2


def test_an_objection_takes_the_hits_of_all_entries_away_and_no_import_brings_them_back(texts: Engine) -> None:
    with session_scope(texts, writes=True) as session:
        session.add(Contact(id=9, key="9", last_name="Maier", notes=NOTE, duplicate_of=1, custom={}))
        index_texts(session)
    assert {contact for contact, *_ in hits(texts)} == {1, 9}
    with session_scope(texts, writes=True) as session:
        object_to_profiling(session, 9, "terminal:test", date(2026, 6, 30))
        assert session.scalars(select(TextHit)).all() == []
        assert index_texts(session) == index_texts(session, [1, 9]) == 0
    assert hits(texts) == set()
