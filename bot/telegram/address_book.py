"""Somebody shared from the phone's address book, looked up in the store: by e-mail or number, else by name."""

import json
import re

import polars as pl
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from telegram import Contact as SharedContact

from persona_store.crm.people import as_phones
from persona_store.database.models import Contact
from persona_store.privacy.rights import asker_of, may

_EMAIL = re.compile(
    r"^(?:item\d+\.)?EMAIL[^:\r\n]{0,100}:\s*([^\s@:]{1,64}@[^\s@]{1,190})\s*$", re.IGNORECASE | re.MULTILINE
)
LONGEST_CARD = 8_000
LONGEST_NAME = 200


def question_about(session: Session, shared: SharedContact) -> str:
    """The message that asks for the persona of whoever was shared; looks up only for an asker who may see contacts."""
    asker = asker_of(session)
    found = _found(session, shared) if asker and may(asker.rights, "contacts") else None
    name = " ".join(f"{shared.first_name} {shared.last_name or ''}".split())[:LONGEST_NAME]
    named = name if found is None else f"#{found}"
    return f"/match_persona{json.dumps({'contact': named}, ensure_ascii=False)}"


def _found(session: Session, shared: SharedContact) -> str | None:
    """The one person with the shared e-mail address or phone number, by their id; None for none or several."""
    email = _EMAIL.search((shared.vcard or "")[:LONGEST_CARD])
    phone = as_phones(pl.Series([shared.phone_number], dtype=pl.String))[0]
    by = [Contact.email == email.group(1).lower()] if email else []
    by += [Contact.phone == phone] if phone else []
    if not by:
        return None
    person = func.coalesce(Contact.duplicate_of, Contact.id)
    people = session.scalars(select(person).where(Contact.blocked_on.is_(None), or_(*by)).distinct().limit(2)).all()
    contact = session.get(Contact, people[0]) if len(people) == 1 else None
    return None if contact is None else contact.external_id or str(contact.id)
