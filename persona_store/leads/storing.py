"""Puts a lead that was described in a talk into the store, as the CRM would: checked, not twice, matched at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from persona_store.database import session_scope
from persona_store.database.models import Company, Contact
from persona_store.errors import InputError
from persona_store.leads.facts import COUNTS, FLAGS, Lead
from persona_store.lexicon import normalise_title
from persona_store.live.apply import apply_events
from persona_store.names import find_people, normal_name
from persona_store.privacy.rights import demand
from persona_store.privacy.suppression import suppressed_person
from persona_store.segmentation.binning import OTHER
from persona_store.segmentation.labels import level_label
from persona_store.settings import settings
from persona_store.wording import day, say

PREFIX = "assistant-"  # of the ids of contacts that came from a talk
TIMES = {"1-2": 1, "3+": 3}  # touchpoints to record for a level of a count: the fewest it can mean
LONGEST_NAME = 120
MOST_WORDS = 5
LEAST_LETTERS = 2
KINDS = {attribute: kind for kind, attribute in COUNTS.items()} | {flag: flag for flag in FLAGS}

Status = Literal["stored", "there", "blocked", "refused"]


@dataclass(frozen=True, slots=True)
class StoredLead:
    """What became of a lead: `contact_id` is the new contact, or the one that is there already."""

    status: Status
    contact_id: int | None = None
    name: str = ""
    company: str | None = None


def person_name(text: str) -> str | None:
    """A name as somebody may bear it, cleaned; None for what is none."""
    name = " ".join(text.split()).strip(" .,;:!?\"'„“”")
    letters = sum(char.isalpha() for char in name)
    plain = all(char.isalpha() or char in " .-'’" for char in name)
    if letters < LEAST_LETTERS or not plain or len(name) > LONGEST_NAME or len(name.split()) > MOST_WORDS:
        return None
    return name


def company_name(text: str) -> str | None:
    """A company's name, cleaned; None for what is none."""
    name = " ".join(text.split()).strip(" ,;:!?\"'„“”")
    if sum(char.isalnum() for char in name) < LEAST_LETTERS or len(name) > LONGEST_NAME or not name.isprintable():
        return None
    return name


def known_as(session: Session, name: str, company: str | None) -> StoredLead | None:
    """Somebody of that name who is in the store already, objected, or was erased; None for nobody.

    Without a company any exact name counts, so that nobody is stored twice for want of it.
    """
    demand(session, "contacts")
    *first, last = name.split()
    if _objected(session, name, company) or suppressed_person(session, " ".join(first), last, company):
        return StoredLead("blocked")
    for person in find_people(session, name, company):
        same = person.exact and (company is None or _same_company(person.company, company))
        if same:
            return StoredLead("there", person.contact_id, person.name, person.company)
    return None


def store_lead(
    engine: Engine, lead: Lead, market: str, name: str, company: str | None, who: str, facts: str
) -> StoredLead:
    """Stores a described lead as a new contact, with its behaviours as touchpoints, and lets the personas follow.

    `who` is noted as its owner, `facts` in words in its notes. Raises InputError for a name that is none. Somebody who
    is there already, or who objected to profiling, is not stored.
    """
    clean, at_company = person_name(name), company_name(company) if company else None
    if clean is None or (company and at_company is None):
        raise InputError(say("store_lead.name_again", settings().language))
    with session_scope(engine) as session:
        demand(session, "judge")
        found = known_as(session, clean, at_company)
    if found is not None:
        return found
    own = f"{PREFIX}{uuid4().hex}"
    events = _events(own, lead, market, clean, at_company, who, facts)
    report = apply_events(engine, events)
    if report.results[0].status != "applied":
        return StoredLead("blocked" if report.results[0].status == "dropped" else "refused")
    with session_scope(engine, writes=True) as session:
        contact = session.scalars(select(Contact).where(Contact.external_id == own)).one()
        stored = StoredLead("stored", contact.duplicate_of or contact.id, contact.name, at_company)
        changed = _set_role(session, contact, lead, market)
    if changed:  # an event of its own, so that membership follows the role
        apply_events(engine, [_event(own, "contact", {"owner": who})])
    return stored


