"""What sets a persona apart: its attributes, weightiest first, each with its most telling levels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, Persona, PersonaIdentity, PersonaLevel
from persona_store.privacy.rights import demand
from persona_store.segmentation.model import PersonaInfo, attribute_from_json, persona_info
from persona_store.segmentation.registry import Attribute, AttributeKind

Standing = Literal["stands", "weak"]

# Columns, not objects: a thousand levels are read for every look at the personas.
_OF_LEVELS = (
    PersonaLevel.attribute,
    PersonaLevel.level,
    PersonaLevel.probability,
    PersonaLevel.base,
    PersonaLevel.lift,
    PersonaLevel.n,
    PersonaLevel.weight,
)
_PERSONAS = (
    select(Persona, PersonaIdentity, Build.created_at)
    .join(Build, Build.id == Persona.build_id)
    .outerjoin(PersonaIdentity, PersonaIdentity.id == Persona.identity_id)
)
CACHED_PERSONAS = 64  # those of two builds in two markets, for two stores
STANDS = 0.75  # mean Jaccard over bootstrap samples from which a class is a stable one (Hennig 2007)


@dataclass(frozen=True, slots=True)
class LevelShare:
    """One level in a persona: `probability` there, `base` in the whole market, `lift` = probability / base.

    `n` is the expected number of the persona's contacts that have this level.
    """

    level: str
    probability: float
    base: float
    lift: float
    n: float


@dataclass(frozen=True, slots=True)
class AttributeProfile:
    """One attribute in a persona; `weight` (0 to 1) is its share in what sets the persona apart.

    `levels` come most telling first (share won over the base), `known` is the expected number of the persona's
    contacts whose attribute is known.
    """

    attribute: str
    kind: AttributeKind
    weight: float
    known: float
    levels: tuple[LevelShare, ...]


@dataclass(frozen=True, slots=True)
class PersonaProfile:
    """A persona with its attributes, weightiest first, and the build it comes from.

    `weight_by_kind` splits what sets the persona apart (it sums to 1): "explicit" is who they are, "implicit" what they
    do, "value" what they bring and cost, "custom" the CRM's own columns. `standing` says what its stability is worth:
    "stands" from 0.75 on, else "weak"; None where not measured. `note` and `pinned` are the analyst's.
    """

    info: PersonaInfo
    attributes: tuple[AttributeProfile, ...]
    build_id: int
    data_on: date | None
    contacts: int
    weight_by_kind: Mapping[AttributeKind, float] = field(default_factory=dict)
    standing: Standing | None = None
    note: str | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """What a build found out about a persona, which stays as it is: events move its size only, analysts its name."""

    attributes: tuple[AttributeProfile, ...]
    weight_by_kind: Mapping[AttributeKind, float]
    data_on: date | None
    contacts: int


_found: dict[tuple[str, int, datetime], _Found] = {}


def persona_profile(session: Session, persona_id: int) -> PersonaProfile:
    """The profile of one persona of any build; raises sqlalchemy's NoResultFound for an unknown id."""
    demand(session, "aggregates")
    return _profile(session, *session.execute(_PERSONAS.where(Persona.id == persona_id)).one())


def list_profiles(session: Session) -> list[PersonaProfile]:
    """The profiles of the newest build by number; empty when there is no build or it found no personas."""
    demand(session, "aggregates")
    newest = select(func.max(Build.id)).scalar_subquery()
    rows = session.execute(_PERSONAS.where(Persona.build_id == newest).order_by(Persona.number))
    return [_profile(session, *row) for row in rows]


def _profile(
    session: Session, persona: Persona, identity: PersonaIdentity | None, created_at: datetime
) -> PersonaProfile:
    key = (str(session.get_bind().engine.url), persona.id, created_at)
    found = _found.get(key)
    if found is None:
        while len(_found) >= CACHED_PERSONAS:
            _found.pop(next(iter(_found)), None)
        found = _found[key] = _read(session, persona)
    return PersonaProfile(
        info=persona_info(persona),
        attributes=found.attributes,
        build_id=persona.build_id,
        data_on=found.data_on,
        contacts=found.contacts,
        weight_by_kind=found.weight_by_kind,
        standing=standing(persona.stability),
        note=identity.note if identity else None,
        pinned=identity is not None and identity.pinned,
    )


def _read(session: Session, persona: Persona) -> _Found:
    build = session.get_one(Build, persona.build_id)
    described = build.markets[persona.market]
    known = {part["key"]: attribute_from_json(part) for part in described["attributes"]}
    grouped: dict[str, list[Row[*tuple[Any, ...]]]] = {}
    statement = select(*_OF_LEVELS).where(PersonaLevel.persona_id == persona.id).order_by(PersonaLevel.position)
    for row in session.execute(statement):
        grouped.setdefault(row.attribute, []).append(row)
    profiles = [_attribute_profile(known[name], rows) for name, rows in grouped.items()]
    return _Found(
        attributes=tuple(sorted(profiles, key=lambda profile: -profile.weight)),
        weight_by_kind={
            kind: sum(one.weight for one in profiles if one.kind == kind)
            for kind in dict.fromkeys(one.kind for one in profiles)
        },
        data_on=build.data_on,
        contacts=described["contacts"],
    )


def standing(stability: float | None) -> Standing | None:
    """What a stability is worth; None where it was not measured."""
    if stability is None:
        return None
    return "stands" if stability >= STANDS else "weak"


def _attribute_profile(attribute: Attribute, rows: Sequence[Row[Any]]) -> AttributeProfile:
    shares = [LevelShare(row.level, row.probability, row.base, row.lift, row.n * row.probability) for row in rows]
    return AttributeProfile(
        attribute=attribute.key,
        kind=attribute.kind,
        weight=rows[0].weight,
        known=rows[0].n,
        levels=tuple(sorted(shares, key=lambda share: share.base - share.probability)),
    )
