"""One build: contacts become personas and scorecards, market by market, stored together or not at all."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from threadpoolctl import threadpool_limits

from persona_store.antipersona.leaks import suspicious_name
from persona_store.antipersona.learning import learn
from persona_store.antipersona.motivation import MotiveBook, learn_motives
from persona_store.antipersona.motive_signs import Signs, signs_of_market
from persona_store.antipersona.scorecard import LearnedScorecard
from persona_store.antipersona.vetoes import apply_persona_vetoes, persona_vetoes, veto_outcomes
from persona_store.antipersona.worth import Sales, WorthBook, learn_worth, read_sales
from persona_store.clock import utc_now
from persona_store.crm.mapping import overruled_columns
from persona_store.database import session_scope
from persona_store.database.bulk import few_collections
from persona_store.database.models import Build, Contact, Persona, Scorecard
from persona_store.errors import InputError
from persona_store.guidance.learned import Observed, learn_guidance, observe_market
from persona_store.live.members import forget_builds, keep_members
from persona_store.segmentation.aggregation import Reader, newest_data, outcomes
from persona_store.segmentation.attributes import recognise_attributes
from persona_store.segmentation.binning import fit_binning
from persona_store.segmentation.drift import Drift, drift_between
from persona_store.segmentation.extract import Extract, one_pass
from persona_store.segmentation.identities import Vanished, label_personas, vanished
from persona_store.segmentation.model import PersonaInfo, built_model, persona_info
from persona_store.segmentation.registry import MARKETS, Attribute
from persona_store.segmentation.segment import Segments, find_segments, mark_repeated
from persona_store.segmentation.selection import Choice
from persona_store.segmentation.storage import Label, MarketData, describe_market, store_personas
from persona_store.segmentation.target_group import active_group
from persona_store.segmentation.versions import Lineage, find_lineage
from persona_store.segmentation.workplace import Here, Workplace
from persona_store.settings import settings
from persona_store.touch_sums import TouchSums, read_touch_sums
from persona_store.wording import say

Progress = Callable[[str, float], None]

# How the time of one market's build divides, roughly; progress is told by it.
READ, LEARNED, CHOSEN = 0.3, 0.5, 0.9


@dataclass(frozen=True, slots=True)
class MarketReport:
    """What came of one market: `personas` empty means no structure; `left_out` names custom columns with the reason.

    `tried` are the numbers of classes with their BIC, `scorecard` the verdict on foretelling the outcome. With a target
    group `contacts` are those inside it and `outside` those who are not.
    """

    market: str
    contacts: int
    personas: tuple[PersonaInfo, ...]
    tried: Choice
    left_out: dict[str, str]
    scorecard: str
    scorecard_auc: float | None
    target_group: str | None = None
    outside: int = 0


@dataclass(frozen=True, slots=True)
class BuildReport:
    """A finished build; `verdict` is "personas" or "no_structure".

    `drift` says what changed since the build before (None for the first), `vanished` are pinned personas not found now.
    """

    build_id: int
    verdict: str
    contacts: int
    data_on: date | None
    markets: tuple[MarketReport, ...]
    drift: Drift | None = None
    vanished: tuple[Vanished, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """A market as the store holds it; `before` are its raw attributes as they were before the outcome.

    `judged` are the outcomes to learn from: those of the data, after what people said of them.
    """

    data: MarketData
    before: pl.DataFrame
    judged: NDArray[np.float64]
    signs: Signs
    observed: Observed


@dataclass(frozen=True, slots=True)
class _Found:
    """What one market's data hold, before any of it is stored."""

    data: MarketData
    choice: Choice
    segments: Segments | None
    score: LearnedScorecard
    motives: MotiveBook
    observed: Observed

    @property
    def members(self) -> pl.DataFrame:
        """The contacts with the places of their classes (`contact_id`, `persona`)."""
        ids = self.data.frame["contact_id"]
        places = np.empty(0, dtype=np.intp) if self.segments is None else self.segments.membership
        return pl.DataFrame({"contact_id": ids[: len(places)], "persona": pl.Series(places, dtype=pl.Int64)})


@dataclass(frozen=True, slots=True)
class _Compared:
    """What a market's classes were before, and what their contacts are worth by place of the class."""

    lineage: Lineage
    worth: WorthBook


