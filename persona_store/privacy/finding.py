"""Finds people who objected, whom no other search finds: only who knows their whole name, address or number."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.database.models import Company, Contact
from persona_store.names import Person
from persona_store.names.query import parsed
from persona_store.names.ranking import bearer
from persona_store.privacy.rights import demand

LEAST_WORDS = 2  # a surname alone tells nothing about somebody who may not be looked up


def blocked_people(session: Session, text: str) -> list[Person]:
    """People who objected and whom `text` names in full: first name and surname, e-mail address, or number."""
    demand(session, "contacts")
    query = parsed(text)
    number = query.number.lstrip("#") if query.number else None
    rows = session.execute(
        select(Contact, Company.name)
        .outerjoin(Company, Company.id == Contact.company_id)
        .where(Contact.blocked_on.is_not(None), Contact.duplicate_of.is_(None))
        .order_by(Contact.id)
    )
    found = []
    for contact, company in rows:
        words = bearer(contact.first_name, contact.last_name, company)
        named = len(query.words) >= LEAST_WORDS and bool(words.last & set(query.words))
        if query.email:
            meant = query.email == (contact.email or "").strip().lower()
        elif number:
            meant = number in (contact.external_id, str(contact.id))
        else:
            meant = named and set(query.words) <= words.first | words.last | words.company
        if meant:
            found.append(Person(contact.id, contact.name, company, contact.job_title, 1.0, exact=True))
    return found
