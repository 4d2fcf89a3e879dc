"""Signed proof of who is asking, handed from the process that faces people to the actions that open the store.

The proof is a JSON Web Token (RFC 7519) with HMAC-SHA256, bound to one conversation and valid for a short time.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt

from persona_store.errors import NotAllowed
from persona_store.settings import settings
from persona_store.wording import say

ALGORITHM = "HS256"
ISSUER = "personabot"
REQUIRED_CLAIMS = ("sub", "rights", "aud", "iss", "jti", "iat", "exp")
LONGEST_TOKEN = 4096


@dataclass(frozen=True, slots=True)
class Identity:
    """Someone who has proved who they are; `rights` is "sales", "marketing", "trainer" or "admin".

    `conversation` is the one the proof was made for.
    """

    user: str
    rights: str
    conversation: str = field(default="", compare=False)


def sign(user: str, rights: str, conversation: str, secret: str, ttl_seconds: int) -> str:
    """A token that says for `ttl_seconds` from now that `user` speaks in `conversation`."""
    now = datetime.now(UTC)
    claims = {
        "sub": user,
        "rights": rights,
        "aud": conversation,
        "iss": ISSUER,
        "jti": uuid4().hex,
        "iat": now,
        "exp": now + timedelta(seconds=ttl_seconds),
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def verify(token: object, secret: str, conversation: str) -> Identity:
    """Who `token` was signed for; raises NotAllowed when it is missing, forged, expired or of another conversation.

    `token` may be anything that came in with a message.
    """
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise NotAllowed(say("identity.refused", settings().language))
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=conversation,
            issuer=ISSUER,
            options={"require": list(REQUIRED_CLAIMS)},
        )
    except jwt.ExpiredSignatureError:
        raise NotAllowed(say("identity.expired", settings().language)) from None
    except (jwt.InvalidTokenError, ValueError):
        raise NotAllowed(say("identity.refused", settings().language)) from None
    if not isinstance(claims["rights"], str):
        raise NotAllowed(say("identity.refused", settings().language))
    return Identity(user=claims["sub"], rights=claims["rights"], conversation=conversation)
