"""Whom an event is about: references of the CRM to contacts of the store, and whether they may be profiled."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from persona_store.crm.recognition import GENERIC
from persona_store.database.models import KEY_LENGTH, Contact, Import
from persona_store.live.store import batches, rows_of

ORIGINAL = aliased(Contact)
CONTACTS = (
    select(
        Contact.id,
        Contact.key,
        Contact.external_id,
        Contact.email,
        Contact.blocked_on,
        ORIGINAL.blocked_on.label("too"),
    )
    .outerjoin(ORIGINAL, ORIGINAL.id == Contact.duplicate_of)
    .order_by(Contact.id)
)  # made once, as are the statements below: that takes longer than to carry them out for a few contacts
BY_ID = CONTACTS.where(Contact.external_id.in_(bindparam("ids", expanding=True)))
BY_MAIL = CONTACTS.where(
    or_(Contact.email.in_(bindparam("mails", expanding=True)), Contact.key.in_(bindparam("keys", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Known:
    """A contact of the store; `own_id`: it bears an id of the CRM, `blocked`: the person objected."""

    id: int
    own_id: bool
    blocked: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """The CRM that events come from: `system` is the name in its keys; `tells_outcome` whether its contacts have one.

    Where they do, deals do not tell the outcome, as in an import.
    """

    system: str
    tells_outcome: bool


def origin(session: Session) -> Origin:
    """The CRM of the newest import, so that its next export finds the rows that events made."""
    mapping = session.scalar(select(Import.mapping).order_by(Import.id.desc()).limit(1)) or {}
    tables = mapping.get("tables", [])
    systems = [str(table.get("system", GENERIC)) for table in tables]
    columns = [column for table in tables if table.get("table") == "contacts" for column in table["columns"].values()]
    return Origin(
        next((system for system in systems if system != GENERIC), GENERIC),
        any(column.get("field") == "outcome" or column.get("yes") for column in columns),
    )


def find_contacts(session: Session, refs: Iterable[str], system: str) -> dict[str, Known]:
    """The contact of each reference ("id:4711", "mail:eva@rosch.de") that the store knows.

    Of several contacts with one id that of `system` is meant, else the first; of several with one address the first.
    """
    wanted = set(refs)
    ids = sorted(ref[3:] for ref in wanted if ref.startswith("id:"))
    mails = sorted(ref[5:] for ref in wanted if ref.startswith("mail:"))
    found: dict[str, Known] = {}
    for some in batches(ids):
        rows = session.execute(BY_ID, {"ids": some}).all()
        for row in sorted(rows, key=lambda row: row.key != f"{system}:{row.external_id}"[:KEY_LENGTH]):
            found.setdefault(f"id:{row.external_id}", _known(row))
    for some in batches(mails):
        for row in session.execute(BY_MAIL, {"mails": some, "keys": [f"mail:{mail}" for mail in some]}):
            for name in {f"mail:{row.email}"[:KEY_LENGTH], row.key} & wanted:
                found.setdefault(name, _known(row))
    return found


def persons(session: Session, contact_ids: Iterable[int]) -> set[int]:
    """Those whom the contacts stand for: themselves, or the original of a linked double."""
    found: set[int] = set()
    for some in batches(sorted(set(contact_ids))):
        for own, original in session.execute(rows_of(Contact, "id", ("id", "duplicate_of")), {"some": some}):
            found.add(original or own)
    return found


def _known(row: Any) -> Known:
    return Known(row.id, row.external_id is not None, row.blocked_on is not None or row.too is not None)
