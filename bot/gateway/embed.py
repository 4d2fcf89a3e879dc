"""The widget in other pages: its words, and a host page's signed word of who is there, traded for a login."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from bot.gateway.limits import proving
from bot.gateway.login import LoginAnswer, login_answer
from bot.gateway.parts import Parts, parts
from bot.gateway.refusals import Refused
from bot.gateway.sessions import person_of, start_session
from persona_store.database import session_scope
from persona_store.database.models import User
from persona_store.privacy.audit import record
from persona_store.privacy.seal import LONGEST_TOKEN, Broken, unseal
from persona_store.users import find_user
from persona_store.wording import catalogue

AUDIENCE = "personabot-embed"
LONGEST_ID = 64
LONGEST_SECONDS = 300  # between a token's making and its end: a page hands it out and it is used at once
LEEWAY_SECONDS = 30  # clocks of two machines differ
SESSION_HOURS = 1.0  # then the page vouches anew, so that whoever leaves there soon is out here, too
SPENT = "embed:"  # marks a host page's token among the ended logins of its user
WORDS_PREFIX = "widget."

router = APIRouter(tags=["embed"])


class EmbedRequest(BaseModel):
    """What the host page says about who is there: a JWT signed with the secret that both know."""

    model_config = ConfigDict(extra="forbid", strict=True)

    token: str = Field(max_length=LONGEST_TOKEN)


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom the host page names: until `expires` (seconds since 1970), and once, by the name `token_id`."""

    user: str
    rights: str | None
    token_id: str
    expires: float


@router.get("/web/words.json", include_in_schema=False)
async def words() -> dict[str, dict[str, str]]:
    """The widget's words in both languages, by key."""
    return {
        language: {
            key.removeprefix(WORDS_PREFIX): text
            for key, text in catalogue(language).items()
            if key.startswith(WORDS_PREFIX)
        }
        for language in ("de", "en")
    }


@router.post("/api/embed")
async def embed(given: EmbedRequest, request: Request) -> LoginAnswer:
    """Trades a host page's signed identity, which counts once, for a Bearer token with the rights of the user named.

    The JWT (HS256 with PERSONABOT_EMBED_SECRET) claims `sub` (name of an existing user), `aud` "personabot-embed",
    `jti` (unique), `iat` and `exp` (at most 300 seconds later); `rights`, where claimed, must be the user's.
    """
    secret = parts(request).settings.embed_secret
    if secret is None:
        raise Refused(403, "embed_closed")
    with proving(request):
        vouched = read_token(given.token, secret)
        found = await run_in_threadpool(_enter, parts(request), vouched) if vouched else None
        if found is None:
            raise Refused(401, "embed_refused")
    return found


def read_token(token: str, secret: str) -> Vouched | None:
    """Whom `token` names; None when it is forged, expired, made for longer than allowed or incomplete."""
    try:
        claims = unseal(token, secret, AUDIENCE, ["sub"], leeway_seconds=LEEWAY_SECONDS)
        user, token_id = claims["sub"], claims["jti"]
        made, expires = float(claims["iat"]), float(claims["exp"])
    except (Broken, ValueError, TypeError, OverflowError):
        return None
    if not (isinstance(token_id, str) and 0 < len(token_id) <= LONGEST_ID and expires - made <= LONGEST_SECONDS):
        return None
    rights = claims.get("rights")
    return Vouched(user, None if rights is None else str(rights), token_id, expires)


def spend(session: Session, user: User, vouched: Vouched) -> bool:
    """Notes that the token has been used; False when it had been before."""
    # read again under a lock, so that of two uses at once only one counts
    session.refresh(user, with_for_update=True)
    name = SPENT + vouched.token_id
    if any(ended == name for ended, _ in user.ended_sessions):
        return False
    now = datetime.now(UTC).timestamp()
    still_running = [[ended, expiry] for ended, expiry in user.ended_sessions if expiry > now]
    user.ended_sessions = [*still_running, [name, vouched.expires + LEEWAY_SECONDS]]
    return True


def _enter(here: Parts, vouched: Vouched) -> LoginAnswer | None:
    with session_scope(here.engine, writes=True) as session:
        user = find_user(session, vouched.user)
        if user is None or vouched.rights not in (None, user.rights) or not spend(session, user, vouched):
            return None
        record(session, user.name, "login", detail="embed")
        hours = min(here.settings.session_hours, SESSION_HOURS)
        return login_answer(person_of(user), start_session(user, here.session_secret, hours), here.session_secret)
