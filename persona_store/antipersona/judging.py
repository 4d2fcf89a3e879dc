"""What a market's verdicts rest on, and the verdict itself: the same for one contact and for a whole pipeline."""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl
from scipy.special import expit
from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.antipersona.advice import in_words, is_anti_persona
from persona_store.antipersona.estimate import Chance, effort_ahead, estimate_worth
from persona_store.antipersona.history import History
from persona_store.antipersona.motivation import MotiveBook
from persona_store.antipersona.quality import wilson
from persona_store.antipersona.scorecard import POINT, LearnedScorecard, read_card
from persona_store.antipersona.stage import funnel_stage
from persona_store.antipersona.types import Buy, Effort, Stage, ValueEstimate, Worth
from persona_store.antipersona.worth import WorthBook
from persona_store.database.models import Build, Persona, Scorecard


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the newest build knows of a market; parts are empty where nothing was built or learned."""

    market: str
    build_id: int | None = None
    data_on: date | None = None
    card: LearnedScorecard | None = None
    book: WorthBook | None = None
    motives: MotiveBook = field(default_factory=MotiveBook)

    @property
    def scores(self) -> LearnedScorecard | None:
        """The scorecard, if it can be used to tell who will buy."""
        return self.card if self.card is not None and self.card.verdict == "learned" else None


@dataclass(frozen=True, slots=True)
class Judged:
    """Both verdicts on somebody by the data alone, with the figures behind them."""

    buy: Buy
    worth: Worth
    value: ValueEstimate | None
    effort: Effort | None
    stage: Stage
    anti_persona: bool | None


def load_grounds(session: Session, market: str) -> Grounds:
    """What the newest build knows of `market`."""
    build = session.scalar(select(Build).order_by(Build.id.desc()).limit(1))
    if build is None:
        return Grounds(market)
    row = session.get(Scorecard, (build.id, market))
    if row is None:
        return Grounds(market, build.id, build.data_on)
    book = WorthBook.from_json(row.model["worth"]) if "worth" in row.model else None
    motives = MotiveBook.from_json(row.model.get("motives"))
    return Grounds(market, build.id, build.data_on, read_card(row), book, motives)


def judge(
    grounds: Grounds,
    own: History,
    persona: Persona | None,
    chance: Chance | None,
    last_activity: date | None,
    *,
    customer: bool,
) -> Judged:
    """The verdicts on somebody with this history, persona and scored chance of buying (empty where none is known)."""
    buy: Buy = "cannot_tell"
    if customer:
        buy = "likely"
    elif chance is not None and grounds.card is not None:
        buy = in_words(chance, grounds.card.base_rate or 0.0)
    persona_id, expected = persona.id if persona else None, chance or usual_chance(persona, grounds.card)
    worth, value = estimate_worth(grounds.book, persona_id, own, expected, customer=customer)
    stage = funnel_stage(
        grounds.market, own, customer=customer, last_activity=last_activity, today=own.day or grounds.data_on
    )
    effort = effort_ahead(grounds.book, persona_id, own, expected, customer=customer)
    return Judged(buy, worth, value, effort, stage, is_anti_persona(buy, worth, customer=customer))


def chances(card: LearnedScorecard, frame: pl.DataFrame) -> list[Chance]:
    """The scored chance of each contact of `frame` (raw attributes), row by row; as `card.probability` gives it."""
    levels = card.binning.apply(frame)
    score = np.zeros(len(frame))
    columns = {key: levels[key].to_numpy() for key in card.binning.bins}
    for one in card.points:
        has = columns[one.attribute] == one.level
        if one.beside is not None:
            has &= columns[one.beside[0]] == one.beside[1]
        score += one.points * has
    probability = expit(card.intercept + POINT * score)
    ends = np.array([band.upto for band in card.bands])
    place = np.minimum(np.searchsorted(ends, probability), len(ends) - 1)
    shares = [wilson(band.bought, band.n) for band in card.bands]
    return [
        Chance(float(p), min(shares[at][0], float(p)), max(shares[at][1], float(p)))
        for p, at in zip(probability, place, strict=True)
    ]


def usual_chance(persona: Persona | None, card: LearnedScorecard | None) -> Chance | None:
    """How often contacts of the persona buy, else of the market; what to reckon with where nobody can be told apart."""
    if persona is not None and persona.outcome_rate is not None:
        low, high = wilson(persona.outcome_rate * persona.outcome_n, persona.outcome_n)
        return Chance(persona.outcome_rate, low, high)
    if card is None or card.base_rate is None:
        return None
    return Chance(card.base_rate, *wilson(card.quality.positives, card.quality.n))
