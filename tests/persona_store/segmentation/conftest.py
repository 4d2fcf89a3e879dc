"""A small CRM with planted personas, written straight into the tables."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Engine, insert, select

from persona_store.database import session_scope
from persona_store.database.models import Company, Contact, Deal, Interaction

NEWEST = datetime(2025, 6, 30, 12)


@dataclass(frozen=True)
class Kind:
    """A planted persona: what its contacts are mostly like."""

    function: str
    level: str
    industry: str
    employees: tuple[int, int]
    channel: str
    behaviour: str
    buys: float


KINDS = (
    Kind("executive", "c_level", "construction", (5, 45), "phone", "trade_fair", 0.7),
    Kind("it", "head", "manufacturing", (80, 900), "email", "webinar", 0.4),
    Kind("student", "junior", "education", (2000, 9000), "email", "download", 0.02),
)
FUNCTIONS = ("executive", "it", "student", "sales", "finance")
INDUSTRIES = ("construction", "manufacturing", "education", "retail")
CHANNELS = ("phone", "email", "social")
BEHAVIOURS = ("trade_fair", "webinar", "download", "pricing_page")
FAITHFUL = 0.85


@pytest.fixture
def planted_crm() -> Callable[..., NDArray[np.intp]]:
    """Fills a store with `contacts` of three planted kinds (or none, `structure=False`); returns the kind of each.

    Contacts get the ids 1, 2, ... in order.
    """
    return fill


def fill(engine: Engine, contacts: int = 600, seed: int = 1, structure: bool = True) -> NDArray[np.intp]:
    generator = np.random.default_rng(seed)
    kinds = generator.integers(0, len(KINDS), size=contacts)
    people, companies, interactions, deals = [], [], [], []
    for number, place in enumerate(kinds, start=1):

        def kind(place: int = place) -> Kind:
            return KINDS[place if structure and generator.random() < FAITHFUL else generator.integers(0, len(KINDS))]

        companies.append(
            {
                "id": number,
                "key": f"c{number}",
                "name": f"Firma {number}",
                "name_key": f"firma {number}",
                "industry": kind().industry,
                "employees": int(generator.integers(*kind().employees)),
                "custom": {},
            }
        )
        people.append(
            {
                "id": number,
                "key": f"p{number}",
                "market": "b2b",
                "last_name": f"Name{number}",
                "function": kind().function if generator.random() > 0.1 else None,
                "level": kind().level,
                "company_id": number,
                "source": generator.choice(["web", "fair"]),
                "outcome": bool(generator.random() < KINDS[place].buys),
                "custom": {},
            }
        )
        interactions += _touchpoints(number, kind, generator)
        deals.append({"key": f"d{number}", "contact_id": number, "amount": 1000.0 * (place + 1), "custom": {}})
    with session_scope(engine, writes=True) as session:
        for table, rows in ((Company, companies), (Contact, people), (Interaction, interactions)):
            session.execute(insert(table), rows)
        for deal, person in zip(deals, people, strict=True):
            deal |= {"won": person["outcome"], "opened_on": date(2025, 1, 1)}
        session.execute(insert(Deal), deals)
    return kinds


def _touchpoints(number: int, kind: Callable[[], Kind], generator: np.random.Generator) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for step in range(int(generator.integers(4, 9))):
        at = NEWEST - timedelta(days=float(generator.integers(0, 300)))
        common = {"key": f"i{number}-{step}", "contact_id": number, "at": at, "minutes": 5.0}
        if step % 2:
            channel = generator.choice(CHANNELS)
            answered = bool(generator.random() < (0.9 if channel == kind().channel else 0.1))
            rows.append(common | {"kind": "call", "channel": channel, "direction": "out", "responded": answered})
        else:
            rows.append(common | {"kind": kind().behaviour, "channel": None, "direction": "in", "responded": None})
    return rows


@pytest.fixture
def shuffled() -> Callable[[Engine], None]:
    """Deals the values of each custom column out to the contacts anew, so that no two columns belong together."""
    return shuffle


def shuffle(engine: Engine, seed: int = 1) -> None:
    generator = np.random.default_rng(seed)
    with session_scope(engine, writes=True) as session:
        people = session.scalars(select(Contact).order_by(Contact.id)).all()
        names = sorted({name for person in people for name in person.custom})
        columns = {name: [person.custom.get(name) for person in people] for name in names}
        orders = {name: generator.permutation(len(people)) for name in names}
        for place, person in enumerate(people):
            values = {name: columns[name][orders[name][place]] for name in names}
            person.custom = {name: value for name, value in values.items() if value is not None}
