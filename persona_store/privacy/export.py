"""Everything that is stored about a person as data (GDPR, articles 15 and 20)."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from persona_store.database.models import (
    Audit,
    Base,
    Contact,
    Deal,
    ErasureRequest,
    Interaction,
    LiveMember,
    Membership,
    Persona,
    TextHit,
    Veto,
)
from persona_store.privacy.basis import data_basis
from persona_store.privacy.entries import entries_of
from persona_store.privacy.rights import demand

FORMAT = "personabot-person-1"
OURS = frozenset({"actor", "owner"})  # names of our own people, which are not the person's data
Row = dict[str, Any]


def export_person(session: Session, contact_id: int) -> Row:
    """JSON-ready data: every entry of the person with all that hangs on it, where it comes from and what is made of it.

    Users who looked the person up are not named. Raises NoResultFound for an unknown contact.
    """
    demand(session, "object")
    entries = entries_of(session, contact_id)
    contacts = [session.get_one(Contact, one) for one in entries]
    basis = data_basis(session, contact_id)
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "objected_on": _plain(basis.blocked_on),
        "erasure_requested": [_row(one) for one in _rows(session, ErasureRequest, entries)],
        "sources": [{"on": one.on.isoformat(), "files": list(one.files)} for one in basis.sources],
        "last_event_on": _plain(basis.event_on),
        "contacts": [_row(one) for one in contacts],
        "companies": [_row(one) for one in {one.company for one in contacts if one.company is not None}],
        "interactions": [_row(one) for one in _rows(session, Interaction, entries)],
        "deals": [_row(one) for one in _rows(session, Deal, entries)],
        "found_in_texts": [_row(one) for one in _rows(session, TextHit, entries)],
        "used_for_the_persona": {one.attribute: one.level for one in basis.used},
        "personas": _personas(session, entries),
        "live_posteriors": [_posterior(one) for one in _rows(session, LiveMember, entries)],
        "vetoes": [_row(one) for one in _rows(session, Veto, entries)],
        "looked_up": [{"at": _plain(one.at), "action": one.action} for one in _rows(session, Audit, entries)],
    }


def _rows(session: Session, model: Any, entries: list[int]) -> list[Any]:
    keys = inspect(model).primary_key
    return list(session.scalars(select(model).where(model.contact_id.in_(entries)).order_by(*keys)))


def _row(row: Base) -> Row:
    names = [column.key for column in inspect(type(row)).column_attrs]
    return {name: _plain(getattr(row, name)) for name in names if name not in OURS}


def _personas(session: Session, entries: list[int]) -> list[Row]:
    query = (
        select(Membership, Persona)
        .join(Persona, Persona.id == Membership.persona_id)
        .where(Membership.contact_id.in_(entries))
        .order_by(Membership.build_id)
    )
    return [
        {
            "build": membership.build_id,
            "persona": {"number": persona.number, "de": persona.name("de"), "en": persona.name("en")},
            "probability": membership.probability,
        }
        for membership, persona in session.execute(query)
    ]


def _posterior(member: LiveMember) -> Row:
    shares = np.frombuffer(member.posterior, dtype=np.float32)
    return {"build": member.build_id, "market": member.market, "posterior": [float(one) for one in shares]}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
