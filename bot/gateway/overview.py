"""What the start page shows at a glance: personas, the state of data and build, and whether a rebuild is due."""

import asyncio
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from sqlalchemy import Engine

from bot.gateway.kept import Kept
from bot.gateway.login import CurrentPerson
from bot.gateway.parts import parts
from bot.gateway.refusals import wanted_language
from bot.gateway.sessions import Person
from persona_store.data_quality import DataQuality, data_quality
from persona_store.database import session_scope
from persona_store.live.status import rebuild_reasons
from persona_store.overview import BuildGlance, Glance, Overview, State, overview, state_of
from persona_store.privacy.rights import demand
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.settings import Language
from persona_store.wording import label, number, percent, say

KEPT_SECONDS = 30.0  # a build or an import shows at once, an objection or an erasure in the counts after so long
QUALITY_SECONDS = 3600.0  # the check reads every contact
QUALITY_WAIT_SECONDS = 1.0  # the page does not wait longer for it, but asks again
LATER_KNOWN = frozenset({"outcome", "last_activity_on"})  # fields that nobody can fill in who has them empty

router = APIRouter(prefix="/api", tags=["overview"])


class DataStatus(BaseModel):
    """What the store holds; without duplicates and people who objected."""

    contacts: int
    companies: int
    data_on: date | None = Field(description="date of the newest data")
    imported_at: datetime | None = Field(description="when data were last read in")
    quality: str | None = Field(description="the quality of the data in a line; null while it is being looked at")


class BuildStatus(BaseModel):
    """The newest build."""

    number: int
    built_at: datetime
    age_days: int
    data_on: date | None
    contacts: int
    verdict: Literal["personas", "no_structure"]
    vanished: list[str] = Field(description="names of the personas of the build before that are no more")


class LiveDrift(BaseModel):
    """What happened since the build; `reasons` propose a rebuild, in sentences."""

    events: int
    drift: float | None = Field(description="population stability index of the personas' shares, of the worse market")
    alarm: bool = Field(description="whether the personas no longer fit what came in")
    rebuild_due: bool
    reasons: list[str]


class PersonaTrend(BaseModel):
    """How the persona's share stands against `build`, the one before; "steady" where the change may be chance."""

    direction: Literal["up", "down", "steady", "new"]
    build: int
    share_then: float | None
    n_then: int | None


class Outcome(BaseModel):
    """How many of those with a known outcome bought, with 95 % interval."""

    rate: float
    low: float
    high: float
    n: int


class PersonaGlance(BaseModel):
    """A persona; `share` of its market's contacts, `n` contacts, `description` what sets it apart most."""

    number: int
    name: str
    market: str
    market_name: str
    share: float
    n: int
    description: str
    outcome: Outcome | None
    standing: Literal["stands", "weak"] | None = Field(description="what its stability over bootstrap samples is worth")
    pinned: bool
    trend: PersonaTrend | None = Field(description="null for the first build")


class OverviewAnswer(BaseModel):
    """Everything at a glance, in `language`."""

    language: Language
    data: DataStatus
    build: BuildStatus | None
    live: LiveDrift
    personas: list[PersonaGlance]


class Glances:
    """What is kept of overviews and of the check of the data."""

    def __init__(self) -> None:
        self.overviews: Kept[Overview] = Kept(KEPT_SECONDS, most=2)
        self.qualities: Kept[DataQuality] = Kept(QUALITY_SECONDS, most=2)


def spoken_to(person: Person, request: Request) -> Language:
    """The language to speak to the person in: the page's, else the person's own, else the installation's."""
    return wanted_language(request.headers) or person.language or parts(request).settings.language


async def current_state(engine: Engine, person: Person) -> State:
    """What everything kept depends on; raises MissingRight for those who may not see aggregates."""

    def read() -> State:
        with session_scope(engine, asker=person.asker) as session:
            demand(session, "aggregates")
            return state_of(session)

    return await run_in_threadpool(read)


