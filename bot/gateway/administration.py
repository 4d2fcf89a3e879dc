"""What admins see and do: users, links, the audit trail and builds. Every change is recorded."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy.orm import Session

from bot.gateway.links import Account, OneLink, shown
from bot.gateway.login import CurrentPerson
from bot.gateway.overview import spoken_to
from bot.gateway.parts import parts
from bot.gateway.refusals import Refused
from bot.gateway.sessions import Person
from persona_store import administration as store
from persona_store.answer import Answer
from persona_store.database import session_scope
from persona_store.links import links_of, unlink
from persona_store.lockout import locks, unlock
from persona_store.privacy.rights import Rights, demand
from persona_store.segmentation.versions import BuildInfo, list_builds
from persona_store.users import LONGEST_NAME, UnknownUser, list_users, open_invitations, withdraw_invitation

PAGE = 50  # entries of the audit trail at once
MOST_BUILDS = 50
LARGEST_ID = 2**63 - 1


def _written(value: object) -> object:
    if isinstance(value, str) and "-" not in value:  # a bare number would be taken for seconds since 1970
        raise ValueError("no date")
    return value


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


Moment = Annotated[datetime | None, BeforeValidator(_written), Query(description="with its time zone; else UTC")]
Stored = Annotated[datetime, AfterValidator(_utc)]  # the store keeps UTC without saying so
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Result = TypeVar("Result")


class UserRow(BaseModel):
    """A user; `links` counts the accounts that speak for them, `last_login` is None before the first."""

    name: str
    rights: Rights
    created_at: Stored
    last_login: Stored | None
    links: int
    locked_until: Stored | None = Field(description="until when logins are refused after too many failures")
    elsewhere: bool = Field(description="whether they log in by single sign-on only")
    yourself: bool


class Users(BaseModel):
    """All users by name."""

    users: list[UserRow]


class UserName(BaseModel):
    """Which user is meant."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name


class UserRights(UserName):
    """Which rights a user gets."""

    rights: Rights


class InvitationRow(BaseModel):
    """An invitation that nobody has followed yet; without a name it is for anybody who has the link."""

    id: int
    rights: Rights
    name: str | None
    invited_by: str
    expires_at: Stored


class Invitations(BaseModel):
    """The open invitations, newest first."""

    invitations: list[InvitationRow]


class InvitationId(BaseModel):
    """Which invitation is meant."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: int = Field(ge=0, le=LARGEST_ID)


class LinkRow(OneLink):
    """An account and the user for whom it speaks."""

    user: str


class Links(BaseModel):
    """All links, oldest first."""

    links: list[LinkRow]


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


@router.get("/users")
async def users(person: CurrentPerson, request: Request) -> Users:
    """All users with their rights, links, last login, and whether they are locked out."""

    def read(session: Session) -> list[UserRow]:
        logins = store.last_logins(session)
        found = list_users(session)
        locked = locks(session, [user.name for user in found])
        linked: dict[str, int] = {}
        for link in links_of(session):
            linked[link.user.name] = linked.get(link.user.name, 0) + 1
        return [
            UserRow.model_validate(
                {
                    "name": user.name,
                    "rights": user.rights,
                    "created_at": user.created_at,
                    "last_login": logins.get(user.name),
                    "links": linked.get(user.name, 0),
                    "locked_until": locked.get(user.name),
                    "elsewhere": user.password_hash is None,
                    "yourself": user.name == person.name,
                }
            )
            for user in found
        ]

    return Users(users=await _administer(request, person, read))


@router.post("/users/rights", status_code=204)
async def change_rights(wanted: UserRights, person: CurrentPerson, request: Request) -> None:
    """Gives a user other rights, from their next request on; the last admin keeps theirs."""
    await _administer(request, person, lambda session: store.change_rights(session, wanted.name, wanted.rights), True)


@router.post("/users/unlock", status_code=204)
async def let_in(wanted: UserName, person: CurrentPerson, request: Request) -> None:
    """Lets a user try to log in again at once."""
    await _administer(request, person, lambda session: unlock(session, wanted.name), True)


@router.post("/users/remove", status_code=204)
async def remove(wanted: UserName, person: CurrentPerson, request: Request) -> None:
    """Removes a user, whose logins and links end at once; the last admin stays."""
    await _administer(request, person, lambda session: store.dismiss(session, wanted.name), True)


@router.get("/invitations")
async def invitations(person: CurrentPerson, request: Request) -> Invitations:
    """The invitations that still hold; their secrets are kept nowhere."""

    def read(session: Session) -> list[InvitationRow]:
        return [InvitationRow.model_validate(one, from_attributes=True) for one in open_invitations(session)]

    return Invitations(invitations=await _administer(request, person, read))


@router.post("/invitations/withdraw", status_code=204)
async def withdraw(wanted: InvitationId, person: CurrentPerson, request: Request) -> None:
    """Ends an invitation before somebody follows it."""
    if not await _administer(request, person, lambda session: withdraw_invitation(session, wanted.id), True):
        raise Refused(404, "invitation_unknown")


@router.get("/links")
async def links(person: CurrentPerson, request: Request) -> Links:
    """All accounts that speak for users."""

    def read(session: Session) -> list[LinkRow]:
        return [LinkRow(user=link.user.name, **shown(link).model_dump()) for link in links_of(session)]

    return Links(links=await _administer(request, person, read))


@router.post("/links/end", status_code=204)
async def end_link(account: Account, person: CurrentPerson, request: Request) -> None:
    """Ends a link at once."""

    def end(session: Session) -> bool:
        known = {(link.channel, link.external_id) for link in links_of(session)}
        return (account.channel, account.account) in known and bool(unlink(session, account.channel, account.account))

    if not await _administer(request, person, end, True):
        raise Refused(404, "link_unknown")


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

    return await _administer(request, person, read)


@router.get("/builds")
async def builds(person: CurrentPerson, request: Request) -> Builds:
    """The builds with their personas, newest first."""
    language = spoken_to(person, request)

    def read(session: Session) -> Builds:
        found = list_builds(session)[:MOST_BUILDS]
        personas = store.personas_of(session, [build.id for build in found])
        return Builds(
            builds=[
                _build(
                    build,
                    [
                        BuildPersona(
                            number=one.number, name=one.name(language), market=one.market, share=one.share, n=one.n
                        )
                        for one in personas[build.id]
                    ],
                )
                for build in found
            ]
        )

    return await _administer(request, person, read)


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

    answer = await _administer(request, person, read)
    if answer is None:
        raise Refused(404, "build_unknown")
    return answer


async def _administer(
    request: Request, person: Person, act: Callable[[Session], Result], writes: bool = False
) -> Result:
    """Does `act` for somebody who may administer, and says its refusals."""

    def in_store() -> Result:
        with session_scope(parts(request).engine, writes=writes, asker=person.asker) as session:
            demand(session, "administer")
            return act(session)

    try:
        return await run_in_threadpool(in_store)
    except UnknownUser:
        raise Refused(404, "user_unknown") from None
    except store.LastAdmin:
        raise Refused(409, "last_admin") from None


def _build(build: BuildInfo, personas: list[BuildPersona]) -> BuildRow:
    return BuildRow.model_validate(
        {
            "number": build.id,
            "built_at": build.created_at,
            "data_on": build.data_on,
            "contacts": build.contacts,
            "verdict": build.verdict,
            "previous": build.previous_id,
            "moved": build.moved.share if build.moved else None,
            "personas": personas,
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
