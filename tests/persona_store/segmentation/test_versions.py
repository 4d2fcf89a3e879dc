"""Personas stay themselves from build to build: names, numbers, notes, pins; what changed is reported."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Engine, delete, insert, select, update

from persona_store.build import BuildReport, build
from persona_store.database import session_scope
from persona_store.database.models import Build, Company, Contact, Deal, Interaction, Membership, Persona
from persona_store.errors import InputError
from persona_store.segmentation.drift import Drift, compare_builds, moved_contacts
from persona_store.segmentation.identities import annotate, pin, rename, vanished
from persona_store.segmentation.model import load_model
from persona_store.segmentation.profiles import list_profiles
from persona_store.segmentation.typical import describe_typical, read_typical
from persona_store.segmentation.versions import list_builds, match_builds

Fill = Callable[..., NDArray[np.intp]]


def add_people(engine: Engine, share: float) -> None:
    """Some more contacts, each like one that is there, with its company."""
    with session_scope(engine, writes=True) as session:
        people = session.scalars(select(Contact).order_by(Contact.id)).all()
        few = people[: int(share * len(people))]
        rows = [
            {
                "id": 50_000 + one.id,
                "key": f"new{one.id}",
                "market": one.market,
                "function": one.function,
                "level": one.level,
                "company_id": one.company_id,
                "source": one.source,
                "outcome": one.outcome,
                "custom": {},
            }
            for one in few
        ]
        session.execute(insert(Contact), rows)


def remove_students(engine: Engine, kinds: NDArray[np.intp]) -> None:
    ids = [int(place) + 1 for place in np.flatnonzero(kinds == 2)]
    with session_scope(engine, writes=True) as session:
        session.execute(update(Contact).where(Contact.id.in_(ids)).values(market="b2c"))


def numbers(report: BuildReport) -> dict[str, int]:
    return {persona.name_de: persona.number for market in report.markets for persona in market.personas}


def test_the_same_data_give_the_same_personas_and_no_moves(engine: Engine, planted_crm: Fill) -> None:
    planted_crm(engine)
    first, second = build(engine), build(engine)
    assert first.drift is None
    assert second.drift is not None and second.drift.moved is not None
    assert (second.drift.moved.n, second.drift.moved.of) == (0, 600)
    assert second.drift.likeness == 1.0
    assert second.drift.flows == second.drift.shifts == ()
    assert {one.fate for one in second.drift.personas} == {"kept"}
    assert numbers(first) == numbers(second)
    with session_scope(engine) as session:
        assert all(pair.likeness == 1.0 for pair in match_builds(session, first.build_id, second.build_id))
        stored = session.get_one(Build, second.build_id)
        assert stored.previous_id == first.build_id
        assert Drift.from_json(stored.drift) == second.drift
        assert [one.id for one in list_builds(session)] == [second.build_id, first.build_id]


def test_names_notes_and_pins_survive_another_seed_and_new_contacts(engine: Engine, planted_crm: Fill) -> None:
    planted_crm(engine)
    first = build(engine)
    chosen = first.markets[0].personas[1]
    with session_scope(engine, writes=True) as session:
        before = {one.info.id: one for one in list_profiles(session)}[chosen.id]
        rename(session, chosen.id, de="Unsere Lieblinge", en="Our favourites")
        annotate(session, chosen.id, "kaufen im Herbst")
        pin(session, chosen.id)
    with session_scope(engine) as session:  # what is kept in memory of a build keeps neither name nor note
        after = {one.info.id: one for one in list_profiles(session)}[chosen.id]
    assert (after.info.name_en, after.note, after.pinned) == ("Our favourites", "kaufen im Herbst", True)
    assert after.attributes == before.attributes
    add_people(engine, 0.05)
    second = build(engine, seed=99)
    assert numbers(second)["Unsere Lieblinge"] == chosen.number
    assert second.drift is not None
    assert second.drift.came == 30
    with session_scope(engine) as session:
        profile = next(one for one in list_profiles(session) if one.info.name_en == "Our favourites")
        assert (profile.note, profile.pinned) == ("kaufen im Herbst", True)
        assert profile.info.likeness is not None and profile.info.likeness > 0.9
        model = load_model(session, "b2b")
        assert model is not None
        assert [one.number for one in model.personas] == sorted(numbers(second).values())


def test_generated_names_stay_as_long_as_they_are_true(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    first = build(sqlite_engine)
    with session_scope(sqlite_engine, writes=True) as session:
        big = select(Company.id).where(Company.employees < 50)
        session.execute(update(Company).where(Company.id.in_(big)).values(employees=5000))
    second = build(sqlite_engine)
    assert "Geschäftsführer KMU" in numbers(first)
    assert numbers(second).get("Geschäftsführer Konzern") == numbers(first)["Geschäftsführer KMU"]
    assert numbers(second)["IT-Leitung Mittelstand"] == numbers(first)["IT-Leitung Mittelstand"]


def test_a_renamed_persona_is_found_at_once_by_models_in_memory(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    report = build(sqlite_engine)
    with session_scope(sqlite_engine) as session:
        assert load_model(session, "b2b") is not None
    with session_scope(sqlite_engine, writes=True) as session:
        rename(session, report.markets[0].personas[0].id, de="Anders")
    with session_scope(sqlite_engine) as session:
        model = load_model(session, "b2b")
        assert model is not None
        assert model.personas[0].name_de == "Anders"


def test_names_must_differ_and_be_readable(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    personas = build(sqlite_engine).markets[0].personas
    with session_scope(sqlite_engine, writes=True) as session:
        for bad in (personas[1].name_de.upper(), "  ", "x" * 400, "a\x1bb"):
            with pytest.raises(InputError):
                rename(session, personas[0].id, de=bad)


def test_a_pinned_persona_that_vanishes_stays_listed_and_comes_back(engine: Engine, planted_crm: Fill) -> None:
    kinds = planted_crm(engine)
    first = build(engine)
    students = next(one for one in first.markets[0].personas if one.name_en == "Students and researchers")
    with session_scope(engine, writes=True) as session:
        pin(session, students.id)
    remove_students(engine, kinds)
    second = build(engine)
    assert [gone.number for gone in second.vanished] == [students.number]
    assert students.number not in numbers(second).values()
    assert second.drift is not None
    assert "vanished" in {one.fate for one in second.drift.personas}
    with session_scope(engine, writes=True) as session:
        assert [one.last_build for one in vanished(session)] == [first.build_id]
        session.execute(update(Contact).values(market="b2b"))
    third = build(engine)
    assert third.vanished == ()
    assert numbers(third)["Studierende und Forschende"] == students.number


def test_flows_count_who_moved_and_objections_are_not_listed(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    first, second = build(sqlite_engine), build(sqlite_engine)
    with session_scope(sqlite_engine, writes=True) as session:
        one, other = second.markets[0].personas[:2]
        movers = list(session.scalars(select(Membership.contact_id).where(Membership.persona_id == one.id).limit(20)))
        session.execute(
            update(Membership)
            .where(Membership.build_id == second.build_id, Membership.contact_id.in_(movers))
            .values(persona_id=other.id)
        )
        session.flush()
        drift = compare_builds(session, first.build_id, second.build_id)
        assert drift.moved is not None
        assert (drift.moved.n, [flow.n for flow in drift.flows]) == (20, [20])
        assert drift.moved.low < 20 / 600 < drift.moved.high
        session.get_one(Contact, movers[0]).blocked_on = first.data_on
        session.flush()
        moves = moved_contacts(session, first.build_id, second.build_id)
        assert {move.contact_id for move in moves} == set(movers[1:])


def test_typical_contacts_are_most_alike_and_nameless(engine: Engine, planted_crm: Fill) -> None:
    kinds = planted_crm(engine)
    report = build(engine)
    directors = next(one for one in report.markets[0].personas if one.name_de == "Geschäftsführer KMU")
    with session_scope(engine, writes=True) as session:
        ids = read_typical(session, directors.id)
        assert {int(kinds[contact - 1]) for contact in ids} == {0}
        first = describe_typical(session, directors.id, named=False)[0]
        assert (first.contact_id, first.name) == (None, None)
        assert first.levels["function"] == "executive"
        assert describe_typical(session, directors.id, named=True)[0].name is not None
        session.get_one(Contact, ids[0]).blocked_on = report.data_on
        session.flush()
        assert ids[0] not in read_typical(session, directors.id)


def test_a_store_emptied_between_builds_says_that_nobody_is_in_both(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    first = build(sqlite_engine)
    with session_scope(sqlite_engine, writes=True) as session:
        for table in (Deal, Interaction, Membership, Contact, Company):
            session.execute(delete(table))
    planted_crm(sqlite_engine, seed=2)
    with session_scope(sqlite_engine, writes=True) as session:
        assert session.scalar(select(Persona.id).limit(1)) is not None
    second = build(sqlite_engine)
    assert second.drift is not None
    assert second.drift.moved is None
    assert set(numbers(first)) == set(numbers(second))
    assert numbers(first) == numbers(second)
