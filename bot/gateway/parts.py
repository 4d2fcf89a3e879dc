"""What a running gateway is made of, for its routes and the channels in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the parts themselves ask for one another
    import asyncio

    from fastapi import Request
    from sqlalchemy import Engine

    from bot.gateway.events import EventWriter
    from bot.gateway.health import Metrics
    from bot.gateway.kept import Kept
    from bot.gateway.limits import Brakes
    from bot.gateway.line import Underway
    from bot.gateway.oidc import SignOn
    from bot.gateway.overview import Glances
    from bot.gateway.rasa_client import RasaClient
    from bot.gateway.report import Reports
    from bot.telegram.channel import Telegram
    from persona_store.live.status import LiveStatus
    from persona_store.settings import Settings


@dataclass
class Parts:
    """The parts; `sign_on` and `telegram` are None where they are not set up."""

    settings: Settings
    engine: Engine
    session_secret: str
    events_secret: str
    rasa: RasaClient
    brakes: Brakes
    logins: asyncio.Semaphore
    underway: Underway
    metrics: Metrics
    event_writer: EventWriter
    glances: Glances
    reports: Reports
    watch: Kept[LiveStatus]
    sign_on: SignOn | None
    telegram: Telegram | None = None


def parts(request: Request) -> Parts:
    """The parts of the gateway that answers `request`."""
    known: Parts = request.app.state
    return known
