"""Sealed claims: JSON Web Tokens (RFC 7519) with HMAC-SHA256, each for one audience and until a certain time."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import jwt

ALGORITHM = "HS256"
LONGEST_TOKEN = 4096  # characters; nothing sealed here comes near
ALWAYS = ("aud", "jti", "iat", "exp")


class Broken(Exception):
    """A token that is forged, incomplete, or made for something else."""


class Expired(Broken):
    """A genuine token whose time is over."""


def seal(claims: Mapping[str, Any], secret: str, until: datetime) -> str:
    """A token of `claims`, among them `aud`; without `jti` it gets a unique one.

    `iat` keeps its fraction of a second, so that what happened just before is told from what came after.
    """
    made = {"jti": uuid4().hex, **claims, "iat": datetime.now(UTC).timestamp(), "exp": until}
    return jwt.encode(made, secret, algorithm=ALGORITHM)


def unseal(
    token: object, secret: str, audience: str, required: Iterable[str] = (), *, issuer: str | None = None,
    leeway_seconds: float = 0,
) -> dict[str, Any]:  # fmt: skip
    """The claims of `token`, which may be anything that came in; `required` are there besides those of every token.

    Raises Expired, or Broken when it is forged, incomplete or for another audience (or `issuer`, where one is given).
    """
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise Broken
    try:
        return jwt.decode(
            token, secret, algorithms=[ALGORITHM], audience=audience, issuer=issuer, leeway=leeway_seconds,
            options={"require": [*ALWAYS, *required]},
        )  # fmt: skip
    except jwt.ExpiredSignatureError:
        raise Expired from None
    except (jwt.InvalidTokenError, ValueError):
        raise Broken from None
