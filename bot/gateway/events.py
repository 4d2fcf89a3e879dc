"""What a CRM sends by webhook: signed events, single or in batches, applied one batch after the other."""

import asyncio
import gc
import logging
import math
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate, takewhile
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from pydantic_core import from_json
from sqlalchemy import Engine

from bot.gateway.parts import parts
from bot.gateway.refusals import Refused, spoken_language
from persona_store.errors import StoreUnavailable
from persona_store.live.events import EVENT, EventResult, Status
from persona_store.live.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, refusal
from persona_store.settings import Language
from persona_store.wording import say

MOST_EVENTS = 1_000  # in one request
AT_ONCE = 1_000  # events of several requests that are applied together, so that single ones need not queue
MOST_QUEUED = 20_000  # beyond, the sender is asked to come back: they would be applied too late to answer
BUSY_SECONDS = 5
IDLE_SECONDS = 2.0  # between two steps of EM while no events come
# Most of what it costs that classes follow does not depend on how many events they follow, so under load they do it
# twice a second for all that came; after a pause each event is followed before its sender has the answer.
FOLLOW_SECONDS = 0.5
GATHER_SECONDS = 0.008  # in which a sender who has just been answered can send the next event

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/api/crm", tags=["events"])


class OneResult(BaseModel):
    """What became of one event; `reason` says why it was refused or dropped, `left_out` which cells were unreadable."""

    id: str | None
    status: Status
    reason: str | None = None
    left_out: list[str] = Field(default_factory=list)


class EventsAnswer(BaseModel):
    """How many events came to what, and each of them in the order given."""

    applied: int
    known: int
    waiting: int
    dropped: int
    refused: int
    results: list[OneResult]


@dataclass(slots=True)
class _Order:
    events: Sequence[object]
    done: asyncio.Future[Sequence[EventResult]]


@dataclass(slots=True)
class EventWriter:
    """Applies what requests bring, one transaction at a time; requests that come meanwhile share the next one.

    `senders` is how many requests shared the last one, `worked` when that was, by the monotonic clock, `followed` when
    classes last followed, and `behind` whether they have to.
    """

    engine: Engine
    queue: list[_Order] = field(default_factory=list)
    running: asyncio.Task[None] | None = None
    settling: asyncio.Task[None] | None = None
    catching_up: asyncio.Task[None] | None = None
    senders: int = 1
    worked: float = -math.inf
    followed: float = -math.inf
    behind: bool = False

    async def apply(self, events: Sequence[object]) -> Sequence[EventResult]:
        """What became of `events`; raises Refused when too many wait, and StoreUnavailable."""
        if sum(len(order.events) for order in self.queue) + len(events) > MOST_QUEUED:
            raise Refused(503, "events_busy", retry_after=BUSY_SECONDS)
        order = _Order(events, asyncio.get_running_loop().create_future())
        self.queue.append(order)
        if self.running is None or self.running.done():
            self.running = asyncio.create_task(self._work())
        return await order.done

    async def close(self) -> None:
        """Waits until everything taken in is applied."""
        for waiting in (self.settling, self.catching_up):
            if waiting is not None:
                waiting.cancel()
        if self.running is not None:
            await self.running
        await self._catch_up()

    async def _work(self) -> None:
        while self.queue:
            await self._gather()
            orders = self._next()
            try:
                await self._carry_out(orders)
            except StoreUnavailable as error:
                _fail(orders, error)
            except Exception:
                for order in orders:  # one of them is to blame, or the classes; the others shall not suffer
                    try:
                        await self._carry_out([order], follow=False)
                    except Exception as error:
                        _fail([order], error)
        if self.behind and (self.catching_up is None or self.catching_up.done()):
            self.catching_up = asyncio.create_task(self._catch_up_later())
        if self.settling is None or self.settling.done():
            self.settling = asyncio.create_task(self._settle())

    def _next(self) -> list[_Order]:
        """The orders that share the next transaction: those longest in the queue, one at least."""
        sizes = accumulate(len(order.events) for order in self.queue)
        fitting = max(1, sum(1 for _ in takewhile(lambda size: size <= AT_ONCE, sizes)))
        orders, self.queue = self.queue[:fitting], self.queue[fitting:]
        return orders

    async def _gather(self) -> None:
        """Waits for the senders who were answered together, as long as one after the other comes back."""
        there = 0
        while there < len(self.queue) < self.senders:
            there = len(self.queue)
            await asyncio.sleep(GATHER_SECONDS)

    async def _catch_up_later(self) -> None:
        while self.behind:
            await asyncio.sleep(FOLLOW_SECONDS)
            if self.running is None or self.running.done():
                await self._catch_up()

    async def _catch_up(self) -> None:
        """Lets the classes follow where no event came with which they would have followed."""
        if not self.behind:
            return
        from persona_store.live.following import catch_up

        self.behind, self.followed = False, time.monotonic()
        try:
            await run_in_threadpool(catch_up, self.engine)
        except StoreUnavailable:  # somebody else writes; who has to follow is written down
            self.behind = True
        except Exception as error:  # of ours: classes stand still, events go on; its message may hold personal data
            logger.error("%s: %s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))

    async def _settle(self) -> None:
        """Lets the classes come to rest while no events come."""
        from persona_store.live.following import settle

        at_rest = False
        while not at_rest:
            await asyncio.sleep(IDLE_SECONDS)
            if time.monotonic() - self.worked >= IDLE_SECONDS and (self.running is None or self.running.done()):
                with suppress(StoreUnavailable):  # somebody else writes; there is time
                    at_rest = await run_in_threadpool(settle, self.engine, 0.0)

    async def _carry_out(self, orders: Sequence[_Order], *, follow: bool = True) -> None:
        from persona_store.live.apply import apply_events  # loads the import's rules; only who gets events pays for it

        together = [event for order in orders for event in order.events]
        first, follow = self.worked == -math.inf, follow and time.monotonic() - self.followed >= FOLLOW_SECONDS
        report = await run_in_threadpool(apply_events, self.engine, together, follow=follow)
        if first:
            gc.freeze()  # looking for cycles in all that the first events load took a fifth of the time of later ones
        self.worked = time.monotonic()
        self.followed = self.worked if follow else self.followed
        self.behind, self.senders = not follow, len(orders)
        results = iter(report.results)
        for order in orders:
            mine = [next(results) for _ in order.events]
            if not order.done.cancelled():
                order.done.set_result(mine)


def _fail(orders: Sequence[_Order], error: Exception) -> None:
    for order in orders:
        if not order.done.cancelled():
            order.done.set_exception(error)


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "oneOf": [
                        {"$ref": "#/components/schemas/Event"},
                        {"type": "array", "items": {"$ref": "#/components/schemas/Event"}, "maxItems": MOST_EVENTS},
                    ]
                }
            }
        },
    },
    "parameters": [
        {
            "name": TIMESTAMP_HEADER,
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": "when the message is sent, in Unix seconds; five minutes off at most",
        },
        {
            "name": SIGNATURE_HEADER,
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": "v1= and the HMAC-SHA256 of timestamp, full stop and body, in hexadecimal",
        },
    ],
}


