"""Invitations: admins make a link, and whoever follows it makes an account of their own, once."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from bot.gateway.limits import proving
from bot.gateway.login import CurrentPerson, LoginAnswer, enter
from bot.gateway.parts import parts
from bot.gateway.refusals import Refused, wanted_language
from bot.gateway.sessions import Person
from persona_store.database import session_scope
from persona_store.database.models import Invitation, User
from persona_store.errors import InputError
from persona_store.privacy.rights import Rights
from persona_store.settings import Language
from persona_store.users import (
    INVITATION_HOURS,
    LONGEST_INVITATION,
    LONGEST_NAME,
    LONGEST_PASSWORD,
    MOST_INVITATION_HOURS,
    SHORTEST_PASSWORD,
    NameTaken,
    accept_invitation,
    invitation_of,
    invite,
)

LINK = "/#invitation={token}"  # behind the hash sign: browsers send it to no server, so it stands in no log

router = APIRouter(prefix="/api", tags=["invitations"])

Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Token = Annotated[str, Field(min_length=1, max_length=LONGEST_INVITATION)]


class Strict(BaseModel):
    """What is not known is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewInvitation(Strict):
    """What the invited may do; with `name` the link makes the account of that name only."""

    rights: Rights
    name: Name | None = None
    hours: float = Field(default=INVITATION_HOURS, gt=0, le=MOST_INVITATION_HOURS)


class Link(BaseModel):
    """The link, below the gateway's address; it cannot be shown again."""

    link: str
    token: str


class Shown(Strict):
    """The secret of an invitation."""

    token: Token


class Invited(BaseModel):
    """What the invitation is for."""

    rights: Rights
    name: str | None
    expires_at: datetime


class Acceptance(Shown):
    """The account that the invited wishes."""

    name: Name
    password: str = Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD)
    language: Language | None = None


@router.post("/invitations", status_code=201)
async def make(wanted: NewInvitation, person: CurrentPerson, request: Request) -> Link:
    """Makes a link by which somebody makes an account of their own; for admins."""
    token = await run_in_threadpool(_invite, parts(request).engine, person, wanted)
    return Link(link=LINK.format(token=token), token=token)


@router.post("/invitation/look")
async def look(shown: Shown, request: Request) -> Invited:
    """What an invitation is for, before it is accepted."""
    with proving(request):
        found = await run_in_threadpool(_look, parts(request).engine, shown.token)
        if found is None:
            raise Refused(404, "invitation_gone")
    return Invited(rights=found.rights, name=found.name, expires_at=found.expires_at.replace(tzinfo=UTC))


@router.post("/invitation", status_code=201)
async def accept(wished: Acceptance, request: Request, response: Response) -> LoginAnswer:
    """Makes the account and logs in; the invitation is used up by that."""
    language = wished.language or wanted_language(request.headers)
    async with parts(request).logins:
        with proving(request):
            user = await run_in_threadpool(_accept, parts(request).engine, wished, language)
            if user is None:
                raise Refused(404, "invitation_gone")
    return await enter(request, response, user)


def _invite(engine: Engine, person: Person, wanted: NewInvitation) -> str:
    try:
        with session_scope(engine, writes=True, asker=person.asker) as session:
            return invite(session, wanted.rights, wanted.name, wanted.hours)
    except NameTaken:
        raise Refused(409, "name_taken") from None
    except InputError:
        raise Refused(422, "bad_request", fields="name") from None


def _look(engine: Engine, token: str) -> Invitation | None:
    with session_scope(engine) as session:
        return invitation_of(session, token)


def _accept(engine: Engine, wished: Acceptance, language: Language | None) -> User | None:
    try:
        with session_scope(engine, writes=True) as session:
            return accept_invitation(session, wished.token, wished.name, wished.password, language)
    except (NameTaken, IntegrityError):  # or somebody chose it at the same moment
        raise Refused(409, "name_taken") from None
    except InputError:
        raise Refused(422, "bad_request", fields="name") from None
