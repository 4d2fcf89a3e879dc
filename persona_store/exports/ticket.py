"""A short-lived proof that lets one person fetch one file in one conversation; it holds no personal data.

So the file itself never passes through the assistant's memory, however large it is. The proof is a JSON Web Token
(RFC 7519) with HMAC-SHA256; whoever redeems it must be logged in as the person it was made for.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt

from persona_store.errors import NotAllowed
from persona_store.privacy.rights import may
from persona_store.settings import Language, settings
from persona_store.wording import say

ALGORITHM = "HS256"
ISSUER = "personabot-files"
REQUIRED_CLAIMS = ("sub", "aud", "iss", "jti", "iat", "exp", "persona", "language")
LONGEST_TOKEN = 2048
VALID_SECONDS = 15 * 60  # time to read the answer and to press the link, too short to be passed around
KEY_NAME = "files"  # of the secret among those of the installation


@dataclass(frozen=True, slots=True)
class Ticket:
    """What may be fetched: the contacts of the persona with this id, the file's words in `language`."""

    user: str
    persona_id: int
    language: Language


def may_export(rights: str) -> bool:
    """Whether somebody with these rights may take contacts out of the store."""
    return may(rights, "export")


def issue(user: str, conversation: str, persona_id: int, language: Language) -> tuple[str, datetime]:
    """A proof for `user` in `conversation` (Rasa's sender id), and until when it holds."""
    now = datetime.now(UTC).replace(microsecond=0)
    expires = now + timedelta(seconds=VALID_SECONDS)
    claims: dict[str, Any] = {
        "sub": user,
        "aud": conversation,
        "iss": ISSUER,
        "jti": uuid4().hex,
        "iat": now,
        "exp": expires,
        "persona": persona_id,
        "language": language,
    }
    return jwt.encode(claims, settings().secret(KEY_NAME), algorithm=ALGORITHM), expires


def redeem(token: str, user: str, conversation: str, secret: str) -> Ticket:
    """What the proof lets `user` fetch; raises NotAllowed when it is forged, expired, or another's."""
    try:
        if len(token) > LONGEST_TOKEN:
            raise jwt.InvalidTokenError
        claims = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=conversation,
            issuer=ISSUER,
            options={"require": list(REQUIRED_CLAIMS)},
        )
    except (jwt.InvalidTokenError, ValueError):
        raise NotAllowed(say("export.expired", settings().language)) from None
    persona_id, language = claims["persona"], claims["language"]
    if claims["sub"] != user or not isinstance(persona_id, int) or language not in ("de", "en"):
        raise NotAllowed(say("export.expired", settings().language))
    return Ticket(user, persona_id, language)
