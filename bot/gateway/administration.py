"""What admins do: users, invitations and links. Every change is recorded."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from bot.gateway.links import Account, OneLink, shown
from bot.gateway.login import CurrentPerson
from bot.gateway.parts import parts
from bot.gateway.refusals import Refused
from bot.gateway.sessions import Person
from persona_store import administration as store
from persona_store.database import session_scope
from persona_store.links import links_of, unlink
from persona_store.lockout import locks, unlock
from persona_store.privacy.rights import Rights, demand
from persona_store.users import LONGEST_NAME, UnknownUser, list_users, open_invitations, withdraw_invitation

LARGEST_ID = 2**63 - 1


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


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

    return Users(users=await administer(request, person, read))


@router.post("/users/rights", status_code=204)
async def change_rights(wanted: UserRights, person: CurrentPerson, request: Request) -> None:
    """Gives a user other rights, from their next request on; the last admin keeps theirs."""
    await administer(request, person, lambda session: store.change_rights(session, wanted.name, wanted.rights), True)


@router.post("/users/unlock", status_code=204)
async def let_in(wanted: UserName, person: CurrentPerson, request: Request) -> None:
    """Lets a user try to log in again at once."""
    await administer(request, person, lambda session: unlock(session, wanted.name), True)


@router.post("/users/remove", status_code=204)
async def remove(wanted: UserName, person: CurrentPerson, request: Request) -> None:
    """Removes a user, whose logins and links end at once; the last admin stays."""
    await administer(request, person, lambda session: store.dismiss(session, wanted.name), True)


@router.get("/invitations")
async def invitations(person: CurrentPerson, request: Request) -> Invitations:
    """The invitations that still hold; their secrets are kept nowhere."""

    def read(session: Session) -> list[InvitationRow]:
        return [InvitationRow.model_validate(one, from_attributes=True) for one in open_invitations(session)]

    return Invitations(invitations=await administer(request, person, read))


@router.post("/invitations/withdraw", status_code=204)
async def withdraw(wanted: InvitationId, person: CurrentPerson, request: Request) -> None:
    """Ends an invitation before somebody follows it."""
    if not await administer(request, person, lambda session: withdraw_invitation(session, wanted.id), True):
        raise Refused(404, "invitation_unknown")


@router.get("/links")
async def links(person: CurrentPerson, request: Request) -> Links:
    """All accounts that speak for users."""

    def read(session: Session) -> list[LinkRow]:
        return [LinkRow(user=link.user.name, **shown(link).model_dump()) for link in links_of(session)]

    return Links(links=await administer(request, person, read))


@router.post("/links/end", status_code=204)
async def end_link(account: Account, person: CurrentPerson, request: Request) -> None:
    """Ends a link at once."""

    def end(session: Session) -> bool:
        known = {(link.channel, link.external_id) for link in links_of(session)}
        return (account.channel, account.account) in known and bool(unlink(session, account.channel, account.account))

    if not await administer(request, person, end, True):
        raise Refused(404, "link_unknown")


async def administer(
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
