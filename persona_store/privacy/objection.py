"""A person objects to profiling (GDPR, article 21): from then on they are in no persona and cannot be looked up."""

from datetime import date

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from persona_store.database.models import Contact, Membership, TextHit, Veto
from persona_store.live.leaving import leave_live
from persona_store.names import index_people
from persona_store.privacy.audit import record
from persona_store.privacy.entries import entries_of
from persona_store.privacy.rights import demand
from persona_store.text_hits import index_texts


def object_to_profiling(session: Session, contact_id: int, actor: str, on: date) -> int:
    """Records the objection for every entry of the person, doubles included, and returns how many there are.

    It takes effect with the transaction of `session`; an earlier objection keeps its date. The next build leaves the
    person out. What people wrote as reasons of vetoes is erased: a judgement in words that nobody may use any more
    (GDPR, article 17 (1) c). Raises NoResultFound for an unknown contact.
    """
    demand(session, "object")
    entries = entries_of(session, contact_id)
    session.execute(update(Contact).where(Contact.id.in_(entries), Contact.blocked_on.is_(None)).values(blocked_on=on))
    leave_live(session, entries)
    session.execute(delete(Membership).where(Membership.contact_id.in_(entries)))
    session.execute(delete(TextHit).where(TextHit.contact_id.in_(entries)))
    session.execute(update(Veto).where(Veto.contact_id.in_(entries)).values(reason=None))
    index_people(session, entries)
    record(session, actor, "object", contact_id=entries[0])
    return len(entries)


def withdraw_objection(session: Session, contact_id: int, actor: str) -> bool:
    """Takes an objection back, entered by mistake or withdrawn by the person; False where there was none.

    The person can be looked up again at once and takes part in the next build. Raises NoResultFound as above.
    """
    demand(session, "object")
    entries = entries_of(session, contact_id)
    there_was = session.get_one(Contact, entries[0]).blocked_on is not None
    if not there_was:
        return False
    session.execute(update(Contact).where(Contact.id.in_(entries)).values(blocked_on=None))
    index_people(session, entries)
    index_texts(session, entries)
    record(session, actor, "object_withdrawn", contact_id=entries[0])
    return True
