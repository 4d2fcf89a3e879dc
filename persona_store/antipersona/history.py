"""What the store holds of people's deals and interactions: the one way to read it, for one person or many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import Integer, Subquery, Text, case, cast, func, or_, select
from sqlalchemy.orm import Session

from persona_store.antipersona.money import Basis, deal_value, minutes_of_care, person
from persona_store.antipersona.purchases import Source, purchases_of
from persona_store.database.bulk import read_rows
from persona_store.database.models import Contact, Deal, Interaction
from persona_store.guidance.phases import PURCHASE, SIGNALLED, strengths
from persona_store.touch_sums import CASES

COMPLAINT = "complaint"
TOUCHES: dict[str, type[pl.DataType]] = {
    "person": pl.Int64, "kind": pl.String, "channel": pl.String, "direction": pl.String, "responded": pl.Int64,
    "on": pl.String,
}  # fmt: skip
PEOPLE: dict[str, type[pl.DataType]] = {"person": pl.Int64, "source": pl.String, "since": pl.String}


@dataclass(frozen=True, slots=True)
class Bought:
    """A customer's own purchases: `repeats` after the first, the last and today in `months` since it, mean amount."""

    repeats: int
    last: float
    known_for: float
    amount: float


@dataclass(frozen=True, slots=True)
class History:
    """A contact's own deals (values on the book's basis) and interactions, those of its doubles included.

    `complaints` counts complaints and tickets, `grievances` the complaints among them. `heard` is the last day on
    which it did or answered something, `strengths` how strongly that speaks for the phases of the journey on `day`,
    that of the newest data. `bought` is read only where it is needed.
    """

    won: int = 0
    won_value: float = 0.0
    open_deals: int = 0
    open_value: float = 0.0
    interactions: int = 0
    minutes: float = 0.0
    complaints: int = 0
    grievances: int = 0
    kinds: frozenset[str] = frozenset()
    heard: date | None = None
    strengths: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(SIGNALLED, 0.0))
    day: date | None = None
    bought: Bought | None = None

    def is_customer(self, outcome: bool | None) -> bool:
        """Whether somebody with this `outcome` in the CRM has bought: as the CRM says, else by deals or purchases."""
        return outcome is True or self.won > 0 or (outcome is None and PURCHASE in self.kinds)


def histories(session: Session, contact_ids: Sequence[int], basis: Basis, today: date | None) -> dict[int, History]:
    """The history of each of these persons, by id; who has neither deal nor interaction has an empty one.

    Signals have faded as of `today`, the day of the newest data, or of the person's own if something came since.
    """
    found = dict.fromkeys(contact_ids, History())
    persons = _entries(contact_ids)
    won, value = Deal.won.is_(True), deal_value(basis)
    deals = session.execute(
        select(
            persons.c.person,
            func.sum(case((won, 1), else_=0)),
            func.sum(case((won, value), else_=0.0)),
            func.sum(case((Deal.won.is_(None), 1), else_=0)),
            func.sum(case((Deal.won.is_(None), value), else_=0.0)),
        )
        .join(persons, persons.c.entry == Deal.contact_id)
        .group_by(persons.c.person)
    )
    for who, won_n, won_sum, open_n, open_sum in deals:
        found[who] = History(int(won_n), float(won_sum), int(open_n), float(open_sum))
    theirs = or_(Interaction.direction.is_(None), Interaction.direction != "out", Interaction.responded.is_(True))
    own_act = case((theirs, Interaction.at))
    rows = session.execute(
        select(persons.c.person, Interaction.kind, func.count(), func.sum(minutes_of_care()), func.max(own_act))
        .join(persons, persons.c.entry == Interaction.contact_id)
        .group_by(persons.c.person, Interaction.kind)
    )
    for who, kind, count, minutes, last in rows:
        own = found[who]
        days = [day for day in (own.heard, last and last.date()) if day]
        found[who] = replace(
            own,
            interactions=own.interactions + count,
            minutes=own.minutes + float(minutes or 0),
            complaints=own.complaints + (count if kind in CASES else 0),
            grievances=own.grievances + (count if kind == COMPLAINT else 0),
            kinds=own.kinds | {kind},
            heard=max(days, default=None),
        )
    told = _strengths(session, contact_ids, persons, today)
    return {who: replace(own, **told.get(who, {})) for who, own in found.items()}


def _strengths(
    session: Session, contact_ids: Sequence[int], persons: Subquery, today: date | None
) -> dict[int, dict[str, Any]]:
    """How strongly what each of these persons did, and how it came, speaks for each phase (strengths), on which day."""
    done = (
        select(
            persons.c.person, Interaction.kind, Interaction.channel, Interaction.direction,
            cast(Interaction.responded, Integer), cast(func.date(Interaction.at), Text),
        )
        .join(persons, persons.c.entry == Interaction.contact_id)
        .where(Interaction.at.is_not(None))
    )  # fmt: skip
    touches = read_rows(session.connection(), done, TOUCHES).with_columns(
        pl.col("responded").cast(pl.Boolean), pl.col("on").str.to_date()
    )
    newest = touches.group_by("person").agg(pl.max("on").alias("newest"))
    known = select(Contact.id, Contact.source, cast(Contact.created_on, Text)).where(Contact.id.in_(contact_ids))
    people = (
        read_rows(session.connection(), known, PEOPLE)
        .join(newest, on="person", how="left")
        .with_columns(
            pl.col("since").str.to_date(),
            day=pl.max_horizontal(pl.col("newest"), pl.lit(today, dtype=pl.Date)).fill_null(date.today()),
        )
    )
    rows = zip(people["person"], people["day"], strengths(people, touches).to_dicts(), strict=True)
    return {who: {"day": day, "strengths": told} for who, day, told in rows}


def with_purchases(
    session: Session, own: Mapping[int, History], market: str, basis: Basis, source: Source, today: date
) -> dict[int, History]:
    """The histories of customers, by id, with their purchases."""
    ids, bought = purchases_of(session, market, basis, source, today, list(own))
    rows = zip(ids, bought.repeats, bought.last, bought.known_for, bought.amount, strict=True)
    known = {
        one: Bought(int(repeats), float(last), float(known_for), float(amount))
        for one, repeats, last, known_for, amount in rows
        if not np.isnan(amount)
    }
    return {one: replace(history, bought=known.get(one)) for one, history in own.items()}


def _entries(contact_ids: Sequence[int]) -> Subquery:
    return (
        select(Contact.id.label("entry"), person().label("person"))
        .where(or_(Contact.id.in_(contact_ids), Contact.duplicate_of.in_(contact_ids)))
        .subquery()
    )
