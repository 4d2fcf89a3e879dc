"""A person objects to profiling (GDPR, article 21): from then on they are in no persona and cannot be looked up."""

from datetime import date

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from persona_store.database.models import Contact, Membership, TextHit
from persona_store.live.leaving import leave_live
from persona_store.names import index_people
from persona_store.privacy.audit import record


def object_to_profiling(session: Session, contact_id: int, actor: str, on: date) -> int:
    """Records the objection for every entry of the person, doubles included, and returns how many there are.

    It takes effect with the transaction of `session`; an earlier objection keeps its date. The next build leaves the
    person out. Raises NoResultFound for an unknown contact.
    """
    contact = session.get_one(Contact, contact_id)
    person = contact.duplicate_of or contact.id
    entries = list(session.scalars(select(Contact.id).where(or_(Contact.id == person, Contact.duplicate_of == person))))
    session.execute(update(Contact).where(Contact.id.in_(entries), Contact.blocked_on.is_(None)).values(blocked_on=on))
    leave_live(session, entries)
    session.execute(delete(Membership).where(Membership.contact_id.in_(entries)))
    session.execute(delete(TextHit).where(TextHit.contact_id.in_(entries)))
    index_people(session, entries)
    record(session, actor, "object", contact_id=person)
    return len(entries)
