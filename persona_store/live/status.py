"""What came in since the build, and whether a rebuild is due and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, Import, LiveEvent, LiveState
from persona_store.segmentation.labels import attribute_label
from persona_store.settings import Language
from persona_store.wording import day, joined, number, say

MOST_REASONS = 3  # what people read; the rest is in the JSON


@dataclass(frozen=True, slots=True)
class LiveMarket:
    """One market since the build: `drift` is the population stability index of its class shares.

    `reasons` propose a rebuild, each with its kind ("classes", "levels", "fit", "import") and figures.
    """

    market: str
    events: int
    updated_at: datetime
    drift: float | None
    reasons: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """Events that are remembered: all, those waiting for their contact, those dropped for an objection.

    `imported_on` is the day of the newest import if the build does not know it.
    """

    received: int
    waiting: int
    dropped: int
    build_id: int | None
    markets: tuple[LiveMarket, ...]
    imported_on: date | None = None

    @property
    def drift_alarm(self) -> bool:
        """Whether the built classes no longer fit what came in."""
        return any(reason["kind"] != "import" for market in self.markets for reason in market.reasons)

    @property
    def rebuild_due(self) -> bool:
        """Whether anything speaks for a rebuild."""
        return self.imported_on is not None or any(market.reasons for market in self.markets)


def live_status(session: Session) -> LiveStatus:
    """Counts of events and the drift of the newest build."""
    received, waiting, dropped = session.execute(
        select(
            func.count(),
            func.count(LiveEvent.waits_for),
            func.coalesce(func.sum(case((LiveEvent.dropped, 1), else_=0)), 0),
        ).select_from(LiveEvent)
    ).one()
    newest = session.scalar(select(func.max(Build.id)))
    built = session.scalar(select(Build.created_at).where(Build.id == newest))
    imported = session.scalar(select(func.max(Import.at)))
    unknown = imported.date() if imported is not None and built is not None and imported > built else None
    rows = session.scalars(select(LiveState).where(LiveState.build_id == newest).order_by(LiveState.market))
    markets = tuple(
        LiveMarket(row.market, row.events, row.updated_at, row.drift, tuple(row.statistics["reasons"])) for row in rows
    )
    return LiveStatus(received, waiting, dropped, newest, markets, unknown)


def rebuild_reasons(status: LiveStatus, language: Language) -> list[str]:
    """Why a rebuild is due, one sentence each, the same reason of both markets once; empty when none is."""
    found = [reason for market in status.markets for reason in market.reasons]
    if status.imported_on is not None:
        found.append({"kind": "import", "day": status.imported_on.isoformat()})
    sentences = [_reason(reason, language) for reason in found]
    return list(dict.fromkeys(sentences))[:MOST_REASONS]


def _reason(reason: Mapping[str, Any], language: Language) -> str:
    if reason["kind"] == "import":
        return say("live.reason.import", language, day=day(datetime.fromisoformat(reason["day"]).date(), language))
    values: dict[str, Any] = {"index": number(reason["index"], language, 2), "n": number(reason["n"], language)}
    if reason["kind"] == "levels":
        values["attribute"] = attribute_label(reason["attribute"], language)
    return say(f"live.reason.{reason['kind']}", language, **values)


def rebuild_sentence(status: LiveStatus, language: Language) -> str | None:
    """One sentence that proposes the rebuild with its reasons; None when nothing speaks for it."""
    reasons = rebuild_reasons(status, language)
    return say("live.rebuild", language, reasons=joined(reasons, language)) if reasons else None
