"""The people who may ask: their names, rights and passwords (kept as Argon2id hashes)."""

import unicodedata
from datetime import UTC, datetime
from functools import cache
from typing import get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.database.models import User
from persona_store.errors import InputError
from persona_store.privacy.rights import Rights
from persona_store.settings import Language, settings
from persona_store.wording import say

LONGEST_NAME = 100
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256  # beyond it nothing gets safer, only slower
HASHER = PasswordHasher()


def add_user(
    session: Session, name: str, password: str, rights: Rights = "sales", language: Language | None = None
) -> User:
    """Creates a user; raises InputError for a name that is taken or unfit, or a password too short or too long."""
    spoken = settings().language
    known_name = normal_name(name)
    if not known_name or len(known_name) > LONGEST_NAME or not known_name.isprintable():
        raise InputError(say("users.bad_name", spoken, maximum=LONGEST_NAME))
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InputError(say("users.bad_password", spoken, minimum=SHORTEST_PASSWORD, maximum=LONGEST_PASSWORD))
    if rights not in get_args(Rights):
        raise InputError(say("users.bad_rights", spoken, allowed=", ".join(get_args(Rights))))
    if find_user(session, known_name) is not None:
        raise InputError(say("users.taken", spoken, name=known_name))
    user = User(
        name=known_name,
        password_hash=HASHER.hash(_plain(password)),
        rights=rights,
        language=language,
        created_at=datetime.now(UTC).replace(tzinfo=None),
    )
    session.add(user)
    session.flush()
    return user


def remove_user(session: Session, name: str) -> None:
    """Removes a user, whose logins end with that; raises InputError when there is none of this name."""
    user = find_user(session, name)
    if user is None:
        raise InputError(say("users.unknown", settings().language, name=normal_name(name)[:LONGEST_NAME]))
    session.delete(user)
    session.flush()


def list_users(session: Session) -> list[User]:
    """All users by name."""
    return list(session.scalars(select(User).order_by(User.name)))


def find_user(session: Session, name: str) -> User | None:
    """The user called `name`, whatever its letter case, or None."""
    known_name = normal_name(name)
    if not known_name.isprintable():  # PostgreSQL refuses such text with an error
        return None
    return session.scalar(select(User).where(User.name == known_name))


def check_password(session: Session, name: str, password: str) -> User | None:
    """The user if name and password are right, else None; an unknown name takes as long as a wrong password."""
    fits = len(password) <= LONGEST_PASSWORD and len(name) <= LONGEST_NAME
    user = find_user(session, name) if fits else None
    known_hash = user.password_hash if user else None
    try:
        HASHER.verify(known_hash or _nobodys_hash(), _plain(password[:LONGEST_PASSWORD]))
    except (VerificationError, InvalidHashError):
        return None
    return user if known_hash else None


def normal_name(name: str) -> str:
    """The form in which user names are kept and compared."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _plain(password: str) -> bytes:
    """The password's bytes, the same whether a keyboard sends "ü" as one character or as two."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@cache
def _nobodys_hash() -> str:
    return HASHER.hash(b"nobody")
