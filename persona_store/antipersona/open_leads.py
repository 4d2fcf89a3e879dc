"""The open leads and deals of a market, or its customers, each with its verdicts, in parts of bounded size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from persona_store.antipersona.estimate import Chance
from persona_store.antipersona.history import histories, with_purchases
from persona_store.antipersona.judging import Grounds, Judged, chances, judge
from persona_store.antipersona.types import Stage
from persona_store.antipersona.vetoes import ON_VERDICT, Holds
from persona_store.database.models import Company, Contact, Deal, Membership, Persona, Veto
from persona_store.errors import InputError
from persona_store.names import find_companies
from persona_store.names.text import company_words
from persona_store.segmentation.attributes import attribute_frame
from persona_store.segmentation.registry import MARKETS
from persona_store.settings import settings
from persona_store.wording import say

AT_ONCE = 500  # contacts judged together: bounds memory, and what the database is asked in one go
CUSTOMER_STAGES: tuple[Stage, ...] = ("customer", "action")


@dataclass(frozen=True, slots=True)
class OpenLead:
    """A contact of the pipeline with all that is known of it; `veto` says what holds and who said so."""

    contact: Contact
    customer: bool
    chance: Chance | None
    judged: Judged
    veto: tuple[Holds, str] | None


def count_leads(session: Session, market: str, companies: Sequence[Company] | None, *, customers: bool) -> int:
    """How many open leads and deals, or customers, the market has, of these companies only where given."""
    conditions = _conditions(market, companies, customers=customers)
    return session.scalar(select(func.count()).select_from(Contact).where(*conditions)) or 0


def judged_leads(
    session: Session, grounds: Grounds, companies: Sequence[Company] | None, *, customers: bool, most: int | None
) -> Iterator[OpenLead]:
    """Those whom `count_leads` counts, each with its verdicts; of more than `most` the most recently active."""
    for part in _parts(session, _conditions(grounds.market, companies, customers=customers), most):
        yield from _judged(session, grounds, part)


def _conditions(market: str, companies: Sequence[Company] | None, *, customers: bool) -> list[ColumnElement[bool]]:
    """Who is in the pipeline: undecided, or with an open deal, and not yet a customer; or the customers."""
    deals = select(Deal.id).where(Deal.contact_id == Contact.id)
    won, still_open = deals.where(Deal.won.is_(True)).exists(), deals.where(Deal.won.is_(None)).exists()
    customer = or_(Contact.outcome.is_(True), won)
    lead = and_(
        or_(Contact.outcome.is_(None), Contact.outcome.is_(False)), ~won, or_(Contact.outcome.is_(None), still_open)
    )
    conditions = [
        Contact.market == market,
        Contact.duplicate_of.is_(None),
        Contact.blocked_on.is_(None),
        customer if customers else lead,
    ]
    return conditions if companies is None else [*conditions, Contact.company_id.in_([one.id for one in companies])]


def _parts(
    session: Session, conditions: Sequence[ColumnElement[bool]], most: int | None
) -> Iterator[Sequence[Contact]]:
    """The contacts of the pipeline in bounded parts; of too many the most recently active."""
    ids: Select[int] = select(Contact.id).where(*conditions)
    ids = ids.order_by(Contact.id) if most is None else ids.order_by(*_newest_first()).limit(most)
    wanted = session.scalars(ids).all()
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        rows = session.scalars(
            select(Contact).where(Contact.id.in_(part)).options(joinedload(Contact.company)).order_by(Contact.id)
        ).all()
        yield rows


def _newest_first() -> tuple[Any, ...]:
    return (Contact.last_activity_on.is_(None), Contact.last_activity_on.desc(), Contact.id)


def _judged(session: Session, grounds: Grounds, contacts: Sequence[Contact]) -> Iterator[OpenLead]:
    """Each contact with its verdicts, all of them scored together."""
    ids = [contact.id for contact in contacts]
    own = histories(session, ids, grounds.book.basis if grounds.book else "amount", grounds.data_on)
    personas = _personas(session, grounds, ids)
    scored = _scored(session, grounds, ids)
    vetoes = {
        contact_id: (cast(Holds, verdict), actor)
        for contact_id, verdict, actor in session.execute(
            select(Veto.contact_id, Veto.verdict, Veto.actor).where(
                Veto.contact_id.in_(ids), Veto.withdrawn_at.is_(None), Veto.verdict.in_(ON_VERDICT)
            )
        )
    }
    customers = {one.id: own[one.id] for one in contacts if own[one.id].is_customer(one.outcome)}
    book = grounds.book
    if customers and book is not None and book.lifetime is not None and grounds.data_on is not None:
        own |= with_purchases(session, customers, grounds.market, book.basis, book.source, grounds.data_on)
    for contact in contacts:
        history, customer = own[contact.id], contact.id in customers
        chance = None if customer else scored.get(contact.id)
        judged = judge(grounds, history, personas.get(contact.id), chance, contact.last_activity_on, customer=customer)
        yield OpenLead(contact, customer, chance, judged, vetoes.get(contact.id))


def _personas(session: Session, grounds: Grounds, ids: Sequence[int]) -> dict[int, Persona]:
    rows = session.execute(
        select(Membership.contact_id, Persona)
        .join(Persona, Persona.id == Membership.persona_id)
        .where(Membership.build_id == grounds.build_id, Membership.contact_id.in_(ids))
    )
    return {row.contact_id: row.Persona for row in rows}


def _scored(session: Session, grounds: Grounds, ids: Sequence[int]) -> dict[int, Chance]:
    card = grounds.scores
    if card is None:
        return {}
    frame = attribute_frame(
        session, grounds.market, ids, known=card.attributes, as_of=grounds.data_on, until_outcome=True
    )
    return dict(zip(frame["contact_id"].to_list(), chances(card, frame), strict=True))


def known_stage(stage: str | None) -> Stage | None:
    """The stage as it is named in the program; raises InputError for an unknown one."""
    known: tuple[Stage, ...] = get_args(Stage)
    if stage is not None and stage not in known:
        problem = say("pipeline.unknown_stage", settings().language, stage=stage[:40], stages=", ".join(known))
        raise InputError(problem)
    return next((one for one in known if one == stage), None)


def known_markets(market: str | None) -> list[str]:
    """The market named, or all of them; raises InputError for an unknown one."""
    if market is not None and market not in MARKETS:
        raise InputError(say("pipeline.unknown_market", settings().language, market=market[:40]))
    return list(MARKETS) if market is None else [market]


def known_companies(session: Session, name: str) -> Sequence[Company]:
    """The companies of exactly the best name's words; raises InputError when there is none."""
    found = find_companies(session, name)
    if not found:
        raise InputError(say("pipeline.unknown_company", settings().language, company=name[:60]))
    return [one for one in found if company_words(one.name) == company_words(found[0].name)]
