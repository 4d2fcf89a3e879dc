"""Whether the parts that an answer needs are up, and figures for Prometheus; neither tells anything about people."""

import asyncio
from dataclasses import dataclass
from typing import Literal

import httpx
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from persona_store.database import session_scope
from persona_store.database.models import User
from persona_store.errors import StoreUnavailable

CHECK_SECONDS = 2.0
TURN_BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 4.0, 6.0)  # seconds; a turn is cut off at about 5.5

router = APIRouter(tags=["operation"])


@dataclass(frozen=True, slots=True)
class Health:
    """Which part is up; `status` is "degraded" when one is not."""

    status: Literal["ok", "degraded"]
    store: bool
    rasa: bool
    actions: bool


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


@router.get("/health", responses={503: {"model": Health, "description": "A part is down"}})
async def health(request: Request, response: Response) -> Health:
    """Checks store, Rasa and actions."""
    state = request.app.state
    store, rasa, actions = await asyncio.gather(
        run_in_threadpool(_store_is_up, state.engine),
        state.rasa.is_up(),
        _actions_are_up(state.settings.actions_port),
    )
    all_up = store and rasa and actions
    response.status_code = 200 if all_up else 503
    return Health("ok" if all_up else "degraded", store, rasa, actions)


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """The gateway's figures in Prometheus' text format."""
    figures: Metrics = request.app.state.metrics
    return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_LATEST)


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
