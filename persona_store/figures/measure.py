"""Sums a measure up over people, and says how sure the result is."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from scipy.stats import norm, t
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, ChannelCount
from persona_store.figures.people import CHANNEL, GROUPS, PERSON, Only, among, may_be_counted, newest_build
from persona_store.figures.registry import MEASURES, Measure
from persona_store.guidance.learned import load_learned
from persona_store.guidance.types import Tally
from persona_store.privacy.rights import demand
from persona_store.segmentation.aggregation import newest_data
from persona_store.segmentation.registry import CHANNELS as OWN_CHANNELS
from persona_store.segmentation.registry import MARKETS

SURE = 0.95
Z = float(norm.ppf((1 + SURE) / 2))
CHANNELS = (*OWN_CHANNELS, "post")
COUNTED_BY = frozenset({None, "persona", "function", "level", CHANNEL})  # what a build's channel counts are parted by


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of one group (None: of all): `value` with its 95 % interval.

    `n` is what it rests on (people, attempts, deals), `people` how many persons stand behind that, `total` the sum;
    `error` is the standard error of `value`, `effective` the number of independent observations that tell as much.
    """

    group: str | None
    people: int
    n: int
    total: float
    value: float
    low: float
    high: float
    error: float
    effective: float


@dataclass(frozen=True, slots=True)
class Statistic:
    """A measure over people: `whole` of all that `only` leaves, and of each group of `by`, most first.

    `whole` is None where the data hold nothing to measure. `everybody` counts all contacts that may be counted.
    """

    measure: Measure
    by: str | None
    only: Only
    whole: Figure | None
    groups: tuple[Figure, ...]
    everybody: int
    data_on: date | None


@dataclass(frozen=True, slots=True)
class _Sums:
    """Over people: their number and Σn, Σx, Σx², Σxn, Σn²; `likeness` is set where only n and n² were kept."""

    people: int
    n: float
    x: float
    xx: float = 0.0
    xn: float = 0.0
    nn: float = 0.0
    likeness: float | None = None


def measure(session: Session, key: str, by: str | None = None, only: Only | None = None) -> Statistic:
    """The measure `key` of the people in `only`, as a whole and by the groups of `by`.

    Raises KeyError for a measure or group that is not registered, or a group that the measure cannot be parted by.
    """
    demand(session, "aggregates")
    meant, whom = MEASURES[key], only or Only()
    if by is not None and by not in GROUPS and not (by == CHANNEL and meant.channels):
        raise KeyError(by)
    build_id = newest_build(session)
    counted = key == "response_rate" and build_id is not None and _in_counts(by, whom)
    sums = _counted(session, build_id or 0, by, whom) if counted else _summed(session, meant, by, whom, build_id)
    whole = _whole(sums.values()) if by is None or by == CHANNEL or counted else None
    if whole is None:
        whole = _whole(_summed(session, meant, None, whom, build_id).values())
    figures = [_figure(meant, group, one) for group, one in sums.items() if by is not None and group is not None]
    return Statistic(
        measure=meant,
        by=by,
        only=whom,
        whole=_figure(meant, None, whole) if whole.n else None,
        groups=tuple(sorted(figures, key=lambda one: (-one.value, one.group or ""))),
        everybody=session.scalar(select(func.count(PERSON.id)).where(may_be_counted())) or 0,
        data_on=_data_on(session, build_id),
    )


def _in_counts(by: str | None, only: Only) -> bool:
    """Whether the build's channel counts answer, however many interactions there are."""
    return by in COUNTED_BY and not (only.industry or only.since or only.until)


def _summed(
    session: Session, meant: Measure, by: str | None, only: Only, build_id: int | None
) -> dict[str | None, _Sums]:
    if by == CHANNEL:
        parts = {one: _summed(session, meant, None, replace(only, channel=one), build_id)[None] for one in CHANNELS}
        return {one: sums for one, sums in parts.items() if sums.n}
    rows, group = meant.rows(only).subquery(), GROUPS[by] if by else None
    n, x = rows.c.n, rows.c.x
    sums = (func.count(), *(func.sum(one) for one in (n, x, 1.0 * x * x, 1.0 * x * n, 1.0 * n * n)))
    label: list[Any] = [] if group is None else [group.column.label("part")]
    statement: Select[Any] = select(*label, *sums).select_from(PERSON).join(rows, rows.c.person == PERSON.id)
    statement = among(statement, only, group, build_id)
    if group is None:
        return {None: _sums(session.execute(statement).one())}
    found = session.execute(statement.group_by("part"))
    return {None if row[0] is None else str(row[0]): _sums(row[1:]) for row in found}


