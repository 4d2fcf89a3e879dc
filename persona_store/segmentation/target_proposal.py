"""Proposes a target group from where the customers are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl
from sqlalchemy.orm import Session

from persona_store.segmentation.aggregation import outcomes
from persona_store.segmentation.attributes import attribute_frame, attributes
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.shares import Share, contrast, holm, share
from persona_store.segmentation.target_group import TargetFilter, can_filter
from persona_store.segmentation.words import level_of_value

Lean = Literal["over", "under", "open"]
WhyNone = Literal["too_few_customers", "no_difference"]

ASKED = ("industry", "company_size", "region", "level", "function", "age")
FEWEST_CUSTOMERS = 50  # below, over-representation rests on anecdotes
FEWEST_LOST = 50  # with so many known refusals, customers are compared with them and open leads are left out
FEWEST_IN_LEVEL = 30
SURE = 0.05  # Holm's p-value below which a level counts as different
LEAST_COVERED = 0.5  # a target group must hold at least half of the customers, else it is a niche of them


@dataclass(frozen=True, slots=True)
class LevelRate:
    """The share of customers among the contacts with one level; `base` among all whose attribute is known.

    `lean` says whether customers are over- or under-represented there, with Holm's `p`; "open" where that is not clear.
    """

    attribute: str
    level: str
    customers: Share
    base: float
    lift: float
    p: float
    lean: Lean


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed target group; `filters` is empty when there is none to propose, `why_none` says why.

    `everyone` are the customers among all contacts compared, `inside` among those in the proposed group.
    """

    market: str
    compared_with_lost: bool
    everyone: Share | None
    levels: tuple[LevelRate, ...]
    filters: Mapping[str, tuple[str, ...]]
    inside: Share | None
    why_none: WhyNone | None


def propose_group(session: Session, market: str) -> Proposal:
    """Where customers are clearly over-represented, by industry, size, region, level, function or age.

    An attribute narrows the group down when customers are denser in its over-represented levels than in the group so
    far and at least half of all customers stay inside; the attribute that tells most is tried first.
    """
    known = [one for one in attributes(session, market) if one.key in ASKED and can_filter(one)]
    frame = attribute_frame(session, market, known=known)
    bought = frame.select("contact_id").join(outcomes(session, market), on="contact_id", how="left")["outcome"]
    with_lost = int((~bought.fill_null(True)).sum()) >= FEWEST_LOST
    if with_lost:
        frame, bought = frame.filter(bought.is_not_null()), bought.drop_nulls()
    bought = bought.fill_null(False)
    customers = int(bought.sum())
    everyone = share(customers, len(frame)) if len(frame) else None
    if customers < FEWEST_CUSTOMERS or customers == len(frame):
        return Proposal(market, with_lost, everyone, (), {}, None, "too_few_customers")
    rates = _judged([one for attribute in known for one in _rates(attribute, frame[attribute.key], bought)])
    filters = _chosen(market, rates, known, frame, bought)
    within = bought.filter(TargetFilter("", market, filters).inside(frame, known))
    return Proposal(
        market=market,
        compared_with_lost=with_lost,
        everyone=everyone,
        levels=tuple(sorted((rate for rate, _ in rates), key=lambda one: (ASKED.index(one.attribute), -one.lift))),
        filters=filters,
        inside=share(int(within.sum()), len(within)) if filters else None,
        why_none=None if filters else "no_difference",
    )


def _rates(attribute: Attribute, values: pl.Series, bought: pl.Series) -> list[tuple[LevelRate, float]]:
    """Each level large enough, with the p-value of its difference from all other levels together."""
    levels = pl.DataFrame({"level": level_of_value(attribute, values), "bought": bought}).drop_nulls("level")
    counts = levels.group_by("level").agg(pl.len().alias("n"), pl.sum("bought")).sort("level")
    n, customers = len(levels), int(levels["bought"].sum())
    found = []
    for level, size, own in counts.iter_rows():
        if size < FEWEST_IN_LEVEL or size == n:
            continue
        inside, base = share(own, size), customers / n
        p = contrast(inside, share(customers - own, n - size)).p
        lift = inside.share / base if base else 1.0
        found.append((LevelRate(attribute.key, level, inside, base, lift, p, "open"), p))
    return found


def _judged(rates: list[tuple[LevelRate, float]]) -> list[tuple[LevelRate, float]]:
    adjusted = holm([p for _, p in rates])
    judged = []
    for (rate, raw), p in zip(rates, adjusted, strict=True):
        lean: Lean = "open" if p >= SURE else "over" if rate.lift > 1 else "under"
        judged.append((replace(rate, p=p, lean=lean), raw))
    return judged


def _chosen(
    market: str,
    rates: list[tuple[LevelRate, float]],
    known: list[Attribute],
    frame: pl.DataFrame,
    bought: pl.Series,
) -> dict[str, tuple[str, ...]]:
    over = [(rate, p) for rate, p in rates if rate.lean == "over"]
    strength = {rate.attribute: min(p for other, p in over if other.attribute == rate.attribute) for rate, _ in over}
    filters: dict[str, tuple[str, ...]] = {}
    density = int(bought.sum()) / len(bought)
    for name in sorted(strength, key=lambda key: (strength[key], ASKED.index(key))):
        levels = tuple(rate.level for rate, _ in over if rate.attribute == name)
        wider = filters | {name: levels}
        within = bought.filter(TargetFilter("", market, wider).inside(frame, known))
        inside = int(within.sum())
        if len(within) and inside >= LEAST_COVERED * int(bought.sum()) and inside / len(within) > density:
            filters, density = wider, inside / len(within)
    return filters
