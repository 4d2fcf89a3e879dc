"""Logging in and out, and who is logged in: by the browser's cookie or by a Bearer token."""

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine

from bot.gateway.brake import Brake, address_key
from bot.gateway.refusals import Refused
from bot.gateway.sessions import Person, end_session, person_of, session_user, start_session
from persona_store.database import session_scope
from persona_store.privacy.audit import record
from persona_store.privacy.rights import Rights
from persona_store.settings import Language
from persona_store.users import LONGEST_NAME, LONGEST_PASSWORD, check_password, normal_name

COOKIE = "personabot_session"
FAILURES_PER_NAME = 10
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
    """The person logged in; `language` is None when they have chosen none."""

    name: str
    rights: Rights
    language: Language | None


class LoginAnswer(Me):
    """The person, with the token that programs send as `Authorization: Bearer`."""

    token: str


class Brakes:
    """Failed logins per name and per address."""

    def __init__(self) -> None:
        self.names = Brake(FAILURES_PER_NAME, FAILURE_SECONDS)
        self.addresses = Brake(FAILURES_PER_ADDRESS, FAILURE_SECONDS)
        self.limiter = CapacityLimiter(LOGINS_AT_ONCE)


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
    metrics = request.app.state.metrics
    name_key = normal_name(entered.name)
    origin_key = address_key(request.client.host if request.client else "")
    wait = max(brakes.names.wait(name_key), brakes.addresses.wait(origin_key))
    if wait:
        metrics.logins.labels("braked").inc()
        raise Refused(429, "login_braked", retry_after=wait, minutes=-(-wait // 60))
    # counted before the check, so that many tries at once do not slip through
    brakes.names.count(name_key)
    brakes.addresses.count(origin_key)
    found = await to_thread.run_sync(_log_in, request, entered, limiter=brakes.limiter)
    if found is None:
        metrics.logins.labels("refused").inc()
        raise Refused(401, "login_wrong")
    brakes.names.forget(name_key)
    brakes.addresses.take_back(origin_key)
    metrics.logins.labels("ok").inc()
    person, token = found
    _set_cookie(request, response, token)
    return LoginAnswer(name=person.name, rights=person.rights, language=person.language, token=token)


@router.post("/logout", status_code=204)
async def logout(request: Request, response: Response) -> None:
    """Ends the login for good, wherever its token is."""
    token = session_token(request)
    if token:
        await run_in_threadpool(_log_out, request, token)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=_is_https(request))


@router.get("/me")
async def me(person: CurrentPerson) -> Me:
    """Who is logged in."""
    return Me(name=person.name, rights=person.rights, language=person.language)


def _find_person(request: Request, token: str) -> Person | None:
    with session_scope(_engine(request)) as session:
        user = session_user(session, token, request.app.state.session_secret)
        return person_of(user) if user else None


def _log_in(request: Request, entered: LoginRequest) -> tuple[Person, str] | None:
    with session_scope(_engine(request)) as session:
        user = check_password(session, entered.name, entered.password)
    if user is None:
        return None
    with session_scope(_engine(request), writes=True) as session:
        record(session, user.name, "login")
    return person_of(user), start_session(
        user, request.app.state.session_secret, request.app.state.settings.session_hours
    )


def _log_out(request: Request, token: str) -> None:
    with session_scope(_engine(request), writes=True) as session:
        end_session(session, token, request.app.state.session_secret)


def _set_cookie(request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(request.app.state.settings.session_hours * 3600),
        path="/",
        httponly=True,
        samesite="strict",
        secure=_is_https(request),
    )


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine
