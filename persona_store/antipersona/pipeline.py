"""The anti-personas in the pipeline: who they are, at which stage, why, what to do, and what going on would cost."""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.antipersona.advice import advise, advise_after_veto
from persona_store.antipersona.judging import Grounds, load_grounds
from persona_store.antipersona.motive_signs import competitors_among
from persona_store.antipersona.open_leads import (
    CUSTOMER_STAGES,
    OpenLead,
    count_leads,
    judged_leads,
    known_companies,
    known_markets,
    known_stage,
)
from persona_store.antipersona.quality import Z
from persona_store.antipersona.types import MINUTES_PER_HOUR, Advice, Stage
from persona_store.database.models import Build, Contact, Import, LiveEvent, Suppressed, Veto
from persona_store.privacy.rights import demand
from persona_store.settings import settings

Why = Literal["will_not_buy", "not_worth", "both", "veto"]


@dataclass(frozen=True, slots=True)
class AntiLead:
    """One anti-persona in the pipeline.

    `probability` of buying with its 95 % interval, empty where none is scored; `hours` of care still to come and what
    they cost, empty where too little care is recorded. `said_by` is who said so where no data do.
    """

    contact_id: int
    name: str
    company: str | None
    market: str
    stage: Stage
    why: Why
    advice: Advice
    probability: float | None
    low: float | None
    high: float | None
    hours: float | None
    money: float | None
    said_by: str | None = None


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The anti-personas found, those that cost most first, and what all of them would cost together.

    `leads` are `limit` of the `found`, from `offset` on; `found` of `judged` contacts, of whom `unknown` could not be
    told; `contacts` are in the pipeline. `partial` says that only the most recently active of very many were judged.
    Hours and money are totals over all found with their 95 % interval, over the `counted` whose care can be estimated.
    `stages` counts the found by stage, `spared` those whom a veto keeps off the list.
    """

    leads: tuple[AntiLead, ...]
    offset: int
    found: int
    judged: int
    unknown: int
    contacts: int
    counted: int
    hours: float
    hours_low: float
    hours_high: float
    money: float
    money_low: float
    money_high: float
    stages: dict[str, int]
    spared: int
    stage: Stage | None
    company: str | None
    data_on: date | None
    partial: bool = False


def list_anti_personas(
    session: Session,
    market: str | None = None,
    stage: str | None = None,
    company: str | None = None,
    *,
    limit: int = 20,
    offset: int = 0,
    most_judged: int | None = None,
) -> Pipeline:
    """The anti-personas among open leads and open deals; customers only where `stage` asks for them.

    `company` is a name as people write it. At most `most_judged` contacts are judged (all of them by default), in
    parts of bounded size. Raises InputError for an unknown stage, market or company.
    """
    demand(session, "contacts" if limit or company else "aggregates")  # without names only sums are left
    wanted, meant = known_stage(stage), known_companies(session, company) if company else None
    customers = wanted in CUSTOMER_STAGES
    sums = _Sums()
    heap: list[tuple[float, int, AntiLead]] = []
    contacts, data_on = 0, None
    for one_market in known_markets(market):
        grounds = load_grounds(session, one_market)
        data_on = grounds.data_on or data_on
        left = None if most_judged is None else max(most_judged - sums.seen, 0)
        contacts += count_leads(session, one_market, meant, customers=customers)
        for one in judged_leads(session, grounds, meant, customers=customers, most=left):
            lead = sums.add(one, wanted, grounds)
            if lead is not None:
                keep = heapq.heappush if len(heap) < offset + limit else heapq.heappushpop
                keep(heap, (lead.money or 0.0, -lead.contact_id, lead))
    leads = [lead for *_, lead in sorted(heap, key=lambda entry: entry[:2], reverse=True)][offset:]
    leads = _with_competitors(session, leads)
    name = meant[0].name if meant else None
    return sums.pipeline(tuple(leads), offset, contacts, wanted, name, data_on)


def state_of(session: Session) -> tuple[object, ...]:
    """What the list rests on, cheaply read: it stays as it is while this is equal, but for objections and erasures."""
    newest = select(
        select(func.max(Build.id)).scalar_subquery(),
        select(func.max(Import.id)).scalar_subquery(),
        select(func.max(LiveEvent.received_at)).scalar_subquery(),
        select(func.max(Veto.id)).scalar_subquery(),
        select(func.max(Veto.withdrawn_at)).scalar_subquery(),
        select(func.count()).select_from(Veto).scalar_subquery(),
        select(func.count()).select_from(Suppressed).scalar_subquery(),
    )
    return tuple(session.execute(newest).one())


def all_listed(session: Session, contact_ids: Sequence[int]) -> bool:
    """Whether all of these contacts may still be listed: nobody objected, was erased or found to be a double."""
    demand(session, "contacts")
    listed = select(func.count()).select_from(Contact).where(Contact.id.in_(contact_ids))
    listed = listed.where(Contact.blocked_on.is_(None), Contact.duplicate_of.is_(None))
    return session.scalar(listed) == len(set(contact_ids))


class _Sums:
    """What all anti-personas found come to; their care adds up, its uncertainty partly cancels out."""

    def __init__(self) -> None:
        self.seen = self.judged = self.unknown = self.found = self.counted = self.spared = 0
        self.stages: Counter[str] = Counter()
        self.minutes = self.variance = self.error = 0.0

    def add(self, one: OpenLead, wanted: Stage | None, grounds: Grounds) -> AntiLead | None:
        """Counts a judged contact; returns it if it is an anti-persona at the wanted stage."""
        self.seen += 1
        if one.customer and wanted not in CUSTOMER_STAGES:
            return None
        if wanted is not None and one.judged.stage != wanted:
            return None
        self.judged += 1
        holds = one.veto[0] if one.veto else None
        if holds == "good_lead":
            self.spared += bool(one.judged.anti_persona)
            return None
        if holds is None and not one.judged.anti_persona:
            self.unknown += one.judged.anti_persona is None
            return None
        self.found += 1
        self.stages[one.judged.stage] += 1
        effort = one.judged.effort
        if effort is not None:
            self.counted += 1
            self.minutes += effort.minutes
            self.variance += effort.variance
            self.error += effort.error
        return _lead(one, grounds)

    def pipeline(
        self,
        leads: tuple[AntiLead, ...],
        offset: int,
        contacts: int,
        stage: Stage | None,
        company: str | None,
        data_on: date | None,
    ) -> Pipeline:
        """The totals with the leads to show. What differs from person to person cancels out, the error of the usual
        care does not: all estimates share it."""
        half = Z * float(np.sqrt(self.variance + self.error**2))
        low, high = max(self.minutes - half, 0.0), self.minutes + half
        hours, hours_low, hours_high = (minutes / MINUTES_PER_HOUR for minutes in (self.minutes, low, high))
        rate = settings().care_cost_per_hour
        return Pipeline(
            leads, offset, self.found, self.judged, self.unknown, contacts, self.counted, hours, hours_low, hours_high,
            rate * hours, rate * hours_low, rate * hours_high, dict(self.stages), self.spared, stage, company, data_on,
            partial=self.seen < contacts,
        )  # fmt: skip


def _lead(one: OpenLead, grounds: Grounds) -> AntiLead:
    judged, contact, chance, effort = one.judged, one.contact, one.chance, one.judged.effort
    will_not, not_worth = judged.buy == "surely_not" and not one.customer, judged.worth == "not_worth"
    why: Why = "both" if will_not and not_worth else "will_not_buy" if will_not else "not_worth"
    advice = advise(judged.buy, judged.worth, judged.stage, customer=one.customer)
    if one.veto is not None:
        why, advice = "veto", advise_after_veto(one.veto[0], judged.stage, customer=one.customer)
    return AntiLead(
        contact_id=contact.id,
        name=contact.name,
        company=contact.company.name if contact.company else None,
        market=grounds.market,
        stage=judged.stage,
        why=why,
        advice=advice,
        probability=chance.p if chance else None,
        low=chance.low if chance else None,
        high=chance.high if chance else None,
        hours=effort.hours if effort else None,
        money=effort.cost if effort else None,
        said_by=one.veto[1] if one.veto else None,
    )


def _with_competitors(session: Session, leads: Sequence[AntiLead]) -> list[AntiLead]:
    """Listed competitors are never invited, whatever their stage."""
    rivals = competitors_among(session, [lead.contact_id for lead in leads])
    return [
        replace(lead, advice="do_not_invite")
        if lead.contact_id in rivals and lead.why != "veto" and lead.stage not in CUSTOMER_STAGES
        else lead
        for lead in leads
    ]
