"""What reps say against a verdict: stored with the reason, respected at once, counted, and part of the next build."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast, get_args

from sqlalchemy import Select, func, select, union, update
from sqlalchemy.orm import Session

from persona_store.antipersona.quality import wilson
from persona_store.clock import utc_now
from persona_store.database.models import (
    KEY_LENGTH,
    NAME_LENGTH,
    Audit,
    Build,
    Contact,
    Membership,
    Persona,
    PersonaIdentity,
    Veto,
)
from persona_store.errors import InputError
from persona_store.originals import original
from persona_store.privacy.rights import demand
from persona_store.settings import settings
from persona_store.wording import say

Holds = Literal["good_lead", "anti_persona", "other_persona"]

# A contact can have one veto on whether it is a good lead, and one on its persona.
ON_VERDICT: tuple[Holds, ...] = ("good_lead", "anti_persona")
ON_PERSONA: tuple[Holds, ...] = ("other_persona",)
# What somebody must have looked up to disagree with it, by the names of the audit trail.
LOOK_UPS: dict[Holds, str] = {"good_lead": "antipersona", "anti_persona": "antipersona", "other_persona": "match"}


@dataclass(frozen=True, slots=True)
class VetoInfo:
    """A veto in force: who said when that what holds instead, and why.

    `persona_id`, `number` and the names are those of the persona in the newest build, empty where none was named or
    it is gone.
    """

    id: int
    contact_id: int
    at: datetime
    actor: str
    verdict: Holds
    reason: str | None
    persona_id: int | None = None
    number: int | None = None
    name_de: str = ""
    name_en: str = ""

    def name(self, language: str) -> str:
        """The persona's name in `language` ("de" or "en")."""
        return self.name_en if language == "en" else self.name_de


@dataclass(frozen=True, slots=True)
class VetoShare:
    """How often people disagreed: `vetoed` of `n` contacts they looked up since the build, 95 % interval.

    `persona` is a persona's number, empty for all together.
    """

    verdict: Holds
    persona: int | None
    vetoed: int
    n: int
    low: float
    high: float


def active_veto(session: Session, contact_id: int, about: Sequence[Holds] = ON_VERDICT) -> VetoInfo | None:
    """The veto in force on a contact's verdict (or, with `about`, on its persona); doubles count as their original."""
    contact = session.get_one(Contact, contact_id)
    row = session.scalar(_active(contact.duplicate_of or contact.id, about))
    return None if row is None else _info(session, row)


def record_veto(
    session: Session,
    contact_id: int,
    actor: str,
    verdict: str,
    *,
    reason: str | None = None,
    persona_id: int | None = None,
) -> VetoInfo:
    """Stores a veto on a contact, in the place of an earlier one on the same matter, and returns it.

    `persona_id` is the persona of the newest build that the contact belongs to instead. Raises InputError for an
    unknown verdict and for a persona of the other market, NotAllowed when the contact objected to profiling,
    NoResultFound for an unknown contact or persona.
    """
    demand(session, "judge")
    if verdict not in get_args(Holds):
        raise InputError(say("veto.unknown_verdict", settings().language, verdict=str(verdict)[:KEY_LENGTH]))
    holds = cast(Holds, verdict)
    contact = original(session, contact_id)
    persona = None if persona_id is None else session.get_one(Persona, persona_id)
    if persona is not None and persona.market != contact.market:
        raise InputError(say("veto.other_market", settings().language, number=persona.number))
    newest = _newest(session)
    withdraw_veto(session, contact.id, _matter(holds))
    row = Veto(
        contact_id=contact.id,
        at=utc_now(),
        actor=actor[:KEY_LENGTH],
        verdict=holds,
        identity_id=None if persona is None else _identity(session, persona),
        build_id=newest,
        reason=_tidy(reason),
    )
    session.add(row)
    session.flush()
    return _info(session, row)


def give_reason(session: Session, contact_id: int, actor: str, about: Sequence[Holds], reason: str) -> VetoInfo | None:
    """Adds the reason to a person's own veto in force; none where there is no such veto any more."""
    demand(session, "judge")
    contact = original(session, contact_id)
    row = session.scalar(_active(contact.id, about).where(Veto.actor == actor[:KEY_LENGTH]))
    if row is None:
        return None
    row.reason = _tidy(reason)
    session.flush()
    return _info(session, row)


def withdraw_veto(session: Session, contact_id: int, about: Sequence[Holds] = ON_VERDICT) -> bool:
    """Takes a veto back, so that the data count again; says whether there was one."""
    demand(session, "judge")
    contact = session.get_one(Contact, contact_id)
    row = session.scalar(_active(contact.duplicate_of or contact.id, about))
    if row is None:
        return False
    row.withdrawn_at = utc_now()
    session.flush()
    return True


def list_vetoes(session: Session, limit: int = 100) -> list[tuple[VetoInfo, str, str | None]]:
    """The vetoes in force, newest first, each with the contact's name and company; not of people who objected."""
    demand(session, "contacts")
    rows = session.execute(
        select(Veto, Contact)
        .join(Contact, Contact.id == Veto.contact_id)
        .where(Veto.withdrawn_at.is_(None), Contact.blocked_on.is_(None))
        .order_by(Veto.at.desc(), Veto.id.desc())
        .limit(limit)
    ).all()
    return [
        (_info(session, veto), contact.name, contact.company.name if contact.company else None)
        for veto, contact in rows
    ]


