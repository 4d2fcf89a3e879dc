"""Phase of the customer journey or AIDA stage from what a contact did, where and when; knows nothing of a database."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import fsum
from types import MappingProxyType
from typing import Any, Literal, get_args

import polars as pl
import yaml

from persona_store.settings import PROJECT_ROOT

KNOWLEDGE = PROJECT_ROOT / "data" / "lexicon" / "journey.yml"
Phase = Literal[
    "awareness", "consideration", "decision", "customer", "dormant", "attention", "interest", "desire", "action"
]
PHASES: tuple[Phase, ...] = get_args(Phase)
Fact = Literal["customer", "open_deal", "bought", "silent"]
# The AIDA stage nearest to each B2B phase; a private customer who has gone silent must be won anew.
_IN_PRIVATE: dict[Phase, Phase] = {
    "awareness": "attention", "consideration": "interest", "decision": "desire", "customer": "action",
    "dormant": "attention",
}  # fmt: skip
SIGNALLED: tuple[str, ...] = PHASES[:3]  # the phases that touchpoints speak for
PURCHASE = "purchase"
REACHED = 1.0  # strength from which on a phase counts as reached
CURIOUS = 0.5  # the same for the second AIDA stage: private customers leave fewer traces
SOURCE = "source"  # the kind of the signal that tells how a contact came
# What speaks for considering tells half as much of being ready to talk to sales as what speaks for deciding.
CONSIDERATION_COUNTS = 0.5


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """One contact with somebody: `kind`, `channel` and `direction` as in the store, `responded` to what went out."""

    kind: str
    channel: str | None
    direction: str | None
    responded: bool | None
    on: date


@dataclass(frozen=True, slots=True)
class Signal:
    """What touchpoints of one kind and channel say: the phase, how strongly by now, how often, and the newest date."""

    kind: str
    channel: str | None
    phase: str
    strength: float
    count: int
    last: date


@dataclass(frozen=True, slots=True)
class Stand:
    """Where somebody stands: the phase, the fact that settles it if there is one, and the signals, strongest first.

    `score` is the readiness to talk to sales, comparable with the threshold of the hand-over.
    """

    phase: Phase
    fact: Fact | None
    score: float
    signals: tuple[Signal, ...]
    last: date | None


def stand(
    market: str,
    touchpoints: Iterable[Touchpoint],
    today: date,
    *,
    customer: bool = False,
    open_deals: int = 0,
    source: str | None = None,
    since: date | None = None,
    last_active: date | None = None,
) -> Stand:
    """The phase (b2b) or AIDA stage (b2c) on `today`; later touchpoints do not count.

    `customer` and `open_deals` are facts of the CRM, `source` says how the contact came, `since` when; `last_active`
    when it was last heard of, if no touchpoint tells.
    """
    seen = [one for one in touchpoints if one.on <= today]
    signals = _signals(seen, today, source, since)
    strength = {phase: fsum(one.strength for one in signals if one.phase == phase) for phase in SIGNALLED}
    own = [one.on for one in seen if one.direction != "out" or one.responded]
    last = max(own, default=last_active)
    score = sum(_counted(phase) * told for phase, told in strength.items())
    bought = any(one.kind == PURCHASE for one in seen)
    phase, fact = phase_of(
        market, strength, customer=customer, bought=bought, open_deals=open_deals, last=last, today=today
    )
    return Stand(phase, fact, score, signals, last)


def phase_of(
    market: str,
    strength: Mapping[str, float],
    *,
    customer: bool,
    bought: bool,
    open_deals: int,
    last: date | None,
    today: date | None,
) -> tuple[Phase, Fact | None]:
    """The phase or AIDA stage that signals of these strengths by phase mean, and the fact that settles it, if one does.

    `last` is when the contact was last heard of, `today` the day of the newest data.
    """
    silent = last is not None and today is not None and (today - last).days > dormant_after_days()
    decide = _b2c if market == "b2c" else _b2b
    return decide(strength, customer=customer, bought=bought, open_deals=open_deals, silent=silent)


def scores(people: pl.DataFrame, touches: pl.DataFrame) -> pl.Series:
    """The readiness of many to talk to sales, as `stand` gives it: of each of `people` on its `day`, row by row."""
    told = strengths(people, touches)
    return told.select(pl.sum_horizontal(_counted(phase) * pl.col(phase) for phase in SIGNALLED).alias("score"))[
        "score"
    ]


def strengths(people: pl.DataFrame, touches: pl.DataFrame) -> pl.DataFrame:
    """How strongly signals speak for each phase of `SIGNALLED` (columns), of each of `people` on its `day`, row by row.

    `people` holds person, day, source and since, `touches` person, kind, channel, direction, responded and on.
    """
    ways = touches.select("kind", "channel", "direction", "responded").unique()
    done = (
        touches.join(_told(ways, strength_of), on=ways.columns, how="inner", nulls_equal=True)
        .join(people.select("person", "day"), on="person", how="inner")
        .filter(pl.col("on") <= pl.col("day"))
        .group_by("person")
        .agg(((pl.col("phase") == phase) * pl.col("usual") * _fading("on")).sum().alias(phase) for phase in SIGNALLED)
    )
    sources = people.select("source").unique().drop_nulls()
    rows = people.join(done, on="person", how="left", maintain_order="left").join(
        _told(sources, _source_strength), on="source", how="left", maintain_order="left"
    )
    entered = pl.when(pl.col("since") <= pl.col("day")).then(pl.col("usual") * _fading("since"))
    return rows.select(
        (pl.col(phase).fill_null(0.0) + ((pl.col("phase") == phase) * entered).fill_null(0.0)).alias(phase)
        for phase in SIGNALLED
    )


def strength_of(kind: str, channel: str | None, direction: str | None, responded: bool | None) -> tuple[str, float]:
    """The phase a touchpoint speaks for and how strongly on its day; ("", 0) for what says nothing."""
    signal = _knowledge()["signals"].get(kind)
    if signal is None or (direction == "out" and responded is not True):
        return "", 0.0
    usual = signal.get("answered", 0.0) if direction == "out" else signal["plain"]
    return str(signal["phase"]), float(usual) * float(_knowledge()["places"].get(channel, 1.0))


def phases_of(market: str) -> tuple[Phase, ...]:
    """The phases that contacts of a market go through, in their order."""
    return tuple(dict.fromkeys(_IN_PRIVATE.values())) if market == "b2c" else tuple(_IN_PRIVATE)


def phase_in(market: str, phase: Phase) -> Phase:
    """The phase as the market calls it: a B2B phase for companies, the AIDA stage nearest to it for private people."""
    if market == "b2c":
        return _IN_PRIVATE.get(phase, phase)
    return next((business for business, private in _IN_PRIVATE.items() if private == phase), phase)


def faded(days: float) -> float:
    """What is left of a signal's strength after so many days."""
    return float(0.5 ** (max(days, 0.0) / half_life_days()))


