"""Erases a person (GDPR, article 17) so that nothing of them remains, or records that somebody asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from persona_store.buttons import forget_buttons
from persona_store.clock import utc_now
from persona_store.database.models import (
    Audit,
    Company,
    Contact,
    Deal,
    ErasureRequest,
    Interaction,
    LiveClock,
    LiveMember,
    Membership,
    TextHit,
    Veto,
)
from persona_store.live.leaving import leave_live
from persona_store.names import forget_people
from persona_store.privacy.audit import record
from persona_store.privacy.entries import entries_of
from persona_store.privacy.memory import forget_elsewhere, traces_of
from persona_store.privacy.rejects import forget_in_rejects
from persona_store.privacy.rights import demand, may
from persona_store.privacy.suppression import suppress, suppressed_contacts

ERASER = "admin"  # the right that erases at once
IMPLIED = "name:"  # begins the key of companies that only their people's rows name
AT_ONCE = 5_000  # values in one statement


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much the store holds about a person."""

    entries: int
    interactions: int
    deals: int
    text_hits: int
    vetoes: int


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased; `conversations` remembered the person, `reject_rows` were lines of files of unread rows."""

    held: Holdings
    conversations: int
    reject_rows: int


def holdings(session: Session, contact_id: int) -> Holdings:
    """What an erasure would take away. Raises NoResultFound for an unknown contact."""
    demand(session, "object")
    entries = entries_of(session, contact_id)

    def count(model: type[Interaction] | type[Deal] | type[TextHit] | type[Veto]) -> int:
        return session.scalar(select(func.count()).where(model.contact_id.in_(entries))) or 0

    return Holdings(len(entries), count(Interaction), count(Deal), count(TextHit), count(Veto))


def may_erase(rights: str) -> bool:
    """Whether a user with these rights erases at once; others' wish is recorded."""
    return may(rights, "erase")


def request_erasure(session: Session, contact_id: int, actor: str) -> bool:
    """Records that the person is to be erased; False when that was recorded before. Raises as `entries_of`."""
    demand(session, "object")
    person = entries_of(session, contact_id)[0]
    record(session, actor, "erasure_request", contact_id=person)
    if session.get(ErasureRequest, person) is not None:
        return False
    session.add(ErasureRequest(contact_id=person, at=utc_now(), actor=actor))
    session.flush()
    return True


def open_requests(session: Session) -> list[tuple[Contact, ErasureRequest]]:
    """Who is to be erased and has not been yet, oldest request first."""
    demand(session, "erase")
    query = select(Contact, ErasureRequest).join(ErasureRequest, ErasureRequest.contact_id == Contact.id)
    return [(row[0], row[1]) for row in session.execute(query.order_by(ErasureRequest.at))]


def erase_person(
    session: Session, contact_id: int, actor: str, *, on: date | None = None, conversation: str | None = None
) -> Erased:
    """Erases every entry of the person and all that hangs on them, in the transaction of `session`.

    Companies' deals stay without the person; a keyed hash keeps imports and events from bringing them back. Of the
    audit trail only who, what and when stay. `conversation` is the running one, which forgets by itself. Raises
    NoResultFound for an unknown contact.
    """
    demand(session, "erase")
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete=ON"))  # else the rows would stay readable in the file
    entries = entries_of(session, contact_id)
    contacts = session.scalars(select(Contact).where(Contact.id.in_(entries))).all()
    traces, held = traces_of(contacts), holdings(session, contact_id)
    reference = suppress(session, entries, on or datetime.now(UTC).date())
    _remove(session, entries)
    forget_buttons(session)  # one of them may name the person; the others expire politely
    session.execute(update(Audit).where(Audit.contact_id.in_(entries)).values(contact_id=None))
    record(session, actor, "erase", detail=f"ref {reference}")
    session.flush()
    return Erased(held, forget_elsewhere(traces, conversation), forget_in_rejects(traces))


def erase_returned(session: Session, contact_ids: Sequence[int]) -> int:
    """Removes those of the contacts, new or changed by an import, that were erased before; returns how many."""
    returned = suppressed_contacts(session, contact_ids)
    for start in range(0, len(returned), AT_ONCE):
        _remove(session, returned[start : start + AT_ONCE])
    return len(returned)


def _remove(session: Session, entries: Sequence[int]) -> None:
    companies = set(session.scalars(select(Contact.company_id).where(Contact.id.in_(entries)).distinct())) - {None}
    leave_live(session, entries)
    forget_people(session, entries)
    for model in (TextHit, Interaction, Membership, LiveMember, LiveClock, Veto, ErasureRequest):
        session.execute(delete(model).where(model.contact_id.in_(entries)))
    session.execute(delete(Deal).where(Deal.contact_id.in_(entries), Deal.company_id.is_(None)))
    session.execute(update(Deal).where(Deal.contact_id.in_(entries)).values(contact_id=None, custom={}))
    session.execute(
        update(Contact).where(Contact.duplicate_of.in_(entries), Contact.id.not_in(entries)).values(duplicate_of=None)
    )
    session.execute(delete(Contact).where(Contact.id.in_(entries)))
    _remove_companies_of_nobody(session, [one for one in companies if one is not None])
    session.expire_all()


def _remove_companies_of_nobody(session: Session, companies: Sequence[int]) -> None:
    """A company that only the erased person's row named may be their own name."""
    session.execute(
        delete(Company).where(
            Company.id.in_(companies),
            Company.key.startswith(IMPLIED),
            ~select(Contact.id).where(Contact.company_id == Company.id).exists(),
            ~select(Deal.id).where(Deal.company_id == Company.id).exists(),
        )
    )
