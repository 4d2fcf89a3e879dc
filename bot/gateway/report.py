"""The report as a page: the same as `personabot report` writes, made once per build and language."""

import hashlib
import re
from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Engine

from bot.gateway.kept import Kept
from bot.gateway.login import current_person
from bot.gateway.overview import current_state, spoken_to
from bot.gateway.parts import parts
from bot.gateway.refusals import Refused
from persona_store.database import session_scope
from persona_store.privacy.identity import Identity
from persona_store.settings import Language

KEPT_SECONDS = 3600.0  # what anti-personas cost and how good the data are changes with every event, but slowly
MOST_KEPT = 4  # two builds in two languages, about half a megabyte each
AFTER_LOGIN = "/#report"  # the page leads back here when somebody has logged in
STYLES = re.compile(r"<style>(.*?)</style>", re.DOTALL)

router = APIRouter(tags=["overview"])


class Reports(Kept[str]):
    """The reports kept in memory."""

    def __init__(self) -> None:
        super().__init__(KEPT_SECONDS, most=MOST_KEPT)


@router.get("/report", response_class=HTMLResponse)
async def report(
    request: Request,
    chosen: Annotated[Language | None, Query(alias="language", description="else the person's language")] = None,
) -> Response:
    """The report on the newest build as one self-contained page."""
    for_people = "text/html" in request.headers.get("accept", "")  # someone who followed a link, no program
    try:
        person = await current_person(request)
    except Refused:
        if for_people:
            return RedirectResponse(AFTER_LOGIN, status_code=303)
        raise
    engine, kept = parts(request).engine, parts(request).reports
    language, asker = chosen or spoken_to(person, request), person.asker
    build, named, imported, _ = await current_state(engine, person)
    if build is None:
        if for_people:
            return RedirectResponse("/", status_code=303)  # the start page says what to do first
        raise Refused(404, "report_none")
    page = await kept.get((build, named, imported, language), lambda: _make(engine, asker, language))
    return HTMLResponse(page, headers={"Content-Security-Policy": _policy(page), "Content-Language": language})


def _make(engine: Engine, asker: Identity, language: Language) -> str:
    from bot.render.report import compose, gather, render_report  # loads the chart library; most never ask for it

    with session_scope(engine, asker=asker) as session:
        facts = gather(session, language)
    return render_report(facts, compose(facts, language), language)


def _policy(page: str) -> str:
    """Nothing may be loaded or run; the page's own style sheet counts by its hash."""
    hashes = " ".join(
        f"'sha256-{b64encode(hashlib.sha256(found.encode()).digest()).decode()}'" for found in STYLES.findall(page)
    )
    return (
        f"default-src 'none'; style-src {hashes}; img-src data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
