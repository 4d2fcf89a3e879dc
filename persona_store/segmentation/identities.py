"""What lasts of a persona beyond one build: identity, number and name, and what an analyst adds to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.database.models import NAME_LENGTH, Build, Persona, PersonaIdentity
from persona_store.errors import InputError
from persona_store.privacy.rights import demand
from persona_store.segmentation.naming import PersonaName, name_personas, still_true
from persona_store.segmentation.segment import Segments
from persona_store.segmentation.storage import Label, MarketData
from persona_store.segmentation.versions import Former, Lineage
from persona_store.settings import settings
from persona_store.wording import say

LONGEST_NOTE = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Vanished:
    """A pinned persona that the newest build does not have: as it was last seen."""

    persona_id: int
    identity_id: int
    number: int
    market: str
    name_de: str
    name_en: str
    note: str | None
    last_build: int
    last_on: date | None

    def name(self, language: str) -> str:
        """The persona's name in `language` ("de" or "en")."""
        return self.name_en if language == "en" else self.name_de


def label_personas(session: Session, found: Sequence[tuple[MarketData, Segments, Lineage]]) -> list[list[Label]]:
    """Numbers, names and identities for the classes of all markets of a new build, in the order given.

    A class that continues a persona keeps its number, its identity, and its name while that is true or was chosen by
    an analyst. New personas get numbers that none in the build before had, so that no number changes its meaning.
    """
    last = _last_numbers(session)
    heirs = [heir[0] for _, _, lineage in found for heir in lineage.heirs if heir]
    reserved = {former.number for former in heirs} | (set(last.values()) if heirs else set())
    fresh = (number for number in count(1) if number not in reserved)
    labels: list[list[Label]] = []
    for data, segments, lineage in found:
        taken = [label.name for one in labels for label in one]
        used = {label.number for one in labels for label in one}
        identities = [_identity(session, data.market, heir[0] if heir else None) for heir in lineage.heirs]
        given = _given_names(segments, lineage, identities, taken)
        attributes = {attribute.key: attribute for attribute in data.attributes}
        names = name_personas(segments.tables, attributes, data.binning, len(lineage.heirs), given, taken)
        own: list[Label] = []
        for heir, identity, name in zip(lineage.heirs, identities, names, strict=True):
            number = heir[0].number if heir and _keeps_number(heir[0], last, used) else next(fresh)
            used.add(number)
            own.append(Label(number, name, identity.id, heir[1] if heir else None))
        labels.append(own)
    return labels


def _last_numbers(session: Session) -> dict[int, int]:
    """The numbers of the newest build's personas, by the ids of their rows."""
    newest = select(func.max(Build.id)).scalar_subquery()
    rows = session.execute(select(Persona.id, Persona.number).where(Persona.build_id == newest))
    return {row.id: row.number for row in rows}


def _keeps_number(former: Former, last: dict[int, int], used: set[int]) -> bool:
    """One that comes back after it had vanished keeps its number only if nobody bears it now."""
    return former.number not in used and (former.persona_id in last or former.number not in last.values())


def _identity(session: Session, market: str, former: Former | None) -> PersonaIdentity:
    if former is not None and former.identity_id is not None:
        return session.get_one(PersonaIdentity, former.identity_id)
    identity = PersonaIdentity(market=market, created_at=utc_now())
    session.add(identity)
    session.flush()
    if former is not None:
        session.execute(update(Persona).where(Persona.id == former.persona_id).values(identity_id=identity.id))
    return identity


def _given_names(
    segments: Segments, lineage: Lineage, identities: Sequence[PersonaIdentity], taken: Sequence[PersonaName]
) -> dict[int, PersonaName]:
    """The names that classes keep: the analyst's first, then former ones that are still true; no two the same."""
    chosen: dict[int, PersonaName] = {}
    former: dict[int, PersonaName] = {}
    for place, (heir, identity) in enumerate(zip(lineage.heirs, identities, strict=True)):
        if identity.name_de and identity.name_en:
            chosen[place] = PersonaName(identity.name_de, identity.name_en)
        elif heir and heir[0].name.claims and still_true(heir[0].name, segments.tables, place):
            former[place] = heir[0].name
    given: dict[int, PersonaName] = {}
    for place, name in (*chosen.items(), *former.items()):
        if not any(name.like(other) for other in (*given.values(), *taken)):
            given[place] = name
    return given


def rename(session: Session, persona_id: int, *, de: str | None = None, en: str | None = None) -> Persona:
    """Gives a persona of the newest build a name of the analyst's in one or both languages; it lasts over builds.

    Raises InputError when a name is empty, too long, or borne by another persona.
    """
    demand(session, "administer")
    persona = session.get_one(Persona, persona_id)
    names = {
        "de": persona.name_de if de is None else _cleaned(de),
        "en": persona.name_en if en is None else _cleaned(en),
    }
    wanted = PersonaName(names["de"], names["en"])
    others = session.scalars(select(Persona).where(Persona.build_id == persona.build_id, Persona.id != persona.id))
    for other in others:
        if wanted.like(PersonaName(other.name_de, other.name_en)):
            raise InputError(say("persona_edit.error.taken", settings().language, number=other.number))
    identity = _own_identity(session, persona)
    identity.name_de, identity.name_en, identity.changed_at = wanted.de, wanted.en, utc_now()
    session.flush()
    session.execute(
        update(Persona).where(Persona.identity_id == identity.id).values(name_de=wanted.de, name_en=wanted.en)
    )
    session.refresh(persona)
    return persona


def annotate(session: Session, persona_id: int, note: str) -> None:
    """Keeps a note with the persona over builds; an empty one removes it. Raises InputError when it is too long."""
    demand(session, "administer")
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise InputError(say("persona_edit.error.note", settings().language, most=LONGEST_NOTE))
    _own_identity(session, session.get_one(Persona, persona_id)).note = note or None
    session.flush()


def pin(session: Session, persona_id: int, pinned: bool = True) -> None:
    """Pins a persona, or no longer: a pinned one stays listed, and is looked for, even when a build misses it."""
    demand(session, "administer")
    _own_identity(session, session.get_one(Persona, persona_id)).pinned = pinned
    session.flush()


def vanished(session: Session) -> list[Vanished]:
    """The pinned personas that the newest build does not have, by number."""
    newest = session.scalar(select(func.max(Build.id)))
    here = select(Persona.identity_id).where(Persona.build_id == newest, Persona.identity_id.is_not(None))
    last = select(func.max(Persona.id)).where(Persona.identity_id.is_not(None)).group_by(Persona.identity_id)
    rows = session.execute(
        select(Persona, PersonaIdentity, Build.data_on)
        .join(PersonaIdentity, PersonaIdentity.id == Persona.identity_id)
        .join(Build, Build.id == Persona.build_id)
        .where(PersonaIdentity.pinned.is_(True), Persona.id.in_(last), PersonaIdentity.id.not_in(here))
        .order_by(Persona.number)
    )
    return [
        Vanished(
            persona.id, identity.id, persona.number, persona.market, persona.name_de, persona.name_en, identity.note,
            persona.build_id, day,
        )
        for persona, identity, day in rows
    ]  # fmt: skip


def _own_identity(session: Session, persona: Persona) -> PersonaIdentity:
    if persona.identity_id is not None:
        return session.get_one(PersonaIdentity, persona.identity_id)
    identity = PersonaIdentity(market=persona.market, created_at=utc_now())
    session.add(identity)
    session.flush()
    persona.identity_id = identity.id
    session.flush()
    return identity


def _cleaned(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise InputError(say("persona_edit.error.name", settings().language, most=NAME_LENGTH))
    return name
