"""Target groups: named filters of contacts inside which personas are built."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import and_
from typing import Any

import polars as pl
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from persona_store.database.models import TargetGroup
from persona_store.errors import InputError
from persona_store.segmentation.attributes import attribute_frame, attributes
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.words import level_of_value
from persona_store.settings import settings
from persona_store.wording import say

UNKNOWN = "unknown"  # the level that lets contacts in whose attribute is not known; without it they stay outside


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """A target group as it is applied: a contact is inside when every attribute of `filters` has one of its levels."""

    name: str
    market: str
    filters: Mapping[str, tuple[str, ...]]

    def inside(self, frame: pl.DataFrame, known: Sequence[Attribute]) -> pl.Series:
        """For each row of raw attributes (see `attribute_frame`) whether the contact is inside; never null."""
        by_key = {attribute.key: attribute for attribute in known}
        conditions = [_condition(frame, by_key.get(key), key, levels) for key, levels in self.filters.items()]
        return reduce(and_, conditions, pl.Series([True], dtype=pl.Boolean).new_from_index(0, len(frame)))

    def as_json(self) -> dict[str, Any]:
        """The filter as plain JSON data."""
        return {"name": self.name, "filters": {key: list(levels) for key, levels in self.filters.items()}}

    @classmethod
    def from_json(cls, market: str, data: Mapping[str, Any]) -> "TargetFilter":
        """The filter that `as_json` wrote."""
        return cls(data["name"], market, {key: tuple(levels) for key, levels in data["filters"].items()})


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """A stored target group and whether builds run inside it."""

    name: str
    market: str
    filters: Mapping[str, tuple[str, ...]]
    active: bool


def active_group(session: Session, market: str) -> TargetFilter | None:
    """The target group inside which `market` is built; None for all contacts."""
    row = session.scalar(select(TargetGroup).where(TargetGroup.market == market, TargetGroup.active.is_(True)))
    return None if row is None else TargetFilter.from_json(market, {"name": row.name, "filters": row.filters})


def is_inside(session: Session, contact_id: int, group: TargetFilter) -> bool:
    """Whether one contact is inside `group`, by its newest data; a blocked or unknown contact is not."""
    known = [one for one in attributes(session, group.market) if one.key in group.filters]
    frame = attribute_frame(session, group.market, [contact_id], known=known)
    return bool(group.inside(frame, known).any())


def list_groups(session: Session) -> list[NamedGroup]:
    """All target groups by market and name."""
    rows = session.scalars(select(TargetGroup).order_by(TargetGroup.market, TargetGroup.name))
    return [
        NamedGroup(row.name, row.market, {key: tuple(levels) for key, levels in row.filters.items()}, row.active)
        for row in rows
    ]


def set_group(session: Session, name: str, market: str, filters: Mapping[str, Sequence[str]]) -> NamedGroup:
    """Stores the group `name`, new or in place of the old one, which stays in use if it was.

    Raises InputError when the name is empty or too long, nothing is filtered, or the name is taken in another market.
    """
    name = name.strip()
    if not 0 < len(name) <= TargetGroup.name.type.length or not name.isprintable():
        raise InputError(say("target.error.name", settings().language))
    if not filters:
        raise InputError(say("target.error.nothing_filtered", settings().language))
    row = session.scalar(select(TargetGroup).where(TargetGroup.name == name))
    if row is not None and row.market != market:
        raise InputError(say("target.error.other_market", settings().language, name=name))
    if row is None:
        now = datetime.now(UTC).replace(tzinfo=None)
        row = TargetGroup(name=name, market=market, filters={}, active=False, created_at=now)
        session.add(row)
    row.filters = {key: list(dict.fromkeys(levels)) for key, levels in filters.items()}
    session.flush()
    return NamedGroup(row.name, market, {key: tuple(levels) for key, levels in row.filters.items()}, row.active)


def use_group(session: Session, name: str) -> NamedGroup:
    """Lets builds of the group's market run inside it, and in no other; raises InputError for an unknown name."""
    row = _stored(session, name)
    switch_off(session, row.market)
    row.active = True
    session.flush()
    return NamedGroup(row.name, row.market, {key: tuple(levels) for key, levels in row.filters.items()}, True)


def switch_off(session: Session, market: str) -> None:
    """Lets builds of `market` take all contacts again."""
    session.execute(update(TargetGroup).where(TargetGroup.market == market).values(active=False))
    session.expire_all()


def remove_group(session: Session, name: str) -> None:
    """Removes a target group; builds that ran inside it keep their record of it. Raises InputError as above."""
    session.delete(_stored(session, name))


def _stored(session: Session, name: str) -> TargetGroup:
    row = session.scalar(select(TargetGroup).where(TargetGroup.name == name.strip()))
    if row is None:
        names = ", ".join(session.scalars(select(TargetGroup.name).order_by(TargetGroup.name))) or "–"
        raise InputError(say("target.error.unknown", settings().language, name=name.strip(), names=names))
    return row


def _condition(frame: pl.DataFrame, attribute: Attribute | None, key: str, levels: Sequence[str]) -> pl.Series:
    """Whether each row has one of `levels`; where the store has no such attribute (any more), nothing is known."""
    if attribute is None or key not in frame.columns:
        return pl.Series([UNKNOWN in levels], dtype=pl.Boolean).new_from_index(0, len(frame))
    column = level_of_value(attribute, frame[key])
    return column.is_in(list(levels)).fill_null(UNKNOWN in levels)
