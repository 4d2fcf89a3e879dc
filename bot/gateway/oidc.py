"""Single sign-on by OpenID Connect (Core 1.0): authorization code with PKCE (RFC 7636), state and nonce."""

import secrets
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError

from bot.gateway.brake import brake_or_refuse
from bot.gateway.limits import origin_of
from bot.gateway.login import is_https, new_session, set_session_cookie
from bot.gateway.parts import parts
from bot.gateway.provider import Claims, Provider, ProviderError
from bot.gateway.refusals import Refused, spoken_language, wanted_language
from persona_store.database import session_scope
from persona_store.database.models import User
from persona_store.errors import InputError
from persona_store.privacy.seal import Broken, seal, unseal
from persona_store.settings import Language, Settings
from persona_store.sign_on import read_group_rights, rights_of, shut_out, signed_on
from persona_store.users import LONGEST_NAME, NameTaken
from persona_store.wording import say

COOKIE = "personabot_sign_on"
PATH = "/api/oidc"
AUDIENCE = "personabot-sign-on"
MINUTES = 10  # to log in elsewhere, second factor included
RANDOM_BYTES = 32
LONGEST_CODE = 4096
AFTERWARDS = "/"
STATUS = {"sso_away": 503, "sso_failed": 400}  # else 403: the service knows the person, we may not let them in
REFUSAL = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Persona Bot</title>
<link rel="stylesheet" href="/web/widget/colours.css"><link rel="stylesheet" href="/web/widget/controls.css">
<link rel="stylesheet" href="/web/page.css"></head>
<body><main class="refusal"><h1>Persona Bot</h1><p role="alert">{message}</p>
<p><a href="/">{back}</a></p></main></body></html>
"""

router = APIRouter(prefix="/api", tags=["login"])


class LoginOptions(BaseModel):
    """How one may log in beside name and password; `name` is what the button calls the sign-on service."""

    oidc: bool
    name: str | None


class SignOn:
    """Where people log in elsewhere, and which rights their groups have here."""

    def __init__(self, known: Settings, provider: Provider) -> None:
        self.provider = provider
        self.name = known.oidc_name
        self.rights = read_group_rights(known.oidc_rights)
        self.groups_claim = known.oidc_groups_claim


def new_sign_on(known: Settings) -> SignOn | None:
    """Single sign-on as set; None where it is not. Raises InputError where it is set by half."""
    if known.oidc_issuer is None:
        return None
    if known.oidc_client_id is None or known.oidc_client_secret is None or not known.oidc_rights.strip():
        raise InputError(say("users.half_oidc", known.language))
    secret = known.oidc_client_secret.get_secret_value()
    return SignOn(known, Provider(known.oidc_issuer, known.oidc_client_id, secret))


@router.get("/login/options")
async def options(request: Request) -> LoginOptions:
    """Whether there is a button for single sign-on."""
    sign_on = parts(request).sign_on
    return LoginOptions(oidc=sign_on is not None, name=sign_on.name if sign_on else None)


@router.get("/oidc/login", response_class=RedirectResponse, status_code=303)
async def begin(request: Request) -> Response:
    """Leads to the sign-on service; a cookie remembers for a few minutes which answer this browser awaits."""
    sign_on = _sign_on(request)
    brake_or_refuse(parts(request).brakes.sign_ons, origin_of(request), "crowded")
    state, nonce, verifier = (secrets.token_urlsafe(RANDOM_BYTES) for _ in range(3))
    try:
        address = await sign_on.provider.address(_callback(request), state, nonce, verifier)
    except ProviderError:
        return _failed(request, "sso_away")
    claims = {"aud": AUDIENCE, "state": state, "nonce": nonce, "verifier": verifier}
    response = RedirectResponse(address, status_code=303)
    response.set_cookie(
        COOKIE,
        seal(claims, parts(request).session_secret, datetime.now(UTC) + timedelta(minutes=MINUTES)),
        max_age=MINUTES * 60,
        path=PATH,
        httponly=True,
        samesite="lax",  # the answer comes from another site, as a link that is followed
        secure=is_https(request),
    )
    return response


@router.get("/oidc/callback", response_class=RedirectResponse, status_code=303)
async def callback(
    request: Request, code: str | None = None, state: str | None = None, iss: str | None = None
) -> Response:
    """What the sign-on service answered: logs in, or says why not."""
    sign_on = _sign_on(request)
    brake_or_refuse(parts(request).brakes.sign_ons, origin_of(request), "crowded")
    awaited = _awaited(request)
    response = await _answered(request, sign_on, awaited, code, state, iss)
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax", secure=is_https(request))
    return response


async def _answered(
    request: Request, sign_on: SignOn, awaited: dict[str, Any] | None, code: str | None, state: str | None,
    iss: str | None,
) -> Response:  # fmt: skip
    if awaited is None or not state or not secrets.compare_digest(state.encode(), str(awaited["state"]).encode()):
        return _failed(request, "sso_failed")
    if not code or len(code) > LONGEST_CODE or iss not in (None, sign_on.provider.issuer):  # RFC 9207: mixed up
        return _failed(request, "sso_failed")
    try:
        claims = await sign_on.provider.claims(code, _callback(request), awaited["nonce"], awaited["verifier"])
    except ProviderError as error:
        return _failed(request, "sso_away" if error.away else "sso_failed")
    name = str(claims.get("email") or "")
    if claims.get("email_verified") is not True or "@" not in name or len(name) > LONGEST_NAME:
        return _failed(request, "sso_no_email")
    user = await run_in_threadpool(_enter, request, sign_on, claims, name)
    if isinstance(user, str):
        return _failed(request, user)
    response = RedirectResponse(AFTERWARDS, status_code=303)
    set_session_cookie(request, response, new_session(parts(request), user))
    return response


def _enter(request: Request, sign_on: SignOn, claims: Claims, name: str) -> User | str:
    """The account, or the name of the refusal."""
    subject = f"{sign_on.provider.issuer} {claims['sub']}"
    groups = claims.get(sign_on.groups_claim)
    member_of = [one for one in groups if isinstance(one, str)] if isinstance(groups, list) else []
    rights = rights_of(member_of, sign_on.rights)
    language: Language | None = wanted_language(request.headers)
    with session_scope(parts(request).engine, writes=True) as session:
        if rights is None:
            shut_out(session, subject)
            return "sso_no_group"
        try:
            return signed_on(session, subject, name, rights, language)
        except NameTaken:
            return "sso_name_taken"
        except (InputError, IntegrityError):  # an unfit name, or the same person in two windows at once
            session.rollback()
            return "sso_failed"


def _sign_on(request: Request) -> SignOn:
    sign_on = parts(request).sign_on
    if sign_on is None:
        raise Refused(404, "sso_off")
    return sign_on


def _callback(request: Request) -> str:
    return f"{parts(request).settings.public_url or str(request.base_url).rstrip('/')}{PATH}/callback"


def _awaited(request: Request) -> dict[str, Any] | None:
    """What this browser's cookie says it awaits; None when it is forged, too old or not there."""
    try:
        return unseal(
            request.cookies.get(COOKIE), parts(request).session_secret, AUDIENCE, ["state", "nonce", "verifier"]
        )
    except Broken:
        return None


def _failed(request: Request, name: str) -> Response:
    """A page that says why not, for somebody who comes back by a link."""
    language = spoken_language(request)
    message, back = escape(say(f"gateway.{name}", language)), escape(say("gateway.sso_back", language))
    page = REFUSAL.format(language=language, message=message, back=back)
    return HTMLResponse(page, status_code=STATUS.get(name, 403))
