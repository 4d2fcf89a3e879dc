"""The people who may ask: their names, rights, passwords (kept as Argon2id hashes) and invitations."""

import hashlib
import secrets
import unicodedata
from datetime import timedelta
from functools import cache
from typing import get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.database.models import Invitation, User
from persona_store.errors import InputError
from persona_store.privacy.audit import record
from persona_store.privacy.rights import Rights, demand
from persona_store.settings import Language, settings
from persona_store.wording import say

LONGEST_NAME = 100
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256  # beyond it nothing gets safer, only slower
HASHER = PasswordHasher()
INVITATION_HOURS = 72.0  # over a weekend
MOST_INVITATION_HOURS = 24 * 30
INVITATION_BYTES = 32
LONGEST_INVITATION = 100  # more than the letters of so many bytes


class UnknownUser(InputError):
    """There is no user of this name."""


class NameTaken(InputError):
    """There is a user of this name already."""


def add_user(
    session: Session, name: str, password: str, rights: Rights = "sales", language: Language | None = None
) -> User:
    """Creates a user; raises InputError for a name that is taken or unfit, or a password too short or too long."""
    asker = demand(session, "administer")
    user = _new_user(session, name, rights, language, password=password)
    record(session, asker.user, "add_user", detail=f"{user.name}: {rights}")
    return user


def add_user_from_elsewhere(
    session: Session, name: str, subject: str, rights: Rights, language: Language | None = None
) -> User:
    """Creates a user who logs in elsewhere as `subject`, without a password here; raises InputError as `add_user`.

    For single sign-on, which has made sure who that is: nobody is asked for rights.
    """
    user = _new_user(session, name, rights, language, subject=subject)
    record(session, user.name, "add_user", detail=f"{user.name}: {rights}, single sign-on")
    return user


def user_from_elsewhere(session: Session, subject: str) -> User | None:
    """The user who logs in elsewhere as `subject`, or None."""
    return session.scalar(select(User).where(User.subject == subject))


def set_password(session: Session, name: str, password: str) -> User:
    """Gives a user a new password and ends all their logins; raises InputError for one that is no password."""
    asker = demand(session, "administer")
    user = user_called(session, name)
    user.password_hash = _hashed(password)
    user.logins_since = utc_now()
    record(session, asker.user, "set_password", detail=user.name)
    session.flush()
    return user


def remove_user(session: Session, name: str) -> None:
    """Removes a user, whose logins end with that; raises UnknownUser when there is none of this name."""
    demand(session, "administer")
    session.delete(user_called(session, name))
    session.flush()


def list_users(session: Session) -> list[User]:
    """All users by name."""
    demand(session, "administer")
    return list(session.scalars(select(User).order_by(User.name)))


def find_user(session: Session, name: str) -> User | None:
    """The user called `name`, whatever its letter case, or None."""
    known_name = normal_name(name)
    if not known_name.isprintable():  # PostgreSQL refuses such text with an error
        return None
    return session.scalar(select(User).where(User.name == known_name))


def user_called(session: Session, name: str) -> User:
    """The user called `name`, whatever its letter case; raises UnknownUser when there is none."""
    user = find_user(session, name)
    if user is None:
        raise UnknownUser(say("users.unknown", settings().language, name=normal_name(name)[:LONGEST_NAME]))
    return user


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


