"""Puts the gateway together: the parts it needs, the routes, and how it says no."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.gateway import (
    administration,
    chat,
    embed,
    events,
    files,
    health,
    history,
    invitations,
    links,
    login,
    oidc,
    overview,
    pages,
    report,
    telegram,
)
from bot.gateway.described import describe_routes
from bot.gateway.limits import Brakes
from bot.gateway.line import Underway
from bot.gateway.parts import Parts
from bot.gateway.protection import Protection
from bot.gateway.rasa_client import RasaClient
from bot.gateway.refusals import Refused, spoken_language
from persona_store.database import connect, migrate
from persona_store.errors import DiskFull, MissingRight, StoreUnavailable
from persona_store.live.signing import events_secret
from persona_store.settings import Settings
from persona_store.wording import say

ROOMS = (
    events,  # first, as routes are tried in turn and no other is asked a thousand times a second
    login,
    oidc,
    invitations,
    embed,
    chat,
    files,
    overview,
    report,
    links,
    administration,
    history,
    telegram,
    health,
    pages,
)
STORE_RETRY_SECONDS = 60  # an import of some hundred thousand contacts takes about so long
REFUSALS = {404: "not_found", 405: "not_found", 413: "too_large"}


def create_app(known: Settings) -> FastAPI:
    """The gateway as an ASGI application; the store is brought up to date when it starts."""
    app = FastAPI(
        title="Persona Bot",
        summary="Persona questions about your own CRM data, answered with their evidence.",
        version=version("personabot"),
        lifespan=_lifespan,
        docs_url=None,  # FastAPI's documentation pages load scripts from elsewhere
        redoc_url=None,
    )
    engine = connect(known.store_url)
    app.state = Parts(  # type: ignore[assignment]  # with types, other than Starlette's bag of attributes
        settings=known,
        engine=engine,
        session_secret=known.secret("session"),
        events_secret=events_secret(known),
        rasa=RasaClient(known),
        brakes=Brakes(),
        logins=asyncio.Semaphore(login.LOGINS_AT_ONCE),
        underway=Underway(),
        metrics=health.Metrics(),
        event_writer=events.EventWriter(engine),
        glances=overview.Glances(),
        reports=report.Reports(),
        watch=health.new_watch(),
        sign_on=oidc.new_sign_on(known),
    )
    for module in ROOMS:
        app.include_router(module.router)
    pages.mount_files(app)
    app.add_exception_handler(Refused, _refuse)
    app.add_exception_handler(RequestValidationError, _refuse_bad_request)
    app.add_exception_handler(HTTPException, _refuse_http)
    app.add_exception_handler(StoreUnavailable, _refuse_without_store)
    app.add_exception_handler(MissingRight, _refuse_right)
    app.add_middleware(pages.Packed)
    app.add_middleware(Protection, language=known.language, origins=known.allowed_origins)
    if known.trusted_proxies:  # outermost: everything behind it sees the address and scheme of the person
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=known.trusted_proxies)
    describe = app.openapi

    def described() -> dict[str, Any]:
        document = describe()
        events.describe_events(document["components"]["schemas"])
        describe_routes((route for module in ROOMS for route in module.router.routes), document)
        return document

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    here: Parts = app.state  # type: ignore[assignment]
    await run_in_threadpool(migrate, here.engine)
    async with telegram.talking(here):
        yield
    await here.event_writer.close()
    here.underway.close()
    await here.rasa.aclose()
    await run_in_threadpool(here.engine.dispose)


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    refused = error if isinstance(error, Refused) else Refused(500, "internal")
    return refused.response(spoken_language(request))


async def _refuse_bad_request(request: Request, error: Exception) -> JSONResponse:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    fields = sorted({str(part) for problem in problems for part in problem["loc"][1:] if isinstance(part, str)})
    return await _refuse(request, Refused(422, "bad_request", fields=", ".join(fields)[:100] or "JSON"))


async def _refuse_without_store(request: Request, error: Exception) -> JSONResponse:
    name = "disk_full" if isinstance(error, DiskFull) else "store_away"
    return await _refuse(request, Refused(503, name, retry_after=STORE_RETRY_SECONDS))


async def _refuse_right(request: Request, error: Exception) -> JSONResponse:
    right = error.right if isinstance(error, MissingRight) else "administer"
    sentence = say(f"rights.refused.{right}", spoken_language(request))
    return JSONResponse({"error": "missing_right", "message": sentence}, status_code=403)


async def _refuse_http(request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status in REFUSALS:
        refused = Refused(status, REFUSALS[status])
    elif status < 500:
        refused = Refused(status, "bad_request", fields="JSON")
    else:
        refused = Refused(status, "internal")
    response = await _refuse(request, refused)
    response.headers.update((error.headers if isinstance(error, HTTPException) else None) or {})  # such as Allow
    return response
