"""Whether the parts that an answer needs are up and the personas still fit, and figures for Prometheus.

Neither tells anything about people.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal

import httpx
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from bot.gateway.kept import Kept
from bot.gateway.parts import parts
from persona_store.database import session_scope
from persona_store.database.models import User
from persona_store.errors import StoreUnavailable
from persona_store.live.status import LiveStatus, live_status

CHECK_SECONDS = 2.0
WATCH_SECONDS = 10.0  # the drift is looked at no more often, however often somebody asks whether all is well
TURN_BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 4.0, 6.0)  # seconds; a turn is cut off at about 5.5

router = APIRouter(tags=["operation"])


@dataclass(frozen=True, slots=True)
class Health:
    """Which part is up; `status` is "degraded" when one is not.

    `drift_alarm` says that the personas no longer fit what came in since the build, `rebuild_due` that this or a newer
    import speaks for a new build; both are None while the store is down. Neither keeps anybody from getting answers.
    """

    status: Literal["ok", "degraded"]
    store: bool
    rasa: bool
    actions: bool
    drift_alarm: bool | None
    rebuild_due: bool | None


class Metrics:
    """The gateway's figures, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter("personabot_turns", "Messages of people, by outcome", ["outcome"], registry=self.registry)
        self.turn_seconds = Histogram(
            "personabot_turn_seconds",
            "Seconds from a message to its answer",
            buckets=TURN_BUCKETS,
            registry=self.registry,
        )
        self.events = Counter("personabot_events", "Events of the CRM, by status", ["status"], registry=self.registry)
        self.logins = Counter("personabot_logins", "Attempts to log in, by result", ["result"], registry=self.registry)
        self.drift = Gauge(
            "personabot_drift", "Stability index of the personas since the build", ["market"], registry=self.registry
        )
        self.drift_alarm = Gauge(
            "personabot_drift_alarm", "1 when the personas no longer fit what came in", registry=self.registry
        )
        self.rebuild_due = Gauge("personabot_rebuild_due", "1 when a new build is due", registry=self.registry)

    def note_drift(self, live: LiveStatus) -> None:
        """Sets the figures on drift."""
        self.drift.clear()
        for market in live.markets:
            if market.drift is not None:
                self.drift.labels(market.market).set(market.drift)
        self.drift_alarm.set(live.drift_alarm)
        self.rebuild_due.set(live.rebuild_due)


def new_watch() -> Kept[LiveStatus]:
    """The last look at the drift."""
    return Kept(WATCH_SECONDS, most=1)


@router.get("/health", responses={503: {"model": Health, "description": "A part is down"}})
async def health(request: Request, response: Response) -> Health:
    """Checks store, Rasa and actions."""
    here = parts(request)
    store, rasa, actions = await asyncio.gather(
        run_in_threadpool(_store_is_up, here.engine),
        here.rasa.is_up(),
        _actions_are_up(here.settings.actions_port),
    )
    all_up = store and rasa and actions
    response.status_code = 200 if all_up else 503
    live = await _live(request) if store else None
    alarm, due = (live.drift_alarm, live.rebuild_due) if live else (None, None)
    return Health("ok" if all_up else "degraded", store, rasa, actions, alarm, due)


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """The gateway's figures in Prometheus' text format."""
    figures = parts(request).metrics
    if (live := await _live(request)) is not None:
        figures.note_drift(live)
    return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_LATEST)


async def _live(request: Request) -> LiveStatus | None:
    """What came in since the build; None when the store does not say."""

    def look() -> LiveStatus:
        with session_scope(parts(request).engine) as session:
            return live_status(session)

    try:
        return await parts(request).watch.get("live", look)
    except (SQLAlchemyError, StoreUnavailable):
        return None


def _store_is_up(engine: Engine) -> bool:
    try:
        with session_scope(engine) as session:
            session.scalar(select(User.id).limit(1))
    except (SQLAlchemyError, StoreUnavailable):
        return False
    return True


async def _actions_are_up(port: int) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=CHECK_SECONDS) as client:
            return (await client.get(f"http://127.0.0.1:{port}/health")).is_success
    except httpx.HTTPError:
        return False
