"""The web page and what belongs to it: files and texts."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.gateway.refusals import Refused
from persona_store.settings import Language
from persona_store.wording import catalogue

WEB = Path(__file__).resolve().parent.parent / "web"
SMALLEST_TO_PACK = 1000  # bytes; less gains nothing
LEVEL = 6  # of 9; beyond it takes longer and gains a hundredth
TEXTS_PREFIX = "page."  # these keys the page knows without it
PLACES = ("start.", "admin.")  # and those of its places with it

router = APIRouter(include_in_schema=False)


@router.get("/")
async def page() -> FileResponse:
    """The one page: login, conversation and overview, a person's account, administration."""
    return FileResponse(WEB / "index.html", headers={"Cache-Control": "no-cache"})


@router.get("/favicon.ico")
async def favicon() -> FileResponse:
    """The icon that browsers ask for unbidden."""
    return FileResponse(WEB / "icon.svg", media_type="image/svg+xml")


@router.get("/web/texts/{language}.json")
async def texts(language: str) -> dict[str, str]:
    """The page's texts in "de" or "en", by key."""
    if language not in ("de", "en"):
        raise Refused(404, "not_found")
    spoken: Language = "en" if language == "en" else "de"
    return {
        key.removeprefix(TEXTS_PREFIX): text
        for key, text in catalogue(spoken).items()
        if key.startswith((TEXTS_PREFIX, *PLACES))
    }


def mount_files(app: FastAPI) -> None:
    """Serves the page's files below /web."""
    app.mount("/web", StaticFiles(directory=WEB))


class Packed(GZipMiddleware):
    """Packs pages, files and texts, but no answer of the API, where people's words stand beside secrets (BREACH)."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, minimum_size=SMALLEST_TO_PACK, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the request, packed where that is safe and the browser takes it."""
        packs = scope["type"] == "http" and not scope["path"].startswith("/api/")
        await (super().__call__ if packs else self.app)(scope, receive, send)
