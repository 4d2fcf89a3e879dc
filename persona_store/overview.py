"""What one sees at a glance after logging in: the personas, the state of the data and of the build."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, Company, Contact, Import, LiveState, PersonaIdentity
from persona_store.live.status import LiveStatus, live_status
from persona_store.privacy.rights import demand
from persona_store.segmentation.aggregation import newest_data
from persona_store.segmentation.drift import Drift, PersonaChange
from persona_store.segmentation.profiles import PersonaProfile, list_profiles
from persona_store.segmentation.shares import Share, contrast, share

Direction = Literal["up", "down", "steady", "new"]

BEYOND_CHANCE = 0.05  # p-value below which a persona counts as grown or shrunk
TRAITS = 3  # as many as one reads at a glance

State = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """How a persona's share stands against `build` before; then it had `n_then` contacts, `share_then` of its market.

    "steady" means that the difference may be chance.
    """

    direction: Direction
    build: int
    share_then: float | None = None
    n_then: int | None = None


@dataclass(frozen=True, slots=True)
class Glance:
    """One persona: `traits` are its weightiest attributes, each with its most telling level; `trend` None at first."""

    profile: PersonaProfile
    traits: tuple[tuple[str, str], ...]
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class BuildGlance:
    """The newest build; `verdict` is "personas" or "no_structure", `vanished` are personas of the build before."""

    id: int
    built_at: datetime
    data_on: date | None
    contacts: int
    verdict: str
    vanished: tuple[PersonaChange, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The store at a glance; counts leave out duplicates and people who objected.

    `data_on` is the date of the newest data, `imported_at` when data were last read in (UTC).
    """

    contacts: int
    companies: int
    data_on: date | None
    imported_at: datetime | None
    build: BuildGlance | None
    personas: tuple[Glance, ...]
    live: LiveStatus


def overview(session: Session) -> Overview:
    """The store at a glance, for those who may see aggregates; raises MissingRight."""
    demand(session, "aggregates")
    build = session.scalar(select(Build).order_by(Build.id.desc()).limit(1))
    drift = Drift.from_json(build.drift) if build is not None and build.drift else None
    changes = {change.new_id: change for change in drift.personas if change.new_id is not None} if drift else {}
    return Overview(
        contacts=session.scalar(
            select(func.count())
            .select_from(Contact)
            .where(Contact.duplicate_of.is_(None), Contact.blocked_on.is_(None))
        )
        or 0,
        companies=session.scalar(select(func.count()).select_from(Company)) or 0,
        data_on=newest_data(session),
        imported_at=session.scalar(select(func.max(Import.at))),
        build=None if build is None else _build(build, drift),
        personas=tuple(_glance(profile, changes, drift) for profile in list_profiles(session)),
        live=live_status(session),
    )


def state_of(session: Session) -> State:
    """What changes whenever a build, an analyst, an import or an event changes what people see of personas."""
    return (
        session.scalar(select(func.max(Build.id))),
        session.scalar(select(func.max(PersonaIdentity.changed_at))),
        session.scalar(select(func.max(Import.id))),
        session.scalar(select(func.max(LiveState.updated_at))),
    )


def _build(build: Build, drift: Drift | None) -> BuildGlance:
    vanished = tuple(change for change in drift.personas if change.fate == "vanished") if drift else ()
    return BuildGlance(build.id, build.created_at, build.data_on, build.contacts, build.verdict, vanished)


def _glance(profile: PersonaProfile, changes: Mapping[int, PersonaChange], drift: Drift | None) -> Glance:
    traits = tuple((one.attribute, one.levels[0].level) for one in profile.attributes[:TRAITS])
    trend = _trend(profile, changes.get(profile.info.id), drift.old_build) if drift else None
    return Glance(profile, traits, trend)


def _trend(profile: PersonaProfile, change: PersonaChange | None, build: int) -> Trend:
    if change is None or change.n_then is None or not change.share_then:
        return Trend("new", build)
    then, now = _counted(change.n_then, change.share_then), _counted(profile.info.n, profile.info.share)
    # most contacts are in both builds, so that chance moves the shares less than the test reckons: it errs to "steady"
    sure = contrast(now, then).p < BEYOND_CHANCE
    direction: Direction = ("up" if now.share > then.share else "down") if sure else "steady"
    return Trend(direction, build, change.share_then, change.n_then)


def _counted(n: int, part: float) -> Share:
    return share(n, max(n, round(n / part))) if n and part else share(0, 1)
