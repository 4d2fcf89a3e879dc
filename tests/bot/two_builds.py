"""A store with two builds whose every number is known, and a user of each role, for what the gateway shows of them."""

import shutil
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from persona_store.database import connect, session_scope
from persona_store.database.models import Build, Contact, Import, Membership, Persona, PersonaIdentity, PersonaLevel
from persona_store.privacy.identity import Identity
from persona_store.segmentation.drift import compare_builds
from persona_store.users import add_user

PASSWORD = "leuchtturm-gabel-november"
ADMIN, TRAINER = "clara", "tom"
HOSTILE = "<img src=x onerror='window.hacked = 1'> „&“"
DATA_ON = date(2026, 6, 1)
FIRST, SECOND = datetime(2026, 6, 2, 9), datetime(2026, 7, 2, 9)
CONTACTS = 400
# attribute: its kind, and per level the share in each of three personas
LEVELS = {
    "function": ("explicit", {"it": (0.8, 0.1, 0.1), "sales": (0.1, 0.8, 0.1), "student": (0.1, 0.1, 0.8)}),
    "level": ("explicit", {"head": (0.7, 0.5, 0.2), "specialist": (0.3, 0.5, 0.8)}),
    "response_phone": ("implicit", {"never": (0.7, 0.1, 0.6), "often": (0.3, 0.9, 0.4)}),
}
# of each build the personas: names, contacts, identity; the second one grows, the third is gone and another one new
BEFORE = (("IT-Leitung", "IT heads", 200, 1), ("Vertriebsleitung", "Sales heads", 100, 2), ("Rest", "Rest", 100, 3))
NOW = (("IT-Leitung", "IT heads", 190, 1), (HOSTILE, HOSTILE, 170, 2), ("Studierende", "Students", 40, 4))


def furnish(furnished: Path, folder: Path) -> Path:
    """A copy of the store `furnished` in `folder` with the builds, an admin and a trainer."""
    path = folder / furnished.name
    shutil.copy(furnished, path)
    engine = connect(f"sqlite:///{path}")
    with session_scope(engine, writes=True, asker=Identity(ADMIN, "admin")) as session:
        add_user(session, ADMIN, PASSWORD, "admin")
        add_user(session, TRAINER, PASSWORD, "trainer")
        add_builds(session)
    engine.dispose()
    return path


def add_builds(session: Session) -> None:
    """Contacts, an import and the two builds; the second knows what changed since the first."""
    session.add_all(_contact(number) for number in range(1, CONTACTS + 1))
    session.add(Import(id=1, at=FIRST - timedelta(days=1), files=[], mapping={}, report={}))
    session.add_all(PersonaIdentity(id=number, market="b2b", created_at=FIRST) for number in range(1, 5))
    session.flush()
    _add_build(session, 1, FIRST, BEFORE)
    _add_build(session, 2, SECOND, NOW)
    session.get_one(Build, 2).drift = compare_builds(session, 1, 2).as_json()


def _contact(number: int) -> Contact:
    return Contact(
        id=number, key=str(number), external_id=f"C{number}", last_name=f"Name{number}", market="b2b",
        function=("it", "sales", "student")[number % 3], level="head",
        email=f"c{number}@example.com" if number % 4 else None, created_on=DATA_ON, custom={},
    )  # fmt: skip


def _add_build(session: Session, build: int, made_at: datetime, personas: Sequence[tuple[str, str, int, int]]) -> None:
    session.add(
        Build(
            id=build, created_at=made_at, data_on=DATA_ON, seed=1, contacts=CONTACTS, verdict="personas",
            markets={"b2b": _market()}, previous_id=build - 1 or None,
        )
    )  # fmt: skip
    session.flush()
    first = 1
    for place, (german, english, n, identity) in enumerate(personas):
        persona_id = build * 10 + place
        session.add(
            Persona(
                id=persona_id, build_id=build, market="b2b", number=place + 1, name_de=german, name_en=english, n=n,
                share=n / CONTACTS, outcome_n=80, outcome_rate=0.4, outcome_low=0.3, outcome_high=0.51,
                identity_id=identity, stability=0.9 - 0.2 * place,
            )
        )  # fmt: skip
        session.flush()
        session.add_all(_levels(persona_id, place, n))
        members = range(first, first + n)
        session.add_all(
            Membership(build_id=build, contact_id=x, persona_id=persona_id, probability=0.9) for x in members
        )
        first += n
    session.flush()


def _levels(persona_id: int, place: int, n: int) -> list[PersonaLevel]:
    return [
        PersonaLevel(
            persona_id=persona_id, attribute=attribute, level=level, position=position, probability=shares[place],
            base=sum(shares) / 3, lift=shares[place] * 3 / sum(shares), weight=(0.5, 0.3, 0.2)[position], n=n,
        )
        for position, (attribute, (_, levels)) in enumerate(LEVELS.items())
        for level, shares in levels.items()
    ]  # fmt: skip


def _market() -> dict[str, Any]:
    numeric = {"response_phone": [0.25]}
    return {
        "contacts": CONTACTS,
        "class_weights": [0.5, 0.3, 0.2],
        "attributes": [
            {"key": key, "kind": kind, "numeric": key in numeric, "after_outcome": False}
            for key, (kind, _) in LEVELS.items()
        ],
        "binning": {
            key: {"levels": list(levels), "edges": numeric.get(key), "other": False}
            for key, (_, levels) in LEVELS.items()
        },
    }
