"""Whom a wish about data means: as in any question, and people who objected too, if they are named in full."""

from sqlalchemy.orm import Session

from actions.context import Request
from actions.cues import address_in, names_one_spoken_of
from actions.state import LONGEST_NAME, Subject
from actions.subject import Meaning, contact_in_words, named_contact, person_subject
from persona_store.privacy.finding import blocked_people


def meant(request: Request, session: Session) -> Meaning:
    """The contact that the message names, else the one last spoken of where the message names nobody."""
    meaning = named_contact(request, session)
    if meaning.missing:
        meaning = contact_in_words(request, session)
    if meaning.missing and (names_one_spoken_of(request.text) or request.talk.contact is not None):
        return Meaning(request.talk.contact)
    return meaning


def objected(request: Request, session: Session) -> Subject | None:
    """The one person who objected and whom the message names in full."""
    names = [mention.text for mention in request.named("contact")] or [address_in(request.text) or ""]
    company = next((mention.text for mention in request.named("company")), "")
    for name in names:
        said = f"{name} von {company}" if company and " " not in name else name
        found = blocked_people(session, said[:LONGEST_NAME]) if said else []
        if len(found) == 1:
            return person_subject(found[0])
    return None
