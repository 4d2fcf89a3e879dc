"""One build: contacts become personas and scorecards, all markets stored together or not at all."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from threadpoolctl import threadpool_limits

from persona_store.antipersona.vetoes import apply_persona_vetoes, persona_vetoes
from persona_store.antipersona.worth import read_sales
from persona_store.clock import utc_now
from persona_store.crm.mapping import overruled_columns
from persona_store.database import session_scope
from persona_store.database.bulk import few_collections
from persona_store.database.models import Build, Contact, Persona, Scorecard
from persona_store.errors import InputError
from persona_store.guidance.learned import learn_guidance
from persona_store.live.members import forget_builds, keep_members
from persona_store.market_build import Found, Learned, compare, find, learn_aside, read_market
from persona_store.segmentation.aggregation import Reader, newest_data
from persona_store.segmentation.drift import Drift, drift_between
from persona_store.segmentation.extract import one_pass
from persona_store.segmentation.identities import Vanished, label_personas, vanished
from persona_store.segmentation.model import PersonaInfo, built_model, persona_info
from persona_store.segmentation.registry import MARKETS
from persona_store.segmentation.selection import Choice
from persona_store.segmentation.storage import Label, describe_market, store_personas
from persona_store.segmentation.workplace import Here, Workplace
from persona_store.settings import settings
from persona_store.touch_sums import TouchSums, read_touch_sums
from persona_store.wording import say

Progress = Callable[[str, float], None]


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
        overruled = overruled_columns(session)
        tell = {market: _teller(market, progress) for market in markets}
        with (
            ThreadPoolExecutor(len(markets)) as pool,
            one_pass(session) if workplace is None else nullcontext() as source,
        ):
            place = workplace or Here(source)
            data_on = newest_data(session, source)
            read, finding = [], []
            for market in markets:
                read.append(read_market(session, market, data_on, place, source, tell[market]))
                finding.append(pool.submit(find, read[-1], overruled, seed, place, tell[market]))
            asides = [learn_aside(session, one, source) for one in read]
            sums, sales = read_touch_sums(Reader(session, markets[0], extract=source)), read_sales(session, source)
            found = [one.result() for one in finding]
        learned = [
            compare(session, one, aside, sales, sums, data_on, seed) for one, aside in zip(found, asides, strict=True)
        ]
    # On SQLite nobody else can write, not even the record of a look-up, from here to the end; so it comes last.
    with few_collections(), session_scope(engine, writes=True) as session:
        return _store_build(session, learned, sums, data_on, seed, progress)


@contextmanager
def _one_thread_a_product() -> Iterator[None]:
    """Products of matrices as small as these take many times longer on several threads, which wait for each other."""
    with threadpool_limits(1, user_api="blas"):
        yield


def _has_contacts(session: Session, market: str) -> bool:
    return session.scalar(select(Contact.id).where(Contact.market == market).limit(1)) is not None


def _store_build(
    session: Session,
    learned: Sequence[Learned],
    sums: TouchSums,
    data_on: date | None,
    seed: int,
    progress: Progress | None,
) -> BuildReport:
    previous, found = session.scalar(select(func.max(Build.id))), [one.found for one in learned]
    with_personas = [
        (one.found.data, one.found.segments, one.lineage) for one in learned if one.found.segments is not None
    ]
    labelled = iter(label_personas(session, with_personas))
    labels = [[] if one.segments is None else next(labelled) for one in found]
    row = Build(
        created_at=utc_now(),
        data_on=data_on,
        seed=seed,
        contacts=sum(len(one.data.frame) for one in found),
        verdict="personas" if with_personas else "no_structure",
        markets={
            one.data.market: describe_market(one.data, one.choice, one.segments, own)
            for one, own in zip(found, labels, strict=True)
        },
        previous_id=previous,
    )
    session.add(row)
    session.flush()
    personas = [_store(session, row.id, one, own, progress) for one, own in zip(learned, labels, strict=True)]
    session.flush()
    session.expire(row)  # read again, the attributes come in the order in which events will meet them
    forget_builds(session)
    for one, own in zip(found, labels, strict=True):
        model = built_model(session, one.data.market)
        if model is not None and one.segments is not None:
            by_number = np.argsort([label.number for label in own])
            keep_members(session, model, one.data.levels, one.segments.posterior[:, by_number])
    apply_persona_vetoes(session, row.id)
    members = _members(found, personas, persona_vetoes(session, row.id))
    learn_guidance(session, row.id, sums, members, {one.found.data.market: one.aside.observed for one in learned})
    drift = None if previous is None else drift_between(session, previous, row.id)
    row.drift = {} if drift is None else drift.as_json()
    reports = tuple(_report(one, own) for one, own in zip(found, personas, strict=True))
    return BuildReport(row.id, row.verdict, row.contacts, data_on, reports, drift, tuple(vanished(session)))


def _store(
    session: Session, build_id: int, learned: Learned, labels: Sequence[Label], progress: Progress | None
) -> list[Persona]:
    data, segments = learned.found.data, learned.found.segments
    personas = [] if segments is None else store_personas(session, build_id, data, segments, labels)
    _store_scorecard(session, build_id, learned, [persona.id for persona in personas])
    _teller(data.market, progress)(1.0)
    return personas


def _members(found: Sequence[Found], personas: Sequence[Sequence[Persona]], vetoes: Mapping[int, int]) -> pl.DataFrame:
    """All contacts with the personas they are in, or that people named for them (`contact_id`, `persona_id`)."""
    parts = []
    for one, own in zip(found, personas, strict=True):
        ids, members = pl.Series([persona.id for persona in own], dtype=pl.Int64), one.members
        parts.append(members.select("contact_id", persona_id=ids.gather(members["persona"])))
    named = pl.DataFrame({"contact_id": list(vetoes), "persona_id": list(vetoes.values())}, parts[0].schema)
    return pl.concat(parts).update(named, on="contact_id")


def _report(found: Found, personas: Sequence[Persona]) -> MarketReport:
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


def _store_scorecard(session: Session, build_id: int, learned: Learned, persona_ids: Sequence[int]) -> None:
    found, score, quality = learned.found, learned.found.score, learned.found.score.quality
    beside = {"worth": learned.worth.renamed(persona_ids).as_json(), "motives": learned.aside.motives.as_json()}
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
            model=score.as_json() | beside,
            left_out=dict(score.left_out),
        )
    )