def build(
    engine: Engine, *, seed: int = 1, progress: Progress | None = None, workplace: Workplace | None = None
) -> BuildReport:
    """Builds personas and scorecards from the store's contacts as a new version, stored in one transaction.

    The same data and `seed` give the same personas, wherever they are computed (`workplace`, default: here).
    `progress` is called with the step ("build_b2b", "build_b2c") and a share of 0 to 1.
    Raises InputError when the store holds no contacts.
    """
    with few_collections(), _one_thread_a_product(), session_scope(engine) as session:
        markets = [market for market in MARKETS if _has_contacts(session, market)]
        if not markets:
            raise InputError(say("build.empty", settings().language))
        with one_pass(session) if workplace is None else nullcontext() as source:
            place = workplace or Here(source)
            data_on = newest_data(session, source)
            sums = read_touch_sums(Reader(session, markets[0], extract=source))
            sales = read_sales(session, source)
            read = [_read(session, market, data_on, place, source, progress) for market in markets]
        overruled = overruled_columns(session)
        with ThreadPoolExecutor(len(markets)) as pool:
            found = list(pool.map(lambda one: _find(one, overruled, seed, place, progress), read))
        compared = [_compare(session, one, sales, sums, data_on, seed) for one in found]
    # On SQLite nobody else can write, not even the record of a look-up, from here to the end; so it comes last.
    with few_collections(), session_scope(engine, writes=True) as session:
        return _store_build(session, list(zip(found, compared, strict=True)), sums, data_on, seed, progress)


@contextmanager
def _one_thread_a_product() -> Iterator[None]:
    """Products of matrices as small as these take many times longer on several threads, which wait for each other."""
    with threadpool_limits(1, user_api="blas"):
        yield


def _has_contacts(session: Session, market: str) -> bool:
    return session.scalar(select(Contact.id).where(Contact.market == market).limit(1)) is not None


def _find(
    read: _Read, overruled: Collection[str], seed: int, workplace: Workplace, progress: Progress | None
) -> _Found:
    data = read.data
    tell = _teller(data.market, progress)
    score = learn(read.before, read.judged, data.attributes, seed, keep=overruled)
    motives = learn_motives(read.before, data.outcome, read.signs)
    tell(LEARNED)
    data = replace(data, attributes=_settled(data, score, overruled, seed))
    choice, segments = find_segments(
        data.levels,
        data.attributes,
        data.binning,
        seed=seed,
        progress=lambda share: tell(LEARNED + share * (CHOSEN - LEARNED)),
        workplace=workplace,
    )
    tell(CHOSEN)
    return _Found(data, choice, segments, score, motives, read.observed)


def _compare(
    session: Session, found: _Found, sales: Sales, sums: TouchSums, as_of: date | None, seed: int
) -> _Compared:
    lineage = find_lineage(session, found.data, found.segments)
    return _Compared(lineage, learn_worth(session, found.data.market, sales, sums, found.members, as_of, seed))


def _after_vetoes(
    contact_ids: pl.Series, outcome: NDArray[np.float64], vetoes: Mapping[int, bool]
) -> NDArray[np.float64]:
    """The outcomes to learn from: a good lead was not lost for good, an anti-persona counts as lost."""
    vetoed = np.isin(contact_ids.to_numpy(), list(vetoes))
    judged = outcome.copy()
    for place in np.flatnonzero(vetoed):
        good_lead = vetoes[contact_ids[int(place)]]
        if good_lead and judged[place] == 0:
            judged[place] = np.nan
        elif not good_lead and np.isnan(judged[place]):
            judged[place] = 0.0
    return judged


def _settled(data: MarketData, score: LearnedScorecard, overruled: Collection[str], seed: int) -> tuple[Attribute, ...]:
    """The attributes as they may define personas: no column that leaks the outcome, no fact twice.

    A persona must not be "those who bought", so what tells the outcome afterwards describes personas at most.
    """
    honest = [
        replace(one, after_outcome=True)
        if one.kind == "custom" and one.key not in overruled and (one.key in score.left_out or suspicious_name(one.key))
        else one
        for one in data.attributes
    ]
    return mark_repeated(data.levels, honest, data.binning, seed=seed)


def _store_build(
    session: Session,
    found: Sequence[tuple[_Found, _Compared]],
    sums: TouchSums,
    data_on: date | None,
    seed: int,
    progress: Progress | None,
) -> BuildReport:
    previous = session.scalar(select(func.max(Build.id)))
    with_personas = [(one.data, one.segments, other.lineage) for one, other in found if one.segments is not None]
    labelled = iter(label_personas(session, with_personas))
    labels = [[] if one.segments is None else next(labelled) for one, _ in found]
    row = Build(
        created_at=utc_now(),
        data_on=data_on,
        seed=seed,
        contacts=sum(len(one.data.frame) for one, _ in found),
        verdict="personas" if with_personas else "no_structure",
        markets={
            one.data.market: describe_market(one.data, one.choice, one.segments, own)
            for (one, _), own in zip(found, labels, strict=True)
        },
        previous_id=previous,
    )
    session.add(row)
    session.flush()
    personas = [
        _store(session, row.id, one, other, own, progress) for (one, other), own in zip(found, labels, strict=True)
    ]
    session.flush()
    session.expire(row)  # read again, the attributes come in the order in which events will meet them
    forget_builds(session)
    for (one, _), own in zip(found, labels, strict=True):
        model = built_model(session, one.data.market)
        if model is not None and one.segments is not None:
            by_number = np.argsort([label.number for label in own])
            keep_members(session, model, one.data.levels, one.segments.posterior[:, by_number])
    apply_persona_vetoes(session, row.id)
    members = _members(found, personas, persona_vetoes(session, row.id))
    learn_guidance(session, row.id, sums, members, {one.data.market: one.observed for one, _ in found})
    drift = None if previous is None else drift_between(session, previous, row.id)
    row.drift = {} if drift is None else drift.as_json()
    reports = tuple(_report(one, own) for (one, _), own in zip(found, personas, strict=True))
    return BuildReport(row.id, row.verdict, row.contacts, data_on, reports, drift, tuple(vanished(session)))


