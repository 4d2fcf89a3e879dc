"""Logging in and out, and who is logged in: by the browser's cookie or by a Bearer token."""

import asyncio
from datetime import datetime
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine

from bot.gateway.brake import Brake, address_key
from bot.gateway.refusals import Refused
from bot.gateway.sessions import (
    DEVICE_DAYS,
    Person,
    end_session,
    known_device,
    mark_device,
    person_of,
    session_end,
    session_user,
    start_session,
)
from persona_store.database import session_scope
from persona_store.database.models import User
from persona_store.lockout import Try, begin_try, forgive
from persona_store.privacy.audit import record
from persona_store.privacy.rights import Rights
from persona_store.settings import Language
from persona_store.users import LONGEST_NAME, LONGEST_PASSWORD, check_password

COOKIE = "personabot_session"
DEVICE_COOKIE = "personabot_device"
LOGIN_PATH = "/api/login"
FAILURES_PER_ADDRESS = 50  # an office may share one address
FAILURE_SECONDS = 15 * 60.0
LOGINS_AT_ONCE = 2  # each takes 64 MiB and a core for a moment

router = APIRouter(prefix="/api", tags=["login"])


class LoginRequest(BaseModel):
    """Name and password as typed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=LONGEST_NAME)
    password: str = Field(max_length=LONGEST_PASSWORD)


class Me(BaseModel):
    """The person logged in, until `expires`; `language` is None when they have chosen none."""

    name: str
    rights: Rights
    language: Language | None
    expires: datetime


class LoginAnswer(Me):
    """The person, with the token that programs send as `Authorization: Bearer`."""

    token: str


class Brakes:
    """Failed logins per address in this process; those of a name are counted in the store, for all replicas."""

    def __init__(self) -> None:
        self.addresses = Brake(FAILURES_PER_ADDRESS, FAILURE_SECONDS)
        self.limiter = CapacityLimiter(LOGINS_AT_ONCE)
        self.turns = asyncio.Semaphore(LOGINS_AT_ONCE)


def session_token(request: Request) -> str | None:
    """The token that came with the request: the Bearer header's, else the cookie's."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return request.cookies.get(COOKIE)


async def current_person(request: Request) -> Person:
    """Who is logged in; refuses with 401 when nobody is."""
    token = session_token(request)
    person = await run_in_threadpool(_find_person, request, token) if token else None
    if person is None:
        raise Refused(401, "not_logged_in")
    return person


CurrentPerson = Annotated[Person, Depends(current_person)]


@router.post("/login")
async def login(entered: LoginRequest, request: Request, response: Response) -> LoginAnswer:
    """Checks name and password, sets the session cookie and returns the same token for programs."""
    brakes: Brakes = request.app.state.brakes
    async with brakes.turns:  # an office that logs in at nine o'clock waits in line, and is not taken for a guesser
        return await _checked(entered, request, response, brakes)


@router.post("/logout", status_code=204)
async def logout(request: Request, response: Response) -> None:
    """Ends the login for good, wherever its token is."""
    token = session_token(request)
    if token:
        await run_in_threadpool(_log_out, request, token)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=is_https(request))


@router.get("/me")
async def me(person: CurrentPerson, request: Request) -> Me:
    """Who is logged in, and until when."""
    return login_answer(person, session_token(request) or "", request.app.state.session_secret)


def _find_person(request: Request, token: str) -> Person | None:
    with session_scope(_engine(request)) as session:
        user = session_user(session, token, request.app.state.session_secret)
        return person_of(user) if user else None


async def enter(request: Request, response: Response, user: User) -> LoginAnswer:
    """Logs in somebody who has proved who they are, on a device that is known from now on."""
    known = request.app.state
    await run_in_threadpool(_record_login, request, user)
    token = start_session(user, known.session_secret, known.settings.session_hours)
    set_session_cookie(request, response, token)
    return login_answer(person_of(user), token, known.session_secret)


def login_answer(person: Person, token: str, secret: str) -> LoginAnswer:
    """What the person is told about the login that `token` proves."""
    return LoginAnswer(
        name=person.name,
        rights=person.rights,
        language=person.language,
        expires=session_end(token, secret),
        token=token,
    )


def origin_of(request: Request) -> str:
    """The network that a request comes from."""
    return address_key(request.client.host if request.client else "")


async def _checked(entered: LoginRequest, request: Request, response: Response, brakes: Brakes) -> LoginAnswer:
    metrics = request.app.state.metrics
    origin = origin_of(request)
    device = known_device(request.cookies.get(DEVICE_COOKIE), entered.name, request.app.state.session_secret)
    if device is None:  # else the store alone counts, so that nobody keeps out whoever shares their address
        if wait := brakes.addresses.wait(origin):
            metrics.logins.labels("braked").inc()
            raise Refused(429, "login_braked", retry_after=wait, minutes=-(-wait // 60))
        brakes.addresses.count(origin)  # before the check, so that many tries at once do not slip through
    tried = Try(entered.name, origin, device)
    if wait := await to_thread.run_sync(_begin, request, tried, limiter=brakes.limiter):
        metrics.logins.labels("braked").inc()
        raise Refused(429, "login_locked", retry_after=wait, minutes=-(-wait // 60))
    # Argon2 takes a core for a moment: in a thread, and not in all of them at once
    found = await to_thread.run_sync(_log_in, request, entered, tried, limiter=brakes.limiter)
    if found is None:
        metrics.logins.labels("refused").inc()
        raise Refused(401, "login_wrong")
    metrics.logins.labels("ok").inc()
    person, token = found
    set_session_cookie(request, response, token)
    if device is None:
        brakes.addresses.take_back(origin)
        _mark_device(request, response, person.name)
    return login_answer(person, token, request.app.state.session_secret)


def _begin(request: Request, tried: Try) -> int:
    with session_scope(_engine(request), writes=True) as session:
        return begin_try(session, tried)


def _log_in(request: Request, entered: LoginRequest, tried: Try) -> tuple[Person, str] | None:
    with session_scope(_engine(request)) as session:
        user = check_password(session, entered.name, entered.password)
    if user is None:
        return None
    with session_scope(_engine(request), writes=True) as session:
        forgive(session, tried)
        record(session, user.name, "login")
    return person_of(user), start_session(
        user, request.app.state.session_secret, request.app.state.settings.session_hours
    )


def _record_login(request: Request, user: User) -> None:
    with session_scope(_engine(request), writes=True) as session:
        record(session, user.name, "login")


def _log_out(request: Request, token: str) -> None:
    with session_scope(_engine(request), writes=True) as session:
        end_session(session, token, request.app.state.session_secret)


def _mark_device(request: Request, response: Response, name: str) -> None:
    response.set_cookie(
        DEVICE_COOKIE,
        mark_device(name, request.app.state.session_secret),
        max_age=DEVICE_DAYS * 24 * 3600,
        path=LOGIN_PATH,
        httponly=True,
        samesite="strict",
        secure=is_https(request),
    )


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Lets the browser prove by a cookie that its person is logged in."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(request.app.state.settings.session_hours * 3600),
        path="/",
        httponly=True,
        samesite="strict",
        secure=is_https(request),
    )


def is_https(request: Request) -> bool:
    """Whether the person's connection is encrypted, so that cookies may say so."""
    return request.url.scheme == "https"


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine
