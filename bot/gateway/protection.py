"""Wraps every request: bodies are bounded, other sites cannot act for a person, pages may load only our own files."""

import asyncio
import logging
import traceback
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.gateway.refusals import Refused, wanted_language
from persona_store.settings import Language

logger = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024
LARGER_BODIES = {"/api/crm/events": 1024 * 1024}  # a thousand events; signed, so nobody else gets far with it
BODY_SECONDS = 10.0  # a body that trickles in slower than this holds a connection for nothing
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
OWN_SITE = {"same-origin", "none"}

# deep-chat styles itself by constructed style sheets and the CSSOM, which need no 'unsafe-inline'; its icons are data:.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Protection:
    """ASGI middleware; `language` is spoken to people whose language is not known."""

    def __init__(self, app: ASGIApp, language: Language) -> None:
        self.app = app
        self.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Checks the request, then lets the application answer it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        started = False

        async def send_protected(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(MutableHeaders(scope=message), scope)
            await send(message)

        headers = Headers(scope=scope)
        try:
            if scope["method"] not in SAFE_METHODS:
                _check_origin(headers)
                receive = await _whole_body(headers, receive, LARGER_BODIES.get(scope["path"], LARGEST_BODY))
        except Refused as refused:
            await self._refuse(refused, scope, receive, send_protected)
            return
        try:
            await self.app(scope, receive, send_protected)
        except Exception as error:
            if started:
                raise
            # the message of an exception may hold personal data, its class and place do not
            place = "".join(traceback.format_tb(error.__traceback__))
            logger.error("%s in %s %r\n%s", type(error).__name__, scope["method"], scope["path"], place)
            await self._refuse(Refused(500, "internal"), scope, receive, send_protected)

    async def _refuse(self, refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
        answer = refused.response(wanted_language(Headers(scope=scope)) or self.language)
        await answer(scope, receive, send)


def _add_headers(headers: MutableHeaders, scope: Scope) -> None:
    headers.update(SECURITY_HEADERS)
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if scope["path"].startswith("/web/"):
        headers.setdefault("Cache-Control", "no-cache")
    else:
        headers["Cache-Control"] = "no-store"


def _check_origin(headers: Headers) -> None:
    """Browsers say which site a request comes from; programs without a browser say nothing."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        raise Refused(403, "foreign_origin")
    if headers.get("sec-fetch-site", "none") not in OWN_SITE:
        raise Refused(403, "foreign_origin")


async def _whole_body(headers: Headers, receive: Receive, largest: int) -> Receive:
    """Reads the body, at most `largest` bytes of it, and returns a `receive` that gives it again."""
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > largest:
        raise Refused(413, "too_large", kilobytes=largest // 1024)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while (message := await receive())["type"] == "http.request":
                body += message.get("body", b"")
                if len(body) > largest:
                    raise Refused(413, "too_large", kilobytes=largest // 1024)
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        raise Refused(408, "too_slow") from None
    whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def receive_again() -> Message:
        return whole.pop() if whole else await receive()

    return receive_again
