"""Which people a figure is about, and by what they are parted into groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from persona_store.database.models import Build, Company, Contact, Membership
from persona_store.segmentation.registry import NONE_KNOWN, definition

PERSON = aliased(Contact)
MEMBER = aliased(Membership)
CHANNEL = "channel"  # a group of touchpoints, not of people


@dataclass(frozen=True, slots=True)
class Only:
    """Whom a figure is restricted to; what is empty restricts nothing.

    `personas` are ids of personas of the newest build, the rest normal values; `since` and `until` (both included)
    bound the days on which something happened: when a contact came, an outcome fell, a deal closed.
    """

    personas: tuple[int, ...] = ()
    function: str | None = None
    level: str | None = None
    industry: str | None = None
    channel: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def everybody(self) -> bool:
        """Whether nobody is left out, whatever the channel or the time."""
        return not (self.personas or self.function or self.level or self.industry)


@dataclass(frozen=True, slots=True)
class Group:
    """What people are parted by: `column` names their group, found with their company or their persona."""

    column: ColumnElement[Any] | InstrumentedAttribute[Any]
    company: bool = False
    persona: bool = False


def _company_size() -> ColumnElement[Any]:
    known = definition("company_size")
    if known is None:
        raise LookupError("company_size")
    cuts = zip(known.edges, known.levels, strict=False)
    cases = [(Company.employees < edge, literal(level)) for edge, level in cuts]
    return case((Company.employees.is_(None), None), *cases, else_=literal(known.levels[-1]))


GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "persona": Group(MEMBER.persona_id, persona=True),
        "function": Group(PERSON.function),
        "level": Group(func.nullif(PERSON.level, NONE_KNOWN)),
        "industry": Group(Company.industry, company=True),
        "company_size": Group(_company_size(), company=True),
        "region": Group(func.coalesce(PERSON.region, Company.region), company=True),
        "source": Group(PERSON.source),
    }
)


def may_be_counted() -> ColumnElement[bool]:
    """People who did not object, doubles counted as the person they stand for."""
    return and_(PERSON.duplicate_of.is_(None), PERSON.blocked_on.is_(None))


def newest_build(session: Session) -> int | None:
    """The id of the newest build."""
    return session.scalar(select(func.max(Build.id)))


def among(statement: Select[Any], only: Only, by: Group | None, build_id: int | None) -> Select[Any]:
    """`statement`, which selects from PERSON, joined with what `only` and `by` need and restricted to `only`."""
    if only.industry or (by and by.company):
        statement = statement.outerjoin(Company, Company.id == PERSON.company_id)
    if only.personas or (by and by.persona):
        belongs = and_(MEMBER.contact_id == PERSON.id, MEMBER.build_id == build_id)
        statement = statement.join(MEMBER, belongs)
    conditions = [may_be_counted()]
    if only.personas:
        conditions.append(MEMBER.persona_id.in_(only.personas))
    if only.industry:
        conditions.append(Company.industry == only.industry)
    if only.function:
        conditions.append(PERSON.function == only.function)
    if only.level:
        conditions.append(PERSON.level == only.level)
    return statement.where(*conditions)
