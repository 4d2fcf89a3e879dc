"""Who writes: the user for whom a Telegram account speaks, and in which language to speak to them."""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from telegram import User as Account

from bot.gateway.sessions import Person, person_of
from persona_store.database import session_scope
from persona_store.database.models import User
from persona_store.links import TELEGRAM, language_spoken, linked_user, note_language
from persona_store.settings import Language


@dataclass(frozen=True, slots=True)
class Asker:
    """A linked account: its user, the same as the gateway knows them, and two languages.

    `wished` is what user and app are set to (None when neither tells), `spoken` what was last spoken here.
    """

    user: User
    person: Person
    wished: Language | None
    spoken: Language


def find_asker(session: Session, account: Account, fallback: Language) -> Asker | None:
    """For whom the account speaks; None when it is not linked (any more)."""
    user = linked_user(session, TELEGRAM, str(account.id))
    if user is None:
        return None
    person = person_of(user)
    wished = person.language or app_language(account)
    spoken = language_spoken(session, TELEGRAM, str(account.id))
    return Asker(user, person, wished, spoken or wished or fallback)


def remember_language(engine: Engine, account: Account, language: Language) -> None:
    """Keeps the language that was spoken last."""
    with session_scope(engine, writes=True) as session:
        note_language(session, TELEGRAM, str(account.id), language)


def app_language(account: Account) -> Language | None:
    """The language that the person's app is set to, when it is one of ours."""
    code = (account.language_code or "").lower()
    return "de" if code.startswith("de") else "en" if code.startswith("en") else None