def rule_of_thumb() -> float:
    """The score from which on sales should take over where the data do not tell."""
    return float(_knowledge()["hand_over"])


def telling_kinds(missing: float) -> tuple[str, ...]:
    """Kinds of touchpoints of which one alone would add `missing` to the score, the strongest first."""
    found = [
        (float(signal["plain"]), kind)
        for kind, signal in _knowledge()["signals"].items()
        if signal["phase"] == "decision" and float(signal["plain"]) >= missing and kind != PURCHASE
    ]
    return tuple(kind for _, kind in sorted(found, key=lambda pair: (-pair[0], pair[1])))


def signal_kinds() -> tuple[str, ...]:
    """The kinds of touchpoints that speak for a phase."""
    return tuple(_knowledge()["signals"])


def half_life_days() -> int:
    """Days in which a signal loses half its strength."""
    return int(_knowledge()["half_life_days"])


def dormant_after_days() -> int:
    """Days of silence after which a lead counts as dormant."""
    return int(_knowledge()["dormant_after_days"])


def _signals(
    touchpoints: Iterable[Touchpoint], today: date, source: str | None, since: date | None
) -> tuple[Signal, ...]:
    sums: dict[tuple[str, str | None, str], tuple[float, int, date]] = {}
    for one in touchpoints:
        phase, weight = strength_of(one.kind, one.channel, one.direction, one.responded)
        if weight:
            key = (one.kind, one.channel, phase)
            total, count, last = sums.get(key, (0.0, 0, one.on))
            sums[key] = (total + weight * faded((today - one.on).days), count + 1, max(last, one.on))
    found = [Signal(kind, channel, phase, *told) for (kind, channel, phase), told in sums.items()]
    found += _source_signal(source, since, today)
    return tuple(sorted(found, key=lambda one: (-one.strength, one.kind, one.channel or "")))


def _source_signal(source: str | None, since: date | None, today: date) -> list[Signal]:
    if not source or since is None or since > today:
        return []
    phase, usual = _source_strength(source)
    return [Signal(SOURCE, None, phase, usual * faded((today - since).days), 1, since)] if phase else []


def _source_strength(source: str) -> tuple[str, float]:
    """The phase a source speaks for and how strongly on the first day; ("", 0) for what says nothing."""
    for known in _knowledge()["sources"]:
        if any(word in source.lower() for word in known["words"]):
            return str(known["phase"]), float(known["plain"])
    return "", 0.0


def _counted(phase: str) -> float:
    """What a strength of this phase counts for the readiness to talk to sales."""
    return {"decision": 1.0, "consideration": CONSIDERATION_COUNTS}.get(phase, 0.0)


def _told(ways: pl.DataFrame, strength: Callable[..., tuple[str, float]]) -> pl.DataFrame:
    """The rows of `ways` with the phase each speaks for and how strongly on its day (usual)."""
    found = [strength(*way) for way in ways.iter_rows()]
    return ways.with_columns(
        pl.Series("phase", [phase for phase, _ in found], dtype=pl.String),
        pl.Series("usual", [weight for _, weight in found], dtype=pl.Float64),
    )


def _fading(on: str) -> pl.Expr:
    """What is left on the `day` of a strength on the day in the column `on`."""
    return pl.lit(0.5).pow((pl.col("day") - pl.col(on)).dt.total_days() / half_life_days())


def _b2b(
    strength: Mapping[str, float], *, customer: bool, bought: bool, open_deals: int, silent: bool
) -> tuple[Phase, Fact | None]:
    if customer:
        return "customer", "customer"
    if open_deals:
        return "decision", "open_deal"
    if silent:
        return "dormant", "silent"
    if strength["decision"] >= REACHED:
        return "decision", None
    return ("consideration" if strength["decision"] + strength["consideration"] >= REACHED else "awareness"), None


def _b2c(
    strength: Mapping[str, float], *, customer: bool, bought: bool, open_deals: int, silent: bool
) -> tuple[Phase, Fact | None]:
    if customer or bought:
        return "action", "customer" if customer else "bought"
    if open_deals:
        return "desire", "open_deal"
    if silent:
        return "attention", "silent"
    if strength["decision"] >= REACHED:
        return "desire", None
    return ("interest" if sum(strength.values()) >= CURIOUS else "attention"), None


@cache
def _knowledge() -> MappingProxyType[str, Any]:
    return MappingProxyType(yaml.safe_load(KNOWLEDGE.read_text(encoding="utf-8")))
