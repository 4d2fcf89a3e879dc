"""A sample CRM of which a part is imported and the rest comes as events; and the store into which all was imported."""

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import aliased

from persona_store.build import build
from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Contact
from persona_store.privacy.rights import on_behalf_of
from tests.conftest import OPERATOR

CONTACTS = 1_500
SHARE = 0.7  # of contacts, interactions and deals that are imported; the rest comes by event
CHANGED = 0.1  # of the imported contacts whose title, region and source are out of date in the import
FIRST_NEW = "2026-07-01T00:00:00Z"

Event = dict[str, Any]

CONTACT = {
    "salutation": "Anrede", "title": "Titel", "first_name": "Vorname", "last_name": "Nachname", "email": "E-Mail",
    "phone": "Telefon", "job_title": "Position", "company_id": "Firma-ID", "company": "Firma", "source": "Quelle",
    "country": "Land", "region": "Region", "city": "Ort", "status": "Status", "owner": "Zuständig", "notes": "Notizen",
}  # fmt: skip
INTERACTION = {"kind": "Art", "channel": "Kanal", "direction": "Richtung", "topic": "Thema"}
DEAL = {"company_id": "Firma-ID", "product": "Produkt", "stage": "Phase", "owner": "Zuständig"}


@dataclass(frozen=True)
class Streamed:
    """`whole` holds everything by import, `live` a part by import and build; `events` are the rest, in order."""

    whole: Engine
    live: Engine
    events: list[Event]


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample CRM as files."""
    folder = tmp_path_factory.mktemp("live-sample")
    write_sample(folder, CONTACTS, 1, "csv", lambda _step, _share: None)
    return folder


@pytest.fixture(scope="session")
def streamed(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Streamed]:
    """The two stores; tests that apply events must work on a copy of `live`."""
    place = tmp_path_factory.mktemp("live-stores")
    whole, live = _store(place / "whole.db"), _store(place / "live.db")
    import_files(whole, [sample_folder])
    events = split(sample_folder, place / "part", _originals(whole))
    import_files(live, [place / "part"])
    build(live)
    yield Streamed(whole, live, events)
    whole.dispose()
    live.dispose()


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[Callable[[Engine], Engine]]:
    """Copies of a store on SQLite that a test may change."""
    made: list[Engine] = []

    def copy(engine: Engine) -> Engine:
        path = tmp_path / f"copy{len(made)}.db"
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql(f"VACUUM INTO '{path}'")
            connection.exec_driver_sql("BEGIN")
        made.append(_store(path))
        return made[-1]

    yield copy
    for engine in made:
        engine.dispose()


def _store(path: Path) -> Engine:
    engine = on_behalf_of(connect(f"sqlite:///{path}"), OPERATOR)
    migrate(engine)
    return engine


def _originals(engine: Engine) -> set[str]:
    """The ids of contacts that stand for doubles: which entry came first decides, so they are not left to chance."""
    double = aliased(Contact)
    with session_scope(engine) as session:
        rows = session.scalars(select(Contact.external_id).join(double, double.duplicate_of == Contact.id))
        return {str(row) for row in rows}


def split(folder: Path, part: Path, keep: set[str], seed: int = 1) -> list[Event]:
    """Writes a part of the sample to `part` and returns the rest as events in the order of their time."""
    draw = random.Random(seed)
    part.mkdir()
    tables = {path.stem: _read(path) for path in sorted(folder.glob("*.csv"))}
    events: list[Event] = []
    kept: dict[str, list[dict[str, str]]] = {"companies": tables["companies"]}
    here: set[str] = set()
    kept["contacts"] = []
    for row in tables["contacts"]:
        if row["Kontakt-ID"] in keep or draw.random() < SHARE:
            here.add(row["Kontakt-ID"])
            stale = draw.random() < CHANGED
            kept["contacts"].append(row | {"Position": "", "Region": "Bayern", "Quelle": "Messe"} if stale else row)
            if stale:
                events.append(contact_event(row, len(events)))
        else:
            events += [contact_event(row, len(events)), outcome_event(row, len(events) + 1)]
    for table, make in (("interactions", interaction_event), ("deals", deal_event)):
        kept[table] = []
        for row in tables[table]:
            if row["Kontakt-ID"] in here and draw.random() < SHARE:
                kept[table].append(row)
            else:
                events.append(make(row, len(events)))
    for name, rows in kept.items():
        with (part / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, tables[name][0].keys(), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
    return events


def contact_event(row: dict[str, str], number: int) -> Event:
    data: dict[str, Any] = {name: row[header] or None for name, header in CONTACT.items()}
    data |= {"created_on": _day(row["Erstellt am"]), "last_activity_on": _day(row["Letzte Aktivität"])}
    data["birth_year"] = int(row["Geburtsjahr"]) if row["Geburtsjahr"] else None
    data["custom"] = {"Sprache": row["Sprache"] or None}
    return _event("contact", row["Kontakt-ID"], data, number)


def outcome_event(row: dict[str, str], number: int) -> Event:
    told = {"ja": True, "nein": False}.get(row["Kunde"])
    return _event("outcome", row["Kontakt-ID"], {"outcome": told, "on": _day(row["Kunde seit"])}, number)


def interaction_event(row: dict[str, str], number: int) -> Event:
    data: dict[str, Any] = {name: row[header] or None for name, header in INTERACTION.items()}
    data |= {"id": row["Aktivität-ID"], "responded": {"ja": True, "nein": False}.get(row["Beantwortet"])}
    data["minutes"] = float(row["Dauer (Min.)"].replace(",", ".")) if row["Dauer (Min.)"] else None
    data["text"] = row.get("Text") or None
    event = _event("interaction", row["Kontakt-ID"], data, number)
    return event | {"at": datetime.strptime(row["Zeitpunkt"], "%d.%m.%Y %H:%M").isoformat()}


def deal_event(row: dict[str, str], number: int) -> Event:
    data: dict[str, Any] = {name: row[header] or None for name, header in DEAL.items()}
    data |= {name: _number(row[header]) for name, header in (("amount", "Betrag"), ("margin", "Marge"))}
    data |= {"id": row["Deal-ID"], "won": {"ja": True, "nein": False}.get(row["Gewonnen"])}
    data |= {"opened_on": _day(row["Eröffnet am"]), "closed_on": _day(row["Abgeschlossen am"])}
    return _event("deal", row["Kontakt-ID"], data, number)


def _event(kind: str, contact: str, data: dict[str, Any], number: int) -> Event:
    return {"id": f"e{number}", "kind": kind, "at": FIRST_NEW, "contact": {"id": contact}, "data": data}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _day(text: str) -> str | None:
    return datetime.strptime(text, "%d.%m.%Y").date().isoformat() if text else None


def _number(text: str) -> float | None:
    return float(text.replace(",", ".")) if text else None
