"""What admins read: who looked up and changed what, and the builds with what changed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, BeforeValidator, Field
from sqlalchemy.orm import Session

from bot.gateway.administration import LARGEST_ID, Stored, administer
from bot.gateway.login import CurrentPerson
from bot.gateway.overview import spoken_to
from bot.gateway.refusals import Refused
from persona_store import administration as store
from persona_store.answer import Answer
from persona_store.segmentation.model import PersonaInfo
from persona_store.segmentation.versions import BuildInfo, list_builds
from persona_store.settings import Language
from persona_store.users import LONGEST_NAME

PAGE = 50  # entries of the audit trail at once
MOST_BUILDS = 50


def _written(value: object) -> object:
    if isinstance(value, str) and "-" not in value:  # a bare number would be taken for seconds since 1970
        raise ValueError("no date")
    return value


Moment = Annotated[datetime | None, BeforeValidator(_written), Query(description="with its time zone; else UTC")]


class Entry(BaseModel):
    """Who did what and when; a contact is named by its id alone."""

    id: int
    at: Stored
    user: str
    action: str
    contact: int | None
    detail: str | None


class Trail(BaseModel):
    """A page of the audit trail, newest first; `before` leads to the next page, None on the last."""

    entries: list[Entry]
    before: int | None
    users: list[str] = Field(description="all whom the trail names, to choose from; with the first page only")
    actions: list[str] = Field(description="all actions that the trail names; with the first page only")


class BuildPersona(BaseModel):
    """A persona of a build: `share` of its market's contacts, `n` of them."""

    number: int
    name: str
    market: str
    share: float
    n: int


class BuildRow(BaseModel):
    """A build; `moved` is the share of contacts that changed their persona since `previous`."""

    number: int
    built_at: Stored
    data_on: date | None
    contacts: int
    verdict: Literal["personas", "no_structure"]
    previous: int | None
    moved: float | None
    personas: list[BuildPersona]


class Builds(BaseModel):
    """The newest builds, newest first."""

    builds: list[BuildRow]


router = APIRouter(prefix="/api/admin", tags=["administration"])


@router.get("/audit")
async def audit(
    person: CurrentPerson,
    request: Request,
    user: Annotated[str | None, Query(max_length=LONGEST_NAME)] = None,
    action: Annotated[str | None, Query(max_length=LONGEST_NAME)] = None,
    since: Moment = None,
    until: Moment = None,
    before: Annotated[int | None, Query(ge=0, le=LARGEST_ID)] = None,
) -> Trail:
    """A page of the audit trail, newest first."""
    wanted = store.AuditFilter(_printable(user), _printable(action), _naive(since), _naive(until), before)

    def read(session: Session) -> Trail:
        found = store.audit_entries(session, wanted, PAGE + 1)
        actors, actions = store.audited(session) if before is None else ([], [])
        entries = [
            Entry(
                id=row.id,
                at=row.at,
                user=row.actor,
                action=row.action,
                contact=row.contact_id,
                detail=row.detail,
            )
            for row in found[:PAGE]
        ]
        more = entries[-1].id if len(found) > PAGE else None
        return Trail(entries=entries, before=more, users=actors, actions=actions)

    return await administer(request, person, read)


@router.get("/builds")
async def builds(person: CurrentPerson, request: Request) -> Builds:
    """The builds with their personas, newest first."""
    language = spoken_to(person, request)

    def read(session: Session) -> Builds:
        found = list_builds(session)[:MOST_BUILDS]
        personas = store.personas_of(session, [build.id for build in found])
        return Builds(builds=[_build(build, personas[build.id], language) for build in found])

    return await administer(request, person, read)


@router.get("/builds/{number}/changes")
async def changes(number: int, person: CurrentPerson, request: Request) -> Answer:
    """What changed from the build before to this one, as `personabot diff` says it."""
    language = spoken_to(person, request)

    def read(session: Session) -> Answer | None:
        from actions.answers.versions import drift_answer  # the wording of the terminal and the talk
        from persona_store.segmentation.drift import compare_builds

        known = {build.id: build for build in list_builds(session)}
        previous = known[number].previous_id if number in known else None
        if previous not in known:
            return None
        drift = compare_builds(session, previous, number)
        return drift_answer(drift, {build: known[build].data_on for build in (previous, number)}, language)

    answer = await administer(request, person, read)
    if answer is None:
        raise Refused(404, "build_unknown")
    return answer


def _build(build: BuildInfo, personas: Sequence[PersonaInfo], language: Language) -> BuildRow:
    told = [
        BuildPersona(number=one.number, name=one.name(language), market=one.market, share=one.share, n=one.n)
        for one in personas
    ]
    return BuildRow.model_validate(
        {
            "number": build.id,
            "built_at": build.created_at,
            "data_on": build.data_on,
            "contacts": build.contacts,
            "verdict": build.verdict,
            "previous": build.previous_id,
            "moved": build.moved.share if build.moved else None,
            "personas": told,
        }
    )


def _naive(moment: datetime | None) -> datetime | None:
    """As the store keeps times: UTC, without saying so; the ends of the calendar have no other zone."""
    if moment is None or moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return moment.replace(tzinfo=None)


def _printable(word: str | None) -> str | None:
    """PostgreSQL refuses other text with an error; nobody bears such a name."""
    return word if word is None or word.isprintable() else "\ufffd"
