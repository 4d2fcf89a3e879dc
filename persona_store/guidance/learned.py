"""What guidance learns from the whole store at a build, stored with it: counts, weights, times, hand-over, centres."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, GuidanceModel, Interaction
from persona_store.guidance.centre_rules import learn_centre
from persona_store.guidance.counts import KEYS, count_channels, counts_of_people
from persona_store.guidance.hand_over import Threshold, learn_threshold
from persona_store.guidance.shrinkage import Cell, Person, Weights, learn_weights
from persona_store.guidance.times import Times, learn_times
from persona_store.guidance.types import Tally
from persona_store.guidance.whole_store import customers_accounts, newest_touch, one_in, read_attempts, read_leads
from persona_store.segmentation.aggregation import Reader
from persona_store.segmentation.extract import Extract
from persona_store.touch_sums import TouchSums


@dataclass(frozen=True, slots=True)
class Learned:
    """What a build taught of one market; without a build the fixed weights and nothing else."""

    weights: Weights = field(default_factory=Weights)
    times: Times = field(default_factory=Times)
    hand_over: Threshold = field(default_factory=Threshold)
    centre: dict[str, Any] = field(default_factory=dict)
    counted_to: int = 0


@dataclass(frozen=True, slots=True)
class Observed:
    """What a market's touchpoints and deals teach, whatever the personas; every `one_in`-th person was looked at."""

    times: Times
    hand_over: Threshold
    centre: dict[str, Any]
    one_in: int


def observe_market(session: Session, market: str, source: Extract | None = None) -> Observed:
    """Learns the best times, the hand-over and buying centres of a market, from `source` where there is one."""
    reader = Reader(session, market, extract=source)
    today = newest_touch(reader)
    return Observed(
        learn_times(read_attempts(reader)),
        Threshold() if today is None else learn_threshold(read_leads(reader, today), today),
        learn_centre(customers_accounts(session)) if market == "b2b" else {},
        one_in(reader),
    )


def learn_guidance(
    session: Session,
    build_id: int,
    sums: TouchSums,
    members: pl.DataFrame,
    observed: Mapping[str, Observed] | None = None,
) -> None:
    """Counts answers and learns from them, market by market.

    `members` are the build's contacts with their personas (`contact_id`, `persona_id`). What is `observed` of a market
    already need not be learned again.
    """
    counts = counts_of_people(sums, members)
    counted = count_channels(session, build_id, counts)
    newest = session.scalar(select(func.max(Interaction.id))) or 0
    for market in counted["market"].unique().sort():
        known = (observed or {}).get(market) or observe_market(session, market)
        here = pl.col("market") == market
        weights = _weights(counted.filter(here), counts.filter(here, pl.col("person") % known.one_in == 0))
        session.add(
            GuidanceModel(
                build_id=build_id,
                market=market,
                counted_to=newest,
                weights=weights.as_json(),
                times=known.times.as_json(),
                hand_over=known.hand_over.as_json(),
                centre=known.centre,
            )
        )
    session.flush()


def load_learned(session: Session, market: str) -> Learned:
    """What the newest build taught of a market."""
    newest = select(func.max(Build.id)).scalar_subquery()
    stored = session.scalar(
        select(GuidanceModel).where(GuidanceModel.build_id == newest, GuidanceModel.market == market)
    )
    if stored is None:
        return Learned()
    return Learned(
        Weights.from_json(stored.weights),
        Times.from_json(stored.times),
        Threshold(**stored.hand_over),
        stored.centre,
        stored.counted_to,
    )


def _weights(counted: pl.DataFrame, people: pl.DataFrame) -> Weights:
    keys = KEYS[1:]
    rows = counted.select(*keys, "n", "answered", "squares").rows()
    cells = [Cell(row[0], row[1], row[2], row[3], Tally(row[4], row[5], float(row[6]))) for row in rows]
    places = {row[:4]: at for at, row in enumerate(rows)}
    alike = people.group_by(*keys, "n", "answered").len().sort(*keys, "n", "answered")
    return learn_weights(cells, [Person(places[row[:4]], *row[4:]) for row in alike.iter_rows()])
