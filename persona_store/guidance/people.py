"""Personas by the names that people write: their number, or a name in either language."""

import re
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.antipersona.vetoes import ON_PERSONA, active_veto
from persona_store.database.models import Build, Membership, Persona, PersonaIdentity
from persona_store.settings import Language

NUMBER = re.compile(r"^(?:persona\s*)?#?(\d{1,3})$", re.IGNORECASE)


def known_names(names: Iterable[str]) -> frozenset[str]:
    """Names in the form in which they are compared."""
    return frozenset(" ".join(name.casefold().split()) for name in names)


def persona_names(session: Session, persona: Persona) -> tuple[str, ...]:
    """All names a persona goes by: those an analyst gave it and those of the build."""
    identity = session.get(PersonaIdentity, persona.identity_id) if persona.identity_id else None
    given = (identity.name_de, identity.name_en) if identity else ()
    names = (*given, persona.name("de"), persona.name("en"), persona.name_de, persona.name_en)
    return tuple(dict.fromkeys(name for name in names if name))


def find_persona(session: Session, text: str) -> Persona | None:
    """The persona of the newest build that `text` names, by number or by name in either language."""
    newest = select(func.max(Build.id)).scalar_subquery()
    personas = session.scalars(select(Persona).where(Persona.build_id == newest).order_by(Persona.number)).all()
    if number := NUMBER.match(text.strip()):
        return next((one for one in personas if one.number == int(number[1])), None)
    wanted = known_names([text])
    return next((one for one in personas if known_names(persona_names(session, one)) & wanted), None)


def persona_named(session: Session, text: str, language: Language) -> str:
    """`text`, or the name of the persona whose number it is: numbers change with the next build, names stay."""
    if not NUMBER.match(text.strip()):
        return text
    persona = find_persona(session, text)
    return text if persona is None else persona.name(language)


def persona_of(session: Session, contact_id: int) -> Persona | None:
    """The persona of a contact in the newest build; where somebody vetoed that, the one they named, or none."""
    veto = active_veto(session, contact_id, ON_PERSONA)
    if veto is not None:
        return None if veto.persona_id is None else session.get(Persona, veto.persona_id)
    newest = select(func.max(Build.id)).scalar_subquery()
    return session.scalar(
        select(Persona)
        .join(Membership, Membership.persona_id == Persona.id)
        .where(Membership.build_id == newest, Membership.contact_id == contact_id)
    )
