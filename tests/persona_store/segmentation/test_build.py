"""A build from contacts to stored personas, and what is read back from it, on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score
from sqlalchemy import Engine, func, select

from persona_store.build import build
from persona_store.database import session_scope
from persona_store.database.models import (
    Audit,
    Build,
    Contact,
    Interaction,
    Membership,
    Persona,
    PersonaLevel,
    Scorecard,
)
from persona_store.errors import InputError
from persona_store.privacy.audit import record
from persona_store.segmentation.model import contact_levels, load_model
from persona_store.segmentation.profiles import list_profiles, persona_profile

Fill = Callable[..., NDArray[np.intp]]


def memberships(engine: Engine, build_id: int) -> dict[int, int]:
    with session_scope(engine) as session:
        rows = session.execute(
            select(Membership.contact_id, Membership.persona_id).where(Membership.build_id == build_id)
        )
        return {row.contact_id: row.persona_id for row in rows}


def test_planted_personas_are_found_named_and_stored(engine: Engine, planted_crm: Fill) -> None:
    kinds = planted_crm(engine)
    report = build(engine)
    assert report.verdict == "personas"
    assert {persona.name_de for persona in report.markets[0].personas} == {
        "Geschäftsführer KMU",
        "IT-Leitung Mittelstand",
        "Studierende und Forschende",
    }
    assert {persona.name_en for persona in report.markets[0].personas} == {
        "SME managing directors",
        "Mid-market heads of IT",
        "Students and researchers",
    }
    stored = memberships(engine, report.build_id)
    found = [stored[number] for number in range(1, len(kinds) + 1)]
    assert adjusted_rand_score(kinds, found) > 0.95
    with session_scope(engine) as session:
        assert session.scalar(select(func.count()).select_from(Scorecard)) == 1
        for persona in session.scalars(select(Persona)):
            assert persona.n == found.count(persona.id)
            assert persona.share == pytest.approx(persona.n / len(kinds))


def test_every_persona_tells_its_outcome_rate_with_interval(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    personas = build(sqlite_engine).markets[0].personas
    by_name = {persona.name_de: persona for persona in personas}
    for persona in personas:
        assert persona.outcome_n == persona.n
        assert persona.outcome_low < persona.outcome_rate < persona.outcome_high
    assert by_name["Geschäftsführer KMU"].outcome_low > by_name["Studierende und Forschende"].outcome_high


def test_data_without_structure_give_a_plain_statement(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine, structure=False)
    report = build(sqlite_engine)
    assert report.verdict == "no_structure"
    with session_scope(sqlite_engine) as session:
        assert session.scalar(select(Build.verdict)) == "no_structure"
        assert session.scalar(select(func.count()).select_from(Persona)) == 0
        assert load_model(session, "b2b") is None
        assert list_profiles(session) == []


def test_a_handful_of_contacts_is_no_structure(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine, contacts=20)
    assert build(sqlite_engine).verdict == "no_structure"


def test_an_empty_store_is_refused_and_nothing_is_written(engine: Engine) -> None:
    with pytest.raises(InputError):
        build(engine)
    with session_scope(engine) as session:
        assert session.scalar(select(func.count()).select_from(Build)) == 0


def test_the_same_seed_gives_the_same_personas(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    first, second = build(sqlite_engine, seed=7), build(sqlite_engine, seed=7)
    assert second.build_id == first.build_id + 1
    one, other = memberships(sqlite_engine, first.build_id), memberships(sqlite_engine, second.build_id)
    assert adjusted_rand_score(list(one.values()), [other[contact] for contact in one]) == 1.0
    names = [[persona.name_de for persona in report.markets[0].personas] for report in (first, second)]
    assert names[0] == names[1]


def test_markets_are_segmented_apart_and_numbered_on(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    generator = np.random.default_rng(3)
    with session_scope(sqlite_engine, writes=True) as session:
        for number in range(10_000, 10_300):
            rich = generator.random() < 0.5
            custom = {
                "Income": float(generator.normal(60_000 if rich else 30_000, 5_000)),
                "Wine": float(generator.normal(500 if rich else 80, 40)),
                "Car": str(generator.choice(["new", "used"], p=[0.9, 0.1] if rich else [0.1, 0.9])),
                "Children": int(generator.integers(0, 2) if rich else generator.integers(2, 4)),
            }
            session.add(Contact(key=f"x{number}", market="b2c", custom=custom))
    report = build(sqlite_engine)
    assert [market.market for market in report.markets] == ["b2b", "b2c"]
    personas = [persona for market in report.markets for persona in market.personas]
    assert [persona.number for persona in personas] == list(range(1, len(personas) + 1))
    assert len({persona.name_de for persona in personas}) == len(personas)
    consumers = [persona.name_de for persona in report.markets[1].personas]
    assert len(consumers) == 2
    assert any("Income hoch" in name or "Wine hoch" in name for name in consumers)


def test_a_contact_is_read_live_as_levels_of_the_model(engine: Engine, planted_crm: Fill) -> None:
    kinds = planted_crm(engine)
    build(engine)
    with session_scope(engine) as session:
        model = load_model(session, "b2b")
        assert model is not None
        hits = 0
        stored = memberships(engine, model.build_id)
        for contact in range(1, 31):
            posterior = model.posterior(contact_levels(session, contact, model))
            assert posterior.sum() == pytest.approx(1.0)
            hits += model.personas[int(posterior.argmax())].id == stored[contact]
        assert hits == 30
    assert len(kinds) >= 30


def test_a_new_event_counts_at_once(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    build(sqlite_engine)
    with session_scope(sqlite_engine, writes=True) as session:
        model = load_model(session, "b2b")
        assert model is not None
        before = contact_levels(session, 1, model)
        assert before["trade_fairs"] != "3+"
        for number in range(3):
            session.add(Interaction(key=f"new{number}", contact_id=1, kind="trade_fair", direction="in"))
        session.flush()
        after = contact_levels(session, 1, model)
    assert after["trade_fairs"] == "3+"
    assert {name: level for name, level in after.items() if name in ("function", "industry")} == {
        name: level for name, level in before.items() if name in ("function", "industry")
    }


def test_duplicates_stand_for_their_original_and_objections_hide_all(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    with session_scope(sqlite_engine, writes=True) as session:
        session.add(Contact(id=5001, key="double", market="b2b", duplicate_of=1, custom={}))
        session.get_one(Contact, 2).blocked_on = date(2025, 1, 1)
    report = build(sqlite_engine)
    stored = memberships(sqlite_engine, report.build_id)
    assert not {2, 5001} & set(stored)
    with session_scope(sqlite_engine) as session:
        model = load_model(session, "b2b")
        assert model is not None
        assert contact_levels(session, 5001, model) == contact_levels(session, 1, model)
        assert contact_levels(session, 2, model) == {}
        assert contact_levels(session, 999_999, model) == {}


def test_what_is_unknown_or_unheard_of_changes_no_posterior(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    build(sqlite_engine)
    with session_scope(sqlite_engine) as session:
        model = load_model(session, "b2b")
    assert model is not None
    assert model.posterior({}) == pytest.approx(model.class_weights)
    nonsense = {"function": "wizard", "shoe_size": "44", "revenue": model.tables["revenue"].levels[0]}
    assert model.posterior(nonsense) == pytest.approx(model.class_weights)


def test_the_newest_build_answers(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    build(sqlite_engine)
    second = build(sqlite_engine, seed=2)
    with session_scope(sqlite_engine) as session:
        model = load_model(session, "b2b")
        assert model is not None
        assert model.build_id == second.build_id
        assert load_model(session, "b2b") is model
        assert load_model(session, "b2c") is None


def test_profiles_tell_what_sets_a_persona_apart(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    build(sqlite_engine)
    with session_scope(sqlite_engine) as session:
        profiles = list_profiles(session)
        assert [profile.info.number for profile in profiles] == [1, 2, 3]
        directors = next(profile for profile in profiles if profile.info.name_de == "Geschäftsführer KMU")
        assert persona_profile(session, directors.info.id) == directors
    weights = [attribute.weight for attribute in directors.attributes]
    assert weights == sorted(weights, reverse=True)
    assert sum(weights) == pytest.approx(1.0)
    function = next(attribute for attribute in directors.attributes if attribute.attribute == "function")
    assert function.levels[0].level == "executive"
    assert function.levels[0].lift == pytest.approx(function.levels[0].probability / function.levels[0].base)
    assert sum(level.probability for level in function.levels) == pytest.approx(1.0)
    assert function.levels[0].n <= function.known <= directors.info.n * 1.1


def test_levels_of_a_persona_are_all_stored_with_their_counts(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    build(sqlite_engine)
    with session_scope(sqlite_engine) as session:
        model = load_model(session, "b2b")
        assert model is not None
        stored = session.scalar(select(func.count()).select_from(PersonaLevel))
    assert stored == len(model.personas) * sum(len(table.levels) for table in model.tables.values())
    known = sum(model.n(index, "function") for index in range(len(model.personas)))
    assert known == pytest.approx(600 * 0.9, rel=0.05)


def test_progress_runs_from_nothing_to_all(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    told: list[tuple[str, float]] = []
    build(sqlite_engine, progress=lambda step, share: told.append((step, share)))
    shares = [share for _, share in told]
    assert {step for step, _ in told} == {"build_b2b"}
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_while_a_build_computes_others_can_write(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    written: list[float] = []

    def look_up(step: str, share: float) -> None:
        if share < 1:
            with session_scope(sqlite_engine, writes=True) as session:
                record(session, "anna", "match", contact_id=1)
            written.append(share)

    assert build(sqlite_engine, progress=look_up).verdict == "personas"
    with session_scope(sqlite_engine) as session:
        assert session.scalar(select(func.count()).select_from(Audit)) == len(written) > 2
