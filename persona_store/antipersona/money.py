"""How deals and interactions count in money and minutes, said once for all statements."""

from typing import Literal

from sqlalchemy import ColumnElement, Integer, case, cast, func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Contact, Deal, Interaction
from persona_store.settings import settings
from persona_store.touch_sums import CASES

Basis = Literal["margin", "amount"]

# Margin is what counts, but only if nearly all won deals have one; else amounts are compared among themselves.
MARGIN_SHARE = 0.8


def value_basis(session: Session) -> Basis:
    """Whether deals count by margin or by amount."""
    won, with_margin = session.execute(select(func.count(), func.count(Deal.margin)).where(Deal.won.is_(True))).one()
    return "margin" if won and with_margin >= MARGIN_SHARE * won else "amount"


def deal_value(basis: Basis) -> ColumnElement[float]:
    """A deal's value on the given basis; a missing one counts nothing."""
    return func.coalesce(Deal.margin if basis == "margin" else Deal.amount, 0.0)


def minutes_of_care() -> ColumnElement[float | None]:
    """An interaction's minutes; cases without a recorded time get the usual one, others stay unknown."""
    return func.coalesce(Interaction.minutes, case((Interaction.kind.in_(CASES), settings().complaint_minutes)))


def person() -> ColumnElement[int]:
    """Whom a contact's deeds count for; the cast lets SQLite index the sums joined on it, else time grows squared."""
    return cast(func.coalesce(Contact.duplicate_of, Contact.id), Integer)
