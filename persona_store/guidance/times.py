"""The best weekday and time of day to reach people, claimed only where the data bear it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import beta, chi2

from persona_store.guidance.shrinkage import concentration
from persona_store.guidance.types import BestTime, TimeBin, TimeKind

Floats = NDArray[np.float64]

# Claims that permuted times would bring forth at most so often, over all tests of a market (Holm 1979).
ERROR = 0.05
# A part of the week or day takes part from so many attempts on; a test needs so many in all, to so many people.
LEAST_IN_BIN = 50
LEAST_ATTEMPTS = 300
LEAST_PEOPLE = 50
# What the usual rate weighs against the count of one part, before the scatter of the parts is known.
BIN_WEIGHT = 50.0
TAILS = (0.05, 0.95)
WEEKDAYS = ("weekend", "monday", "tuesday", "wednesday", "thursday", "friday", "weekend")  # 0 is Sunday
# The working day as people speak of it; from 0 to 1 o'clock means that the CRM keeps days only.
HOURS = ((1, 9, "early"), (9, 11, "morning"), (11, 14, "midday"), (14, 17, "afternoon"), (17, 24, "evening"))


# `n` attempts to a person of a function on a channel at one weekday (0 is Sunday) and hour (0 to 23).
ATTEMPTS: dict[str, type[pl.DataType]] = {
    "person": pl.Int64, "function": pl.String, "channel": pl.String, "weekday": pl.Int64, "hour": pl.Int64,
    "n": pl.Int64, "answered": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Times:
    """The times found better in one market; `examined` are the attempts per channel that were tested for it."""

    best: tuple[BestTime, ...] = ()
    examined: dict[str, int] = field(default_factory=dict)
    tests: int = 0

    def of(self, channel: str, function: str | None) -> tuple[BestTime, ...]:
        """What holds for a function on a channel; for each kind its own where there is one, else everybody's."""
        found: dict[TimeKind, BestTime] = {}
        for one in self.best:
            if one.channel == channel and one.function in (None, function) and (one.function or one.kind not in found):
                found[one.kind] = one
        return tuple(found.values())

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the build."""
        return {"best": [asdict(one) for one in self.best], "examined": self.examined, "tests": self.tests}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Times":
        """What `as_json` wrote."""
        best = tuple(
            BestTime(**{**one, "best": tuple(TimeBin(**part) for part in one["best"])}) for one in stored["best"]
        )
        return cls(best, stored["examined"], stored["tests"])


@dataclass(frozen=True, slots=True)
class _Test:
    channel: str
    kind: TimeKind
    function: str | None
    bins: tuple[str, ...]
    n: Floats
    answered: Floats
    expected: Floats
    inflation: float
    p: float


def learn_times(attempts: pl.DataFrame) -> Times:
    """Tests weekday and time of day for everybody and for each function, channel by channel.

    `attempts` has the columns of `ATTEMPTS`. A claim is made where the test, corrected for all tests of the market,
    falls below `ERROR` and a part's shrunk rate lies above the usual one with its whole 90 % interval.
    """
    tests: list[_Test] = []
    examined: dict[str, int] = {}
    named = attempts.with_columns(_bin_names(kind, attempts).alias(kind) for kind in get_args(TimeKind))
    for channel in sorted(named["channel"].unique().to_list()):
        here = named.filter(pl.col("channel") == channel)
        examined[channel] = int(here["n"].sum())
        functions = sorted(set(here["function"].unique().to_list()) - {"other"})
        for function in (None, *functions):
            some = here if function is None else here.filter(pl.col("function") == function)
            for kind in get_args(TimeKind):
                if (test := _test(channel, kind, function, some)) is not None:
                    tests.append(test)
    best = [claim for test, p in _holm(tests) if p < ERROR and (claim := _claim(test, p)) is not None]
    return Times(tuple(best), examined, len(tests))


def _bin_names(kind: TimeKind, attempts: pl.DataFrame) -> pl.Series:
    """The part of the week or day of each row of `attempts`."""
    moments = attempts.select("weekday", "hour").unique()
    names = pl.Series("bin", [bin_of(kind, *moment) for moment in moments.iter_rows()], dtype=pl.String)
    return attempts.join(moments.hstack([names]), on=["weekday", "hour"], how="left", maintain_order="left")["bin"]


def bin_of(kind: TimeKind, weekday: int, hour: int) -> str | None:
    """The part of the week or day; None for what the CRM does not tell."""
    if kind == "weekday":
        return WEEKDAYS[weekday]
    return next((name for start, end, name in HOURS if start <= hour < end), None)


def _test(channel: str, kind: TimeKind, function: str | None, attempts: pl.DataFrame) -> _Test | None:
    """Whether answers depend on the time, given each function's own rate; None where there is too little to test.

    A score test whose variance is summed over people, because the answers of one person are alike (Liang and Zeger
    1986, Biometrika 73:13): with u the people's answers less what their function's rate lets expect, per part of the
    time, U = sum u and V = sum u u', U' V^-1 U follows chi-square.
    """
    rows = attempts.filter(pl.col(kind).is_not_null())
    sizes = rows.group_by(kind, maintain_order=True).agg(pl.sum("n")).filter(pl.col("n") >= LEAST_IN_BIN)
    bins = tuple(sizes[kind].to_list())
    rows = rows.filter(pl.col(kind).is_in(bins))
    people = rows["person"].n_unique()
    if len(bins) < 2 or people < LEAST_PEOPLE or rows["n"].sum() < LEAST_ATTEMPTS:
        return None
    place = rows[kind].cast(pl.Enum(bins)).to_physical().to_numpy()
    person = (rows["person"].rank("dense") - 1).to_numpy()
    stratum = (rows["function"].rank("dense") - 1).to_numpy()
    n = rows["n"].cast(pl.Float64).to_numpy()
    answered = rows["answered"].cast(pl.Float64).to_numpy()
    total = np.bincount(stratum, n)
    rate = np.bincount(stratum, answered) / total
    excess = answered - rate[stratum] * n
    scores = _table(person, people, place, len(bins), excess)
    mix = _table(stratum, total.size, place, len(bins), n)
    of_person = np.zeros(people, dtype=int)
    of_person[person] = stratum
    # What a person answers more than others altogether says nothing of the time.
    scores -= (mix / total[:, None])[of_person] * scores.sum(axis=1)[:, None]
    sums, spread = scores.sum(axis=0)[1:], (scores.T @ scores)[1:, 1:]
    if np.linalg.matrix_rank(spread) < len(bins) - 1:
        return None
    statistic = float(sums @ np.linalg.solve(spread, sums))
    p = float(chi2.sf(statistic, len(bins) - 1))
    counts = np.bincount(place, n).astype(np.float64)
    variance = np.bincount(place, rate[stratum] * (1 - rate[stratum]) * n)
    inflation = float(np.mean(np.diag(scores.T @ scores) / np.maximum(variance, 1e-9)))
    return _Test(
        channel, kind, function, bins, counts, np.bincount(place, answered).astype(np.float64),
        (np.bincount(place, rate[stratum] * n) / counts).astype(np.float64), max(inflation, 1.0), p,
    )  # fmt: skip


def _table(row: Any, rows: int, column: Any, columns: int, amounts: Floats) -> Floats:
    """The sums of `amounts` in a table of `rows` by `columns`."""
    sums: Floats = np.bincount(row * np.intp(columns) + column, amounts, rows * columns).astype(np.float64)
    return sums.reshape(rows, columns)


def _holm(tests: Sequence[_Test]) -> list[tuple[_Test, float]]:
    """The tests with p-values corrected for their number."""
    corrected: list[tuple[_Test, float]] = []
    highest = 0.0
    for rank, test in enumerate(sorted(tests, key=lambda one: one.p)):
        highest = max(highest, min(1.0, test.p * (len(tests) - rank)))
        corrected.append((test, highest))
    return corrected


def _claim(test: _Test, p: float) -> BestTime | None:
    """The parts that are better than usual beyond doubt, best first."""
    n = test.n / test.inflation  # answers of one person are alike, so they tell as much as fewer independent ones
    answered = test.answered / test.inflation
    usual = float(test.answered.sum() / test.n.sum())
    w = concentration(answered, n, test.expected, np.full(len(n), test.n.sum()), BIN_WEIGHT, np.ones(len(n)))
    a, b = test.expected * w + answered, (1 - test.expected) * w + n - answered
    better = [
        TimeBin(
            name, int(test.n[at]), int(test.answered[at]), float(a[at] / (a[at] + b[at])),
            float(beta.ppf(TAILS[0], a[at], b[at])), float(beta.ppf(TAILS[1], a[at], b[at])),
        )
        for at, name in enumerate(test.bins)
        if beta.ppf(TAILS[0], a[at], b[at]) > test.expected[at]
    ]  # fmt: skip
    if not better:
        return None
    best = tuple(sorted(better, key=lambda part: -part.rate))
    return BestTime(test.channel, test.kind, test.function, best, usual, int(test.n.sum()), p)