def invite(session: Session, rights: Rights, name: str | None = None, hours: float = INVITATION_HOURS) -> str:
    """The secret of an invitation by which somebody makes an account of their own, once, within `hours`.

    With `name` it is for the account of that name only. Only a hash of the secret is kept. Raises InputError for rights
    that there are not, an unfit or taken name, or hours out of reason.
    """
    asker = demand(session, "administer")
    _check_rights(rights)
    if not 0 < hours <= MOST_INVITATION_HOURS:
        raise InputError(say("users.bad_hours", settings().language, maximum=MOST_INVITATION_HOURS))
    known_name = None if name is None else _free_name(session, name)
    token = secrets.token_urlsafe(INVITATION_BYTES)
    now = utc_now()
    session.add(
        Invitation(
            token_hash=_digest(token),
            rights=rights,
            name=known_name,
            invited_by=asker.user,
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    record(session, asker.user, "invite_user", detail=": ".join((*filter(None, [known_name]), rights)))
    session.flush()
    return token


def open_invitations(session: Session) -> list[Invitation]:
    """The invitations nobody has followed yet and that still hold, the newest first."""
    demand(session, "administer")
    still = select(Invitation).where(Invitation.expires_at > utc_now()).order_by(Invitation.id.desc())
    return list(session.scalars(still))


def withdraw_invitation(session: Session, invitation_id: int) -> bool:
    """Ends an invitation; whether there was one of this id."""
    asker = demand(session, "administer")
    found = session.get(Invitation, invitation_id)
    if found is None:
        return False
    record(session, asker.user, "withdraw_invitation", detail=": ".join((*filter(None, [found.name]), found.rights)))
    session.delete(found)
    session.flush()
    return True


def invitation_of(session: Session, token: str) -> Invitation | None:
    """The invitation with this secret; None when it is unknown, used or expired."""
    if len(token) > LONGEST_INVITATION:
        return None
    wanted = select(Invitation).where(Invitation.token_hash == _digest(token), Invitation.expires_at > utc_now())
    return session.scalar(wanted)


def accept_invitation(
    session: Session, token: str, name: str, password: str, language: Language | None = None
) -> User | None:
    """The account that somebody makes by an invitation; None when that is unknown, used or expired.

    The invitation stays good when InputError is raised for a name or a password that will not do.
    """
    found = invitation_of(session, token)
    if found is None:
        return None
    if found.name is not None and normal_name(name) != found.name:
        raise InputError(say("users.other_name", settings().language, name=found.name))
    session.expunge(found)
    used: CursorResult[object] = session.execute(  # type: ignore[assignment]
        delete(Invitation).where(Invitation.id == found.id)
    )
    if used.rowcount != 1:  # of two who follow it at once one is first
        return None
    session.execute(delete(Invitation).where(Invitation.expires_at <= utc_now()))
    user = _new_user(session, name, found.rights, language, password=password)
    record(session, user.name, "accept_invitation", detail=f"{found.rights}, {found.invited_by}")
    return user


def normal_name(name: str) -> str:
    """The form in which user names are kept and compared."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _new_user(
    session: Session,
    name: str,
    rights: str,
    language: Language | None,
    *,
    password: str | None = None,
    subject: str | None = None,
) -> User:
    _check_rights(rights)
    user = User(
        name=_free_name(session, name),
        password_hash=None if password is None else _hashed(password),
        subject=subject,
        rights=rights,
        language=language,
        created_at=utc_now(),
    )
    session.add(user)
    session.flush()
    return user


def _free_name(session: Session, name: str) -> str:
    """The name as it is kept; raises InputError for one that is taken or unfit."""
    spoken, known_name = settings().language, normal_name(name)
    if not known_name or len(known_name) > LONGEST_NAME or not known_name.isprintable():
        raise InputError(say("users.bad_name", spoken, maximum=LONGEST_NAME))
    if find_user(session, known_name) is not None:
        raise NameTaken(say("users.taken", spoken, name=known_name))
    return known_name


def _check_rights(rights: str) -> None:
    if rights not in get_args(Rights):
        raise InputError(say("users.bad_rights", settings().language, allowed=", ".join(get_args(Rights))))


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        spoken = settings().language
        raise InputError(say("users.bad_password", spoken, minimum=SHORTEST_PASSWORD, maximum=LONGEST_PASSWORD))
    return HASHER.hash(_plain(password))


def _digest(token: str) -> str:
    """The secret is random and long: a plain hash cannot be tried out."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(password: str) -> bytes:
    """The password's bytes, the same whether a keyboard sends "ü" as one character or as two."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@cache
def _nobodys_hash() -> str:
    return HASHER.hash(b"nobody")
