"""What guidance learns from the whole store at a build, stored with it: counts, weights, times, hand-over, centres."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, ChannelCount, GuidanceModel, Interaction
from persona_store.guidance.counts import ANSWERED, OUTGOING, OWN, PERSON, count_channels, counts_of_people
from persona_store.guidance.shrinkage import Cell, Person, Weights, learn_weights
from persona_store.guidance.times import Attempts, Times, learn_times
from persona_store.guidance.types import Tally

# People who stand for all where single attempts are looked at: enough for two digits of any rate, read in seconds.
SAMPLE = 30_000


@dataclass(frozen=True, slots=True)
class Learned:
    """What a build taught of one market; without a build the fixed weights and nothing else."""

    weights: Weights = field(default_factory=Weights)
    times: Times = field(default_factory=Times)
    hand_over: dict[str, Any] = field(default_factory=dict)
    centre: dict[str, Any] = field(default_factory=dict)
    counted_to: int = 0


def learn_guidance(session: Session, build_id: int) -> None:
    """Counts answers and learns from them, market by market; the build's memberships must be there."""
    count_channels(session, build_id)
    newest = session.scalar(select(func.max(Interaction.id))) or 0
    markets = session.scalars(
        select(ChannelCount.market).where(ChannelCount.build_id == build_id).distinct().order_by(ChannelCount.market)
    ).all()
    for market in markets:
        session.add(
            GuidanceModel(
                build_id=build_id,
                market=market,
                counted_to=newest,
                weights=_weights(session, build_id, market).as_json(),
                times=learn_times(_attempts(session, market)).as_json(),
                hand_over={},
                centre={},
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
        stored.hand_over,
        stored.centre,
        stored.counted_to,
    )


def one_in(session: Session, market: str) -> int:
    """Every how many-th person is looked at, so that at most `SAMPLE` are."""
    people = session.scalar(select(func.count()).select_from(PERSON).where(PERSON.market == market)) or 0
    return max(1, -(-people // SAMPLE))


def _weights(session: Session, build_id: int, market: str) -> Weights:
    stored = session.scalars(
        select(ChannelCount).where(ChannelCount.build_id == build_id, ChannelCount.market == market)
    )
    cells = [
        Cell(one.function, one.level, one.persona_id, one.channel, Tally(one.n, one.answered, one.squares))
        for one in stored
    ]
    places = {(one.function, one.level, one.persona_id, one.channel): at for at, one in enumerate(cells)}
    step = one_in(session, market)
    people = counts_of_people(build_id, PERSON.market == market, PERSON.id % step == 0)
    keys = [people.c[name] for name in ("function", "level", "persona_id", "channel", "n", "answered")]
    rows = session.execute(select(*keys, func.count()).group_by(*keys))
    return learn_weights(
        cells, [Person(places[tuple(row[:4])], row[4], row[5], row[6]) for row in rows if tuple(row[:4]) in places]
    )


def _attempts(session: Session, market: str) -> list[Attempts]:
    function = func.coalesce(PERSON.function, "other")
    keys = (PERSON.id, function, Interaction.channel, extract("dow", Interaction.at), extract("hour", Interaction.at))
    rows = session.execute(
        select(*keys, func.count(), func.sum(ANSWERED))
        .select_from(Interaction)
        .join(OWN, OWN.id == Interaction.contact_id)
        .join(PERSON, PERSON.id == func.coalesce(OWN.duplicate_of, OWN.id))
        .where(OUTGOING, Interaction.at.is_not(None), PERSON.market == market, PERSON.id % one_in(session, market) == 0)
        .where(OWN.blocked_on.is_(None), PERSON.blocked_on.is_(None))
        .group_by(*keys)
    )
    return [Attempts(row[0], row[1], row[2], int(row[3]), int(row[4]), row[5], row[6]) for row in rows]
