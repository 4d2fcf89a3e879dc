"""What arrived since the newest build."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from persona_store.database.models.base import KEY_LENGTH, NAME_LENGTH, WORD_LENGTH, Base, Json


class LiveEvent(Base):
    """An event that arrived by webhook; its id makes a second delivery harmless.

    `payload` is kept only while the event waits for a contact that is not known yet; `dropped` tells that it was about
    someone who objected, so that nothing else of it was kept.
    """

    __tablename__ = "live_events"

    id: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    kind: Mapped[str] = mapped_column(String(WORD_LENGTH))
    received_at: Mapped[datetime] = mapped_column(index=True)
    dropped: Mapped[bool] = mapped_column(default=False)
    waits_for: Mapped[str | None] = mapped_column(String(KEY_LENGTH), index=True)
    payload: Mapped[dict[str, Any] | None] = mapped_column(Json)


class LiveState(Base):
    """The classes of one market as events have moved them since the build: sufficient statistics as JSON."""

    __tablename__ = "live_states"

    build_id: Mapped[int] = mapped_column(ForeignKey("builds.id"), primary_key=True)
    market: Mapped[str] = mapped_column(String(3), primary_key=True)
    updated_at: Mapped[datetime]
    events: Mapped[int] = mapped_column(default=0)
    drift: Mapped[float | None]
    statistics: Mapped[dict[str, Any]]


class LiveMember(Base):
    """What a contact counts for in the live classes of its market: its levels and its posterior, as packed arrays.

    `codes` are the numbers of its levels (int8, -1 where not known), `posterior` float32; `added` says that the contact
    came since the build.
    """

    __tablename__ = "live_members"

    build_id: Mapped[int] = mapped_column(ForeignKey("builds.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    market: Mapped[str] = mapped_column(String(3))
    added: Mapped[bool]
    codes: Mapped[bytes]
    posterior: Mapped[bytes]


class LiveClock(Base):
    """When each field of a row was last stated by an event, so that a late event never undoes a later one.

    `subject` is the table and the row ("contacts:17"), `fields` the field's name → [microseconds since 1970, event id].
    """

    __tablename__ = "live_clocks"

    subject: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    fields: Mapped[dict[str, Any]]


class LiveTouched(Base):
    """A contact that `events` events have touched and whose share of the live classes has not followed yet."""

    __tablename__ = "live_touched"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    events: Mapped[int]
