"""What the store holds about a person, where it comes from and what of it is used (GDPR, article 15)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.database.models import (
    Audit,
    Contact,
    Deal,
    ErasureRequest,
    Import,
    Interaction,
    LiveClock,
    Persona,
    TextHit,
    Veto,
)
from persona_store.guidance.people import persona_of
from persona_store.privacy.entries import entries_of
from persona_store.privacy.rights import demand
from persona_store.segmentation.model import contact_levels, load_model

FIELDS = (
    "salutation", "title", "first_name", "last_name", "email", "phone", "job_title", "function", "level", "source",
    "country", "region", "city", "birth_year", "status", "owner", "notes", "created_on", "last_activity_on", "outcome",
)  # fmt: skip
CONTACTS = "contacts"
EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Used:
    """An attribute that the persona rests on, with the person's level of it."""

    attribute: str
    level: str


@dataclass(frozen=True, slots=True)
class Source:
    """An import that brought contacts: when, and from which files."""

    on: date
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataBasis:
    """What is stored about a person, doubles included, and what is made of it.

    `fields` are the columns of the contact that hold something, `custom` those of the CRM without a place of their
    own. `sources` are the imports that brought contacts, newest first; `event_on` is the day of the last event by
    webhook. `looked_up` counts entries of the audit trail about the person. Of somebody who objected (`blocked_on`)
    nothing is used: `used` and `persona` are empty.
    """

    contact_id: int
    name: str
    company: str | None
    entries: int
    blocked_on: date | None
    requested_on: date | None
    fields: tuple[str, ...]
    custom: tuple[str, ...]
    origin: str | None
    interactions: int
    first_interaction: date | None
    last_interaction: date | None
    deals: int
    text_hits: int
    vetoes: int
    looked_up: int
    used: tuple[Used, ...]
    persona_de: str | None
    persona_en: str | None
    sources: tuple[Source, ...]
    event_on: date | None

    def persona(self, language: str) -> str | None:
        """The name of the persona in `language` ("de" or "en"), if one is known."""
        return self.persona_en if language == "en" else self.persona_de

    @property
    def changed_on(self) -> date | None:
        """When something last came in that may have changed the data: the newest import or the last event."""
        known = [day for day in (self.event_on, *(source.on for source in self.sources[:1])) if day is not None]
        return max(known, default=None)


def data_basis(session: Session, contact_id: int) -> DataBasis:
    """What is stored about the person behind a contact. Raises NoResultFound for an unknown contact."""
    demand(session, "contacts")
    entries = entries_of(session, contact_id)
    contacts = [session.get_one(Contact, one) for one in entries]
    person = contacts[0]
    touch = session.execute(
        select(func.count(), func.min(Interaction.at), func.max(Interaction.at)).where(
            Interaction.contact_id.in_(entries)
        )
    ).one()
    persona = None if person.blocked_on else persona_of(session, person.id)
    asked = session.get(ErasureRequest, person.id)
    return DataBasis(
        contact_id=person.id,
        name=person.name,
        company=person.company.name if person.company else None,
        entries=len(entries),
        blocked_on=person.blocked_on,
        requested_on=asked.at.date() if asked else None,
        fields=tuple(name for name in FIELDS if any(_filled(getattr(one, name)) for one in contacts)),
        custom=tuple(sorted({name for one in contacts for name, value in one.custom.items() if _filled(value)})),
        origin=person.source,
        interactions=int(touch[0]),
        first_interaction=touch[1].date() if touch[1] else None,
        last_interaction=touch[2].date() if touch[2] else None,
        deals=_count(session, Deal, entries),
        text_hits=_count(session, TextHit, entries),
        vetoes=_count(session, Veto, entries),
        looked_up=_count(session, Audit, entries),
        used=() if person.blocked_on else _used(session, person),
        persona_de=_name(persona, "de"),
        persona_en=_name(persona, "en"),
        sources=_sources(session),
        event_on=_last_event(session, entries),
    )


def _filled(value: object) -> bool:
    return value is not None and value != ""


def _count(session: Session, model: Any, entries: list[int]) -> int:
    return session.scalar(select(func.count()).select_from(model).where(model.contact_id.in_(entries))) or 0


def _name(persona: Persona | None, language: str) -> str | None:
    return None if persona is None else persona.name(language)


def _used(session: Session, person: Contact) -> tuple[Used, ...]:
    """The attributes that the person's posterior rests on."""
    model = load_model(session, person.market)
    if model is None:
        return ()
    return tuple(
        Used(attribute, level)
        for attribute, level in contact_levels(session, person.id, model).items()
        if (table := model.tables.get(attribute)) is not None and table.defines and level in table.levels
    )


def _sources(session: Session) -> tuple[Source, ...]:
    found = []
    for one in session.scalars(select(Import).order_by(Import.at.desc())):
        names = [_file(table) for table in one.mapping.get("tables", []) if table.get("table") == CONTACTS]
        if names:
            found.append(Source(one.at.date(), tuple(dict.fromkeys(names))))
    return tuple(found)


def _file(table: Mapping[str, Any]) -> str:
    return str(table.get("file") or "")


def _last_event(session: Session, entries: list[int]) -> date | None:
    """The day of the newest event that stated something; clocks count microseconds since 1970."""
    clocks = session.scalars(select(LiveClock.fields).where(LiveClock.contact_id.in_(entries)))
    stamps = [told[0] for fields in clocks for told in fields.values() if len(told) == 2 and isinstance(told[0], int)]
    return (EPOCH + timedelta(microseconds=max(stamps))).date() if stamps else None
