"""What events do to contacts, doubles, names, objections, memberships and the drift; and what hostile ones do not."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, delete, func, select, text, update

from persona_store.antipersona.vetoes import record_veto
from persona_store.build import build
from persona_store.database import session_scope
from persona_store.database.models import (
    Contact,
    Deal,
    Interaction,
    LiveClock,
    LiveEvent,
    LiveMember,
    LiveState,
    LiveTouched,
    Membership,
    Persona,
)
from persona_store.live.apply import MOST_WAITING, apply_events, apply_waiting
from persona_store.live.events import EventResult, read_event
from persona_store.live.following import TOUCHED, catch_up
from persona_store.live.online import Layout, Statistics, built_statistics, contribution, weigh
from persona_store.live.status import live_status, rebuild_sentence
from persona_store.names import find_people
from persona_store.privacy.objection import object_to_profiling
from persona_store.segmentation.model import built_model, contact_levels, load_model
from persona_store.wording import say
from tests.persona_store.segmentation.conftest import fill

AT = "2025-07-01T10:00:00Z"


def event(kind: str, contact: Any, data: dict[str, Any], id_: str = "e1", at: str = AT) -> dict[str, Any]:
    ref = contact if isinstance(contact, dict) else {"id": contact}
    return {"id": id_, "kind": kind, "at": at, "contact": ref, "data": data}


def statuses(engine: Engine, *events: Any) -> list[str]:
    return [result.status for result in apply_events(engine, events).results]


def counted(engine: Engine, model: Any) -> int:
    with session_scope(engine) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_contact_event_adds_somebody_who_can_be_found(engine: Engine) -> None:
    data = {"name": "Frau Dr. Eva Meier", "job_title": "Head of IT", "company": "Rosch GmbH", "email": "EVA@Rosch.de"}
    assert statuses(engine, event("contact", "77", data)) == ["applied"]
    with session_scope(engine) as session:
        found = find_people(session, "Eva Mayer Rosch")
        contact = session.scalars(select(Contact)).one()
        assert [person.contact_id for person in found][:1] == [contact.id]
        known = (contact.key, contact.title, contact.salutation, contact.email, contact.function, contact.level)
        assert known == ("crm:77", "Dr.", "Frau", "eva@rosch.de", "it", "head")
        assert contact.market == "b2b"


def test_events_of_an_unknown_contact_wait_and_are_applied_when_it_comes(engine: Engine) -> None:
    assert statuses(engine, event("interaction", "77", {"kind": "Anruf", "responded": True})) == ["waiting"]
    assert counted(engine, Interaction) == 0
    report = apply_events(engine, [event("contact", "77", {"last_name": "Meier"}, "e2")])
    assert report.released == 1
    assert counted(engine, Interaction) == 1
    with session_scope(engine) as session:
        waited = session.get_one(LiveEvent, "e1")
        assert (waited.waits_for, waited.payload) == (None, None)
    assert statuses(engine, event("interaction", "77", {"kind": "Anruf"})) == ["known"]


def test_a_nul_in_a_text_holds_up_nothing(engine: Engine) -> None:
    assert statuses(engine, event("interaction", "77", {"kind": "Anruf", "text": "Zu\x00 teuer"})) == ["waiting"]
    apply_events(engine, [event("contact", "77", {"last_name": "Mei\x00er", "custom": {"Farbe": "ro\x00t"}}, "e2")])
    with session_scope(engine) as session:
        contact = session.scalars(select(Contact)).one()
        assert (contact.last_name, contact.custom) == ("Meier", {"Farbe": "rot"})
        assert session.scalars(select(Interaction.text)).one() == "Zu teuer"


def test_events_that_waited_are_applied_after_an_import(engine: Engine) -> None:
    statuses(engine, event("interaction", {"email": "eva@rosch.de"}, {"kind": "Anruf"}))
    with session_scope(engine, writes=True) as session:
        session.add(Contact(key="mail:eva@rosch.de", email="eva@rosch.de", market="b2b", custom={}))
    assert apply_waiting(engine) == 1
    assert counted(engine, Interaction) == 1


def test_too_many_events_do_not_wait(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("persona_store.live.apply.MOST_WAITING", 1)
    events = [event("interaction", str(number), {"kind": "call"}, f"e{number}") for number in range(3)]
    assert sorted(statuses(engine, *events)) == ["refused", "refused", "waiting"]
    assert counted(engine, LiveEvent) == 1
    assert MOST_WAITING > 1


def test_the_same_interaction_of_a_later_export_is_the_same_row(engine: Engine) -> None:
    events = [
        event("contact", "77", {"last_name": "Meier"}),
        event("interaction", "77", {"id": "A9", "kind": "Anruf"}, "e2"),
    ]
    statuses(engine, *events)
    with session_scope(engine) as session:
        assert session.scalars(select(Interaction.key)).one() == "crm:A9"


def test_events_about_people_who_objected_are_dropped(engine: Engine) -> None:
    statuses(engine, event("contact", "77", {"last_name": "Meier", "email": "eva@rosch.de"}))
    with session_scope(engine, writes=True) as session:
        session.execute(update(Contact).values(blocked_on=date(2025, 1, 1)))
    told = [
        event("interaction", "77", {"kind": "Anruf", "text": "geheim"}, "e2"),
        event("contact", "77", {"job_title": "Geheim"}, "e3"),
        event("contact", "78", {"email": "eva@rosch.de", "last_name": "Meier"}, "e4"),
        event("interaction", {"email": "eva@rosch.de"}, {"kind": "Anruf"}, "e5"),
    ]
    assert statuses(engine, *told) == ["dropped"] * 4
    assert counted(engine, Interaction) == 0
    assert counted(engine, Contact) == 1
    with session_scope(engine) as session:
        status = live_status(session)
        assert (status.received, status.dropped, status.waiting) == (5, 4, 0)
        assert session.scalars(select(LiveEvent.payload)).all() == [None] * 5


def test_doubles_are_linked_as_an_import_links_them(engine: Engine) -> None:
    same = {"first_name": "Eva", "last_name": "Meier", "email": "eva@rosch.de"}
    statuses(engine, event("contact", "77", same))
    statuses(engine, event("contact", "78", same, "e2"), event("contact", "79", {"last_name": "Weber"}, "e3"))
    with session_scope(engine) as session:
        people = dict(session.execute(select(Contact.external_id, Contact.duplicate_of)).all())
        first = session.scalar(select(Contact.id).where(Contact.external_id == "77"))
    assert people == {"77": None, "78": first, "79": None}
    statuses(engine, event("contact", "78", {"email": "tom@weber.de", "first_name": "Tom", "last_name": "Au"}, "e4"))
    with session_scope(engine) as session:
        assert session.scalars(select(Contact.duplicate_of)).all() == [None] * 3


@pytest.fixture
def built(engine: Engine) -> Engine:
    """A store of three planted kinds with personas."""
    fill(engine)
    build(engine)
    with session_scope(engine, writes=True) as session:
        for contact in session.scalars(select(Contact)):
            contact.external_id = str(contact.id)
        if engine.dialect.name == "postgresql":  # the fixture gives ids of its own, past the sequences
            for table in ("contacts", "companies", "interactions", "deals"):
                session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 100000)"))
    return engine


def downloads(contact: str, number: int, start: int = 0) -> list[dict[str, Any]]:
    return [
        event("interaction", contact, {"kind": "download", "direction": "in"}, f"d{contact}-{start + step}")
        for step in range(number)
    ]


def test_a_membership_follows_at_once_and_is_what_a_question_answers(built: Engine) -> None:
    student = {
        "job_title": "Studentin",
        "company": "Uni Nirgendwo",
        "company_industry": "Bildung",
        "company_employees": 5000,
    }
    statuses(built, event("contact", "9001", student), *downloads("9001", 4))
    with session_scope(built) as session:
        contact = session.scalars(select(Contact).where(Contact.external_id == "9001")).one()
        membership = session.scalars(select(Membership).where(Membership.contact_id == contact.id)).one()
        model = load_model(session, "b2b")
        assert model is not None
        posterior = model.posterior(contact_levels(session, contact.id, model))
        assert model.personas[posterior.argmax()].id == membership.persona_id
        assert membership.probability == pytest.approx(posterior.max(), abs=0.01)
        before = session.get_one(Persona, membership.persona_id).n
    statuses(built, *downloads("9001", 1, 4))
    with session_scope(built) as session:
        assert session.get_one(Persona, membership.persona_id).n == before


def test_classes_that_follow_later_lose_nobody(built: Engine) -> None:
    with session_scope(built) as session:
        before = sum(session.scalars(select(Persona.n)))
    student = {"job_title": "Studentin", "company": "Uni Nirgendwo", "company_industry": "Bildung"}
    apply_events(built, [event("contact", "9001", student)], follow=False)
    apply_events(built, [*downloads("9001", 4), *downloads("7", 1)], follow=False)
    with session_scope(built) as session:
        new = session.scalars(select(Contact.id).where(Contact.external_id == "9001")).one()
        assert dict(session.execute(TOUCHED).all()) == {new: 5, 7: 1}
        assert sum(session.scalars(select(Persona.n))) == before
    catch_up(built)
    with session_scope(built) as session:
        assert session.scalars(select(Membership).where(Membership.contact_id == new)).one()
        assert sum(session.scalars(select(Persona.n))) == before + 1
        assert {market.events for market in live_status(session).markets} == {6}
    assert counted(built, LiveTouched) == 0


def test_a_named_persona_outlives_later_events(built: Engine) -> None:
    with session_scope(built, writes=True) as session:
        home = session.get_one(Membership, (1, 7)).persona_id
        market = session.get_one(Persona, home).market
        others = session.scalars(select(Persona).where(Persona.market == market, Persona.id != home)).all()
        record_veto(session, 7, "anna", "other_persona", persona_id=others[0].id)
    statuses(built, *downloads("7", 2))
    with session_scope(built) as session:
        member = session.get_one(Membership, (1, 7))
        assert (member.persona_id, member.probability) == (others[0].id, 1.0)


def test_the_newest_build_alone_keeps_what_its_contacts_count_for(built: Engine) -> None:
    statuses(built, *downloads("7", 2))
    newest = build(built).build_id
    with session_scope(built) as session:
        assert set(session.scalars(select(LiveMember.build_id))) == {newest}
        assert session.scalars(select(LiveState)).all() == []
        members = set(session.scalars(select(LiveMember.contact_id)))
        assert members == set(session.scalars(select(Membership.contact_id).where(Membership.build_id == newest)))
        assert not any(session.scalars(select(LiveMember.added)))


def test_what_a_build_keeps_of_its_contacts_adds_up_to_its_classes(built: Engine) -> None:
    with session_scope(built) as session:
        model = built_model(session, "b2b")
        assert model is not None
        layout = Layout.of(model.tables)
        counted = Statistics(np.zeros(len(model.personas)), np.zeros((len(model.personas), sum(layout.sizes))))
        for member in session.scalars(select(LiveMember).where(LiveMember.market == "b2b")):
            codes = np.frombuffer(member.codes, dtype=np.int8)[None]
            posterior = np.frombuffer(member.posterior, dtype=np.float32)[None]
            counted = counted.plus(contribution(weigh(codes, layout), posterior))
        built_ = built_statistics(model)
        assert counted.classes == pytest.approx(built_.classes, abs=0.01 * model.contacts)
        assert counted.levels == pytest.approx(built_.levels, abs=0.01 * model.contacts)


def test_a_build_of_an_earlier_version_stays_as_it_was_built(built: Engine) -> None:
    with session_scope(built, writes=True) as session:
        session.execute(delete(LiveMember))
    with session_scope(built) as session:
        before = load_model(session, "b2b")
    assert statuses(built, *downloads("7", 2)) == ["applied"] * 2
    with session_scope(built) as session:
        assert load_model(session, "b2b") is before


def test_who_objects_leaves_the_classes_at_once(built: Engine) -> None:
    statuses(built, *downloads("7", 2))
    with session_scope(built) as session:
        total = sum(session.scalars(select(Persona.n)))
    with session_scope(built, writes=True) as session:
        object_to_profiling(session, 7, "test", date(2025, 7, 2))
    with session_scope(built) as session:
        assert sum(session.scalars(select(Persona.n))) == total - 1
        for table in (LiveMember, Membership, LiveClock):
            assert session.scalars(select(table).where(table.contact_id == 7)).all() == []


def test_a_stream_like_the_built_data_proposes_no_rebuild(built: Engine) -> None:
    events = [one for contact in range(1, 40) for one in downloads(str(contact), 1)]
    statuses(built, *events)
    with session_scope(built) as session:
        status = live_status(session)
    assert not status.rebuild_due
    assert rebuild_sentence(status, "de") is None
    assert status.markets[0].drift is not None


def test_newcomers_of_one_kind_propose_a_rebuild_with_the_reason(built: Engine) -> None:
    flood = [
        event(
            "contact",
            f"n{number}",
            {"job_title": "Student", "company": f"Uni {number}", "company_industry": "Bildung"},
            f"n{number}",
        )
        for number in range(600)
    ]
    assert statuses(built, *flood) == ["applied"] * 600
    with session_scope(built) as session:
        status = live_status(session)
    assert status.rebuild_due
    assert {reason["kind"] for market in status.markets for reason in market.reasons} >= {"classes"}
    german, english = rebuild_sentence(status, "de"), rebuild_sentence(status, "en")
    assert german is not None
    assert english is not None
    assert german.startswith("Ein Neuaufbau ist fällig: die Größen der Personas")
    assert english.startswith("A rebuild is due: the sizes of the personas")


HOSTILE: list[Any] = [
    "x' OR 1=1; DROP TABLE contacts; --", "<script>alert(1)</script>", "\u202eevil\u202c", "💥" * 75, "a" * 300,
    "Robert'); --", "%s%s%n", "{0.__class__}", "../../etc/passwd", "ﷺ" * 90, "\x00\x07nul", "=cmd|' /C calc'!A0",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_are_only_text(engine: Engine, hostile: str) -> None:
    names = (
        "first_name",
        "last_name",
        "job_title",
        "company",
        "company_industry",
        "region",
        "source",
        "status",
        "notes",
    )
    told = [
        event("contact", "77", dict.fromkeys(names, hostile) | {"phone": hostile[:60], "custom": {"a": hostile}}),
        event(
            "interaction",
            "77",
            {"kind": hostile[:60], "channel": hostile[:60], "topic": hostile, "text": hostile},
            "e2",
        ),
        event("deal", "77", {"id": "d", "product": hostile, "stage": hostile, "company": hostile}, "e3"),
    ]
    assert set(statuses(engine, *told)) <= {"applied"}
    assert (counted(engine, Contact), counted(engine, Interaction), counted(engine, Deal)) == (1, 1, 1)
    with session_scope(engine) as session:
        assert "\x00" not in str(session.scalars(select(Contact)).one().__dict__)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"kind": "call", "minutes": -1}, "data.minutes"),
        ({"kind": "call", "minutes": float("nan")}, "data.minutes"),
        ({"kind": "call", "minutes": float("inf")}, "data.minutes"),
        ({"kind": "call", "minutes": "5"}, "data.minutes"),
        ({"kind": "call", "at": "9999-12-31T00:00:00Z"}, "data.at"),
        ({"kind": "call", "at": "0001-01-01T00:00:00+14:00"}, "data.at"),
        ({"kind": "call", "at": "2025-02-30T10:00:00"}, "data.at"),
        ({"kind": "call", "responded": "ja"}, "data.responded"),
        ({"kind": "call", "responded": 1}, "data.responded"),
        ({"kind": ""}, "data.kind"),
        ({"kind": "x" * 61}, "data.kind"),
        ({"kind": ["call"]}, "data.kind"),
        ({"kind": "call", "text": "x" * 20_001}, "data.text"),
        ({"kind": "call", "contact_id": 5}, "data.contact_id"),
        ({}, "data.kind"),
        ([], "data"),
    ],
)
def test_wrong_interactions_are_refused_with_the_place(data: Any, where: str) -> None:
    result = read_event(0, event("interaction", "77", data))
    assert isinstance(result, EventResult)
    assert (result.status, result.values["where"]) == ("refused", where)
    for language in ("de", "en"):
        assert where in say(f"events.reason.{result.reason}", language, **dict(result.values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""}, {"id": "\n"}, {"id": "x" * 201}, {"id": None}, {"id": True}, {"at": "9999-12-31T00:00:00Z"},
        {"at": 5}, {"at": "soon"}, {"contact": {}}, {"contact": {"id": ""}}, {"contact": {"id": {"$ne": 1}}},
        {"kind": "drop"}, {"kind": None}, {"extra": 1}, {"data": None},
    ],
)  # fmt: skip
def test_wrong_envelopes_are_refused(wrong: dict[str, Any]) -> None:
    result = read_event(0, event("interaction", "77", {"kind": "call"}) | wrong)
    assert isinstance(result, EventResult)
    assert result.reason is not None
    assert say(f"events.reason.{result.reason}", "de", **dict(result.values))  # type: ignore[arg-type]
