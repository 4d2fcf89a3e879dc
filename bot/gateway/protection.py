"""Wraps every request: bodies are bounded, other sites cannot act for a person, pages may load only our own files.

Pages of the allowed origins may load the widget and speak to its part of the API: by Bearer tokens, never by cookies.
"""

import asyncio
import logging
import traceback
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.gateway.refusals import Refused, wanted_language
from persona_store.full_disk import disk_full
from persona_store.settings import Language

logger = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024
# An update may quote a long message; a thousand events are signed, so nobody else gets far with them.
LARGER_BODIES = {"/api/telegram": 256 * 1024, "/api/crm/events": 1024 * 1024}
BODY_SECONDS = 10.0  # a body that trickles in slower than this holds a connection for nothing
LONGEST_NUMBER = 20  # digits of a size; Python refuses to read thousands of them
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
OWN_SITE = {"same-origin", "none"}
WIDGET_API = ("/api/embed", "/api/login", "/api/logout", "/api/me", "/api/chat", "/api/files/")
WIDGET_FILES = ("/web/widget.js", "/web/widget/", "/web/words.json", "/web/vendor/")
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type, accept-language",
    "Access-Control-Max-Age": "600",
}

# deep-chat styles itself by constructed style sheets and the CSSOM, which need no 'unsafe-inline'; its icons are data:.
# HTML is written by the policy of bot/web/vendor/trusted.js only.
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
        "require-trusted-types-for 'script'",
        "trusted-types persona-bot",
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
    """ASGI middleware; `language` is spoken to people whose language is not known.

    Pages of `origins` ("https://intranet.example.org") may embed the widget.
    """

    def __init__(self, app: ASGIApp, language: Language, origins: Collection[str] = ()) -> None:
        self.app = app
        self.language = language
        self.origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Checks the request, then lets the application answer it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        started = False
        headers = Headers(scope=scope)
        guest = self._guest(headers, scope["path"])

        async def send_protected(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                sent = MutableHeaders(scope=message)
                _add_headers(sent, scope)
                self._share(sent, scope["path"], guest)
            await send(message)

        if guest is not None:
            if scope["method"] == "OPTIONS":
                await Response(status_code=204, headers=PREFLIGHT_HEADERS)(scope, receive, send_protected)
                return
            scope = _without_cookies(scope)
        try:
            if scope["method"] not in SAFE_METHODS:
                if guest is None:
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
            why = Refused(503, "disk_full") if disk_full(error) else Refused(500, "internal")
            await self._refuse(why, scope, receive, send_protected)

    def _guest(self, headers: Headers, path: str) -> str | None:
        """The foreign origin whose page asks for what it may have; None for everyone else."""
        origin = headers.get("origin", "")
        if origin not in self.origins or _is_own(origin, headers):
            return None
        return origin if path.startswith((*WIDGET_API, *WIDGET_FILES)) else None

    def _share(self, sent: MutableHeaders, path: str, guest: str | None) -> None:
        if not self.origins or not path.startswith((*WIDGET_API, *WIDGET_FILES)):
            return
        sent.add_vary_header("Origin")
        if path.startswith(WIDGET_FILES):
            sent["Cross-Origin-Resource-Policy"] = "cross-origin"
        if guest is not None:
            sent["Access-Control-Allow-Origin"] = guest
            sent["Access-Control-Expose-Headers"] = "Retry-After, Content-Disposition"
            del sent["Set-Cookie"]

    async def _refuse(self, refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
        answer = refused.response(wanted_language(Headers(scope=scope)) or self.language)
        await answer(scope, receive, send)


def _add_headers(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)  # the report brings a policy of its own
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if scope["path"].startswith("/web/"):
        headers.setdefault("Cache-Control", "no-cache")
    else:
        headers["Cache-Control"] = "no-store"


def _check_origin(headers: Headers) -> None:
    """Browsers say which site a request comes from; programs without a browser say nothing."""
    origin = headers.get("origin")
    if origin is not None and not _is_own(origin, headers):
        raise Refused(403, "foreign_origin")
    if headers.get("sec-fetch-site", "none") not in OWN_SITE:
        raise Refused(403, "foreign_origin")


def _is_own(origin: str, headers: Headers) -> bool:
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def _without_cookies(scope: Scope) -> Scope:
    """A foreign page speaks for people by their tokens only."""
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"cookie"]}


async def _whole_body(headers: Headers, receive: Receive, largest: int) -> Receive:
    """Reads the body, at most `largest` bytes of it, and returns a `receive` that gives it again."""
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or len(declared) > LONGEST_NUMBER or int(declared) > largest:
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
