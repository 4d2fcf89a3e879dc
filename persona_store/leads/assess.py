"""What the data make of a lead that is only described: its persona, whether it is an anti-persona, what to ask next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import get_args

import numpy as np
from sqlalchemy.orm import Session

from persona_store.antipersona.advice import advise
from persona_store.antipersona.history import History
from persona_store.antipersona.judging import Grounds, judge, load_grounds
from persona_store.antipersona.types import Advice, Buy, Points, Quality, Stage, ValueEstimate, WhyNotKnown, Worth
from persona_store.database.models import Persona
from persona_store.errors import NoPersonas
from persona_store.guidance.phases import SIGNALLED, strength_of
from persona_store.leads.chance import PartialScore, partial_score
from persona_store.leads.cues import says
from persona_store.leads.facts import NAMED, SIZE, Lead
from persona_store.matching import Match, match_known
from persona_store.matching.match import LEAST_KNOWN
from persona_store.matching.questions import NextQuestion, rank_questions
from persona_store.privacy.rights import demand
from persona_store.segmentation.model import AttributeTable, PersonaModel, load_model
from persona_store.settings import settings
from persona_store.wording import say

BUSINESS, PRIVATE = "b2b", "b2c"
NOTHING = Quality(None, None, None, None, 0, 0)
JOINS = " / "  # between levels of which any may hold


@dataclass(frozen=True, slots=True)
class LeadVerdict:
    """A lead judged by what is known of it.

    `match` is empty where nothing is known. `anti_persona`, `buy`, `worth` and `advice` are as for a contact;
    `probability` of buying with its 95 % interval `low` to `high`, averaged over what is not known, `reach` where it
    may lie once everything is: all empty where `buy` is "cannot_tell", then `why_not_known` says why. `questions` are
    worth asking, most telling first. `counted` are the attributes the verdicts rest on, `uncounted` what was said but
    nothing in the data tells about.
    """

    lead: Lead
    market: str
    match: Match
    anti_persona: bool | None
    buy: Buy
    probability: float | None
    low: float | None
    high: float | None
    reach: tuple[float, float] | None
    base_rate: float | None
    points: tuple[Points, ...]
    quality: Quality
    why_not_known: WhyNotKnown | None
    little_known: bool
    worth: Worth
    value: ValueEstimate | None
    advice: Advice
    stage: Stage
    customer: bool
    questions: tuple[NextQuestion, ...]
    counted: tuple[str, ...]
    uncounted: tuple[str, ...]
    data_on: date | None


def market_of(session: Session, text: str) -> str:
    """Whether a description is about somebody who buys for a company or for themselves; raises NoPersonas.

    Where the store has personas for one market only, it is that one.
    """
    models = [market for market in (BUSINESS, PRIVATE) if load_model(session, market) is not None]
    if not models:
        raise NoPersonas(say("judgement.no_personas", settings().language))
    if PRIVATE in models and says("private", text) and not says("business", text):
        return PRIVATE
    return models[0]


def model_of(session: Session, market: str) -> PersonaModel:
    """The personas of a market; raises NoPersonas."""
    model = load_model(session, market)
    if model is None:
        raise NoPersonas(say("judgement.no_personas", settings().language))
    return model


def assess_lead(session: Session, lead: Lead, market: str) -> LeadVerdict:
    """Persona and anti-persona verdict of a lead of whom `lead` is known; raises NoPersonas.

    Verdicts rest on the known attributes alone; with fewer than two of them on none.
    """
    demand(session, "aggregates")
    model = model_of(session, market)
    levels = {name: some for name, some in lead.levels.items() if _usable(model.tables.get(name), some)}
    merged, single = merge_levels(model, levels)
    match = match_known(merged, single)
    posterior = merged.posterior(single)
    grounds = load_grounds(session, market)
    score = partial_score(grounds.scores, merged, posterior, levels) if grounds.scores else None
    known = [name for name in levels if score is not None and name in score.levels]
    little = len(known) < LEAST_KNOWN
    chance = score.chance() if score is not None and not little else None
    customer = "purchase" in lead.said.get("behaviours", ()) or lead.said.get("phase") == "customer"
    judged = judge(grounds, _history(lead), _persona(session, match), chance, None, customer=customer)
    buy, anti = judged.buy, judged.anti_persona
    if judged.worth == "not_worth" and little:
        anti = None  # two facts at least, also for what a lead is worth
    stage: Stage = _stage(lead, judged.stage)
    return LeadVerdict(
        lead=lead,
        market=market,
        match=match,
        anti_persona=anti,
        buy=buy,
        probability=chance.p if chance else None,
        low=chance.low if chance else None,
        high=chance.high if chance else None,
        reach=score.reach() if score is not None and chance else None,
        base_rate=grounds.card.base_rate if grounds.card else None,
        points=_evidence(score, levels),
        quality=grounds.card.quality if grounds.card else NOTHING,
        why_not_known=_why_not_known(grounds) if score is None else None,
        little_known=little,
        worth=judged.worth,
        value=judged.value,
        advice=advise(buy, judged.worth, stage, customer=customer),
        stage=stage,
        customer=customer,
        questions=rank_questions(merged, posterior, {*single, *lead.unknown}, score.gain if score else _nothing),
        counted=tuple(single),
        uncounted=_uncounted(lead, model, single),
        data_on=grounds.data_on,
    )


def merge_levels(model: PersonaModel, levels: Mapping[str, tuple[str, ...]]) -> tuple[PersonaModel, dict[str, str]]:
    """The model with the levels that an attribute may have made into one, and that one for each attribute.

    The probability of "one of these" is the sum of theirs, so posterior, reasons and questions need nothing else.
    """
    tables, single = dict(model.tables), {}
    for name, some in levels.items():
        single[name] = some[0]
        if len(some) > 1:
            single[name] = merged_name(some)
            tables[name] = _merged(tables[name], some, single[name])
    return replace(model, tables=tables), single


def merged_name(levels: tuple[str, ...]) -> str:
    """What several levels are called together: "1-2" and "3+" are "1+", ranges "11-50" and "51-250" are "11..250"."""
    first, last = levels[0], levels[-1]
    low, dash, high = first.partition("-")[0], "-" in last, last.rpartition("-")[2]
    if low.isdigit() and last.endswith("+"):
        return f">={low}"
    return f"{low}..{high}" if low.isdigit() and dash and high.isdigit() else JOINS.join(levels)


def _merged(table: AttributeTable, some: tuple[str, ...], name: str) -> AttributeTable:
    places = [table.levels.index(level) for level in some]
    rest = [place for place in range(len(table.levels)) if place not in places]
    probabilities = np.column_stack([table.probabilities[:, places].sum(axis=1), table.probabilities[:, rest]])
    base = np.concatenate([[table.base[places].sum()], table.base[rest]])
    levels = (name, *(table.levels[place] for place in rest))
    return replace(table, levels=levels, probabilities=probabilities, base=base)


def _usable(table: AttributeTable | None, some: tuple[str, ...]) -> bool:
    return table is not None and table.defines and all(level in table.levels for level in some)


def _nothing(attribute: str) -> float:
    """What an attribute tells about buying where no score is learned."""
    return 0.0


def _history(lead: Lead) -> History:
    done = frozenset(str(one) for one in lead.said.get("behaviours", ()))
    strengths = dict.fromkeys(SIGNALLED, 0.0)
    for phase, strength in (strength_of(kind, None, "in", None) for kind in done):
        if strength:
            strengths[phase] += strength
    return History(kinds=done, strengths=strengths)


def _persona(session: Session, match: Match) -> Persona | None:
    """The persona whose experience counts for the lead; none while that is open."""
    return session.get(Persona, match.best.persona_id) if match.confidence in ("certain", "likely") else None


def _stage(lead: Lead, by_behaviour: Stage) -> Stage:
    """The phase that was said, else the one that the behaviours tell."""
    known: tuple[Stage, ...] = get_args(Stage)
    return next((one for one in known if one == lead.said.get("phase")), by_behaviour)


def _evidence(score: PartialScore | None, levels: Mapping[str, tuple[str, ...]]) -> tuple[Points, ...]:
    if score is None:
        return ()
    return score.card.evidence({name: some[0] for name, some in levels.items() if len(some) == 1})


def _why_not_known(grounds: Grounds) -> WhyNotKnown:
    return "no_scorecard" if grounds.card is None or grounds.card.verdict == "learned" else grounds.card.verdict


def _uncounted(lead: Lead, model: PersonaModel, single: Mapping[str, str]) -> tuple[str, ...]:
    """What was said but is in no attribute that counts: a budget, a phase, a branch the CRM knows nobody of."""
    found: list[str] = [name for name in NAMED if name in lead.said and name not in single]
    if "employees" in lead.said and SIZE not in single:
        found.append("employees")
    return (*found, *(name for name in ("budget",) if name in lead.said))