def _store(
    session: Session,
    build_id: int,
    found: _Found,
    compared: _Compared,
    labels: Sequence[Label],
    progress: Progress | None,
) -> list[Persona]:
    segments = found.segments
    personas = [] if segments is None else store_personas(session, build_id, found.data, segments, labels)
    _store_scorecard(session, build_id, found, compared.worth.renamed([persona.id for persona in personas]))
    _teller(found.data.market, progress)(1.0)
    return personas


def _members(
    found: Sequence[tuple[_Found, _Compared]], personas: Sequence[Sequence[Persona]], vetoes: Mapping[int, int]
) -> pl.DataFrame:
    """All contacts with the personas they are in, or that people named for them (`contact_id`, `persona_id`)."""
    parts = [
        one.members.select(
            "contact_id",
            persona_id=pl.Series([persona.id for persona in own], dtype=pl.Int64).gather(one.members["persona"]),
        )
        for (one, _), own in zip(found, personas, strict=True)
    ]
    named = pl.DataFrame({"contact_id": list(vetoes), "persona_id": list(vetoes.values())}, parts[0].schema)
    return pl.concat(parts).update(named, on="contact_id")


def _report(found: _Found, personas: Sequence[Persona]) -> MarketReport:
    data, score = found.data, found.score
    return MarketReport(
        market=data.market,
        contacts=len(data.frame),
        personas=tuple(persona_info(persona) for persona in sorted(personas, key=lambda persona: persona.number)),
        tried=found.choice,
        left_out=dict(data.left_out),
        scorecard=score.verdict,
        scorecard_auc=score.quality.auc,
        target_group=None if data.group is None else data.group.name,
        outside=data.outside,
    )


def _teller(market: str, progress: Progress | None) -> Callable[[float], None]:
    def tell(share: float) -> None:
        if progress is not None:
            progress(f"build_{market}", share)

    return tell


def _read(
    session: Session,
    market: str,
    as_of: date | None,
    workplace: Workplace,
    source: Extract | None,
    progress: Progress | None,
) -> _Read:
    tell = _teller(market, progress)
    tell(0.0)
    attributes, left_out = recognise_attributes(session, market)
    frame, before = workplace.frames(session, market, attributes, as_of)
    people, group = len(frame), active_group(session, market)
    if group is not None:
        frame = frame.filter(group.inside(frame, attributes))
        if frame.is_empty():
            raise InputError(say("target.error.empty", settings().language, name=group.name, contacts=people))
    binning = fit_binning(frame, attributes)
    known = frame.select("contact_id").join(outcomes(session, market, source), on="contact_id", how="left")["outcome"]
    if group is not None:
        before = frame.select("contact_id").join(before, on="contact_id", how="left", maintain_order="left")
    data = MarketData(
        market=market,
        attributes=attributes,
        left_out=left_out,
        frame=frame,
        binning=binning,
        levels=binning.apply(frame),
        outcome=known.cast(pl.Float64).fill_null(np.nan).to_numpy(),
        group=group,
        outside=people - len(frame),
    )
    signs = signs_of_market(session, market, source)
    observed = observe_market(session, market, source)
    tell(READ)
    judged = _after_vetoes(frame["contact_id"], data.outcome, veto_outcomes(session, market))
    return _Read(data, before, judged, signs, observed)


def _store_scorecard(session: Session, build_id: int, found: _Found, worth: WorthBook) -> None:
    score, quality = found.score, found.score.quality
    session.add(
        Scorecard(
            build_id=build_id,
            market=found.data.market,
            verdict=score.verdict,
            n=quality.n,
            positives=quality.positives,
            auc=quality.auc,
            auc_low=quality.auc_low,
            auc_high=quality.auc_high,
            calibration_error=quality.calibration_error,
            model=score.as_json() | {"worth": worth.as_json(), "motives": found.motives.as_json()},
            left_out=dict(score.left_out),
        )
    )
