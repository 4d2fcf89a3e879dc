"""Hits are shown with the words around them, and counted over all people and by persona."""

from datetime import date, datetime

import pytest
from sqlalchemy import Engine

from persona_store import text_evidence
from persona_store.database import session_scope
from persona_store.database.models import Contact, Interaction, Membership
from persona_store.errors import NotAllowed
from persona_store.text_evidence import contact_texts, summarise_texts
from persona_store.text_hits import index_texts

NOTE = "Lieber vormittags anrufen, weil nachmittags immer Besprechungen sind. Findet uns zu teuer. Sonst nichts Neues."


def test_evidence_shows_the_words_their_source_and_day(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        session.get_one(Contact, 1).notes = NOTE
        session.add(
            Interaction(
                key="i", contact_id=2, kind="email", direction="in", topic="Frage zu\tIT-Sicherheit",
                at=datetime(2026, 5, 4, 9),
            )
        )  # fmt: skip
        index_texts(session)
        found = contact_texts(session, 2)
    assert (found.contact_id, found.name) == (1, "Eva Meier"), "a double stands for its person"
    mail, note = found.hits
    assert (mail.kind, mail.term, mail.said, mail.field) == ("wish", "security", "Frage zu IT-Sicherheit", "topic")
    assert (mail.source, mail.on) == ("email", date(2026, 5, 4))
    assert (note.said, note.field, note.source, note.on) == ("zu teuer", "notes", None, None)
    assert note.before.endswith("Findet uns ")
    assert note.before.startswith("… ")
    assert note.after == ". Sonst nichts Neues."


def test_a_place_that_the_text_has_lost_is_not_shown(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        session.get_one(Contact, 1).notes = NOTE
        index_texts(session)
        session.get_one(Contact, 1).notes = "Kurz."
        session.flush()
        assert contact_texts(session, 1).hits == ()


def test_terms_are_counted_over_people_with_texts_and_lifted_by_persona(
    personas: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_evidence, "LEAST", 1)
    with session_scope(personas, writes=True) as session:
        session.add_all(
            [
                Contact(id=10, key="10", market="b2b", notes="Budget ist knapp.", custom={}),
                Contact(id=11, key="11", market="b2b", notes="Meldet sich.", custom={}),
                Contact(id=12, key="12", market="b2b", duplicate_of=10, notes="Kein Budget.", custom={}),
                Contact(id=13, key="13", market="b2b", notes="Kein Budget.", blocked_on=date(2026, 1, 1), custom={}),
            ]
        )
        session.flush()
        session.add(Membership(build_id=1, contact_id=10, persona_id=1, probability=0.9))
        session.add(Membership(build_id=1, contact_id=11, persona_id=2, probability=0.9))
        index_texts(session)
        summary = summarise_texts(session)
    assert summary.people == 2
    (budget,) = summary.terms
    assert (budget.kind, budget.term, budget.share.n, budget.share.of) == ("problem", "budget", 1, 2)
    assert budget.share.low < 0.5 < budget.share.high
    (persona,) = budget.personas
    assert (persona.number, persona.share.n, persona.share.of, persona.lift) == (1, 1, 1, 2.0)


def test_an_empty_store_tells_nothing(engine: Engine) -> None:
    with session_scope(engine) as session:
        assert summarise_texts(session) == text_evidence.TermSummary(0, ())


def test_a_double_of_somebody_who_objected_tells_nothing(personas: Engine) -> None:
    with session_scope(personas, writes=True) as session:
        session.add(Contact(id=20, key="20", market="b2b", custom={}))
        session.flush()
        session.add(Contact(id=21, key="21", market="b2b", duplicate_of=20, notes="Kein Budget.", custom={}))
        session.flush()
        index_texts(session)
        assert len(contact_texts(session, 20).hits) == 1
        session.get_one(Contact, 20).blocked_on = date(2026, 1, 1)
        session.flush()
        assert summarise_texts(session) == text_evidence.TermSummary(0, ())
        for contact in (20, 21):
            with pytest.raises(NotAllowed):
                contact_texts(session, contact)
        assert index_texts(session) == 1, "its place is forgotten"
