"""Target groups: named filters of contacts inside which personas are built."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

import polars as pl
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.database.models import TargetGroup
from persona_store.errors import InputError
from persona_store.privacy.rights import demand
from persona_store.segmentation.attributes import attribute_frame, attributes
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.words import UNKNOWN, attribute_names, level_of_value, plain, read_levels
from persona_store.settings import settings
from persona_store.wording import say

LEVELS_NAMED = 20  # in an error; more nobody reads


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """A target group as it is applied: a contact is inside when every attribute of `filters` has one of its levels.

    The level "unknown" lets contacts in whose attribute is not known; without it they stay outside.
    """

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
    demand(session, "administer")
    name = name.strip()
    if not 0 < len(name) <= TargetGroup.name.type.length or not name.isprintable():
        raise InputError(say("target.error.name", settings().language))
    if not filters:
        raise InputError(say("target.error.nothing_filtered", settings().language))
    row = session.scalar(select(TargetGroup).where(TargetGroup.name == name))
    if row is not None and row.market != market:
        raise InputError(say("target.error.other_market", settings().language, name=name))
    if row is None:
        now = utc_now()
        row = TargetGroup(name=name, market=market, filters={}, active=False, created_at=now)
        session.add(row)
    row.filters = {key: list(dict.fromkeys(levels)) for key, levels in filters.items()}
    session.flush()
    return NamedGroup(row.name, market, {key: tuple(levels) for key, levels in row.filters.items()}, row.active)


def read_filters(session: Session, market: str, wanted: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Filters from pairs of an attribute and a value, both in words of either language.

    An attribute may be named by its key or as people call it. Raises InputError for what the store does not have.
    """
    language = settings().language
    known = [one for one in attributes(session, market) if can_filter(one)]
    frame = attribute_frame(session, market, known=known)
    filters: dict[str, list[str]] = {}
    for name, words in wanted:
        attribute = next((one for one in known if plain(name) in attribute_names(one)), None)
        if attribute is None:
            names = ", ".join(sorted(one.key for one in known))
            raise InputError(say("target.error.no_attribute", language, attribute=name, known=names))
        values = frame[attribute.key]
        levels = attribute.levels or tuple(sorted(values.drop_nulls().unique().to_list()))
        found = read_levels(attribute, words, levels)
        if not found:
            shown = ", ".join(level_label(attribute.key, level, language) for level in levels[:LEVELS_NAMED])
            spoken = attribute_label(attribute.key, language)
            raise InputError(say("target.error.no_level", language, value=words, attribute=spoken, known=shown))
        filters.setdefault(attribute.key, []).extend(found)
    return filters


def can_filter(attribute: Attribute) -> bool:
    """Whether a target group may rest on an attribute: who people are, in levels of its own or names."""
    return attribute.kind in ("explicit", "custom") and (bool(attribute.levels) or not attribute.numeric)


def count_inside(session: Session, group: NamedGroup) -> tuple[int, int]:
    """How many contacts are inside a group, and how many the market has."""
    known = [one for one in attributes(session, group.market) if one.key in group.filters]
    frame = attribute_frame(session, group.market, known=known)
    return int(TargetFilter(group.name, group.market, group.filters).inside(frame, known).sum()), len(frame)


def use_group(session: Session, name: str) -> NamedGroup:
    """Lets builds of the group's market run inside it, and in no other; raises InputError for an unknown name."""
    demand(session, "administer")
    row = _stored(session, name)
    switch_off(session, row.market)
    row.active = True
    session.flush()
    return NamedGroup(row.name, row.market, {key: tuple(levels) for key, levels in row.filters.items()}, True)


def switch_off(session: Session, market: str) -> None:
    """Lets builds of `market` take all contacts again."""
    demand(session, "administer")
    session.execute(update(TargetGroup).where(TargetGroup.market == market).values(active=False))
    session.expire_all()


def remove_group(session: Session, name: str) -> None:
    """Removes a target group; builds that ran inside it keep their record of it. Raises InputError as above."""
    demand(session, "administer")
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