def _events(
    own: str, lead: Lead, market: str, name: str, company: str | None, who: str, facts: str
) -> list[dict[str, Any]]:
    today = datetime.now(UTC).date()
    language = settings().language
    data: dict[str, Any] = {
        "name": name,
        "owner": who,
        "created_on": today.isoformat(),
        "notes": say("store_lead.notes", language, who=who, day=day(today, language), facts=facts),
    }
    if company is not None:
        data["company"] = company
        data |= _details(lead)
    if title := _title(lead):
        data["job_title"] = title
    data |= {name: levels[0] for name, levels in lead.levels.items() if name in ("source", "region") and _sure(levels)}
    return [_event(own, "contact", data), *_touches(own, lead)]


def _details(lead: Lead) -> dict[str, Any]:
    """What the company is said to be; the sum of employees where one was said, else the lowest of the range."""
    found: dict[str, Any] = {}
    if "industry" in lead.levels and lead.levels["industry"][0] != OTHER:
        found["company_industry"] = level_label("industry", lead.levels["industry"][0], "de")
    size = lead.said.get("employees")
    low = size[0] if isinstance(size, list) and size else size
    if isinstance(low, int):
        found["company_employees"] = low
    elif "company_size" in lead.levels:
        digits = lead.levels["company_size"][0].partition("-")[0].rstrip("+")
        found |= {"company_employees": int(digits)} if digits.isdigit() else {}
    return found


def _title(lead: Lead) -> str | None:
    parts = [
        level_label(name, lead.levels[name][0], "de")
        for name in ("level", "function")
        if name in lead.levels and _sure(lead.levels[name])
    ]
    return " ".join(parts) or None


def _set_role(session: Session, contact: Contact, lead: Lead, market: str) -> bool:
    """Writes function, level and market as they were said, where the words of the title say something else."""
    values: dict[str, Any] = {
        name: lead.levels[name][0] for name in ("function", "level") if name in lead.levels and _sure(lead.levels[name])
    }
    if _title(lead):
        role = normalise_title(_title(lead) or "")
        values = {name: value for name, value in values.items() if getattr(role, name) != value}
    if contact.market != market:
        values["market"] = market
    if values:
        session.execute(update(Contact).where(Contact.id == contact.id).values(**values))
    return bool(values)


def _touches(own: str, lead: Lead) -> list[dict[str, Any]]:
    """A touchpoint for each time something is said to have been done, as few as that can mean."""
    found = []
    for attribute, levels in lead.levels.items():
        kind = KINDS.get(attribute)
        times = 1 if attribute in FLAGS and levels == ("yes",) else TIMES.get(levels[0], 0)
        if kind is not None:
            found += [_event(own, "interaction", {"kind": kind, "direction": "in"}) for _ in range(times)]
    return found


def _event(own: str, kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{PREFIX}{uuid4().hex}",
        "at": datetime.now(UTC).isoformat(),
        "kind": kind,
        "contact": {"id": own},
        "data": dict(data),
    }


def _sure(levels: tuple[str, ...]) -> bool:
    return len(levels) == 1 and levels[0] != OTHER


def _same_company(known: str | None, said: str) -> bool:
    return known is not None and normal_name(known) == normal_name(said)


def _objected(session: Session, name: str, company: str | None) -> bool:
    """Whether somebody of exactly this name (and company, if both are known) objected to profiling."""
    rows = session.execute(
        select(Contact.first_name, Contact.last_name, Company.name)
        .outerjoin(Company, Company.id == Contact.company_id)
        .where(Contact.blocked_on.is_not(None))
    )
    wanted = normal_name(name)
    for first_name, last_name, works_at in rows:
        known = normal_name(" ".join(part for part in (first_name, last_name) if part))
        if known and known == wanted and (company is None or works_at is None or _same_company(works_at, company)):
            return True
    return False
