"""All entries of one person: the contact that stands for them and every double linked to it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.database.models import Contact


def entries_of(session: Session, contact_id: int) -> list[int]:
    """The ids of all entries of the person behind a contact, the one that stands for them first.

    Raises NoResultFound for an unknown contact.
    """
    contact = session.get_one(Contact, contact_id)
    seen = {contact.id}
    while contact.duplicate_of is not None and contact.duplicate_of not in seen:
        contact = session.get_one(Contact, contact.duplicate_of)
        seen.add(contact.id)
    found = [contact.id]
    newest = found
    while newest:
        doubles = session.scalars(select(Contact.id).where(Contact.duplicate_of.in_(newest)).order_by(Contact.id))
        newest = [one for one in doubles if one not in found]
        found += newest
    return found
