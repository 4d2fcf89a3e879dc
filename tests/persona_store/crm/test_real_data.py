"""Public data sets with the traps that real exports hold."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from persona_store.crm import ImportReport, import_files
from persona_store.database import connect, migrate
from persona_store.database.models import Base, Company, Contact, Deal, Product, Seller
from persona_store.privacy.rights import on_behalf_of
from tests.conftest import OPERATOR

DATA = Path(__file__).parents[4] / "shared" / "data"


def content(engine: Engine) -> dict[str, list[Any]]:
    """Everything in the store but the diary of imports, rows by key where they have one, without ids."""
    tables: dict[str, list[Any]] = {}
    with engine.connect() as connection:
        for name, table in Base.metadata.tables.items():
            if "key" in table.columns:
                rows = connection.execute(table.select().order_by(table.c.key)).mappings()
                tables[name] = [{column: value for column, value in row.items() if column != "id"} for row in rows]
            elif name != "imports":
                tables[name] = [tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key))]
    return tables


def notes(report: ImportReport) -> list[str]:
    return [*report.notes, *(note for file in report.files for note in file.notes)]


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Engine]:
    engine = on_behalf_of(connect(f"sqlite:///{tmp_path / 'other.db'}"), OPERATOR)
    migrate(engine)
    yield engine
    engine.dispose()


def test_both_files_of_customer_personality_end_in_the_same_store(sqlite_engine: Engine, other: Engine) -> None:
    folder = DATA / "customer-personality"
    one = import_files(sqlite_engine, [folder / "marketing_campaign.csv"])
    two = import_files(other, [folder / "marketing_campaign_comma_ddmmyyyy.csv"])
    assert one.tables["contacts"].new == two.tables["contacts"].new == 2240
    assert content(sqlite_engine) == content(other)
    after = import_files(sqlite_engine, [folder / "marketing_campaign_comma_ddmmyyyy.csv"])
    assert after.unchanged


def test_customer_personality_with_its_traps(engine: Engine) -> None:
    report = import_files(engine, [DATA / "customer-personality" / "marketing_campaign.csv"])
    said = "\n".join(notes(report))
    for trap in ("1893, 1899, 1900", "Income: 666666", "„YOLO“ (2)", "Z_Revenue", "Z_CostContact", ": 182"):
        assert trap in said
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(Contact.outcome)) == 334
        assert session.scalar(select(func.count()).where(Contact.birth_year.is_(None))) == 3
        customs = session.scalars(select(Contact.custom)).all()
        assert set(session.scalars(select(Contact.market))) == {"b2c"}
    assert sum("Income" not in custom for custom in customs) == 24
    assert sum(custom.get("Income", 0) for custom in customs) == pytest.approx(52247.25 * 2216, rel=1e-6)


def test_maven_crm_with_its_traps(engine: Engine) -> None:
    report = import_files(engine, [DATA / "maven-crm"])
    said = "\n".join(notes(report))
    for trap in (
        "Produkt „GTXPro“ als „GTX Pro“ gelesen (1.480×)",
        "„technolgy“ ist vermutlich „technology“ (12×)",
        "„Philipines“ ist vermutlich „philippines“ (1×)",
        "Deals ohne Firma, übernommen: 1.425",
        "Keine Personen",
    ):
        assert trap in said
    with Session(engine) as session:
        counts = {
            table: session.scalar(select(func.count()).select_from(table)) for table in (Company, Product, Seller)
        }
        assert counts == {Company: 85, Product: 7, Seller: 35}
        states = {won: count for won, count in session.execute(select(Deal.won, func.count()).group_by(Deal.won))}  # noqa: C416
        assert states == {True: 4238, False: 2473, None: 2089}
        assert session.scalar(select(func.count()).where(Deal.company_id.is_(None))) == 1425
        assert session.scalar(select(func.count()).where(Deal.product == "GTX Pro")) == 1480
        acme = session.scalars(select(Company).where(Company.name_key == "acme")).one()
        assert (acme.revenue, acme.employees, acme.country) == (1100.04, 2822, "US")
    assert import_files(engine, [DATA / "maven-crm"]).unchanged


def test_bank_marketing_without_ids(sqlite_engine: Engine) -> None:
    path = DATA / "bank-marketing" / "bank-full.csv"
    report = import_files(sqlite_engine, [path])
    assert (report.tables["contacts"].new, report.markets) == (45_211, {"b2c": 45_211})
    with Session(sqlite_engine) as session:
        assert session.scalar(select(func.count()).where(Contact.outcome)) == 5_289
        custom = session.scalars(select(Contact.custom).limit(1)).one()
    assert custom["job"] == "management"
    assert (custom["day"], custom["month"], custom["balance"], custom["housing"]) == (5, "may", 2143, True)
    assert import_files(sqlite_engine, [path]).unchanged
