"""What customers bring and what they cost in care: summed up per persona at a build, kept with the scorecard."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from math import fsum
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.antipersona.lifetime import Lifetime, fit_lifetime
from persona_store.antipersona.money import Basis, value_basis
from persona_store.antipersona.purchases import Source, purchases_of
from persona_store.database.models import Deal
from persona_store.segmentation.aggregation import CENTS, Reader
from persona_store.segmentation.extract import Extract
from persona_store.segmentation.registry import MARKETS
from persona_store.touch_sums import TouchSums

# So many contacts of the whole market a persona's own mean has to outweigh.
GROUP_WEIGHT = 5.0
SALES: dict[str, type[pl.DataType]] = {"person": pl.Int64, "won": pl.Int64, "value": pl.Float64}
_SALES = """
    SELECT coalesce(c.duplicate_of, c.id) AS person, sum(CASE WHEN d.won IS TRUE THEN 1 ELSE 0 END) AS won,
           sum(CASE WHEN d.won IS TRUE THEN coalesce(d.{0}, 0.0) ELSE 0.0 END) AS value
    FROM deals d JOIN contacts c ON c.id = d.contact_id
    GROUP BY coalesce(c.duplicate_of, c.id)
"""


@dataclass(frozen=True, slots=True)
class Moments:
    """Number, mean and variance of an amount over contacts; the mean of few is pulled towards the whole market's."""

    n: int = 0
    mean: float = 0.0
    variance: float = 0.0

    @property
    def error(self) -> float:
        """Standard error of the mean; infinite where nothing was counted."""
        return float(np.sqrt(self.variance / self.n)) if self.n else np.inf


@dataclass(frozen=True, slots=True)
class Experience:
    """Contacts of one kind so far: `value` of those who bought, `deals` each of them closed, minutes of care."""

    value: Moments
    deals: float
    customer_minutes: Moments
    lost_minutes: Moments


