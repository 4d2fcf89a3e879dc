"""How people are reached: counts, content and ideas."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from persona_store.database.models.base import KEY_LENGTH, NAME_LENGTH, WORD_LENGTH, Base


class ChannelCount(Base):
    """How often a role in a persona answered on a channel, summed up at a build: `answered` of `n` outgoing contacts.

    `persona_id` is empty for contacts without persona; `function` and `level` are "other" and "unknown" where not
    known. `contacts` people stand behind the counts, `squares` is the sum of their squared numbers of attempts, from
    which follows how much less than `n` independent attempts the counts tell.
    """

    __tablename__ = "channel_counts"

    id: Mapped[int] = mapped_column(primary_key=True)
    build_id: Mapped[int] = mapped_column(ForeignKey("builds.id"), index=True)
    market: Mapped[str] = mapped_column(String(3))
    function: Mapped[str] = mapped_column(String(WORD_LENGTH))
    level: Mapped[str] = mapped_column(String(WORD_LENGTH))
    persona_id: Mapped[int | None] = mapped_column(ForeignKey("personas.id"))
    channel: Mapped[str] = mapped_column(String(WORD_LENGTH))
    n: Mapped[int]
    answered: Mapped[int]
    contacts: Mapped[int]
    squares: Mapped[float]


class GuidanceModel(Base):
    """What guidance learned from one market at a build.

    `weights` of the levels in the shrinkage of rates, `times` that were tested and found better, `hand_over` the
    evidence from which on deals followed, `centre` who takes part at customers' companies. Interactions up to the id
    `counted_to` are in the build's counts.
    """

    __tablename__ = "guidance_models"

    build_id: Mapped[int] = mapped_column(ForeignKey("builds.id", ondelete="CASCADE"), primary_key=True)
    market: Mapped[str] = mapped_column(String(3), primary_key=True)
    counted_to: Mapped[int]
    weights: Mapped[dict[str, Any]]
    times: Mapped[dict[str, Any]]
    hand_over: Mapped[dict[str, Any]]
    centre: Mapped[dict[str, Any]]


class Content(Base):
    """One piece of content or message that marketers offer, and for whom and when; empty means for all.

    `persona` is a persona's name as written by the marketer; `function`, `phase` (journey phases and AIDA stages) and
    `channel` hold one or several normal values parted by commas.
    """

    __tablename__ = "contents"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    language: Mapped[str] = mapped_column(String(2))
    title: Mapped[str] = mapped_column(String(NAME_LENGTH))
    message: Mapped[str | None] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(Text)
    persona: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    function: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    phase: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    channel: Mapped[str | None] = mapped_column(String(KEY_LENGTH))


class Idea(Base):
    """An idea for personalisation; `impact` and `effort` from 1 to 5.

    Once tried, `measured_impact` is the change of a rate (0.05: five points more) with its 90 % interval, from
    `measured_n` attempts with and without it.
    """

    __tablename__ = "ideas"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    language: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)
    persona: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    impact: Mapped[int]
    effort: Mapped[int]
    measured_impact: Mapped[float | None]
    measured_low: Mapped[float | None]
    measured_high: Mapped[float | None]
    measured_n: Mapped[int | None]
    actor: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    created_at: Mapped[datetime]
