"""Accounts of other services that speak for a user, and what such a channel must remember between two messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from persona_store.database.models.access import User
from persona_store.database.models.base import WORD_LENGTH, Base, Json

CHANNEL_LENGTH = 20
EXTERNAL_LENGTH = 64
DIGEST_LENGTH = 64  # SHA-256 in hexadecimal
BUTTON_LENGTH = 16


class Link(Base):
    """An account of a channel (Telegram's numeric user id, ...) that speaks for a user.

    `language` is the one last spoken there.
    """

    __tablename__ = "channel_links"

    channel: Mapped[str] = mapped_column(String(CHANNEL_LENGTH), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(EXTERNAL_LENGTH), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    linked_at: Mapped[datetime]
    language: Mapped[str | None] = mapped_column(String(2))
    user: Mapped[User] = relationship(lazy="joined")


class LinkCode(Base):
    """A one-time code that links whoever sends it; only its SHA-256 is kept."""

    __tablename__ = "channel_link_codes"

    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), primary_key=True)
    channel: Mapped[str] = mapped_column(String(CHANNEL_LENGTH))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]


class Update(Base):
    """Something that a channel delivered; its number makes a second delivery harmless.

    `payload` is kept only until it is answered. Whoever works on it holds it until `claimed_until`, which is None once
    it is answered; `sent` counts the messages of the answer that have arrived.
    """

    __tablename__ = "channel_updates"

    channel: Mapped[str] = mapped_column(String(CHANNEL_LENGTH), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    received_at: Mapped[datetime] = mapped_column(index=True)
    payload: Mapped[dict[str, Any] | None] = mapped_column(Json)
    claimed_by: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    claimed_until: Mapped[datetime | None] = mapped_column(index=True)
    sent: Mapped[int] = mapped_column(default=0)


class Button(Base):
    """What pressing a button says; the button itself carries only `key`."""

    __tablename__ = "channel_buttons"

    key: Mapped[str] = mapped_column(String(BUTTON_LENGTH), primary_key=True)
    channel: Mapped[str] = mapped_column(String(CHANNEL_LENGTH))
    chat: Mapped[str] = mapped_column(String(EXTERNAL_LENGTH), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    send: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(index=True)
