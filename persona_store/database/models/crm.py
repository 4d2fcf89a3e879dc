"""What the CRM holds: companies, contacts, interactions, deals, and the imports they came by."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from persona_store.database.models.base import KEY_LENGTH, NAME_LENGTH, WORD_LENGTH, Base


class Company(Base):
    """An account. `key` identifies it across imports; `name_key` is the normalised name without legal form."""

    __tablename__ = "companies"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(String(NAME_LENGTH), index=True)
    industry: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    industry_text: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    employees: Mapped[int | None]
    revenue: Mapped[float | None]
    country: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    region: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    postal_code: Mapped[str | None] = mapped_column(String(20))
    city: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    website: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Contact(Base):
    """A person, leads included. `market` is "b2b" or "b2c"; `outcome` is True for a customer, False for a lost lead.

    `duplicate_of` links a double to the contact that stands for the person; `blocked_on` is set when the person
    objected to profiling. `custom` holds columns of the CRM that have no place of their own.
    """

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(KEY_LENGTH), index=True)
    market: Mapped[str] = mapped_column(String(3), default="b2b")
    salutation: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    title: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    first_name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    last_name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    email: Mapped[str | None] = mapped_column(String(320), index=True)
    phone: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    job_title: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    function: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    level: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    source: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    country: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    region: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    city: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    birth_year: Mapped[int | None]
    status: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    owner: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    notes: Mapped[str | None] = mapped_column(Text)
    created_on: Mapped[date | None]
    last_activity_on: Mapped[date | None]
    outcome: Mapped[bool | None]
    outcome_on: Mapped[date | None]
    duplicate_of: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    blocked_on: Mapped[date | None]
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)

    company: Mapped[Company | None] = relationship()

    @property
    def name(self) -> str:
        """The name as one says it, with academic title; the CRM id where no name is known."""
        parts = [part for part in (self.title, self.first_name, self.last_name) if part]
        return " ".join(parts) or f"#{self.external_id or self.id}"


class Interaction(Base):
    """One touchpoint. `kind`: email, call, meeting, chat, letter, or a behaviour (download, webinar, ...).

    `channel` and behaviours are the normal values of the lexicon; `direction` is "out" (we reached out) or "in";
    `responded` says whether an outgoing contact was answered; `minutes` is the care it took.
    """

    __tablename__ = "interactions"
    __table_args__ = (Index("ix_interactions_contact_kind", "contact_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True, index=True)  # both: an index, no constraint
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    kind: Mapped[str] = mapped_column(String(WORD_LENGTH))
    channel: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    direction: Mapped[str | None] = mapped_column(String(3))
    responded: Mapped[bool | None]
    at: Mapped[datetime | None]
    minutes: Mapped[float | None]
    topic: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    text: Mapped[str | None] = mapped_column(Text)


class Deal(Base):
    """An opportunity; `won` is empty while it is open. `amount` and `margin` in the CRM's currency."""

    __tablename__ = "deals"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    product: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    stage: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    amount: Mapped[float | None]
    margin: Mapped[float | None]
    won: Mapped[bool | None]
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    owner: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Product(Base):
    """Something sold, as a product list names it."""

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    series: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    price: Mapped[float | None]


class Seller(Base):
    """One of our own sales people, as a team list names them."""

    __tablename__ = "sellers"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    manager: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    office: Mapped[str | None] = mapped_column(String(NAME_LENGTH))


class Import(Base):
    """One finished import: which files (by checksum), with which mapping, and what came of it."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    files: Mapped[list[Any]]
    mapping: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any]]


class TextHit(Base):
    """A wish, problem or trait found in a free text about a contact, with its place as evidence.

    `field` is "notes", "text" or "topic"; of the last two `interaction_id` tells the interaction. `start` and `end`
    are places in that text. `kind` is "wish", "problem" or "trait", `term` its normal value.
    """

    __tablename__ = "text_hits"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
    interaction_id: Mapped[int | None] = mapped_column(ForeignKey("interactions.id", ondelete="CASCADE"), index=True)
    field: Mapped[str] = mapped_column(String(WORD_LENGTH))
    start: Mapped[int]
    end: Mapped[int]
    kind: Mapped[str] = mapped_column(String(WORD_LENGTH))
    term: Mapped[str] = mapped_column(String(WORD_LENGTH))
