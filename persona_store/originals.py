"""Which contact stands for a person, and whether that person may be looked at."""

from sqlalchemy.orm import Session

from persona_store.database.models import Contact
from persona_store.errors import NotAllowed
from persona_store.settings import settings
from persona_store.wording import say


def original(session: Session, contact_id: int) -> Contact:
    """The contact that stands for the person; raises NotAllowed when the person objected to profiling."""
    contact = session.get_one(Contact, contact_id)
    if contact.duplicate_of is not None:
        contact = session.get_one(Contact, contact.duplicate_of)
    if contact.blocked_on is not None:
        raise NotAllowed(say("judgement.objected", settings().language))
    return contact
