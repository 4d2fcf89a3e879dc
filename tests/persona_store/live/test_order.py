"""Any order, any repetition and any division into batches of the same events leads to the same store."""

import ast
from collections.abc import Iterator
from itertools import count, islice
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Company, Contact, Deal, Interaction, LiveEvent
from persona_store.live.apply import apply_events
from persona_store.privacy.rights import on_behalf_of
from tests.conftest import OPERATOR

EXAMPLES = 40
LATER, LAST = "2026-02-01T10:00:00Z", "2026-03-01T10:00:00+01:00"
FIRST = "2026-01-01T10:00:00Z"
CONTACT = (
    "market", "first_name", "last_name", "email", "phone", "job_title", "function", "level", "source", "region",
    "outcome", "outcome_on", "custom",
)  # fmt: skip
TOUCH = ("kind", "channel", "direction", "responded", "minutes", "topic", "at")
DEAL = ("amount", "won", "closed_on")

_numbers = count()


def story(name: str) -> list[dict[str, Any]]:
    """Two contacts of one company over three months; `name` keeps the stories of one store apart."""
    eva, tom = {"id": f"eva{name}"}, {"id": f"tom{name}"}
    firm = f"Firma{name} GmbH"
    told = [
        (
            "contact",
            FIRST,
            eva,
            {"first_name": "Eva", "last_name": f"Rot{name}", "job_title": "Student", "company": firm},
        ),
        ("contact", LATER, eva, {"job_title": "Leiterin IT", "company_employees": 40, "company": firm}),
        ("contact", LAST, eva, {"region": "Bayern", "custom": {"Rad": "ja", "Hund": 2}, "phone": "0711 123456"}),
        ("contact", LATER, eva, {"custom": {"Hund": None, "Rad": "nein"}, "source": "Messe"}),
        ("contact", LAST, tom, {"name": f"Dr. Tom Blau{name}", "email": f"tom{name}@rosch.de"}),
        ("contact", FIRST, tom, {"job_title": "Einkäufer", "company": firm, "company_employees": 30}),
        ("contact", LATER, tom, {"job_title": None, "company": None}),
        ("interaction", FIRST, eva, {"id": f"a{name}", "kind": "Anruf", "direction": "ausgehend"}),
        ("interaction", LATER, eva, {"id": f"a{name}", "kind": "Anruf", "responded": True, "minutes": 4}),
        ("interaction", LAST, tom, {"id": f"a{name}", "kind": "Anruf", "responded": False}),
        ("interaction", LAST, eva, {"kind": "download", "topic": "Preise"}),
        ("outcome", LATER, eva, {"outcome": "verloren"}),
        ("outcome", LAST, eva, {"outcome": True, "on": "2026-02-28"}),
        ("deal", FIRST, eva, {"id": f"d{name}", "amount": 100.0}),
        ("deal", LATER, tom, {"id": f"e{name}", "amount": 5.0, "won": True, "closed_on": "2026-02-02"}),
        ("deal", LAST, tom, {"id": f"e{name}", "won": None}),
        ("deal", LAST, tom, {"id": f"f{name}", "won": False, "closed_on": "2026-03-01"}),
    ]
    return [
        {"id": f"{name}-{place}", "kind": kind, "at": at, "contact": contact, "data": data}
        for place, (kind, at, contact, data) in enumerate(told)
    ]


def state(engine: Engine, name: str) -> dict[str, Any]:
    """All that a story led to, without ids of the store and with its name taken out."""
    with session_scope(engine) as session:
        people = session.scalars(select(Contact).where(Contact.external_id.in_([f"eva{name}", f"tom{name}"]))).all()
        ids = {person.id: person.external_id for person in people}
        touches = session.scalars(select(Interaction).where(Interaction.contact_id.in_(ids))).all()
        deals = session.scalars(select(Deal).where(Deal.contact_id.in_(ids))).all()
        firms = session.scalars(select(Company).where(Company.name == f"Firma{name} GmbH")).all()
        waiting = session.scalars(
            select(LiveEvent.id).where(LiveEvent.waits_for.in_([f"id:{v}" for v in ids.values()]))
        )
        found = {
            "people": sorted((ids[p.id], _firm(p), *(str(getattr(p, name)) for name in CONTACT)) for p in people),
            "touches": sorted((t.key, ids[t.contact_id], *(str(getattr(t, name)) for name in TOUCH)) for t in touches),
            "deals": sorted((d.key, ids[d.contact_id or 0], *(str(getattr(d, name)) for name in DEAL)) for d in deals),
            "firms": [(firm.name_key, firm.employees) for firm in firms],
            "waiting": sorted(waiting),
        }
    return cast(dict[str, Any], ast.literal_eval(repr(found).replace(name, "NAME")))


def _firm(person: Contact) -> str | None:
    return person.company.name if person.company else None


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = on_behalf_of(connect(f"sqlite:///{tmp_path_factory.mktemp('order') / 'store.db'}"), OPERATOR)
    migrate(engine)
    yield engine
    engine.dispose()


def told(engine: Engine, name: str, order: list[int], size: int) -> dict[str, Any]:
    events = story(name)
    queue = iter(order)
    while some := list(islice(queue, size)):
        assert apply_events(engine, [events[place] for place in some]).count("refused") == 0
    return state(engine, name)


STORY = len(story("x"))


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    order=st.permutations(range(STORY)),
    again=st.lists(st.integers(0, STORY - 1), max_size=8),
    size=st.integers(1, STORY + 8),
)
def test_any_order_and_repetition_leads_to_the_same_store(
    store: Engine, order: list[int], again: list[int], size: int
) -> None:
    usual = told(store, f"q{next(_numbers)}q", list(range(STORY)), STORY)
    assert told(store, f"q{next(_numbers)}q", [*order, *again], size) == usual


def test_the_story_ends_as_it_should(engine: Engine) -> None:
    end = told(engine, "q0q", list(reversed(range(STORY))), 3)
    eva, tom = end["people"]
    assert eva[:2] == ("evaNAME", "FirmaNAME GmbH")
    assert "Leiterin IT" in eva
    assert eva[-3:] == ("True", "2026-02-28", "{'Rad': 'ja', 'Hund': 2}")
    assert tom[1] is None
    assert tom[2] == "b2c"
    assert tom[-3] == "False"
    assert end["firms"] == [("firmaNAME", 40)]
    assert end["waiting"] == []
    assert [touch[1] for touch in end["touches"] if touch[0] == "crm:aNAME"] == ["tomNAME"]
