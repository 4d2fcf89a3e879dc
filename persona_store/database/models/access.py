"""Who may ask, and who asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from persona_store.database.models.base import KEY_LENGTH, NAME_LENGTH, WORD_LENGTH, Base

SUBJECT_LENGTH = 600  # an issuer's address and, by OpenID Connect, at most 255 characters
HASH_LENGTH = 64  # hexadecimal digits of SHA-256


class User(Base):
    """Someone who may ask. `rights` is "sales", "marketing", "trainer" or "admin".

    Without `password_hash` they log in elsewhere: `subject` is issuer and name of the account there. `ended_sessions`
    lists logins ended before their time: [[token id, expiry in Unix seconds], ...]; those begun before `logins_since`
    have ended too, as after a new password.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    subject: Mapped[str | None] = mapped_column(String(SUBJECT_LENGTH), unique=True)
    rights: Mapped[str] = mapped_column(String(20))
    language: Mapped[str | None] = mapped_column(String(2))
    created_at: Mapped[datetime]
    ended_sessions: Mapped[list[Any]] = mapped_column(default=list)
    logins_since: Mapped[datetime | None]


class Invitation(Base):
    """A link by which somebody makes an account of their own, once; only the hash of its secret is kept."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True)
    rights: Mapped[str] = mapped_column(String(20))
    name: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    invited_by: Mapped[str] = mapped_column(String(KEY_LENGTH))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LoginFailure(Base):
    """Failed logins in a row of one kind of try (see `persona_store.lockout`), by keyed hashes: no name is kept.

    `name_hash` is common to all kinds of tries of one user name.
    """

    __tablename__ = "login_failures"

    key: Mapped[str] = mapped_column(String(HASH_LENGTH), primary_key=True)
    name_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), index=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime | None]


class Audit(Base):
    """Who looked up, changed or erased what, and when. Never the data themselves."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(KEY_LENGTH))
    action: Mapped[str] = mapped_column(String(WORD_LENGTH))
    contact_id: Mapped[int | None] = mapped_column(index=True)
    detail: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
