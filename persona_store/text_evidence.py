"""What people wrote or were noted to say, with the words themselves as evidence; and how often each wish is met."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, and_, distinct, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from persona_store.database.models import Build, Contact, Interaction, Membership, Persona, TextHit
from persona_store.originals import original
from persona_store.privacy.rights import demand
from persona_store.segmentation.shares import Share, share

AROUND: Final = 60  # characters shown on either side of a place
LEAST: Final = 5  # people of a persona who said it, below which no lift is told
SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A wish, problem or trait (`kind`, `term`) with the words that say it (`said`) and what stands around them.

    `field` is "notes", "text" or "topic"; of the last two `source` is the kind of the interaction and `on` its day.
    """

    kind: str
    term: str
    before: str
    said: str
    after: str
    field: str
    source: str | None
    on: date | None


@dataclass(frozen=True, slots=True)
class ContactTexts:
    """What the texts about a person tell, the newest first and notes, which bear no date, last."""

    contact_id: int
    name: str
    hits: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class PersonaTerm:
    """How often a term is met in a persona, and how many times as often as in its market."""

    number: int
    name_de: str
    name_en: str
    share: Share
    lift: float

    def name(self, language: str) -> str:
        """The persona's name in `language`."""
        return self.name_en if language == "en" else self.name_de


@dataclass(frozen=True, slots=True)
class TermCount:
    """How many of the people with any text said it; `personas` by lift, those with too few left out."""

    kind: str
    term: str
    share: Share
    personas: tuple[PersonaTerm, ...]


@dataclass(frozen=True, slots=True)
class TermSummary:
    """All terms by how often they are met; `people` are those about whom there is any text."""

    people: int
    terms: tuple[TermCount, ...]


def contact_texts(session: Session, contact_id: int) -> ContactTexts:
    """What the texts about a contact and its linked doubles tell.

    Raises NoResultFound for an unknown contact, NotAllowed when the person objected to profiling.
    A place that a text has lost since it was read is left out.
    """
    demand(session, "contacts")
    about = original(session, contact_id)
    person = about.id
    rows = session.execute(
        select(TextHit, Contact.notes, Interaction.text, Interaction.topic, Interaction.kind, Interaction.at)
        .join(Contact, Contact.id == TextHit.contact_id)
        .outerjoin(Interaction, Interaction.id == TextHit.interaction_id)
        .where(or_(Contact.id == person, Contact.duplicate_of == person), Contact.blocked_on.is_(None))
    )
    found = []
    for hit, notes, text, topic, kind, at in rows:
        whole = {"notes": notes, "text": text, "topic": topic}[hit.field] or ""
        if hit.end <= len(whole):
            found.append(_evidence(hit, whole, kind, at.date() if at else None))
    found.sort(key=lambda one: (one.on is None, -(one.on or date.min).toordinal(), one.kind, one.term))
    return ContactTexts(person, about.name, tuple(found))


def _evidence(hit: TextHit, whole: str, source: str | None, on: date | None) -> Evidence:
    start, end = hit.start, hit.end
    before, after = whole[max(0, start - AROUND) : start], whole[end : end + AROUND]
    if start > AROUND:
        before = "… " + before.partition(" ")[2]
    if end + AROUND < len(whole):
        after = after.rpartition(" ")[0] + " …"
    said = SPACES.sub(" ", whole[start:end])
    return Evidence(hit.kind, hit.term, SPACES.sub(" ", before), said, SPACES.sub(" ", after), hit.field, source, on)


def summarise_texts(session: Session) -> TermSummary:
    """How many people said what, and in which personas of the newest build more than elsewhere in their market.

    Doubles count for the person they stand for, people who objected not at all.
    """
    demand(session, "aggregates")
    people = _with_text().subquery()
    total = session.scalar(select(func.count()).select_from(people)) or 0
    said = _by_term(session)
    personas = _personas(session)
    sizes = _sizes(session, people)
    in_personas: dict[tuple[str, str], dict[int, int]] = {}
    for kind, term, persona_id, n in _by_persona(session):
        in_personas.setdefault((kind, term), {})[persona_id] = n
    terms = [
        TermCount(kind, term, share(n, total), _lifts(in_personas.get((kind, term), {}), personas, sizes))
        for kind, term, n in said
    ]
    return TermSummary(total, tuple(terms))


PERSON: Final[ColumnElement[int]] = func.coalesce(Contact.duplicate_of, Contact.id)
STANDS: Final = aliased(Contact)  # the contact that stands for the person
HERE: Final[ColumnElement[bool]] = and_(
    Contact.blocked_on.is_(None),
    or_(
        Contact.duplicate_of.is_(None),
        Contact.duplicate_of.not_in(select(STANDS.id).where(STANDS.blocked_on.is_not(None))),
    ),
)


def _with_text() -> Any:
    """The people about whom there is a note, a text, or a subject that told something."""
    noted = select(PERSON.label("person")).where(HERE, Contact.notes.is_not(None))
    written = select(PERSON).join(Interaction, Interaction.contact_id == Contact.id).where(HERE)
    told = select(PERSON).join(TextHit, TextHit.contact_id == Contact.id).where(HERE)
    return union(noted, written.where(Interaction.text.is_not(None)), told)


def _by_term(session: Session) -> Sequence[Any]:
    n = func.count(distinct(PERSON))
    query = select(TextHit.kind, TextHit.term, n).join(Contact, Contact.id == TextHit.contact_id).where(HERE)
    return session.execute(
        query.group_by(TextHit.kind, TextHit.term).order_by(n.desc(), TextHit.kind, TextHit.term)
    ).all()


def _newest() -> Any:
    return select(func.max(Build.id)).scalar_subquery()


def _personas(session: Session) -> dict[int, Persona]:
    return {one.id: one for one in session.scalars(select(Persona).where(Persona.build_id == _newest()))}


def _sizes(session: Session, people: Subquery) -> dict[int, int]:
    """How many people with texts each persona of the newest build has."""
    query = (
        select(Membership.persona_id, func.count())
        .select_from(people)
        .join(Membership, Membership.contact_id == people.c.person)
        .where(Membership.build_id == _newest())
    )
    rows = session.execute(query.group_by(Membership.persona_id))
    return {persona_id: n for persona_id, n in rows}  # noqa: C416  # rows are no pairs to dict()


def _by_persona(session: Session) -> Sequence[Any]:
    query = (
        select(TextHit.kind, TextHit.term, Membership.persona_id, func.count(distinct(PERSON)))
        .join(Contact, Contact.id == TextHit.contact_id)
        .join(Membership, Membership.contact_id == PERSON)
        .where(HERE, Membership.build_id == _newest())
    )
    return session.execute(query.group_by(TextHit.kind, TextHit.term, Membership.persona_id)).all()


def _lifts(
    said: Mapping[int, int], personas: Mapping[int, Persona], sizes: Mapping[int, int]
) -> tuple[PersonaTerm, ...]:
    found = []
    for persona_id, n in said.items():
        persona = personas[persona_id]
        market = [other.id for other in personas.values() if other.market == persona.market]
        base = sum(said.get(other, 0) for other in market) / sum(sizes.get(other, 0) for other in market)
        if n >= LEAST:
            own = share(n, sizes[persona_id])
            found.append(PersonaTerm(persona.number, persona.name_de, persona.name_en, own, own.share / base))
    return tuple(sorted(found, key=lambda one: (-one.lift, one.number)))
