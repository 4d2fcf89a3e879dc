"""What remains of people who were erased, and who asked for it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from persona_store.database.models.base import KEY_LENGTH, WORD_LENGTH, Base


class Suppressed(Base):
    """That somebody was erased, so that no import brings them back: a keyed hash, from which nobody can be read.

    `kind` says of what: "key" (system and id in the CRM), "mail", "name" (with company), or "only_name" for people
    without an e-mail address.
    """

    __tablename__ = "suppressed"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(WORD_LENGTH))
    since: Mapped[date]


class ErasureRequest(Base):
    """Somebody without the right to erase asked for a contact to be erased; the entry goes with the contact."""

    __tablename__ = "erasure_requests"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(KEY_LENGTH))
