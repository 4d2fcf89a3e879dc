"""Personas over time: which persona of a build is which of an earlier one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from persona_store.database.models import Build, Membership, Persona, PersonaIdentity, PersonaLevel
from persona_store.segmentation.likeness import Floats, Profile, assign, likeness
from persona_store.segmentation.model import AttributeTable
from persona_store.segmentation.naming import Claim, PersonaName
from persona_store.segmentation.segment import Segments
from persona_store.segmentation.shares import Share
from persona_store.segmentation.storage import MarketData

ROWS_AT_ONCE = 100_000
SEEN = ("contact_id", "persona_id")


@dataclass(frozen=True, slots=True)
class Former:
    """A persona of an earlier build that may live on."""

    persona_id: int
    build_id: int
    identity_id: int | None
    number: int
    name: PersonaName
    profile: Profile


@dataclass(frozen=True, slots=True)
class Pair:
    """A persona before and after, by the ids of their rows; one of them is None for what vanished or is new."""

    old: int | None
    new: int | None
    likeness: float | None


@dataclass(frozen=True, slots=True)
class Lineage:
    """For each class of a market the persona it continues, with how alike they are; None for a new one."""

    market: str
    heirs: tuple[tuple[Former, float] | None, ...]


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """A build at a glance; `moved` is the share of contacts that changed their persona since the build before."""

    id: int
    created_at: datetime
    data_on: date | None
    seed: int
    contacts: int
    verdict: str
    personas: int
    target_groups: tuple[str, ...]
    previous_id: int | None
    moved: Share | None


def list_builds(session: Session) -> list[BuildInfo]:
    """All builds, newest first."""
    statement = select(Persona.build_id, func.count()).group_by(Persona.build_id)
    counted: dict[int, int] = {build_id: n for build_id, n in session.execute(statement)}  # noqa: C416
    return [
        BuildInfo(
            id=build.id,
            created_at=build.created_at,
            data_on=build.data_on,
            seed=build.seed,
            contacts=build.contacts,
            verdict=build.verdict,
            personas=counted.get(build.id, 0),
            target_groups=tuple(group["name"] for one in build.markets.values() if (group := one.get("target_group"))),
            previous_id=build.previous_id,
            moved=Share(**moved) if (moved := (build.drift or {}).get("moved")) else None,
        )
        for build in session.scalars(select(Build).order_by(Build.id.desc()))
    ]


def match_builds(session: Session, old_build: int, new_build: int) -> tuple[Pair, ...]:
    """The personas of two stored builds matched one to one so that their likeness in all is greatest.

    Hungarian assignment (Kuhn 1955; scipy's linear_sum_assignment) within each market; pairs less alike than
    LEAST_LIKENESS are none. Old personas come first, in order of number, then the new ones left over.
    """
    pairs: list[Pair] = []
    counts = overlaps(session, old_build, new_build)
    old, new = _personas(session, old_build), _personas(session, new_build)
    for market in dict.fromkeys(persona.market for persona in (*old, *new)):
        before = [persona for persona in old if persona.market == market]
        after = [persona for persona in new if persona.market == market]
        shared = np.array([[counts.get((one.id, two.id), 0) for two in after] for one in before], dtype=np.float64)
        table = likeness(
            shared.reshape(len(before), len(after)),
            np.array([persona.n for persona in before], dtype=np.float64),
            np.array([persona.n for persona in after], dtype=np.float64),
            [stored_profile(session, persona.id) for persona in before],
            [stored_profile(session, persona.id) for persona in after],
        )
        found = assign(table)
        pairs += [
            Pair(one.id, after[found[place]].id, float(table[place, found[place]]))
            if place in found
            else Pair(one.id, None, None)
            for place, one in enumerate(before)
        ]
        pairs += [Pair(None, one.id, None) for place, one in enumerate(after) if place not in found.values()]
    return tuple(pairs)


def overlaps(session: Session, old_build: int, new_build: int) -> dict[tuple[int, int], int]:
    """How many contacts are in each persona of the old build and each of the new one; pairs without any are absent."""
    before, after = aliased(Membership), aliased(Membership)
    rows = session.execute(
        select(before.persona_id, after.persona_id, func.count())
        .join(after, after.contact_id == before.contact_id)
        .where(before.build_id == old_build, after.build_id == new_build)
        .group_by(before.persona_id, after.persona_id)
    )
    return {(old, new): n for old, new, n in rows}


def stored_profile(session: Session, persona_id: int) -> Profile:
    """The profile of a stored persona."""
    rows = session.execute(
        select(PersonaLevel.attribute, PersonaLevel.level, PersonaLevel.probability, PersonaLevel.weight).where(
            PersonaLevel.persona_id == persona_id
        )
    )
    shares: dict[str, dict[str, float]] = {}
    weights: dict[str, float] = {}
    for attribute, level, probability, weight in rows:
        shares.setdefault(attribute, {})[level] = probability
        weights[attribute] = weight
    return Profile(shares, weights)


def find_lineage(session: Session, data: MarketData, segments: Segments | None) -> Lineage:
    """Which former persona each class continues.

    Formers are the personas of the newest build that has any in this market, and pinned ones that vanished before it,
    as they were last seen.
    """
    formers = _formers(session, data.market)
    if segments is None or not formers:
        return Lineage(data.market, () if segments is None else (None,) * len(segments.model.weights))
    classes = len(segments.model.weights)
    now = pl.DataFrame({"contact_id": data.levels["contact_id"], "place": segments.membership})
    profiles = [_profile_of_class(segments.tables, place) for place in range(classes)]
    new_n = np.bincount(segments.membership, minlength=classes).astype(np.float64)
    tables = []
    for build_id in dict.fromkeys(former.build_id for former in formers):
        own = [former for former in formers if former.build_id == build_id]
        shared, old_n = _shared(session, build_id, data.market, now, classes)
        ids = list(old_n)
        table = likeness(
            np.array([shared[persona] for persona in ids]),
            np.array([old_n[persona] for persona in ids]),
            new_n,
            [next((one.profile for one in own if one.persona_id == persona), Profile({}, {})) for persona in ids],
            profiles,
        )
        tables.append(table[[ids.index(former.persona_id) for former in own]])
    table = np.vstack(tables)
    found = {place: row for row, place in assign(table).items()}
    return Lineage(
        data.market,
        tuple(
            (formers[found[place]], float(table[found[place], place])) if place in found else None
            for place in range(classes)
        ),
    )


def _personas(session: Session, build_id: int, market: str | None = None) -> list[Persona]:
    statement = select(Persona).where(Persona.build_id == build_id).order_by(Persona.number)
    return list(session.scalars(statement if market is None else statement.where(Persona.market == market)))


def _formers(session: Session, market: str) -> list[Former]:
    last = session.scalar(select(func.max(Persona.build_id)).where(Persona.market == market))
    if last is None:
        return []
    rows = _personas(session, last, market)
    here = {row.identity_id for row in rows}
    vanished = select(func.max(Persona.id)).join(PersonaIdentity, PersonaIdentity.id == Persona.identity_id)
    vanished = vanished.where(PersonaIdentity.pinned.is_(True), Persona.market == market).group_by(Persona.identity_id)
    rows += [
        one for one in session.scalars(select(Persona).where(Persona.id.in_(vanished))) if one.identity_id not in here
    ]
    return [
        Former(
            persona_id=row.id,
            build_id=row.build_id,
            identity_id=row.identity_id,
            number=row.number,
            name=_stored_name(session, row),
            profile=stored_profile(session, row.id),
        )
        for row in rows
    ]


def _stored_name(session: Session, persona: Persona) -> PersonaName:
    build = session.get_one(Build, persona.build_id)
    numbers = [one.number for one in _personas(session, build.id, persona.market)]
    claims = build.markets[persona.market].get("claims") or [[] for _ in numbers]
    told = tuple(Claim(one["attribute"], tuple(one["levels"])) for one in claims[numbers.index(persona.number)])
    return PersonaName(persona.name_de, persona.name_en, told)


def _shared(
    session: Session, build_id: int, market: str, now: pl.DataFrame, classes: int
) -> tuple[dict[int, Floats], dict[int, float]]:
    """For each persona of an earlier build its contacts by class of the new one, and how many it had in all."""
    personas = _personas(session, build_id, market)
    shared = {persona.id: np.zeros(classes) for persona in personas}
    statement = select(Membership.contact_id, Membership.persona_id).where(Membership.build_id == build_id)
    # without the ORM between, which takes longer over a million rows than the database
    result = session.connection().execute(statement, execution_options={"yield_per": ROWS_AT_ONCE})
    parts = [pl.DataFrame(dict(zip(SEEN, zip(*part, strict=True), strict=True))) for part in result.partitions()]
    then = pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys(SEEN, pl.Int64))
    counts = then.join(now, on="contact_id").group_by("persona_id", "place").len()
    for persona, place, n in counts.iter_rows():
        if persona in shared:  # not of the other market, where a contact may have been before
            shared[persona][place] = n
    return shared, {persona.id: float(persona.n) for persona in personas}


def _profile_of_class(tables: Mapping[str, AttributeTable], place: int) -> Profile:
    return Profile(
        {
            name: dict(zip(table.levels, table.probabilities[place].tolist(), strict=True))
            for name, table in tables.items()
        },
        {name: float(table.weights[place]) for name, table in tables.items()},
    )
