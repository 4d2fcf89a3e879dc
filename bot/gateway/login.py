"""Logging in and out, and who is logged in: by the browser's cookie or by a Bearer token."""

from contextlib import nullcontext
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine

from bot.gateway.limits import origin_of, proving
from bot.gateway.parts import Parts, parts
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


def session_token(request: Request) -> str | None:
    """The token that came with the request: the Bearer header's, else the cookie's."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return request.cookies.get(COOKIE)


async def current_person(request: Request) -> Person:
    """Who is logged in; refuses with 401 when nobody is."""
    token = session_token(request)
    person = await run_in_threadpool(_find_person, parts(request), token) if token else None
    if person is None:
        raise Refused(401, "not_logged_in")
    return person


CurrentPerson = Annotated[Person, Depends(current_person)]


@router.post("/login")
async def login(entered: LoginRequest, request: Request, response: Response) -> LoginAnswer:
    """Checks name and password, sets the session cookie and returns the same token for programs."""
    logins = parts(request).metrics.logins
    try:
        async with parts(request).logins:  # an office that logs in at nine o'clock waits in line, and is no guesser
            answer = await _checked(entered, request, response)
    except Refused as refused:
        logins.labels("refused" if refused.status == 401 else "braked").inc()
        raise
    logins.labels("ok").inc()
    return answer


@router.post("/logout", status_code=204)
async def logout(request: Request, response: Response) -> None:
    """Ends the login for good, wherever its token is."""
    token = session_token(request)
    if token:
        await run_in_threadpool(_log_out, parts(request), token)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=is_https(request))


@router.get("/me")
async def me(person: CurrentPerson, request: Request) -> Me:
    """Who is logged in, and until when."""
    return login_answer(person, session_token(request) or "", parts(request).session_secret)


def _find_person(here: Parts, token: str) -> Person | None:
    with session_scope(here.engine) as session:
        user = session_user(session, token, here.session_secret)
        return person_of(user) if user else None


async def enter(request: Request, response: Response, user: User, tried: Try | None = None) -> LoginAnswer:
    """Logs in somebody who has proved who they are, by the try `tried`, on a device that is known from now on."""
    here = parts(request)
    await run_in_threadpool(_record_login, here.engine, user, tried)
    token = new_session(here, user)
    set_session_cookie(request, response, token)
    if _device(request, user.name) is None:
        _mark_device(request, response, user.name)
    return login_answer(person_of(user), token, here.session_secret)


def new_session(here: Parts, user: User) -> str:
    """The token of a login that lasts as long as is set."""
    return start_session(user, here.session_secret, here.settings.session_hours)


def login_answer(person: Person, token: str, secret: str) -> LoginAnswer:
    """What the person is told about the login that `token` proves."""
    return LoginAnswer(
        name=person.name,
        rights=person.rights,
        language=person.language,
        expires=session_end(token, secret),
        token=token,
    )


async def _checked(entered: LoginRequest, request: Request, response: Response) -> LoginAnswer:
    engine, device = parts(request).engine, _device(request, entered.name)
    tried = Try(entered.name, origin_of(request), device)
    # on a known device the store alone counts, so that nobody keeps out whoever shares their address
    with proving(request) if device is None else nullcontext():
        if wait := await run_in_threadpool(_begin, engine, tried):
            raise Refused(429, "login_locked", retry_after=wait, minutes=-(-wait // 60))
        # Argon2 takes a core for a moment: in a thread
        user = await run_in_threadpool(_find_user, engine, entered)
        if user is None:
            raise Refused(401, "login_wrong")
    return await enter(request, response, user, tried)


def _begin(engine: Engine, tried: Try) -> int:
    with session_scope(engine, writes=True) as session:
        return begin_try(session, tried)


def _find_user(engine: Engine, entered: LoginRequest) -> User | None:
    with session_scope(engine) as session:
        return check_password(session, entered.name, entered.password)


def _record_login(engine: Engine, user: User, tried: Try | None) -> None:
    with session_scope(engine, writes=True) as session:
        if tried is not None:
            forgive(session, tried)
        record(session, user.name, "login")


def _log_out(here: Parts, token: str) -> None:
    with session_scope(here.engine, writes=True) as session:
        end_session(session, token, here.session_secret)


def _device(request: Request, name: str) -> str | None:
    return known_device(request.cookies.get(DEVICE_COOKIE), name, parts(request).session_secret)


def _mark_device(request: Request, response: Response, name: str) -> None:
    response.set_cookie(
        DEVICE_COOKIE,
        mark_device(name, parts(request).session_secret),
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
        max_age=int(parts(request).settings.session_hours * 3600),
        path="/",
        httponly=True,
        samesite="strict",
        secure=is_https(request),
    )


def is_https(request: Request) -> bool:
    """Whether the person's connection is encrypted, so that cookies may say so."""
    return request.url.scheme == "https"
