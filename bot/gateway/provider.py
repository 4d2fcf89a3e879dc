"""A sign-on service by OpenID Connect: where to send people, and what it vouches for, checked."""

import asyncio
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from persona_store.settings import LOOPBACK

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import AsyncOAuth2Client

Claims = Mapping[str, Any]

# Signatures of the service's own key only: none, and none made with the secret that both sides know.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
SCOPE = "openid email profile"
SECONDS = 5.0
METADATA_SECONDS = 3600.0  # how long what the service says of itself is believed
KEYS_SECONDS = 30.0  # keys are asked for again at most so often, so that made-up key ids cost the service nothing
LEEWAY_SECONDS = 60  # clocks that differ
LARGEST_ANSWER = 1024 * 1024


class ProviderError(Exception):
    """The service did not answer (`away`), or what it vouched for does not hold."""

    def __init__(self, *, away: bool = False) -> None:
        super().__init__("away" if away else "refused")
        self.away = away


@dataclass(slots=True)
class _Known:
    """What the service says of itself and its keys, and when it said so (monotonic seconds)."""

    metadata: dict[str, Any]
    said_at: float
    keys: KeySet
    keys_at: float


class Provider:
    """The service at `issuer`, where we are known as `client_id`."""

    def __init__(self, issuer: str, client_id: str, client_secret: str) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._known: _Known | None = None
        self._lock = asyncio.Lock()

    async def address(self, callback: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser; raises ProviderError."""
        metadata = (await self._discover()).metadata
        async with self._client(callback) as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
            )
        return str(address)

    async def claims(self, code: str, callback: str, nonce: str, verifier: str) -> Claims:
        """What the service vouches for in exchange for `code`: the claims of a sound ID token.

        Raises ProviderError unless it is signed by the service's key, from this issuer, for us, in time, and bears the
        nonce of this browser (OpenID Connect Core 1.0, section 3.1.3.7).
        """
        known = await self._discover()
        try:
            async with self._client(callback) as client:
                token = await client.fetch_token(known.metadata["token_endpoint"], code=code, code_verifier=verifier)
        except (httpx.HTTPStatusError, httpx.TransportError) as error:
            raise ProviderError(away=True) from error
        except Exception as error:  # Authlib raises what the service's answer made of it: refused, or no JSON
            raise ProviderError from error
        return await self._checked(token, nonce)

    async def _checked(self, token: Mapping[str, Any], nonce: str) -> Claims:
        given = token.get("id_token")
        if not isinstance(given, str) or len(given) > LARGEST_ANSWER:
            raise ProviderError
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        try:
            try:
                decoded = jwt.decode(given, key=(await self._discover()).keys, registry=registry)
            except JoseError:
                decoded = jwt.decode(given, key=(await self._discover(new_keys=True)).keys, registry=registry)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "sub": {"essential": True},
                    "aud": {"essential": True},
                    "exp": {"essential": True},
                    "iat": {"essential": True},
                    "nonce": {"essential": True, "value": nonce},
                },
                {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")},
            )
            claims.validate(leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderError from error
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if self._client_id not in audience or not isinstance(claims["sub"], str) or not claims["sub"]:
            raise ProviderError
        return dict(claims)

    def _client(self, callback: str) -> "AsyncOAuth2Client":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Authlib announces another HTTP library; this one it still supports
            from authlib.integrations.httpx_client import AsyncOAuth2Client
        return AsyncOAuth2Client(
            self._client_id,
            self._client_secret,
            scope=SCOPE,
            redirect_uri=callback,
            code_challenge_method="S256",
            timeout=SECONDS,
            trust_env=not _is_local(self.issuer),
        )

    async def _discover(self, *, new_keys: bool = False) -> _Known:
        """What the service says of itself, asked once and believed for a while."""
        async with self._lock:
            known, now = self._known, time.monotonic()
            if known is None or now - known.said_at > METADATA_SECONDS:
                metadata = await self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                _check(metadata, self.issuer)
                known = _Known(metadata, now, _keys(await self._get(metadata["jwks_uri"])), now)
            elif new_keys and now - known.keys_at > KEYS_SECONDS:
                known.keys, known.keys_at = _keys(await self._get(known.metadata["jwks_uri"])), now
            self._known = known
            return known

    async def _get(self, address: str) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=SECONDS, trust_env=not _is_local(self.issuer)) as client:
                response = await client.get(address)
                response.raise_for_status()
                found = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderError(away=True) from error
        if not isinstance(found, dict):
            raise ProviderError(away=True)
        return found


def _check(metadata: Mapping[str, Any], issuer: str) -> None:
    """Raises ProviderError unless the service is who it should be and is reached by safe ways only."""
    if metadata.get("issuer") != issuer:
        raise ProviderError
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        address = metadata.get(name)
        if not isinstance(address, str) or not (address.startswith("https://") or _is_local(address)):
            raise ProviderError


def _keys(found: Any) -> KeySet:
    try:
        return KeySet.import_key_set(found)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ProviderError(away=True) from error


def _is_local(address: str) -> bool:
    return urlsplit(address).hostname in LOOPBACK