@router.get("/overview")
async def glance(person: CurrentPerson, request: Request) -> OverviewAnswer:
    """Personas with size and trend, the state of data and build, and whether a rebuild is due."""
    engine, kept = parts(request).engine, parts(request).glances
    language, asker = spoken_to(person, request), person.asker
    state = await current_state(engine, person)

    def look() -> Overview:
        with session_scope(engine, asker=asker) as session:
            return overview(session)

    def check() -> DataQuality:
        with session_scope(engine, asker=asker) as session:
            return data_quality(session)

    found = await kept.overviews.get(state, look)
    quality = None
    if found.contacts:
        build_and_import = (state[0], state[2])
        with suppress(TimeoutError):
            checked = await asyncio.wait_for(kept.qualities.get(build_and_import, check), QUALITY_WAIT_SECONDS)
            quality = quality_line(checked, language)
    return _answer(found, quality, language)


def quality_line(found: DataQuality, language: Language) -> str:
    """How much is filled in and what is worth filling in first."""
    fields = [one for one in found.completeness if one.field not in LATER_KNOWN]
    known, n = sum(one.known for one in fields), sum(one.n for one in fields)
    filled = say(
        "start.quality.filled",
        language,
        share=percent(known / n if n else 1.0, language),
        n=number(found.contacts, language),
    )
    worst = next((gap for gap in found.gaps if round(gap.clearer)), None)
    if worst is None:
        return filled
    first = say(
        "start.quality.first",
        language,
        attribute=attribute_label(worst.attribute, language),
        missing=number(worst.missing, language),
        n=number(worst.n, language),
    )
    return f"{filled} {first}"


def _answer(found: Overview, quality: str | None, language: Language) -> OverviewAnswer:
    live = found.live
    drifts = [market.drift for market in live.markets if market.drift is not None]
    return OverviewAnswer(
        language=language,
        data=DataStatus(
            contacts=found.contacts,
            companies=found.companies,
            data_on=found.data_on,
            imported_at=_utc(found.imported_at),
            quality=quality,
        ),
        build=_build(found.build, language) if found.build else None,
        live=LiveDrift(
            events=sum(market.events for market in live.markets),
            drift=max(drifts, default=None),
            alarm=live.drift_alarm,
            rebuild_due=live.rebuild_due,
            reasons=rebuild_reasons(live, language),
        ),
        personas=[_persona(one, language) for one in found.personas],
    )


def _build(build: BuildGlance, language: Language) -> BuildStatus:
    return BuildStatus(
        number=build.id,
        built_at=build.built_at.replace(tzinfo=UTC),
        age_days=max(0, (datetime.now(UTC) - build.built_at.replace(tzinfo=UTC)).days),
        data_on=build.data_on,
        contacts=build.contacts,
        verdict="personas" if build.verdict == "personas" else "no_structure",
        vanished=[one.name(language) for one in build.vanished],
    )


def _persona(one: Glance, language: Language) -> PersonaGlance:
    info = one.profile.info
    outcome = None
    if info.outcome_rate is not None and info.outcome_low is not None and info.outcome_high is not None:
        outcome = Outcome(rate=info.outcome_rate, low=info.outcome_low, high=info.outcome_high, n=info.outcome_n)
    trend = one.trend
    return PersonaGlance(
        number=info.number,
        name=info.name(language),
        market=info.market,
        market_name=label("market", info.market, language),
        share=info.share,
        n=info.n,
        description=" · ".join(_trait(attribute, level, language) for attribute, level in one.traits),
        outcome=outcome,
        standing=one.profile.standing,
        pinned=one.profile.pinned,
        trend=None
        if trend is None
        else PersonaTrend(
            direction=trend.direction, build=trend.build, share_then=trend.share_then, n_then=trend.n_then
        ),
    )


def _trait(attribute: str, level: str, language: Language) -> str:
    return say(
        "start.trait",
        language,
        attribute=attribute_label(attribute, language),
        level=level_label(attribute, level, language),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
