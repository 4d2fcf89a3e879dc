"""Logins: a signed token for the browser's cookie or a program's Bearer header, which ends when the person says so."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from persona_store.database.models import User
from persona_store.privacy.identity import Identity
from persona_store.privacy.seal import Broken, seal, unseal
from persona_store.settings import Language
from persona_store.users import find_user, normal_name

AUDIENCE = "personabot-gateway"
DEVICE_AUDIENCE = "personabot-device"
DEVICE_DAYS = 180  # who has not been there for so long is counted like a stranger
REQUIRED_CLAIMS = ("sub", "account")


@dataclass(frozen=True, slots=True)
class Person:
    """Someone logged in; `account` tells two users apart who bore the same name one after the other."""

    name: str
    rights: str
    language: Language | None
    account: str

    @property
    def asker(self) -> Identity:
        """The person as the store knows who is asking."""
        return Identity(self.name, self.rights)


def person_of(user: User) -> Person:
    """The user as the gateway knows them."""
    language: Language | None = "de" if user.language == "de" else "en" if user.language == "en" else None
    return Person(user.name, user.rights, language, _account(user))


def start_session(user: User, secret: str, hours: float) -> str:
    """A token that proves for `hours` from now that its bearer is `user`."""
    claims = {"sub": user.name, "account": _account(user), "aud": AUDIENCE}
    return seal(claims, secret, datetime.now(UTC) + timedelta(hours=hours))


def mark_device(name: str, secret: str) -> str:
    """A token that tells a device on which `name` has logged in from one that never was seen; it lets nobody in."""
    claims = {"sub": name, "account": name, "aud": DEVICE_AUDIENCE}
    return seal(claims, secret, datetime.now(UTC) + timedelta(days=DEVICE_DAYS))


def known_device(token: str | None, name: str, secret: str) -> str | None:
    """The id of the device that `token` marks, when `name` has logged in there before."""
    claims = _claims(token, secret, DEVICE_AUDIENCE)
    if claims is None or claims["sub"] != normal_name(name):
        return None
    return str(claims["jti"])


def session_user(session: Session, token: str, secret: str) -> User | None:
    """Whose login `token` is; None when it is forged, expired or ended, or when the user is gone."""
    claims = _claims(token, secret)
    if claims is None:
        return None
    user = find_user(session, claims["sub"])
    if user is None or _account(user) != claims["account"]:
        return None
    if any(ended == claims["jti"] for ended, _ in user.ended_sessions):
        return None
    if user.logins_since is not None and claims["iat"] < user.logins_since.replace(tzinfo=UTC).timestamp():
        return None
    return user


def session_end(token: str, secret: str) -> datetime:
    """When the login `token`, which is a valid one, ends by itself."""
    return datetime.fromtimestamp(unseal(token, secret, AUDIENCE)["exp"], UTC)


def end_session(session: Session, token: str, secret: str) -> None:
    """Makes `token` worthless from now on; a token that is so already is left alone."""
    user = session_user(session, token, secret)
    claims = _claims(token, secret)
    if user is None or claims is None:
        return
    # read again under a lock, so that two logouts at once do not lose one of them
    session.refresh(user, with_for_update=True)
    now = datetime.now(UTC).timestamp()
    still_running = [[ended, expiry] for ended, expiry in user.ended_sessions if expiry > now]
    user.ended_sessions = [*still_running, [claims["jti"], claims["exp"]]]


def _claims(token: str | None, secret: str, audience: str = AUDIENCE) -> dict[str, Any] | None:
    try:
        return unseal(token, secret, audience, REQUIRED_CLAIMS)
    except Broken:
        return None


def _account(user: User) -> str:
    return f"{user.name} {user.created_at.isoformat()}"
