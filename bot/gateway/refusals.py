"""How the gateway says no: a status, a name for programs and a sentence in the person's language."""

from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers

from bot.gateway.parts import parts
from persona_store.settings import Language
from persona_store.wording import say

LONGEST_LANGUAGE_HEADER = 200


class Refused(Exception):
    """A request that is not carried out; `name` is a key below `gateway` in the catalogues."""

    def __init__(self, status: int, name: str, *, retry_after: int | None = None, **values: Any) -> None:
        super().__init__(name)
        self.status = status
        self.name = name
        self.retry_after = retry_after
        self.values = values

    def response(self, language: Language) -> JSONResponse:
        """The refusal as JSON: {"error": name, "message": sentence}."""
        return JSONResponse(
            {"error": self.name, "message": say(f"gateway.{self.name}", language, **self.values)},
            status_code=self.status,
            headers={} if self.retry_after is None else {"Retry-After": str(self.retry_after)},
        )


def wanted_language(headers: Headers) -> Language | None:
    """The first of our languages that the Accept-Language header names, or None."""
    for part in headers.get("accept-language", "")[:LONGEST_LANGUAGE_HEADER].split(","):
        tag = part.strip().lower()
        if tag.startswith("de"):
            return "de"
        if tag.startswith("en"):
            return "en"
    return None


def spoken_language(request: Request) -> Language:
    """The language to answer `request` in when nobody is logged in."""
    return wanted_language(request.headers) or parts(request).settings.language
