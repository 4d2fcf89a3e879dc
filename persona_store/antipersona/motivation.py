"""Why a contact is in touch: content only, research, competitor, job seeker or real need; from behaviour and role.

A motive is a reason, not a verdict: whether it speaks for or against buying is told by those who had the same motive.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from persona_store.antipersona.motive_signs import Sign, Signs, own_signs
from persona_store.antipersona.quality import wilson
from persona_store.database.models import Contact
from persona_store.segmentation.attributes import attribute_frame
from persona_store.segmentation.registry import Attribute, built_in

Motive = Literal["competitor", "job_seeker", "research", "real_need", "content_only"]
Weighs = Literal["for", "against", "neither"]

CONTENT = ("downloads", "webinars", "newsletter", "clicks")
# So many contents without a question or an answer are a habit, fewer may be the start of anything.
LEAST_CONTENT = 3
RESEARCHERS = "student"


@dataclass(frozen=True, slots=True)
class Motivation:
    """A contact's motive with its signs, and how those with the same motive fared.

    `bought` of `n` with a known outcome, 95 % interval `low` to `high`, against the share `base` in the market; it
    weighs for or against buying only where the interval lies clear of the base.
    """

    motive: Motive
    signs: tuple[Sign, ...]
    bought: int
    n: int
    low: float
    high: float
    base: float | None
    weighs: Weighs


@dataclass(frozen=True, slots=True)
class MotiveBook:
    """How many with a known outcome had each motive, and how many of them bought; `everyone` those with any or none."""

    everyone: tuple[int, int] = (0, 0)
    motives: dict[str, tuple[int, int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The book as JSON-ready data."""
        return {"everyone": list(self.everyone), "motives": {key: list(pair) for key, pair in self.motives.items()}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> "MotiveBook":
        """The book that `as_json` wrote; an empty one for none."""
        if data is None:
            return cls()
        n, bought = data["everyone"]
        return cls((n, bought), {key: (pair[0], pair[1]) for key, pair in data["motives"].items()})


def learn_motives(frame: pl.DataFrame, outcome: NDArray[np.float64], signs: Signs) -> MotiveBook:
    """Counts the motives of a market's contacts and how many of each bought.

    `frame` and `outcome` are those a scorecard is learned from: attributes counted until the outcome, and 1, 0 or NaN
    row by row; `signs` are those of the market (see `signs_of_market`).
    """
    known = ~np.isnan(outcome)
    motives = classify(frame, signs).filter(pl.Series(known))
    bought = outcome[known] == 1
    counts = {}
    for motive in get_args(Motive):
        rows = (motives == motive).fill_null(value=False).to_numpy()
        counts[motive] = (int(rows.sum()), int(bought[rows].sum()))
    return MotiveBook((int(bought.size), int(bought.sum())), counts)


def motivation_of(session: Session, contact: Contact, book: MotiveBook, today: date | None) -> Motivation | None:
    """The motive of one contact, who stands for itself; none where nothing shows one."""
    wanted = motive_attributes(contact.market)
    frame = attribute_frame(session, contact.market, [contact.id], known=wanted, as_of=today)
    if frame.is_empty():
        return None
    signs = own_signs(session, contact)
    motive = classify(frame, signs.as_signs(contact.id))[0]
    if motive is None:
        return None
    return weighed(motive, _shown(motive, frame.row(0, named=True), signs.shown), book)


def weighed(motive: Motive, signs: tuple[Sign, ...], book: MotiveBook) -> Motivation:
    """A motive with what the outcomes of those who had it say about buying."""
    n, bought = book.motives.get(motive, (0, 0))
    everyone, buyers = book.everyone
    base = buyers / everyone if everyone else None
    low, high = wilson(bought, n)
    weighs: Weighs = "neither" if base is None else "against" if high < base else "for" if low > base else "neither"
    return Motivation(motive, signs, bought, n, low, high, base, weighs)


def motive_attributes(market: str) -> tuple[Attribute, ...]:
    """The attributes that motives are told by."""
    keys = {"function", "pricing_page", "demo_requests", *CONTENT}
    return tuple(one for one in built_in(market) if one.key in keys or one.key.startswith("response_"))


def classify(frame: pl.DataFrame, signs: Signs) -> pl.Series:
    """The motive of each contact of `frame`, row by row; null where nothing shows one.

    What the team knows goes before what people ask for, and that before what they read. Whoever answers or asks for a
    demo is not after content alone.
    """
    here = {name for name, kind in frame.schema.items() if kind.is_numeric() or name == "function"}
    content = pl.sum_horizontal(pl.lit(0.0), *(pl.col(key).fill_null(0) for key in CONTENT if key in here))
    answers = [pl.col(key).fill_null(0) > 0 for key in sorted(here) if key.startswith("response_")]
    answered = pl.any_horizontal(answers) if answers else pl.lit(value=False)
    demos, prices = (
        pl.col(key).fill_null(0) if key in here else pl.lit(0) for key in ("demo_requests", "pricing_page")
    )
    researcher = (
        (pl.col("function") == RESEARCHERS).fill_null(value=False) if "function" in here else pl.lit(value=False)
    )
    needs = (demos > 0) | (answered & (prices > 0))
    motive = (
        pl.when(_among(signs.competitors))
        .then(pl.lit("competitor"))
        .when(_among(signs.job_seekers) & ~needs)
        .then(pl.lit("job_seeker"))
        .when((researcher | _among(signs.researchers)) & ~needs)
        .then(pl.lit("research"))
        .when(needs)
        .then(pl.lit("real_need"))
        .when((content >= LEAST_CONTENT) & ~answered)
        .then(pl.lit("content_only"))
    )
    return frame.select(motive.alias("motive"))["motive"]


def _among(ids: frozenset[int]) -> pl.Expr:
    return pl.col("contact_id").is_in(list(ids))


def _shown(motive: Motive, row: Mapping[str, Any], recorded: Mapping[str, Sign]) -> tuple[Sign, ...]:
    """The signs of a motive that this contact shows, in the order of their weight."""
    order: dict[Motive, tuple[str, ...]] = {
        "competitor": ("competitor", "pricing_page", *CONTENT),
        "job_seeker": ("job_topic", *CONTENT),
        "research": ("research_note", "research_role", *CONTENT, "unanswered"),
        "real_need": ("demo_requests", "pricing_page", "answered"),
        "content_only": (*CONTENT, "pricing_page", "unanswered"),
    }
    found = dict(recorded)
    if row.get("function") == RESEARCHERS:
        found["research_role"] = Sign("research_role")
    return tuple(found[what] for what in order[motive] if what in found)
