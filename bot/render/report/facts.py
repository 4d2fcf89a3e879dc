"""What the report tells, gathered from the store once; nothing here names a contact."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.antipersona.pipeline import Pipeline, list_anti_personas
from persona_store.antipersona.scorecard import LearnedScorecard, read_card
from persona_store.antipersona.standings import standings
from persona_store.antipersona.vetoes import VetoShare, veto_share
from persona_store.charts import Standing
from persona_store.data_quality import DataQuality, data_quality
from persona_store.database.models import Build, Scorecard
from persona_store.errors import NoPersonas
from persona_store.guidance import Approach, approach_persona
from persona_store.segmentation.drift import Drift
from persona_store.segmentation.profiles import PersonaProfile, list_profiles
from persona_store.settings import Language, settings
from persona_store.wording import say

# So many contacts are judged for the cost of anti-personas; it takes seconds and its interval is narrow then.
MOST_JUDGED = 20_000


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """Everything the page shows. `standings` are the personas by market as value against effort."""

    build_id: int
    built_at: datetime
    data_on: date | None
    contacts: int
    profiles: tuple[PersonaProfile, ...]
    approaches: dict[int, Approach]
    standings: dict[str, tuple[tuple[PersonaProfile, Standing], ...]]
    scorecards: dict[str, LearnedScorecard]
    drift: Drift | None
    pipeline: Pipeline
    vetoes: tuple[VetoShare, ...]
    quality: DataQuality


def gather(session: Session, language: Language) -> ReportFacts:
    """The facts of the newest build; raises NoPersonas when there is none."""
    build = session.scalar(select(Build).order_by(Build.id.desc()).limit(1))
    if build is None:
        raise NoPersonas(say("report.no_build", settings().language))
    profiles = tuple(list_profiles(session))
    rows = session.scalars(select(Scorecard).where(Scorecard.build_id == build.id).order_by(Scorecard.market)).all()
    return ReportFacts(
        build_id=build.id,
        built_at=build.created_at,
        data_on=build.data_on,
        contacts=build.contacts,
        profiles=profiles,
        approaches={one.info.id: approach_persona(session, one.info.id) for one in profiles},
        standings=standings(session, profiles, language),
        scorecards={row.market: read_card(row) for row in rows},
        drift=Drift.from_json(build.drift) if build.drift else None,
        pipeline=list_anti_personas(session, limit=0, most_judged=MOST_JUDGED),
        vetoes=veto_share(session, build.id),
        quality=data_quality(session),
    )
