"""Which account of another service (Telegram, ...) speaks for which user: linked by a one-time code, ended at once."""

import hashlib
import re
import secrets
from datetime import timedelta

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.database.models import Button, Link, LinkCode, User
from persona_store.privacy.audit import record
from persona_store.settings import Language
from persona_store.users import user_called

TELEGRAM = "telegram"
CODE_MINUTES = 15  # time to walk to the phone, too short to be passed around
CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another when read aloud or typed off
CODE_LENGTH = 12  # 59 bits: nobody guesses one within its time
_SEPARATORS = re.compile(r"[\s-]+")
_LONGEST_TYPED = 100


def new_code(session: Session, user_name: str, channel: str = TELEGRAM) -> str:
    """A code that links one account of `channel` to the user within CODE_MINUTES; earlier ones of the user end.

    Raises UnknownUser when there is no such user.
    """
    user = user_called(session, user_name)
    _drop_codes(session, channel, user)
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    expires = utc_now() + timedelta(minutes=CODE_MINUTES)
    session.add(LinkCode(digest=_digest(code), channel=channel, user_id=user.id, expires_at=expires))
    session.flush()
    return code


def redeem(session: Session, code: str, channel: str, external_id: str) -> User | None:
    """The user for whom `external_id` speaks from now on; None when the code is unknown, used or expired.

    An account speaks for one user: an earlier link of it ends.
    """
    digest = _digest(code)
    found = session.get(LinkCode, digest)
    if found is None or found.channel != channel:
        return None
    user = session.get(User, found.user_id)
    live = found.expires_at > utc_now()
    session.expunge(found)
    used: CursorResult[object] = session.execute(delete(LinkCode).where(LinkCode.digest == digest))  # type: ignore[assignment]
    if used.rowcount != 1 or not live or user is None:  # of two who send it at once one is first
        return None
    unlink(session, channel, external_id)
    session.add(Link(channel=channel, external_id=external_id, user_id=user.id, linked_at=utc_now()))
    record(session, user.name, "link_account", detail=channel)
    session.flush()
    return user


def linked_user(session: Session, channel: str, external_id: str) -> User | None:
    """The user for whom the account speaks, or None."""
    link = session.get(Link, (channel, external_id))
    return link.user if link else None


def unlink(session: Session, channel: str, whose: str | User) -> int:
    """Ends the link of one account, or all links and codes of a user; how many links ended."""
    chosen = Link.user_id == whose.id if isinstance(whose, User) else Link.external_id == whose
    links = session.scalars(select(Link).where(Link.channel == channel, chosen)).all()
    for link in links:
        record(session, link.user.name, "unlink_account", detail=channel)
        session.execute(delete(Button).where(Button.channel == channel, Button.user_id == link.user_id))
        session.delete(link)
    if isinstance(whose, User):
        _drop_codes(session, channel, whose)
    session.flush()
    return len(links)


def links_of(session: Session, user: User | None = None) -> list[Link]:
    """The links of a user, or of all users; each with its `user`, oldest first."""
    wanted = select(Link).order_by(Link.linked_at, Link.external_id)
    return list(session.scalars(wanted if user is None else wanted.where(Link.user_id == user.id)))


def language_spoken(session: Session, channel: str, external_id: str) -> Language | None:
    """The language last spoken by the account, None when it has none yet."""
    link = session.get(Link, (channel, external_id))
    return None if link is None else "de" if link.language == "de" else "en" if link.language == "en" else None


def note_language(session: Session, channel: str, external_id: str, language: Language) -> None:
    """Keeps the language that the account speaks; nothing when it is not linked."""
    link = session.get(Link, (channel, external_id))
    if link is not None:
        link.language = language


def _drop_codes(session: Session, channel: str, user: User) -> None:
    """The user's codes, and all that have expired."""
    session.execute(delete(LinkCode).where(LinkCode.channel == channel, LinkCode.user_id == user.id))
    session.execute(delete(LinkCode).where(LinkCode.expires_at <= utc_now()))


def _digest(code: str) -> str:
    """Of the code as made, however it was typed: in capitals, or in groups."""
    plain = _SEPARATORS.sub("", code[:_LONGEST_TYPED]).casefold()
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
