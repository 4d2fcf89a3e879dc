"""Contact and outcome events become rows: new contacts are added, known ones changed field by field."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from persona_store.crm.builders import COMPANY_ID, COMPANY_NAME
from persona_store.database.models import Contact
from persona_store.live.clocks import Clocks
from persona_store.live.companies import DETAILS, find_companies, write_details
from persona_store.live.events import ContactEvent, OutcomeEvent, instant
from persona_store.live.rows import CUSTOM, Row
from persona_store.live.store import batches, rows_of

COLUMNS = (
    "external_id", "market", "salutation", "title", "first_name", "last_name", "email", "phone", "job_title",
    "function", "level", "company_id", "source", "country", "region", "city", "birth_year", "status", "owner", "notes",
    "created_on", "last_activity_on", "outcome", "outcome_on", CUSTOM,
)  # fmt: skip
IDENTITY = ("first_name", "last_name", "email", "phone", "company_id", "birth_year", "city")  # what tells doubles
NAMED = ("first_name", "last_name", "company_id")  # what the index of names holds
BUSINESS = "~business"  # beside the clocks: whether the newest word on the company named one


@dataclass(slots=True)
class Changes:
    """The contacts that a batch touched, by what has to be done about them."""

    touched: set[int] = field(default_factory=set)
    identity: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    texts: set[int] = field(default_factory=set)
    companies: set[int] = field(default_factory=set)


def add_contacts(session: Session, rows: Sequence[Row], changes: Changes) -> dict[str, int]:
    """Adds a bare contact for each key of `rows` and returns their ids; what is known of them comes by `write`."""
    new: dict[str, dict[str, Any]] = {
        row.key: {
            "key": row.key,
            "external_id": row.values.get("external_id"),
            "email": row.values.get("email"),
            "market": "b2c",
            CUSTOM: {},
        }
        for row in rows
        if row.key is not None
    }
    if not new:
        return {}
    added = session.execute(insert(Contact).returning(Contact.key, Contact.id), list(new.values()))
    ids = {key: contact for key, contact in added}  # noqa: C416  # rows are no pairs to dict()
    changes.identity |= set(ids.values())
    changes.named |= set(ids.values())
    return ids


def write_contacts(
    session: Session,
    stated: Sequence[tuple[int, Row, ContactEvent]],
    outcomes: Sequence[tuple[int, OutcomeEvent]],
    clocks: Clocks,
    system: str,
    changes: Changes,
) -> None:
    """Brings contacts up to date with what events state of them, and notes in `changes` what that touches."""
    ids = {contact for contact, _, _ in stated} | {contact for contact, _ in outcomes}
    if not ids:
        return
    clocks.read(_subject(contact) for contact in ids)
    before = read_contacts(session, ids)
    after = {contact: row | {CUSTOM: dict(row[CUSTOM])} for contact, row in before.items()}
    companies = find_companies(session, [row.values for _, row, _ in stated], system)
    details = []
    for contact, row, event in stated:
        values = {name: value for name, value in row.values.items() if name in COLUMNS and name != CUSTOM}
        if COMPANY_ID in row.values:
            values["company_id"] = companies.of(row.values)
        won = clocks.newer(_subject(contact), contact, values, event.clock)
        after[contact] |= won
        if "company_id" in won:
            named = row.values.get(COMPANY_ID) or row.values.get(COMPANY_NAME)
            clocks.note(_subject(contact), contact, BUSINESS, [int(named is not None)])
        _merge_custom(after[contact][CUSTOM], contact, row, event, clocks)
        about = {name: row.values[f"_company_{name}"] for name in DETAILS if f"_company_{name}" in row.values}
        if about and values.get("company_id") is not None:
            details.append((values["company_id"], about, event.clock))
        after[contact]["market"] = _market(contact, after[contact], clocks)
    for contact, outcome in outcomes:
        after[contact] |= clocks.newer(_subject(contact), contact, _outcome(outcome), outcome.clock)
    changes.companies |= write_details(session, details, clocks)
    _store(session, before, after, changes)


def read_contacts(session: Session, ids: set[int]) -> dict[int, dict[str, Any]]:
    """The columns of contacts by id."""
    found: dict[int, dict[str, Any]] = {}
    for some in batches(sorted(ids)):
        rows = session.execute(rows_of(Contact, "id", ("id", *COLUMNS)), {"some": some})
        found |= {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in rows}
    return found


def _store(
    session: Session, before: dict[int, dict[str, Any]], after: dict[int, dict[str, Any]], changes: Changes
) -> None:
    changed = {contact for contact, row in after.items() if row != before[contact]}
    if changed:
        session.execute(update(Contact), [{"id": contact} | after[contact] for contact in sorted(changed)])
    for contact in changed:
        moved = {name for name in COLUMNS if after[contact][name] != before[contact][name]}
        if moved & set(IDENTITY):
            changes.identity.add(contact)
        if moved & set(NAMED):
            changes.named.add(contact)
        if "notes" in moved:
            changes.texts.add(contact)
    changes.touched |= set(after)


def _merge_custom(custom: dict[str, Any], contact: int, row: Row, event: ContactEvent, clocks: Clocks) -> None:
    stated = {f"{CUSTOM}.{name}": cell for name, cell in row.values.get(CUSTOM, {}).items()}
    for name, cell in clocks.newer(_subject(contact), contact, stated, event.clock).items():
        if cell is None:
            custom.pop(name.removeprefix(f"{CUSTOM}."), None)
        else:
            custom[name.removeprefix(f"{CUSTOM}.")] = cell


def _market(contact: int, row: dict[str, Any], clocks: Clocks) -> str:
    """Business customers are those with a company or a job title; without a word on either nothing changes."""
    subject = _subject(contact)
    if not (clocks.stated(subject, "job_title") or clocks.stated(subject, "company_id")):
        return str(row["market"])
    named = clocks.noted(subject, BUSINESS) == [1]
    return "b2b" if named or row["job_title"] is not None or row["company_id"] is not None else "b2c"


def _outcome(event: OutcomeEvent) -> dict[str, Any]:
    """The outcome with its day: the one told, else that of the event."""
    moment = instant(event.at)
    day = moment.date() if moment is not None and event.data.outcome is not None else None
    if "on" in event.data.model_fields_set:
        day = date.fromisoformat(event.data.on) if event.data.on is not None else None
    return {"outcome": event.data.outcome, "outcome_on": day}


def _subject(contact: int) -> str:
    return f"contacts:{contact}"