def veto_outcomes(session: Session, market: str) -> dict[int, bool]:
    """What vetoes say about buying, by contact: True for a good lead, whose lost outcome no longer counts, False for an
    anti-persona, which counts as not having bought."""
    rows = session.execute(
        select(Veto.contact_id, Veto.verdict)
        .join(Contact, Contact.id == Veto.contact_id)
        .where(
            Veto.withdrawn_at.is_(None),
            Veto.verdict.in_(ON_VERDICT),
            Contact.market == market,
            Contact.blocked_on.is_(None),
            Contact.duplicate_of.is_(None),
        )
    )
    return {contact_id: verdict == "good_lead" for contact_id, verdict in rows}


def persona_vetoes(session: Session, build_id: int) -> dict[int, int]:
    """The personas of a build that people named for contacts, by contact; the personas must have their identities."""
    rows = session.execute(
        select(Veto.contact_id, Persona.id)
        .join(Persona, Persona.identity_id == Veto.identity_id)
        .where(Veto.withdrawn_at.is_(None), Veto.verdict.in_(ON_PERSONA), Persona.build_id == build_id)
    )
    return {contact_id: persona_id for contact_id, persona_id in rows}  # noqa: C416  # rows are no pairs to dict()


def apply_persona_vetoes(session: Session, build_id: int) -> int:
    """Puts contacts of a finished build into the personas that reps named for them; returns how many."""
    moved = 0
    for contact_id, persona_id in persona_vetoes(session, build_id).items():
        member = session.get(Membership, (build_id, contact_id))
        if member is not None and member.persona_id != persona_id:
            session.execute(
                update(Membership)
                .where(Membership.build_id == build_id, Membership.contact_id == contact_id)
                .values(persona_id=persona_id, probability=1.0)
            )
            moved += 1
    return moved


def veto_share(session: Session, build_id: int) -> tuple[VetoShare, ...]:
    """How often people disagreed with the verdicts of a build: per kind of veto, for all and for each persona.

    Counted among the contacts whose verdict somebody looked up since the build, or vetoed; kinds and personas of which
    nobody looked anything up are left out.
    """
    demand(session, "aggregates")
    build = session.get_one(Build, build_id)
    personas = session.scalars(select(Persona).where(Persona.build_id == build_id).order_by(Persona.number)).all()
    shares = []
    for verdict in get_args(Holds):
        vetoed = select(Veto.contact_id).where(
            Veto.build_id == build_id, Veto.verdict == verdict, Veto.withdrawn_at.is_(None)
        )
        looked_at = select(Audit.contact_id).where(
            Audit.action == LOOK_UPS[verdict], Audit.at >= build.created_at, Audit.contact_id.is_not(None)
        )
        for persona in (None, *personas):
            hits = _count(session, build_id, vetoed, persona)
            n = _count(session, build_id, select(union(vetoed, looked_at).subquery().c[0]), persona)
            if n:
                shares.append(VetoShare(verdict, persona.number if persona else None, hits, n, *wilson(hits, n)))
    return tuple(shares)


def _count(session: Session, build_id: int, contacts: Select[Any], persona: Persona | None) -> int:
    among = contacts.subquery()
    statement = select(func.count(func.distinct(among.c[0])))
    if persona is not None:
        statement = statement.join(Membership, Membership.contact_id == among.c[0]).where(
            Membership.build_id == build_id, Membership.persona_id == persona.id
        )
    return session.scalar(statement) or 0


def _active(contact_id: int, about: Sequence[Holds]) -> Select[Veto]:
    return (
        select(Veto)
        .where(Veto.contact_id == contact_id, Veto.withdrawn_at.is_(None), Veto.verdict.in_(about))
        .order_by(Veto.id.desc())
        .limit(1)
    )


def _matter(verdict: Holds) -> tuple[Holds, ...]:
    return ON_PERSONA if verdict in ON_PERSONA else ON_VERDICT


def _info(session: Session, row: Veto) -> VetoInfo:
    persona = None
    if row.identity_id is not None:
        persona = session.scalar(
            select(Persona).where(Persona.build_id == _newest(session), Persona.identity_id == row.identity_id)
        )
    named = (persona.id, persona.number, persona.name_de, persona.name_en) if persona else (None, None, "", "")
    return VetoInfo(row.id, row.contact_id, row.at, row.actor, cast(Holds, row.verdict), row.reason, *named)


def _identity(session: Session, persona: Persona) -> int:
    """What stays of a persona from build to build; personas of old builds may have none yet."""
    if persona.identity_id is None:
        identity = PersonaIdentity(market=persona.market, created_at=utc_now())
        session.add(identity)
        session.flush()
        persona.identity_id = identity.id
    return persona.identity_id


def _newest(session: Session) -> int | None:
    return session.scalar(select(Build.id).order_by(Build.id.desc()).limit(1))


def _tidy(reason: str | None) -> str | None:
    """One line of what somebody typed, bounded; nothing for blanks."""
    return " ".join((reason or "").replace("\x00", " ").split())[:NAME_LENGTH] or None
