"""The most promising open leads: those whose expected value exceeds the effort most, with their chance of buying."""

import heapq
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from persona_store.antipersona.advice import advise, advise_after_veto
from persona_store.antipersona.judging import load_grounds
from persona_store.antipersona.motive_signs import competitors_among
from persona_store.antipersona.open_leads import (
    OpenLead,
    count_leads,
    judged_leads,
    known_companies,
    known_markets,
    known_stage,
)
from persona_store.antipersona.types import Advice, Stage
from persona_store.privacy.rights import demand

NOT_PROMISING = frozenset({"surely_not", "unlikely"})


@dataclass(frozen=True, slots=True)
class PromisingLead:
    """One open lead worth going after.

    `probability` of buying with its 95 % interval; `value` to be expected and `care` it would take, in the CRM's
    currency, empty where the deals of similar contacts do not tell. `said_by` is who called it a good lead, if anybody.
    """

    contact_id: int
    name: str
    company: str | None
    stage: Stage
    advice: Advice
    probability: float
    low: float
    high: float
    value: float | None
    care: float | None
    said_by: str | None = None

    @property
    def rank(self) -> tuple[bool, float]:
        """What orders the list: value beyond the effort; behind them those of unknown value, by their chance."""
        if self.value is None or self.care is None:
            return False, self.probability
        return True, self.value - self.care


@dataclass(frozen=True, slots=True)
class Promising:
    """The most promising leads, best first: `leads` are the first of the `found` among `judged` open ones.

    Of `unknown` leads the data tell no chance of buying; `contacts` are in the pipeline. `partial` says that only the
    most recently active of very many were judged.
    """

    leads: tuple[PromisingLead, ...]
    found: int
    judged: int
    unknown: int
    contacts: int
    stage: Stage | None
    company: str | None
    data_on: date | None
    partial: bool = False


def list_promising(
    session: Session,
    stage: str | None = None,
    company: str | None = None,
    *,
    limit: int = 20,
    most_judged: int | None = None,
) -> Promising:
    """The open leads most worth going after, of this stage and company only where given.

    A lead is promising when a scorecard tells its chance of buying, that is not below the usual, and the effort does
    not exceed the value; or when somebody said that it is a good lead. Listed competitors are left out. At most
    `most_judged` contacts are judged (all of them by default). Raises InputError for an unknown stage or company.
    """
    demand(session, "contacts")
    wanted, meant = known_stage(stage), known_companies(session, company) if company else None
    heap: list[tuple[tuple[bool, float], int, PromisingLead]] = []
    seen = judged = unknown = found = contacts = 0
    data_on = None
    for market in known_markets(None):
        grounds = load_grounds(session, market)
        data_on = grounds.data_on or data_on
        left = None if most_judged is None else max(most_judged - seen, 0)
        contacts += count_leads(session, market, meant, customers=False)
        for one in judged_leads(session, grounds, meant, customers=False, most=left):
            seen += 1
            if one.customer or (wanted is not None and one.judged.stage != wanted):
                continue
            judged += 1
            unknown += one.chance is None
            lead = _promising(one)
            if lead is not None:
                found += 1
                keep = heapq.heappush if len(heap) < limit else heapq.heappushpop
                keep(heap, (lead.rank, -lead.contact_id, lead))
    leads = [lead for *_, lead in sorted(heap, key=lambda entry: entry[:2], reverse=True)]
    rivals = competitors_among(session, [lead.contact_id for lead in leads])
    leads = [lead for lead in leads if lead.contact_id not in rivals or lead.said_by]
    name = meant[0].name if meant else None
    return Promising(tuple(leads), found, judged, unknown, contacts, wanted, name, data_on, partial=seen < contacts)


def _promising(one: OpenLead) -> PromisingLead | None:
    holds, said_by = one.veto or (None, None)
    if one.chance is None or holds == "anti_persona":
        return None
    judged, contact, value = one.judged, one.contact, one.judged.value
    if holds is None and (judged.buy in NOT_PROMISING or judged.worth == "not_worth" or judged.anti_persona):
        return None
    advice = advise(judged.buy, judged.worth, judged.stage, customer=False)
    return PromisingLead(
        contact_id=contact.id,
        name=contact.name,
        company=contact.company.name if contact.company else None,
        stage=judged.stage,
        advice=advice if holds is None else advise_after_veto(holds, judged.stage, customer=False),
        probability=one.chance.p,
        low=one.chance.low,
        high=one.chance.high,
        value=value.total if value else None,
        care=value.care_cost if value else None,
        said_by=said_by,
    )
