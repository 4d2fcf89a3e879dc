"""The tables of the persona store."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

KEY_LENGTH = 200
NAME_LENGTH = 300
WORD_LENGTH = 60

Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Common ground of all tables; constraints are named so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {dict[str, Any]: Json, list[Any]: Json}


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
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
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
    __table_args__ = (Index("ix_contact_tokens_token", "token_id", "field", "contact_id"),)

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("name_tokens.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(7), primary_key=True)


class Build(Base):
    """One segmentation run. `data_on` is the date of the newest data; `verdict` is "personas" or "no_structure".

    `markets` describes per market: contacts, classes tried with their BIC, entropy, bins of numeric attributes.
    """

    __tablename__ = "builds"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    data_on: Mapped[date | None]
    seed: Mapped[int]
    contacts: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(WORD_LENGTH))
    markets: Mapped[dict[str, Any]]

    personas: Mapped[list["Persona"]] = relationship(back_populates="build", order_by="Persona.number")


class Persona(Base):
    """A latent class of contacts. `share` of its market's contacts; outcome rate with its 95 % interval and n."""

    __tablename__ = "personas"
    __table_args__ = (UniqueConstraint("build_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    build_id: Mapped[int] = mapped_column(ForeignKey("builds.id"))
    market: Mapped[str] = mapped_column(String(3))
    number: Mapped[int]
    name_de: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_en: Mapped[str] = mapped_column(String(NAME_LENGTH))
    n: Mapped[int]
    share: Mapped[float]
    outcome_n: Mapped[int]
    outcome_rate: Mapped[float | None]
    outcome_low: Mapped[float | None]
    outcome_high: Mapped[float | None]
    value_mean: Mapped[float | None]

    build: Mapped[Build] = relationship(back_populates="personas")
    levels: Mapped[list["PersonaLevel"]] = relationship(back_populates="persona")

    def name(self, language: str) -> str:
        """The persona's name in `language` ("de" or "en")."""
        return self.name_en if language == "en" else self.name_de


class PersonaLevel(Base):
    """How one level of an attribute stands in a persona.

    `probability` in the persona, `base` among all contacts of the market, `lift` their quotient, `weight` the
    attribute's share (0 to 1) in what sets the persona apart, `n` the contacts of the persona (expected count)
    whose attribute is known.
    """

    __tablename__ = "persona_levels"

    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id"), primary_key=True)
    attribute: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    level: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    position: Mapped[int]
    probability: Mapped[float]
    base: Mapped[float]
    lift: Mapped[float]
    weight: Mapped[float]
    n: Mapped[float]

    persona: Mapped[Persona] = relationship(back_populates="levels")


class Membership(Base):
    """The most probable persona of a contact in a build, with its posterior probability."""

    __tablename__ = "memberships"
    __table_args__ = (Index("ix_memberships_persona", "persona_id"),)

    build_id: Mapped[int] = mapped_column(ForeignKey("builds.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    persona_id: Mapped[int] = mapped_column(ForeignKey("personas.id"))
    probability: Mapped[float]


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


class ChannelCount(Base):
    """How often a role in a persona answered on a channel, summed up at a build: `answered` of `n` outgoing contacts.

    `persona_id` is empty for contacts without persona; `function` and `level` are "other" and "unknown" where not
    known.
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


class User(Base):
    """Someone who may ask. `rights` is "rep", "marketer" or "admin".

    `ended_sessions` lists logins ended before their time: [[token id, expiry in Unix seconds], ...].
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    password_hash: Mapped[str] = mapped_column(String(NAME_LENGTH))
    rights: Mapped[str] = mapped_column(String(20))
    language: Mapped[str | None] = mapped_column(String(2))
    created_at: Mapped[datetime]
    ended_sessions: Mapped[list[Any]] = mapped_column(default=list)


class Audit(Base):
    """Who looked up, changed or erased what, and when. Never the data themselves."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(KEY_LENGTH))
    action: Mapped[str] = mapped_column(String(WORD_LENGTH))
    contact_id: Mapped[int | None] = mapped_column(index=True)
    detail: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
