"""Signed proof of who is asking, handed from the process that faces people to the actions that open the store.

The proof is a JSON Web Token (RFC 7519) with HMAC-SHA256, bound to one message in one conversation and valid for a
short time: by the message's id and its text. So it counts for one turn, for its several actions and their retries, in
whichever process they run, and nothing has to be remembered.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from persona_store.errors import NotAllowed
from persona_store.privacy.seal import Broken, Expired, seal, unseal
from persona_store.settings import settings
from persona_store.wording import say

ISSUER = "personabot"
REQUIRED_CLAIMS = ("sub", "rights", "iss", "msg")
BOUND_CHARACTERS = 500  # Rasa cuts messages there


@dataclass(frozen=True, slots=True)
class Identity:
    """Someone who has proved who they are; `rights` is "sales", "marketing", "trainer" or "admin".

    `conversation` is the one the proof was made for.
    """

    user: str
    rights: str
    conversation: str = field(default="", compare=False)


def sign(user: str, rights: str, conversation: str, message: str, text: str, secret: str, ttl_seconds: int) -> str:
    """A token that says for `ttl_seconds` from now that `user` says `text` in `conversation`.

    `message` is the message's id, which is unique within the conversation.
    """
    claims = {
        "sub": user,
        "rights": rights,
        "aud": conversation,
        "iss": ISSUER,
        "jti": message,
        "msg": _fingerprint(text, secret),
    }
    return seal(claims, secret, datetime.now(UTC) + timedelta(seconds=ttl_seconds))


def verify(token: object, secret: str, conversation: str, message: object, text: str) -> Identity:
    """Who `token` was signed for; raises NotAllowed when it is missing, forged or expired.

    And when it was made for another conversation, or for another message than the one with the id `message` and this
    `text`. `token` and `message` may be anything that came in.
    """
    try:
        claims = unseal(token, secret, conversation, REQUIRED_CLAIMS, issuer=ISSUER)
    except Expired:
        raise NotAllowed(say("identity.expired", settings().language)) from None
    except Broken:
        raise NotAllowed(say("identity.refused", settings().language)) from None
    rights, bound = claims["rights"], claims["msg"]
    if not isinstance(rights, str) or not isinstance(bound, str) or not message or claims["jti"] != message:
        raise NotAllowed(say("identity.refused", settings().language))
    if not hmac.compare_digest(bound.encode("utf-8", "replace"), _fingerprint(text, secret).encode()):
        raise NotAllowed(say("identity.refused", settings().language))
    return Identity(user=claims["sub"], rights=rights, conversation=conversation)


def _fingerprint(text: str, secret: str) -> str:
    """Keyed, for tokens are kept with conversations, and messages shall not be guessed from them."""
    said = text[:BOUND_CHARACTERS].strip().encode("utf-8", "replace")
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