@dataclass(frozen=True, slots=True)
class WorthBook:
    """The experience of a market, and of each of its personas; `win_rate` is the share of closed deals won.

    `lifetime` says how customers go on buying, told by `source`, with amounts relative to `usual_amount`; empty where
    too few of them repeat.
    """

    basis: Basis
    win_rate: float | None
    market: Experience
    personas: dict[int, Experience]
    lifetime: Lifetime | None = None
    source: Source = "deals"

    def experience(self, persona_id: int | None) -> Experience:
        """The persona's experience, pulled towards the market's where it rests on few contacts."""
        own = self.personas.get(persona_id) if persona_id is not None else None
        if own is None:
            return self.market
        return Experience(
            _pulled(own.value, self.market.value),
            _weighted(own.deals, own.value.n, self.market.deals),
            _pulled(own.customer_minutes, self.market.customer_minutes),
            _pulled(own.lost_minutes, self.market.lost_minutes),
        )

    def similar(self, persona_id: int | None) -> int:
        """How many buyers the experience of the persona (or of the market, without one) rests on."""
        own = self.personas.get(persona_id, self.market) if persona_id is not None else self.market
        return own.value.n

    def usual_amount(self, persona_id: int | None) -> float:
        """What one purchase brings in the persona, else in the market; 1 where that is no gain."""
        for one in (self.experience(persona_id), self.market):
            if one.deals > 0 and one.value.mean > 0:
                return one.value.mean / one.deals
        return 1.0

    def renamed(self, persona_ids: Sequence[int]) -> "WorthBook":
        """The book with the ids that its personas have got, by their places."""
        return replace(self, personas={persona_ids[place]: one for place, one in self.personas.items()})

    def as_json(self) -> dict[str, Any]:
        """The book as JSON-ready data."""
        return {
            "basis": self.basis,
            "win_rate": self.win_rate,
            "market": asdict(self.market),
            "personas": {str(persona_id): asdict(one) for persona_id, one in self.personas.items()},
            "lifetime": self.lifetime and self.lifetime.as_json(),
            "source": self.source,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "WorthBook":
        """The book that `as_json` wrote."""
        personas = {int(persona_id): _experience(one) for persona_id, one in data["personas"].items()}
        market, lifetime = _experience(data["market"]), Lifetime.from_json(data.get("lifetime"))
        return cls(data["basis"], data["win_rate"], market, personas, lifetime, data.get("source", "deals"))


@dataclass(frozen=True, slots=True)
class Sales:
    """What deals brought: `people` has the number `won` and their `value` on the `basis` (columns of `SALES`).

    `win_rate` is the share of closed deals won; doubles' deals count for the person they stand for.
    """

    basis: Basis
    win_rate: float | None
    people: pl.DataFrame


def read_sales(session: Session, source: Extract | None = None) -> Sales:
    """What the whole store's deals brought."""
    basis = value_basis(session)
    won = session.scalar(select(func.count()).where(Deal.won.is_(True))) or 0
    closed = session.scalar(select(func.count()).where(Deal.won.is_not(None))) or 0
    people = Reader(session, MARKETS[0], extract=source).frame(_SALES.format(basis), SALES)
    return Sales(basis, won / closed if closed else None, people.with_columns(pl.col("value").round(CENTS)))


def learn_worth(
    session: Session, market: str, sales: Sales, sums: TouchSums, members: pl.DataFrame, as_of: date | None, seed: int
) -> WorthBook:
    """Sums up value and care of a market's contacts who did not object.

    `members` tells the persona of each contact (`contact_id`, `persona`), by its place among the market's personas,
    which is then its id in the book (see `WorthBook.renamed`). `as_of` is the day of the newest data.
    """
    rows = _amounts(sums.people.filter(pl.col("market") == market), sales.people, sums.care, members)
    own = rows.filter(pl.col("persona").is_not_null()).partition_by("persona", as_dict=True)
    personas = {persona: _experience_of(own[persona,]) for (persona,) in sorted(own)}
    book = WorthBook(sales.basis, sales.win_rate, _experience_of(rows), personas)
    return book if as_of is None else _with_lifetime(session, book, market, members, as_of, seed)


def _with_lifetime(
    session: Session, book: WorthBook, market: str, members: pl.DataFrame, as_of: date, seed: int
) -> WorthBook:
    """The book with how customers go on buying, by won deals, else by recorded purchases.

    Amounts are learned relative to what a purchase brings in the customer's persona.
    """
    sources: tuple[Source, ...] = ("deals", "purchases")
    for source in sources:
        ids, bought = purchases_of(session, market, book.basis, source, as_of)
        known = pl.DataFrame({"contact_id": ids}, {"contact_id": pl.Int64})
        personas = known.join(members, on="contact_id", how="left", maintain_order="left")["persona"]
        amounts = {persona: book.usual_amount(persona) for persona in personas.unique()}
        usual = np.array([amounts[persona] for persona in personas])
        lifetime = fit_lifetime(replace(bought, amount=bought.amount / usual), seed)
        if lifetime is not None:
            return replace(book, lifetime=lifetime, source=source)
    return book


def _amounts(people: pl.DataFrame, sales: pl.DataFrame, care: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Each person's `persona` and number of deals `won`, with the value and minutes that count for each experience."""
    rows = (
        people.join(sales, on="person", how="left")
        .join(care.with_columns(cared=pl.lit(value=True)), on="person", how="left", maintain_order="left")
        .join(members, left_on="person", right_on="contact_id", how="left", maintain_order="left")
    )
    won = pl.col("won").fill_null(0)
    # who has no interaction cost nothing, who has some without times cost nobody knows what
    minutes = pl.when(pl.col("cared").is_null()).then(0.0).otherwise("minutes")
    return rows.select(
        "persona",
        won,
        value=pl.when(won > 0).then("value"),
        customer=pl.when(pl.col("outcome").eq_missing(other=True) | (won > 0)).then(minutes),
        lost=pl.when(pl.col("outcome").eq_missing(other=False) & (won == 0)).then(minutes),
    )


def _experience_of(rows: pl.DataFrame) -> Experience:
    value = _moments(rows["value"])
    deals = int(rows["won"].sum())
    return Experience(value, deals / value.n if value.n else 0.0, _moments(rows["customer"]), _moments(rows["lost"]))


def _moments(amounts: pl.Series) -> Moments:
    known = amounts.drop_nulls().to_numpy()
    if not known.size:
        return Moments()
    mean = fsum(known) / known.size  # whatever the order of the contacts
    return Moments(known.size, mean, max(fsum(known * known) / known.size - mean**2, 0.0))


def _pulled(own: Moments, market: Moments) -> Moments:
    """The mean of few is drawn to the market's; the variance within a group is estimated alike."""
    weight = own.n + GROUP_WEIGHT if market.n else own.n
    return Moments(
        int(weight), _weighted(own.mean, own.n, market.mean), _weighted(own.variance, own.n, market.variance)
    )


def _weighted(own: float, n: int, market: float) -> float:
    return (own * n + market * GROUP_WEIGHT) / (n + GROUP_WEIGHT)


def _experience(data: Mapping[str, Any]) -> Experience:
    moments = {name: Moments(**data[name]) for name in ("value", "customer_minutes", "lost_minutes")}
    return Experience(deals=data["deals"], **moments)
