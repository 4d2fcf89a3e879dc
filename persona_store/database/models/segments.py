"""Builds, their personas, and what analysts add to them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from persona_store.database.models.base import KEY_LENGTH, NAME_LENGTH, WORD_LENGTH, Base


class TargetGroup(Base):
    """A named filter of contacts inside which builds run; at most one is `active` per market.

    `filters` maps an attribute ("industry", "region", "level", "company_size", ...) to the allowed levels.
    """

    __tablename__ = "target_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    market: Mapped[str] = mapped_column(String(3))
    filters: Mapped[dict[str, Any]]
    active: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Build(Base):
    """One segmentation run. `data_on` is the date of the newest data; `verdict` is "personas" or "no_structure".

    `markets` describes per market: contacts, classes tried with their BIC, entropy, bins of numeric attributes.
    `drift` says what changed since the build `previous_id`.
    """

    __tablename__ = "builds"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    data_on: Mapped[date | None]
    seed: Mapped[int]
    contacts: Mapped[int]
    verdict: Mapped[str] = mapped_column(String(WORD_LENGTH))
    markets: Mapped[dict[str, Any]]
    previous_id: Mapped[int | None]
    drift: Mapped[dict[str, Any]] = mapped_column(default=dict)

    personas: Mapped[list["Persona"]] = relationship(back_populates="build", order_by="Persona.number")


class PersonaIdentity(Base):
    """What stays of a persona from build to build: the names an analyst gave it, a note, and whether it is pinned.

    `changed_at` tells readers that keep personas in memory when to read them again.
    """

    __tablename__ = "persona_identities"

    id: Mapped[int] = mapped_column(primary_key=True)
    market: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    name_de: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    name_en: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    note: Mapped[str | None] = mapped_column(Text)
    pinned: Mapped[bool] = mapped_column(default=False)


class Persona(Base):
    """A latent class of contacts. `share` of its market's contacts; outcome rate with its 95 % interval and n.

    `stability` is the mean Jaccard likeness of the class over bootstrap samples, `likeness` that to the persona of
    the same identity in the build before.
    """

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
    identity_id: Mapped[int | None] = mapped_column(index=True)
    stability: Mapped[float | None]
    likeness: Mapped[float | None]

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
