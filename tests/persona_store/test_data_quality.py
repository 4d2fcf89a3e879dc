"""Completeness, findings and gaps are what was planted."""

from datetime import date, datetime

import pytest
from sqlalchemy import Engine, select, update

from persona_store.build import build
from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.data_quality import DataQuality, data_quality
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Company, Contact, Deal, Interaction
from persona_store.privacy.rights import on_behalf_of
from tests.conftest import OPERATOR


def found(engine: Engine) -> DataQuality:
    with session_scope(engine) as session:
        return data_quality(session)


def planted(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        session.add_all(
            [
                Company(id=1, key="a", name="Nord GmbH", name_key="nord", industry="retail"),
                Company(id=2, key="b", name="Nord AG", name_key="nord"),
            ]
        )
        session.flush()
        session.add_all(
            [
                Contact(id=1, key="1", external_id="K1", company_id=1, email="a@example.com", function="student",
                        level="c_level", last_activity_on=date(2026, 5, 1), created_on=date(2026, 6, 1)),
                Contact(id=2, key="2", external_id="K2", company_id=2, last_activity_on=date(2020, 1, 1),
                        outcome=False),
                Contact(id=3, key="3", external_id="K3", duplicate_of=2),
                Contact(id=4, key="4", external_id="K4", blocked_on=date(2026, 1, 1)),
                Contact(id=5, key="5", external_id="K5", market="b2c", phone="+49 30 1", birth_year=1980, outcome=True,
                        last_activity_on=date(2026, 6, 1)),
            ]
        )  # fmt: skip
        session.flush()
        session.add_all(
            [
                Deal(id=1, key="1", contact_id=2, won=True, opened_on=date(2019, 1, 1)),
                Deal(id=2, key="2", contact_id=1, opened_on=date(2025, 1, 1)),
                Interaction(id=1, key="1", contact_id=5, kind="call", at=datetime(2026, 6, 1, 10)),
            ]
        )


def test_an_empty_store_has_nothing_to_mend(engine: Engine) -> None:
    quality = found(engine)
    assert (quality.contacts, quality.completeness, quality.findings, quality.gaps) == (0, (), (), ())


def test_what_is_wrong_is_found_with_its_number_and_examples(engine: Engine) -> None:
    planted(engine)
    quality = found(engine)
    findings = {one.kind: (one.n, one.of, one.examples) for one in quality.findings}
    assert findings == {
        "duplicates": (1, 4, ("K3",)),
        "duplicate_companies": (2, 2, ()),
        "stale": (1, 4, ("K2",)),
        "no_way_to_reach": (1, 4, ("K2",)),
        "student_as_board": (1, 4, ("K1",)),
        "won_but_lost": (1, 4, ("K2",)),
        "customer_without_deal": (1, 4, ("K5",)),
        "activity_before_creation": (1, 4, ("K1",)),
        "forgotten_deals": (1, 1, ()),
    }
    assert quality.contacts == 3


def test_completeness_counts_those_who_may_be_profiled(engine: Engine) -> None:
    planted(engine)
    known = {(one.market, one.field): (one.known, one.n) for one in found(engine).completeness}
    assert known["b2b", "email"] == (1, 2)
    assert known["b2b", "industry"] == (1, 2)
    assert known["b2b", "function"] == (1, 2)
    assert known["b2c", "birth_year"] == (1, 1)


@pytest.fixture(scope="module")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("quality")
    write_sample(folder / "sample", 1500, seed=2)
    engine = on_behalf_of(connect(f"sqlite:///{folder / 'store.db'}"), OPERATOR)
    migrate(engine)
    import_files(engine, [folder / "sample"])
    build(engine)
    return engine


def test_the_gap_in_the_weightiest_field_costs_most(sample_store: Engine) -> None:
    before = {gap.attribute: gap for gap in found(sample_store).gaps if gap.market == "b2b"}
    with session_scope(sample_store, writes=True) as session:
        ids = session.scalars(select(Contact.id).where(Contact.market == "b2b").order_by(Contact.id)).all()
        session.execute(update(Contact).where(Contact.id.in_(ids[::2])).values(function=None))
    after = {gap.attribute: gap for gap in found(sample_store).gaps if gap.market == "b2b"}
    assert after["function"].missing > before["function"].missing + len(ids) // 3
    assert after["function"].clearer > 2 * before["function"].clearer
    assert after["function"] == max(after.values(), key=lambda gap: gap.clearer)
    assert all(gap.clearer <= gap.missing and gap.gain >= 0 for gap in after.values())
