"""A page of another origin that embeds the widget under a strict policy and vouches for whoever is there."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from persona_store.settings import Settings
from tests.bot.conftest import RasaPlace

EMBED_SECRET = "ein geheimnis, das nur die seite und der bot kennen"
# what a careless intranet does to all its elements
HOST_CSS = """
html { font-size: 40%; }
* { color: red; }
p, div, button, h2 { font-size: 50px !important; letter-spacing: 1em; }
body { margin: 0; }
.box { height: 100vh; }
"""


def policy(gateway: str, types: str) -> str:
    """The page's own files and the widget's, nothing inline, and HTML by the Trusted Types policy `types` only."""
    return (
        f"default-src 'none'; script-src {gateway}; connect-src 'self' {gateway}; style-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        f"require-trusted-types-for 'script'; trusted-types {types}"
    )


def signed(user: str, secret: str = EMBED_SECRET, **claims: Any) -> str:
    """What a host page's server says about `user`; `claims` change it, None leaves a claim out."""
    now = datetime.now(UTC)
    whole = {
        "sub": user,
        "aud": "personabot-embed",
        "jti": uuid4().hex,
        "iat": now,
        "exp": now + timedelta(seconds=60),
        **claims,
    }
    return jwt.encode({name: value for name, value in whole.items() if value is not None}, secret, algorithm="HS256")


@dataclass
class HostPage:
    """The page at `url`, embedding the widget of `gateway`; `user` is who is logged in there, None for nobody."""

    url: str
    gateway: str
    rasa: RasaPlace
    known: Settings
    user: str | None = "anna"
    claims: dict[str, Any] = field(default_factory=dict)

    def app(self) -> Starlette:
        async def page(request: Request) -> Response:
            asked = dict(request.query_params)
            csp = policy(self.gateway, asked.get("types", "persona-bot"))
            return HTMLResponse(self.html(asked), headers={"Content-Security-Policy": csp})

        async def who(_request: Request) -> Response:
            return JSONResponse({"token": signed(self.user, **self.claims)} if self.user else {}, 200)

        async def css(_request: Request) -> Response:
            return Response(HOST_CSS, media_type="text/css")

        return Starlette(routes=[Route("/", page), Route("/who", who), Route("/host.css", css)])

    def html(self, asked: dict[str, str]) -> str:
        """`mode` and `language`, `theme` as in the tag; with `token` the page vouches for its people."""
        data = {"position": asked.get("mode", "corner"), "language": asked.get("language"), "theme": asked.get("theme")}
        data["token-url"] = "/who" if asked.get("token") else None
        tag = " ".join(f'data-{name}="{value}"' for name, value in data.items() if value)
        return (
            '<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Intranet</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<link rel="stylesheet" href="/host.css"></head>'
            f'<body><main class="box"><script type="module" src="{self.gateway}/web/widget.js" {tag}></script></main>'
            "</body></html>"
        )

    def knows(self, url: str) -> bool:
        """Whether a request to `url` is one of the page's or the widget's own."""
        return url.startswith((self.url, self.gateway, "data:", "blob:"))
