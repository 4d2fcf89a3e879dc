"""Interaction and deal events become rows; deals tell the outcome of a contact where nothing else does."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from persona_store.crm.builders import COMPANY_ID
from persona_store.crm.quality import same_name
from persona_store.database.models import Base, Contact, Deal, Interaction, Product
from persona_store.live.clocks import Clock, Clocks
from persona_store.live.companies import find_companies
from persona_store.live.contacts import Changes
from persona_store.live.people import Origin
from persona_store.live.rows import Row
from persona_store.live.store import add, batches, rows_of

Stated = tuple[int, Row, Clock]

INTERACTION = ("contact_id", "kind", "channel", "direction", "responded", "at", "minutes", "topic", "text")
DEAL = ("contact_id", "company_id", "product", "stage", "amount", "margin", "won", "opened_on", "closed_on", "owner")
BASE = "~outcome"  # beside the clocks of a contact: its outcome before deals told one


def write_interactions(session: Session, stated: Sequence[Stated], clocks: Clocks, changes: Changes) -> None:
    """Adds interactions, or changes those that the CRM has told of before."""
    before, after = _merge(session, Interaction, INTERACTION, stated, clocks)
    new = [{"key": key} | row for key, row in after.items() if key not in before]
    add(session, Interaction, new)
    _update(session, Interaction, before, after)
    for contacts in (row["contact_id"] for rows in (before, after) for row in rows.values()):
        changes.touched.add(contacts)
    for key, row in after.items():
        was = before.get(key, {})
        if row["text"] or row["topic"] or was.get("text") or was.get("topic"):
            changes.texts |= {one["contact_id"] for one in (row, was) if one and row != was}


def write_deals(session: Session, stated: Sequence[Stated], clocks: Clocks, crm: Origin, changes: Changes) -> None:
    """Adds or changes deals, and the outcome of their contacts where deals are what tells it."""
    if not stated:
        return
    companies = find_companies(session, [row.values for _, row, _ in stated], crm.system)
    products = list(session.scalars(select(Product.name)))
    known = set(products)
    for _, row, _ in stated:
        if COMPANY_ID in row.values:
            row.values["company_id"] = companies.of(row.values)
        product = row.values.get("product")
        if product is not None and product not in known:
            row.values["product"] = same_name(product, products) or product
    before, after = _merge(session, Deal, DEAL, stated, clocks)
    new = [{"key": key, "custom": {}} | row for key, row in after.items() if key not in before]
    add(session, Deal, new)
    _update(session, Deal, before, after)
    contacts = {row["contact_id"] for rows in (before, after) for row in rows.values()} - {None}
    changes.touched |= contacts
    if not crm.tells_outcome:
        _tell_outcomes(session, contacts, clocks)


def _merge(
    session: Session, model: type[Base], columns: tuple[str, ...], stated: Sequence[Stated], clocks: Clocks
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The rows that events speak of, as they are and as they shall be, by key.

    What has no id in the CRM is told of once only, so it needs no clock.
    """
    table = model.__table__
    keys = sorted({row.key for _, row, _ in stated if row.key is not None})
    before: dict[str, dict[str, Any]] = {}
    for some in batches(keys):
        rows = session.execute(rows_of(model, "key", ("key", *columns)), {"some": some})
        before |= {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows}
    clocks.read(f"{table.name}:{key}" for key in keys if not key.startswith("event:"))  # type: ignore[attr-defined]
    after = {key: dict(row) for key, row in before.items()}
    empty = dict.fromkeys(columns)
    for contact, row, clock in stated:
        if row.key is None:
            continue
        values = {name: value for name, value in row.values.items() if name in columns} | {"contact_id": contact}
        if not row.key.startswith("event:"):
            values = clocks.newer(f"{table.name}:{row.key}", contact, values, clock)  # type: ignore[attr-defined]
        after[row.key] = after.get(row.key, empty) | values
    return before, after


def _update(
    session: Session, model: type[Base], before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]
) -> None:
    changed = [key for key, row in before.items() if after[key] != row]
    for some in batches(changed):
        ids = session.execute(rows_of(model, "key", ("id", "key")), {"some": some}).all()
        session.execute(update(model), [{"id": row.id} | after[row.key] for row in ids])


def _tell_outcomes(session: Session, contacts: set[int], clocks: Clocks) -> None:
    """A won deal makes a customer, only lost ones a lost contact, unless an event has told the outcome itself.

    What was known before deals came by event is kept, so that a deal that is opened again takes nothing else back.
    """
    clocks.read(f"contacts:{contact}" for contact in contacts)
    open_ = {contact for contact in contacts if not clocks.stated(f"contacts:{contact}", "outcome")}
    deals: dict[int, list[tuple[bool | None, date | None]]] = {contact: [] for contact in open_}
    changed = []
    for some in batches(sorted(open_)):
        for contact, won, on in session.execute(
            select(Deal.contact_id, Deal.won, Deal.closed_on).where(Deal.contact_id.in_(some))
        ):
            deals[contact or 0].append((won, on))
        for row in session.execute(select(Contact.id, Contact.outcome, Contact.outcome_on).where(Contact.id.in_(some))):
            subject = f"contacts:{row.id}"
            base = clocks.noted(subject, BASE)
            if base is None:
                base = [row.outcome, row.outcome_on and row.outcome_on.isoformat()]
                clocks.note(subject, row.id, BASE, base)
            outcome = _outcome(base, deals[row.id])
            if outcome != (row.outcome, row.outcome_on):
                changed.append({"id": row.id, "outcome": outcome[0], "outcome_on": outcome[1]})
    if changed:
        session.execute(update(Contact), changed)


def _outcome(base: list[Any], deals: list[tuple[bool | None, date | None]]) -> tuple[bool | None, date | None]:
    known, on = base[0], base[1] and date.fromisoformat(base[1])
    wins = [closed for won, closed in deals if won is True]
    if wins and known is not True:
        return True, on or min((day for day in wins if day is not None), default=None)
    if known is None and any(won is False for won, _ in deals):
        return False, on
    return known, on
