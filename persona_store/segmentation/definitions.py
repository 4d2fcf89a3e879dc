"""What `personabot attributes` shows: each attribute with its definition, and what the newest build made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, Contact
from persona_store.segmentation.attributes import recognise_attributes
from persona_store.segmentation.labels import attribute_label
from persona_store.segmentation.registry import (
    MARKETS,
    Attribute,
    AttributeKind,
    Known,
    Unit,
    definition,
    from_texts,
    text_attribute,
)
from persona_store.settings import Language
from persona_store.wording import say

Role = Literal["defines", "describes", "left_out"]


@dataclass(frozen=True, slots=True)
class Definition:
    """One attribute: names and computation in both languages, unit, when it is known.

    `n` is the number of contacts of whom it is known, `role` what the newest build made of it and `why` the reason
    where it does not define personas; all three are None without a build. `sql` is the computation itself.
    """

    key: str
    name_de: str
    name_en: str
    kind: AttributeKind
    unit: Unit | None
    how_de: str
    how_en: str
    known: Known
    sql: str
    n: int | None
    role: Role | None
    why: str | None


@dataclass(frozen=True, slots=True)
class MarketDefinitions:
    """The attributes of a market; `build_id`, `data_on` and `contacts` of the newest build, None without one."""

    market: str
    build_id: int | None
    data_on: date | None
    contacts: int | None
    attributes: tuple[Definition, ...]


def describe_attributes(session: Session) -> tuple[MarketDefinitions, ...]:
    """The attributes of every market that has contacts, in the order in which people read profiles."""
    build = session.scalar(select(Build).order_by(Build.id.desc()).limit(1))
    held = set(session.scalars(select(Contact.market).distinct()))
    return tuple(_market(session, market, build) for market in MARKETS if market in held)


def how(attribute: Attribute, language: Language) -> str:
    """How an attribute is computed, in words."""
    if attribute.kind == "custom":
        return say("attributes.how.custom", language)
    key = attribute.key.partition("_")[0] if from_texts(attribute) else attribute.key
    return say(f"attributes.how.{key}", language)


def _market(session: Session, market: str, build: Build | None) -> MarketDefinitions:
    attributes, left_out = recognise_attributes(session, market)
    built = build.markets.get(market) if build is not None else None
    unusable = [Attribute(key, "custom", numeric=False) for key in left_out]
    rows = [_definition(_full(one), built, left_out) for one in (*attributes, *unusable)]
    if build is None or built is None:
        return MarketDefinitions(market, None, None, None, tuple(rows))
    return MarketDefinitions(market, build.id, build.data_on, built["contacts"], tuple(rows))


def _full(attribute: Attribute) -> Attribute:
    """The attribute with its source, which a custom column of the same name replaces."""
    if attribute.kind == "custom":
        return Attribute(attribute.key, "custom", attribute.numeric, unit=attribute.unit)
    if from_texts(attribute):
        return text_attribute(*attribute.key.split("_", 1))
    return definition(attribute.key) or attribute


def _definition(attribute: Attribute, built: Mapping[str, Any] | None, left_out: Mapping[str, str]) -> Definition:
    n, role, why = _became(attribute, built, left_out)
    return Definition(
        key=attribute.key,
        name_de=attribute_label(attribute.key, "de"),
        name_en=attribute_label(attribute.key, "en"),
        kind=attribute.kind,
        unit=attribute.unit,
        how_de=how(attribute, "de"),
        how_en=how(attribute, "en"),
        known=attribute.known,
        sql=" ".join(attribute.sql.split()),
        n=n,
        role=role,
        why=why,
    )


def _became(
    attribute: Attribute, built: Mapping[str, Any] | None, left_out: Mapping[str, str]
) -> tuple[int | None, Role | None, str | None]:
    """In how many contacts it is known, its role in the build, and why it does not define."""
    if attribute.key in left_out:
        return None, "left_out", f"column.{left_out[attribute.key]}"
    if built is None:
        return None, None, None
    used = {one["key"]: one for one in built["attributes"]}.get(attribute.key)
    if used is None:
        return None, "left_out", "one_level"
    counts = built.get("counts", {}).get(attribute.key)
    n = None if counts is None else sum(counts)
    if used["after_outcome"]:
        return n, "describes", "after_outcome"
    if used["summary"]:
        why = "texts" if from_texts(attribute) else "summary" if attribute.summary else "repeats"
        return n, "describes", why
    return n, "defines", None
