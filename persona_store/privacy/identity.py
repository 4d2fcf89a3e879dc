"""Signed proof of who is asking, handed from the process that faces people to the actions that open the store.

The proof is a JSON Web Token (RFC 7519) with HMAC-SHA256, bound to one message in one conversation and valid for a
short time. Within a process it counts for one turn: for the several actions of a turn and their retries, for no other.
"""

import hashlib
import hmac
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import uuid4

import jwt

from persona_store.errors import NotAllowed
from persona_store.settings import settings
from persona_store.wording import say

ALGORITHM = "HS256"
ISSUER = "personabot"
REQUIRED_CLAIMS = ("sub", "rights", "aud", "iss", "jti", "iat", "exp", "msg")
BOUND_CHARACTERS = 500  # Rasa cuts messages there
MOST_REMEMBERED = 10_000  # proofs a process keeps in mind: more than it can answer while one is valid
LONGEST_TOKEN = 4096


@dataclass(frozen=True, slots=True)
class Identity:
    """Someone who has proved who they are; `rights` is "sales", "marketing", "trainer" or "admin".

    `conversation` is the one the proof was made for, `proof` its id.
    """

    user: str
    rights: str
    conversation: str = field(default="", compare=False)
    proof: str = field(default="", compare=False)


class UsedProofs:
    """Which proofs were used for which turn, for as long as they are valid."""

    def __init__(self) -> None:
        self._turns: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._lock = Lock()

    def use(self, identity: Identity, turn: str, seconds: float) -> bool:
        """Whether the proof is new or was used for this turn; remembered for `seconds`."""
        now = time.monotonic()
        with self._lock:
            while self._turns and (len(self._turns) >= MOST_REMEMBERED or next(iter(self._turns.values()))[1] < now):
                self._turns.popitem(last=False)
            known, _ = self._turns.setdefault(identity.proof, (turn, now + seconds))
        return known == turn


def sign(user: str, rights: str, conversation: str, text: str, secret: str, ttl_seconds: int) -> str:
    """A token that says for `ttl_seconds` from now that `user` says `text` in `conversation`."""
    now = datetime.now(UTC)
    claims = {
        "sub": user,
        "rights": rights,
        "aud": conversation,
        "iss": ISSUER,
        "jti": uuid4().hex,
        "iat": now,
        "exp": now + timedelta(seconds=ttl_seconds),
        "msg": _fingerprint(text, secret),
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def verify(token: object, secret: str, conversation: str, text: str) -> Identity:
    """Who `token` was signed for; raises NotAllowed when it is missing, forged or expired.

    And when it was made for another conversation, or for another message than `text`. `token` may be anything that came
    in with a message.
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
    rights, bound, proof = claims["rights"], claims["msg"], claims["jti"]
    if not isinstance(rights, str) or not isinstance(bound, str) or not isinstance(proof, str):
        raise NotAllowed(say("identity.refused", settings().language))
    if not hmac.compare_digest(bound.encode("utf-8", "replace"), _fingerprint(text, secret).encode()):
        raise NotAllowed(say("identity.refused", settings().language))
    return Identity(user=claims["sub"], rights=rights, conversation=conversation, proof=proof)


def _fingerprint(text: str, secret: str) -> str:
    """Keyed, for tokens are kept with conversations, and messages shall not be guessed from them."""
    said = text[:BOUND_CHARACTERS].strip().encode("utf-8", "replace")
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
