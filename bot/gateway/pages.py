"""The web page and what belongs to it: files and texts."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware

from bot.gateway.refusals import Refused
from persona_store.settings import Language
from persona_store.wording import catalogue

WEB = Path(__file__).resolve().parent.parent / "web"
SMALLEST_TO_PACK = 1000  # bytes; less gains nothing
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
    """Serves the page's files below /web, packed; nothing there is secret or answers anyone's input."""
    files: Any = GZipMiddleware(StaticFiles(directory=WEB), minimum_size=SMALLEST_TO_PACK)
    app.mount("/web", files)
