"""Who will not buy, and what people said against it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from persona_store.database.models.base import KEY_LENGTH, NAME_LENGTH, WORD_LENGTH, Base


class Scorecard(Base):
    """The additive score "won't buy" of one market in a build, with its cross-validated quality.

    `verdict` is "learned", "too_few_outcomes" or "not_predictable"; `model` holds the points per attribute level,
    `left_out` the attributes refused as leaking, each with the reason.
    """

    __tablename__ = "scorecards"

    build_id: Mapped[int] = mapped_column(ForeignKey("builds.id"), primary_key=True)
    market: Mapped[str] = mapped_column(String(3), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(WORD_LENGTH))
    n: Mapped[int]
    positives: Mapped[int]
    auc: Mapped[float | None]
    auc_low: Mapped[float | None]
    auc_high: Mapped[float | None]
    calibration_error: Mapped[float | None]
    model: Mapped[dict[str, Any]]
    left_out: Mapped[dict[str, Any]]


class Veto(Base):
    """Somebody's objection to a verdict on a contact, respected from then on until it is withdrawn.

    `verdict` is what holds instead: "good_lead", "anti_persona" or "other_persona" (then `identity_id` may tell
    which).
    """

    __tablename__ = "vetoes"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(KEY_LENGTH))
    verdict: Mapped[str] = mapped_column(String(WORD_LENGTH))
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("persona_identities.id"))
    build_id: Mapped[int | None] = mapped_column(ForeignKey("builds.id"))
    reason: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    withdrawn_at: Mapped[datetime | None]
