"""The signature under a batch of events: who has the secret wrote this, just now.

HMAC-SHA256 (RFC 2104) over the time of sending, a full stop and the body.
"""

import hashlib
import hmac
import time

from persona_store.settings import Settings

TIMESTAMP_HEADER = "X-Personabot-Timestamp"
SIGNATURE_HEADER = "X-Personabot-Signature"
VERSION = "v1"
VALID_SECONDS = 300  # a message caught on the way can be sent again so long; the event ids make that harmless
LONGEST_HEADER = 200


def events_secret(known: Settings) -> str:
    """The secret that signs events: the one set, else one made at first use."""
    return known.events_secret or known.secret("events")


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The value of the signature header for `body` sent at `timestamp` (Unix seconds)."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"{VERSION}={digest}"


def refusal(secret: str, timestamp: str | None, signature: str | None, body: bytes) -> str | None:
    """Why a message is not to be trusted ("unsigned", "expired", "forged"); None when it is.

    The header may hold several signatures parted by commas, so that a secret can be changed without a gap.
    """
    if not timestamp or not signature or len(timestamp) > LONGEST_HEADER or len(signature) > LONGEST_HEADER * 2:
        return "unsigned"
    if not (timestamp.isascii() and timestamp.isdigit()):
        return "unsigned"
    expected = sign(secret, int(timestamp), body).encode()
    offered = [part.strip().encode("utf-8", "replace") for part in signature.split(",")]
    if not any(hmac.compare_digest(expected, one) for one in offered):
        return "forged"
    return None if abs(time.time() - int(timestamp)) <= VALID_SECONDS else "expired"
