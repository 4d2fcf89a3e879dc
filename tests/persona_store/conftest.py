"""A small store with two personas whose every number is known, for the rooms that read a build."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from persona_store.database import session_scope
from persona_store.database.models import Build, Company, Contact, Membership, Persona, PersonaLevel

DATA_ON = date(2026, 6, 1)
# attribute → level → (in "IT heads", in "Sales heads", among all)
LEVELS = {
    "function": {"it": (0.8, 0.1, 0.45), "sales": (0.1, 0.8, 0.45), "student": (0.1, 0.1, 0.1)},
    "level": {"head": (0.6, 0.5, 0.55), "specialist": (0.4, 0.5, 0.45)},
    "response_phone": {"never": (0.7, 0.1, 0.4), "often": (0.3, 0.9, 0.6)},
}
KINDS = {"function": "explicit", "level": "explicit", "response_phone": "implicit"}


@pytest.fixture
def personas(engine: Engine) -> Engine:
    """A store with a build of two b2b personas of equal size, and a handful of contacts without interactions.

    Contacts: 1 head of IT at Rosch GmbH, 2 a double of 1, 3 a head of sales, 4 of whom nothing is known, 5 blocked,
    6 a private customer.
    """
    with session_scope(engine, writes=True) as session:
        add_small_store(session)
    return engine


def add_small_store(session: Session) -> None:
    session.add(Company(id=1, key="rosch", name="Rosch GmbH", name_key="rosch", custom={}))
    session.flush()
    session.add_all(_contacts())
    session.flush()
    _add_build(session)


def _contacts() -> list[Contact]:
    head = {"function": "it", "level": "head", "company_id": 1}
    return [
        Contact(id=1, key="1", first_name="Eva", last_name="Meier", market="b2b", custom={}, **head),
        Contact(id=2, key="2", first_name="E.", last_name="Meier", market="b2b", duplicate_of=1, custom={}),
        Contact(id=3, key="3", last_name="Weber", market="b2b", function="sales", level="head", custom={}),
        Contact(id=4, key="4", external_id="4711", market="b2b", custom={}),
        Contact(id=5, key="5", last_name="Still", market="b2b", blocked_on=DATA_ON, custom={}, **head),
        Contact(id=6, key="6", last_name="Privat", market="b2c", custom={}),
    ]


def _add_build(session: Session) -> None:
    session.add(
        Build(
            id=1,
            created_at=datetime(2026, 6, 2, tzinfo=UTC),
            data_on=DATA_ON,
            seed=1,
            contacts=200,
            verdict="personas",
            markets={"b2b": _market()},
        )
    )
    session.flush()
    names = (("IT-Leitung", "IT heads"), ("Vertriebsleitung", "Sales heads"))
    for at, (german, english) in enumerate(names):
        session.add(
            Persona(
                id=at + 1, build_id=1, market="b2b", number=at + 1, name_de=german, name_en=english, n=100, share=0.5,
                outcome_n=0,
            )
        )  # fmt: skip
        session.flush()
        for attribute, levels in LEVELS.items():
            for position, (level, shares) in enumerate(levels.items()):
                session.add(
                    PersonaLevel(
                        persona_id=at + 1, attribute=attribute, level=level, position=position,
                        probability=shares[at], base=shares[2], lift=shares[at] / shares[2], weight=0.3, n=90,
                    )
                )  # fmt: skip
    session.flush()
    session.add_all(
        [
            Membership(build_id=1, contact_id=1, persona_id=1, probability=0.9),
            Membership(build_id=1, contact_id=3, persona_id=2, probability=0.9),
        ]
    )


def _market() -> dict[str, object]:
    numeric = {"response_phone": [0.25]}
    return {
        "contacts": 200,
        "class_weights": [0.5, 0.5],
        "attributes": [
            {"key": key, "kind": kind, "numeric": key in numeric, "after_outcome": False} for key, kind in KINDS.items()
        ],
        "binning": {
            key: {"levels": list(levels), "edges": numeric.get(key), "other": False} for key, levels in LEVELS.items()
        },
    }