@router.post(
    "/events",
    response_model=EventsAnswer,
    responses={
        207: {"model": EventsAnswer, "description": "Some events were refused, the rest was applied"},
        401: {"description": "Not signed, forged or expired"},
        413: {"description": "Larger than 1 MB"},
        422: {"description": "No JSON, no events, or more than 1,000"},
        503: {"description": "Busy; send the same again after the seconds in Retry-After"},
    },
    openapi_extra=_BODY,
)
async def events(request: Request) -> JSONResponse:
    """Takes in one event or a list of them; each is applied once, whatever the order and however often it is sent."""
    body = await request.body()
    here, headers = parts(request), request.headers
    why = refusal(here.events_secret, headers.get(TIMESTAMP_HEADER), headers.get(SIGNATURE_HEADER), body)
    if why is not None:
        raise Refused(401, f"events_{why}")
    results = await here.event_writer.apply(read_events(body))
    for result in results:
        here.metrics.events.labels(result.status).inc()
    answer = answer_of(results, spoken_language(request))
    return JSONResponse(answer.model_dump(), status_code=207 if answer.refused else 200)


def read_events(body: bytes) -> list[object]:
    """The events of a body: one or a list; raises Refused for anything else."""
    try:
        found: Any = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(422, "events_json", place=str(error).rpartition(" at ")[2][:40] or "-") from None
    given = found if isinstance(found, list) else [found]
    if not given:
        raise Refused(422, "events_none")
    if len(given) > MOST_EVENTS:
        raise Refused(422, "events_many", maximum=MOST_EVENTS)
    return given


def answer_of(results: Sequence[EventResult], language: Language) -> EventsAnswer:
    """The results in words."""
    counts: dict[Literal["applied", "known", "waiting", "dropped", "refused"], int] = {
        "applied": 0, "known": 0, "waiting": 0, "dropped": 0, "refused": 0
    }  # fmt: skip
    for result in results:
        counts[result.status] += 1
    told = [
        OneResult(id=one.id, status=one.status, reason=reason_of(one, language), left_out=list(one.left_out))
        for one in results
    ]
    return EventsAnswer(**counts, results=told)


def reason_of(result: EventResult, language: Language) -> str | None:
    """Why an event was refused or dropped, in one sentence."""
    if result.reason is None:
        return None
    return say(f"events.reason.{result.reason}", language, **dict(result.values))  # type: ignore[arg-type]


def describe_events(schemas: dict[str, Any]) -> None:
    """Adds the event model to the schemas of an OpenAPI document."""
    model = EVENT.json_schema(ref_template="#/components/schemas/{model}")
    schemas |= model.pop("$defs", {})
    schemas["Event"] = model
