"""The index by which people are found."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from persona_store.database.models.base import WORD_LENGTH, Base


class NameToken(Base):
    """A word that occurs in people's names: normalised `token` and its Cologne phonetics `code`."""

    __tablename__ = "name_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(WORD_LENGTH), unique=True)
    code: Mapped[str] = mapped_column(String(WORD_LENGTH), index=True)


class NameVariant(Base):
    """A token with one letter left out: two tokens one typo apart share a variant (symmetric delete)."""

    __tablename__ = "name_variants"
    __table_args__ = (Index("ix_name_variants_variant", "variant"),)

    token_id: Mapped[int] = mapped_column(ForeignKey("name_tokens.id", ondelete="CASCADE"), primary_key=True)
    variant: Mapped[str] = mapped_column(String(WORD_LENGTH), primary_key=True)


class ContactToken(Base):
    """Which name words a contact bears; `field` is first, last or company."""

    __tablename__ = "contact_tokens"
    __table_args__ = (
        Index("ix_contact_tokens_token", "token_id", "field", "contact_id"),
        {"sqlite_with_rowid": False},  # the rows lie in the order of the primary key: one tree less to fill
    )

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("name_tokens.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(7), primary_key=True)
