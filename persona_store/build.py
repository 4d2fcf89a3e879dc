"""One build: contacts become personas and scorecards, market by market, stored together or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import polars as pl
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from persona_store.antipersona.learning import learn
from persona_store.antipersona.scorecard import LearnedScorecard
from persona_store.antipersona.worth import learn_worth
from persona_store.database import session_scope
from persona_store.database.models import Build, Contact, Scorecard
from persona_store.errors import InputError
from persona_store.guidance.counts import count_channels
from persona_store.segmentation.aggregation import newest_data, outcomes
from persona_store.segmentation.attributes import attribute_frame, recognise_attributes
from persona_store.segmentation.binning import fit_binning
from persona_store.segmentation.model import PersonaInfo, persona_info
from persona_store.segmentation.registry import MARKETS
from persona_store.segmentation.segment import Segments, find_segments, mark_repeated
from persona_store.segmentation.selection import Choice
from persona_store.segmentation.storage import MarketData, describe_market, store_personas
from persona_store.settings import settings
from persona_store.wording import say

Progress = Callable[[str, float], None]

# How the time of one market's build divides, roughly; progress is told by it.
READ, CHOSEN, LEARNED = 0.3, 0.6, 0.9


@dataclass(frozen=True, slots=True)
class MarketReport:
    """What came of one market: `personas` empty means no structure; `left_out` names custom columns with the reason.

    `tried` are the numbers of classes with their BIC, `scorecard` the verdict on foretelling the outcome.
    """

    market: str
    contacts: int
    personas: tuple[PersonaInfo, ...]
    tried: Choice
    left_out: dict[str, str]
    scorecard: str
    scorecard_auc: float | None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """A finished build; `verdict` is "personas" or "no_structure"."""

    build_id: int
    verdict: str
    contacts: int
    data_on: date | None
    markets: tuple[MarketReport, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What one market's data hold, before any of it is stored."""

    data: MarketData
    choice: Choice
    segments: Segments | None
    score: LearnedScorecard


def build(engine: Engine, *, seed: int = 1, progress: Progress | None = None) -> BuildReport:
    """Builds personas and scorecards from the store's contacts as a new version, stored in one transaction.

    The same data and `seed` give the same personas. `progress` is called with the step ("build_b2b", "build_b2c")
    and a share of 0 to 1.
    Raises InputError when the store holds no contacts.
    """
    with session_scope(engine) as session:
        data_on = newest_data(session)
        markets = [market for market in MARKETS if _has_contacts(session, market)]
        found = [_find(session, market, data_on, seed, progress) for market in markets]
    if not found:
        raise InputError(say("build.empty", settings().language))
    # On SQLite nobody else can write, not even the record of a look-up, from here to the end; so it comes last.
    with session_scope(engine, writes=True) as session:
        row = Build(
            created_at=datetime.now(UTC).replace(tzinfo=None),
            data_on=data_on,
            seed=seed,
            contacts=sum(len(one.data.frame) for one in found),
            verdict="no_structure" if all(one.segments is None for one in found) else "personas",
            markets={one.data.market: describe_market(one.data, one.choice, one.segments) for one in found},
        )
        session.add(row)
        session.flush()
        reports: list[MarketReport] = []
        for one in found:
            number = 1 + sum(len(report.personas) for report in reports)
            reports.append(_store(session, row.id, one, number, progress))
        count_channels(session, row.id)
        return BuildReport(row.id, row.verdict, row.contacts, row.data_on, tuple(reports))


def _has_contacts(session: Session, market: str) -> bool:
    return session.scalar(select(Contact.id).where(Contact.market == market).limit(1)) is not None


def _find(session: Session, market: str, data_on: date | None, seed: int, progress: Progress | None) -> _Found:
    tell = _teller(market, progress)
    tell(0.0)
    data = _read(session, market, data_on, seed)
    tell(READ)
    choice, segments = find_segments(
        data.levels,
        data.attributes,
        data.binning,
        seed=seed,
        progress=lambda share: tell(READ + share * (CHOSEN - READ)),
    )
    tell(CHOSEN)
    before = attribute_frame(session, market, known=data.attributes, as_of=data_on, until_outcome=True)
    score = learn(before, data.outcome, data.attributes, seed)
    tell(LEARNED)
    return _Found(data, choice, segments, score)


def _store(session: Session, build_id: int, found: _Found, number: int, progress: Progress | None) -> MarketReport:
    data, segments, score = found.data, found.segments, found.score
    personas = [] if segments is None else store_personas(session, build_id, data, segments, number)
    _store_scorecard(session, build_id, data.market, score)
    _teller(data.market, progress)(1.0)
    return MarketReport(
        market=data.market,
        contacts=len(data.frame),
        personas=tuple(persona_info(persona) for persona in personas),
        tried=found.choice,
        left_out=dict(data.left_out),
        scorecard=score.verdict,
        scorecard_auc=score.quality.auc,
    )


def _teller(market: str, progress: Progress | None) -> Callable[[float], None]:
    def tell(share: float) -> None:
        if progress is not None:
            progress(f"build_{market}", share)

    return tell


def _read(session: Session, market: str, as_of: date | None, seed: int) -> MarketData:
    attributes, left_out = recognise_attributes(session, market)
    frame = attribute_frame(session, market, known=attributes, as_of=as_of)
    binning = fit_binning(frame, attributes)
    levels = binning.apply(frame)
    known = frame.select("contact_id").join(outcomes(session, market), on="contact_id", how="left")["outcome"]
    return MarketData(
        market=market,
        attributes=mark_repeated(levels, attributes, binning, seed=seed),
        left_out=left_out,
        frame=frame,
        binning=binning,
        levels=levels,
        outcome=known.cast(pl.Float64).fill_null(np.nan).to_numpy(),
    )


def _store_scorecard(session: Session, build_id: int, market: str, score: LearnedScorecard) -> None:
    quality = score.quality
    session.add(
        Scorecard(
            build_id=build_id,
            market=market,
            verdict=score.verdict,
            n=quality.n,
            positives=quality.positives,
            auc=quality.auc,
            auc_low=quality.auc_low,
            auc_high=quality.auc_high,
            calibration_error=quality.calibration_error,
            model=score.as_json() | {"worth": learn_worth(session, build_id, market).as_json()},
            left_out=dict(score.left_out),
        )
    )
