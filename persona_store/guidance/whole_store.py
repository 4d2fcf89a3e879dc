"""What learning reads of the whole store: attempts with their times, leads with what they did, customers' companies.

Where single attempts are looked at, a sample of the people stands for all.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import extract, func, or_, select
from sqlalchemy.orm import Session

from persona_store.database.models import Company, Contact, Deal, Interaction
from persona_store.guidance.centre_rules import Account
from persona_store.guidance.counts import ANSWERED, OUTGOING, OWN, PERSON
from persona_store.guidance.hand_over import Lead
from persona_store.guidance.phases import Touchpoint, signal_kinds
from persona_store.guidance.times import Attempts

# People and companies looked at: enough for two digits of any rate, read in seconds.
SAMPLE = 30_000
AT_ONCE = 10_000  # rows fetched in one piece
OLDEST_DAYS = 720  # a signal a year before the earliest day looked at has faded to a sixty-fourth


def one_in(session: Session, market: str) -> int:
    """Every how many-th person is looked at, so that at most `SAMPLE` are."""
    people = session.scalar(select(func.count()).select_from(PERSON).where(PERSON.market == market)) or 0
    return max(1, -(-people // SAMPLE))


def newest_touch(session: Session) -> date | None:
    """The day of the newest interaction."""
    newest = session.scalar(select(func.max(Interaction.at)))
    return None if newest is None else newest.date()


def read_attempts(session: Session, market: str) -> list[Attempts]:
    """The outgoing attempts to the sampled people of a market, by weekday and hour."""
    function = func.coalesce(PERSON.function, "other")
    keys = (PERSON.id, function, Interaction.channel, extract("dow", Interaction.at), extract("hour", Interaction.at))
    rows = session.execute(
        select(*keys, func.count(), func.sum(ANSWERED))
        .select_from(Interaction)
        .join(OWN, OWN.id == Interaction.contact_id)
        .join(PERSON, PERSON.id == func.coalesce(OWN.duplicate_of, OWN.id))
        .where(OUTGOING, Interaction.at.is_not(None), PERSON.market == market, PERSON.id % one_in(session, market) == 0)
        .where(OWN.blocked_on.is_(None), PERSON.blocked_on.is_(None))
        .group_by(*keys)
    )
    return [Attempts(row[0], row[1], row[2], int(row[3]), int(row[4]), row[5], row[6]) for row in rows]


def read_leads(session: Session, market: str) -> Iterator[Lead]:
    """The sampled people of a market with what they did lately that tells of a phase, doubles' included."""
    newest = newest_touch(session)
    if newest is None:
        return
    chosen = (PERSON.market == market, PERSON.blocked_on.is_(None), PERSON.id % one_in(session, market) == 0)
    person = func.coalesce(OWN.duplicate_of, OWN.id)
    deals = session.execute(
        select(person, func.min(Deal.opened_on))
        .join(OWN, OWN.id == Deal.contact_id)
        .join(PERSON, PERSON.id == person)
        .where(*chosen)
        .group_by(person)
    )
    first_deal: dict[int, date | None] = {row[0]: row[1] for row in deals}
    people = {
        row[0]: row[1:]
        for row in session.execute(
            select(PERSON.id, PERSON.created_on, PERSON.source, PERSON.outcome_on).where(
                *chosen, PERSON.duplicate_of.is_(None)
            )
        )
    }
    touched = session.execute(
        select(
            PERSON.id, Interaction.kind, Interaction.channel, Interaction.direction, Interaction.responded,
            Interaction.at,
        )
        .join(OWN, OWN.id == Interaction.contact_id)
        .join(PERSON, PERSON.id == person)
        .where(*chosen, OWN.blocked_on.is_(None), Interaction.kind.in_(signal_kinds()))
        .where(Interaction.at >= datetime.combine(newest - timedelta(days=OLDEST_DAYS), time()))
        .order_by(PERSON.id)
        .execution_options(yield_per=AT_ONCE)
    )  # fmt: skip
    for contact, rows in groupby(touched, key=lambda row: int(row[0])):
        if contact in people:
            since, source, customer_on = people.pop(contact)
            touches = tuple(Touchpoint(*row[1:5], row[5].date()) for row in rows if row[5])
            yield Lead(contact, since, source, first_deal.get(contact), customer_on, touches)
    for contact, (since, source, customer_on) in people.items():  # who did nothing belongs to all as well
        yield Lead(contact, since, source, first_deal.get(contact), customer_on, ())


def customers_accounts(session: Session) -> list[Account]:
    """The people known at companies that bought, for what a buying centre usually has; a sample of the companies."""
    every = max(1, -(-(session.scalar(select(func.count()).select_from(Company)) or 0) // SAMPLE))
    won = select(Deal.company_id).where(Deal.won.is_(True), Deal.company_id.is_not(None))
    by_contact = (
        select(Contact.company_id)
        .outerjoin(Deal, Deal.contact_id == Contact.id)
        .where(Contact.company_id.is_not(None), or_(Contact.outcome.is_(True), Deal.won.is_(True)))
    )
    rows = session.execute(
        select(Company.id, Company.employees, Company.industry, Contact.function, Contact.level)
        .join(Contact, Contact.company_id == Company.id)
        .where(Company.id.in_(won.union(by_contact)), Company.id % every == 0)
        .where(Contact.duplicate_of.is_(None), Contact.blocked_on.is_(None), Contact.function.is_not(None))
        .distinct()
    )
    found: dict[int, tuple[int | None, str | None, set[tuple[str, str]]]] = {}
    for company_id, employees, industry, function, level in rows:
        node = found.setdefault(company_id, (employees, industry, set()))
        node[2].add((str(function), str(level or "unknown")))
    return [Account(employees, industry, frozenset(roles)) for employees, industry, roles in found.values()]
