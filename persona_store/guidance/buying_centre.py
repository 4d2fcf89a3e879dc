"""The account-based view: who takes part in the purchase at a company, which personas they are, and who is missing."""

from collections import Counter
from datetime import date

from sqlalchemy import ColumnElement, Subquery, case, func, or_, select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, Company, Contact, Deal, Interaction, Membership, Persona
from persona_store.guidance.centre_rules import find_gaps, parts_taken
from persona_store.guidance.centre_types import BuyingCentre, Member, PersonaShare
from persona_store.guidance.learned import load_learned
from persona_store.guidance.prior import group
from persona_store.privacy.rights import demand

MOST_PEOPLE = 200  # of one company; nobody reads more, and the newest active are taken
RANKS = {"top": 0, "decider": 1, "expert": 2}


def buying_centre(session: Session, company_id: int) -> BuyingCentre:
    """The buying centre of a company from the people known there.

    Doubles count for the person they stand for, people who objected to profiling not at all. Raises sqlalchemy's
    NoResultFound for an unknown id.
    """
    demand(session, "contacts")
    company = session.get_one(Company, company_id)
    newest = session.execute(select(Build.id, Build.data_on).order_by(Build.id.desc()).limit(1)).first()
    people = session.scalars(
        select(Contact)
        .where(Contact.company_id == company_id, Contact.duplicate_of.is_(None), Contact.blocked_on.is_(None))
        .order_by(Contact.last_activity_on.desc().nulls_last(), Contact.id)
        .limit(MOST_PEOPLE)
    ).all()
    ids = [one.id for one in people]
    done, deals = _done(session, ids), _deals(session, ids)
    personas = _personas(session, newest.id if newest else None, ids)
    members = [_member(one, done.get(one.id, {}), deals.get(one.id, 0), personas.get(one.id)) for one in people]
    members.sort(key=lambda one: (RANKS[group(one.level)], -(one.parts[0].points if one.parts else 0.0), one.name))
    mix = Counter(persona for persona in personas.values())
    taken = {one.parts[0].part for one in members if one.parts}
    learned = load_learned(session, "b2b")
    return BuyingCentre(
        company_id=company.id,
        company=company.name,
        industry=company.industry,
        employees=company.employees,
        members=tuple(members),
        mix=tuple(PersonaShare(*names, n) for names, n in sorted(mix.items(), key=lambda one: (-one[1], one[0]))),
        gaps=find_gaps(learned.centre, company.employees, company.industry, taken, {one.function for one in members}),
        introducer=_introducer(members),
        open_deals=_count_deals(session, company_id, ids, Deal.won.is_(None)),
        won_deals=_count_deals(session, company_id, ids, Deal.won.is_(True)),
        data_on=newest.data_on if newest else None,
    )


def _member(contact: Contact, done: dict[str, date | None], deals: int, persona: tuple[str, str] | None) -> Member:
    last = max(filter(None, done.values()), default=None)
    function, level = contact.function or "other", contact.level or "unknown"
    known = function if contact.function or contact.job_title else ""
    return Member(
        contact.id, contact.name, contact.job_title, function, level, parts_taken(known, level, set(done), deals),
        persona[0] if persona else None, persona[1] if persona else None, last, deals,
    )  # fmt: skip


def _introducer(members: list[Member]) -> int | None:
    """Who was in touch last; among those never in touch nobody would open a door."""
    known = [(one.last, -at) for at, one in enumerate(members) if one.last is not None]
    return -max(known)[1] if known else None


def _entries(ids: list[int]) -> Subquery:
    """The rows of these people and of their doubles, each with the id of the person."""
    person = func.coalesce(Contact.duplicate_of, Contact.id).label("person")
    mine = or_(Contact.id.in_(ids), Contact.duplicate_of.in_(ids))
    return select(Contact.id.label("entry"), person).where(mine).subquery()


def _done(session: Session, ids: list[int]) -> dict[int, dict[str, date | None]]:
    """What each of them did, by kind with the last day; what we sent counts only when it was answered."""
    persons = _entries(ids)
    told = or_(Interaction.direction.is_distinct_from("out"), Interaction.responded.is_(True))
    rows = session.execute(
        select(persons.c.person, Interaction.kind, func.max(Interaction.at))
        .join(persons, persons.c.entry == Interaction.contact_id)
        .where(told)
        .group_by(persons.c.person, Interaction.kind)
    )
    found: dict[int, dict[str, date | None]] = {}
    for contact, kind, at in rows:
        found.setdefault(contact, {})[kind] = at and at.date()
    return found


def _deals(session: Session, ids: list[int]) -> dict[int, int]:
    persons = _entries(ids)
    rows = session.execute(
        select(persons.c.person, func.count())
        .select_from(Deal)
        .join(persons, persons.c.entry == Deal.contact_id)
        .group_by(persons.c.person)
    )
    return {contact: n for contact, n in rows}  # noqa: C416  # rows are no pairs to dict()


def _personas(session: Session, build_id: int | None, ids: list[int]) -> dict[int, tuple[str, str]]:
    rows = session.execute(
        select(Membership.contact_id, Persona)
        .join(Persona, Persona.id == Membership.persona_id)
        .where(Membership.build_id == build_id, Membership.contact_id.in_(ids))
    )
    return {contact: (persona.name("de"), persona.name("en")) for contact, persona in rows}


def _count_deals(session: Session, company_id: int, ids: list[int], which: ColumnElement[bool]) -> int:
    mine = or_(Deal.company_id == company_id, Deal.contact_id.in_(ids))
    return int(session.scalar(select(func.sum(case((which, 1), else_=0))).where(mine)) or 0)
