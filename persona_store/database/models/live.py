"""What arrived since the newest build."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from persona_store.database.models.base import KEY_LENGTH, WORD_LENGTH, Base, Json


class LiveEvent(Base):
    """An event that arrived by webhook; its id makes a second delivery harmless.

    `payload` is kept only while the event waits for a contact that is not known yet.
    """

    __tablename__ = "live_events"

    id: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    kind: Mapped[str] = mapped_column(String(WORD_LENGTH))
    received_at: Mapped[datetime]
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
    """What a contact counts for in the live classes: its levels and its posterior, as packed arrays."""

    __tablename__ = "live_members"

    build_id: Mapped[int] = mapped_column(ForeignKey("builds.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    codes: Mapped[bytes]
    posterior: Mapped[bytes]