def _sums(row: Sequence[Any]) -> _Sums:
    return _Sums(int(row[0]), *(float(one or 0) for one in row[1:]))


def _counted(session: Session, build_id: int, by: str | None, only: Only) -> dict[str | None, _Sums]:
    """Answers by the counts of the build; how alike those of one person are was learned with it."""
    columns = {"persona": ChannelCount.persona_id, "function": ChannelCount.function, "level": ChannelCount.level,
               CHANNEL: ChannelCount.channel}  # fmt: skip
    likeness = max(load_learned(session, market).weights.likeness for market in MARKETS)
    parts = (ChannelCount.contacts, ChannelCount.n, ChannelCount.answered, ChannelCount.squares)
    wanted = [ChannelCount.build_id == build_id]
    for value, column in ((only.function, ChannelCount.function), (only.level, ChannelCount.level),
                          (only.channel, ChannelCount.channel)):  # fmt: skip
        if value is not None:
            wanted.append(column == value)
    if only.personas:
        wanted.append(or_(*(ChannelCount.persona_id == one for one in only.personas)))
    label: list[Any] = [] if by is None else [columns[by]]
    statement: Select[Any] = select(*label, *(func.sum(part) for part in parts)).where(*wanted).group_by(*label)
    found: dict[str | None, _Sums] = {}
    for row in session.execute(statement):
        people, n, answered, squares = row[-4:]
        group = None if by is None or row[0] is None else str(row[0])
        if n:
            found[group] = _Sums(int(people), float(n), float(answered), nn=float(squares), likeness=likeness)
    return found


def _whole(parts: Iterable[_Sums]) -> _Sums:
    """The sums of all groups together."""
    known = list(parts)
    if not known:
        return _Sums(0, 0.0, 0.0)
    people = sum(one.people for one in known)
    n, x, xx, xn, nn = (sum(getattr(one, name) for one in known) for name in ("n", "x", "xx", "xn", "nn"))
    return _Sums(people, n, x, xx, xn, nn, known[0].likeness)


def _figure(meant: Measure, group: str | None, sums: _Sums) -> Figure:
    value = sums.x / sums.n if sums.n else 0.0
    if meant.form == "count":
        return Figure(group, sums.people, int(sums.n), sums.x, sums.x, sums.x, sums.x, 0.0, sums.n)
    if meant.form == "rate":
        effective = _effective(sums, value)
        low, high = _wilson(value, effective)
        error = math.sqrt(max(value * (1 - value), 0.0) / effective) if effective else math.inf
    else:
        effective = float(sums.people)
        error = _error(sums, value)
        width = float(t.ppf((1 + SURE) / 2, sums.people - 1)) * error if sums.people > 1 else math.inf
        low, high = max(value - width, 0.0), value + width
    return Figure(group, sums.people, int(sums.n), sums.x, value, low, high, error, effective)


def _effective(sums: _Sums, rate: float) -> float:
    """How many independent attempts tell as much: those of one person are alike (Kish 1965; Korn and Graubard 1998)."""
    if sums.likeness is not None:
        return Tally(int(sums.n), int(sums.x), sums.nn).effective(sums.likeness)
    spread = (sums.xx - 2 * rate * sums.xn + rate * rate * sums.nn) / sums.n**2 if sums.n else 0.0
    if spread <= 0:  # all alike: each person tells once
        return float(sums.people)
    return min(rate * (1 - rate) / spread, sums.n)


def _error(sums: _Sums, mean: float) -> float:
    """The standard error of a ratio of sums over people, by linearisation (Cochran 1977, 6.3)."""
    if sums.people < 2:
        return math.inf
    spread = max(sums.xx - 2 * mean * sums.xn + mean * mean * sums.nn, 0.0)
    return math.sqrt(spread * sums.people / (sums.people - 1)) / sums.n


def _wilson(rate: float, n: float) -> tuple[float, float]:
    """The 95 % interval of a rate from `n` independent attempts, which need not be whole (Wilson 1927)."""
    if not n:
        return 0.0, 1.0
    middle = (rate + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(rate * (1 - rate) / n + Z * Z / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _data_on(session: Session, build_id: int | None) -> date | None:
    return newest_data(session) if build_id is None else session.get_one(Build, build_id).data_on
