"""One market of a build: read from the store, learned from beside the reading, compared with the build before."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from persona_store.antipersona.leaks import suspicious_name
from persona_store.antipersona.learning import learn
from persona_store.antipersona.motivation import MotiveBook, learn_motives
from persona_store.antipersona.motive_signs import signs_of_market
from persona_store.antipersona.scorecard import LearnedScorecard
from persona_store.antipersona.vetoes import veto_outcomes
from persona_store.antipersona.worth import Sales, WorthBook, learn_worth
from persona_store.errors import InputError
from persona_store.guidance.learned import Observed, observe_market
from persona_store.segmentation.aggregation import outcomes
from persona_store.segmentation.attributes import recognise_attributes
from persona_store.segmentation.binning import fit_binning
from persona_store.segmentation.extract import Extract
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.segment import Segments, find_segments, mark_repeated
from persona_store.segmentation.selection import Choice
from persona_store.segmentation.storage import MarketData
from persona_store.segmentation.target_group import active_group
from persona_store.segmentation.versions import Lineage, find_lineage
from persona_store.segmentation.workplace import Workplace
from persona_store.settings import settings
from persona_store.touch_sums import TouchSums
from persona_store.wording import say

Tell = Callable[[float], None]  # is told the share of the market's build that is done

# How the time of one market's build divides, roughly; progress is told by it.
READ, LEARNED, CHOSEN = 0.3, 0.5, 0.9


@dataclass(frozen=True, slots=True)
class Market:
    """A market as the store holds it; `before` are its raw attributes as they were before the outcome.

    `judged` are the outcomes to learn from: those of the data, after what people said of them.
    """

    data: MarketData
    before: pl.DataFrame
    judged: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """The classes and the scorecard of a market; its data with the attributes as they may define personas."""

    data: MarketData
    choice: Choice
    segments: Segments | None
    score: LearnedScorecard

    @property
    def members(self) -> pl.DataFrame:
        """The contacts with the places of their classes (`contact_id`, `persona`)."""
        ids = self.data.frame["contact_id"]
        places = np.empty(0, dtype=np.intp) if self.segments is None else self.segments.membership
        return pl.DataFrame({"contact_id": ids[: len(places)], "persona": pl.Series(places, dtype=pl.Int64)})


@dataclass(frozen=True, slots=True)
class Aside:
    """What is learned of a market whatever its classes."""

    motives: MotiveBook
    observed: Observed


@dataclass(frozen=True, slots=True)
class Learned:
    """All that is to be stored of a market; `worth` knows personas by the places of their classes."""

    found: Found
    aside: Aside
    lineage: Lineage
    worth: WorthBook


def read_market(
    session: Session, market: str, as_of: date | None, workplace: Workplace, source: Extract | None, tell: Tell
) -> Market:
    """Reads a market; raises InputError where nobody is inside its target group."""
    tell(0.0)
    attributes, left_out = recognise_attributes(session, market)
    frame, before = workplace.frames(session, market, attributes, as_of)
    people, group = len(frame), active_group(session, market)
    if group is not None:
        frame = frame.filter(group.inside(frame, attributes))
        if frame.is_empty():
            raise InputError(say("target.error.empty", settings().language, name=group.name, contacts=people))
        before = frame.select("contact_id").join(before, on="contact_id", how="left", maintain_order="left")
    binning = fit_binning(frame, attributes)
    known = frame.select("contact_id").join(outcomes(session, market, source), on="contact_id", how="left")["outcome"]
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
    tell(READ)
    return Market(data, before, _after_vetoes(frame["contact_id"], data.outcome, veto_outcomes(session, market)))


def find(market: Market, overruled: Collection[str], seed: int, workplace: Workplace, tell: Tell) -> Found:
    """Learns a market's scorecard and classes; asks the store nothing, so that others can meanwhile.

    Columns in `overruled` are used although they look like leaks: an analyst has said so.
    """
    data = market.data
    score = learn(market.before, market.judged, data.attributes, seed, keep=overruled)
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
    return Found(data, choice, segments, score)


def learn_aside(session: Session, market: Market, source: Extract | None) -> Aside:
    """Learns of a market what does not depend on its classes."""
    name = market.data.market
    motives = learn_motives(market.before, market.data.outcome, signs_of_market(session, name, source))
    return Aside(motives, observe_market(session, name, source))


def compare(
    session: Session, found: Found, aside: Aside, sales: Sales, sums: TouchSums, as_of: date | None, seed: int
) -> Learned:
    """Adds what the classes were in the build before, and what their contacts are worth."""
    lineage = find_lineage(session, found.data, found.segments)
    worth = learn_worth(session, found.data.market, sales, sums, found.members, as_of, seed)
    return Learned(found, aside, lineage, worth)


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
