"""A Bot API server on loopback: checks what Telegram's checks, lets tests play the people, and records every chat.

Rules and limits: Bot API (core.telegram.org/bots/api) and the sentences its server answers with.
"""

import asyncio
import itertools
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bot.conftest import served
from tests.bot.telegram.methods import METHODS, Call, Refusal, form
from tests.bot.telegram.people import Heard, Person
from tests.ports import free_port

TOKEN = "4711:AAEexample-token-of-nobody-0123456789abcd"
SHORTEST_SLEEP = 0.005


@dataclass
class Chat:
    """A private chat or a group, with everything said in it, oldest first."""

    id: int
    kind: str
    title: str
    heard: list[Heard] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    blocked: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The chat as the API describes it."""
        name = "first_name" if self.kind == "private" else "title"
        return {"id": self.id, "type": self.kind, name: self.title}


@dataclass
class BotApi:
    """The server; `calls` are all requests in order, `faults` what the next calls of a method are refused with."""

    port: int = field(default_factory=free_port)
    token: str = TOKEN
    chats: dict[int, Chat] = field(default_factory=dict)
    updates: dict[int, dict[str, Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    faults: dict[str, list[Refusal | None]] = field(default_factory=dict)
    queries: dict[str, float] = field(default_factory=dict)
    answered: dict[str, dict[str, Any]] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    deliver_to: list[str] = field(default_factory=list)  # in turn
    deliveries: list[int] = field(default_factory=list)
    delay_seconds: float = 0.0
    polls: int = 0
    next_id: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    next_update: Iterator[int] = field(default_factory=lambda: itertools.count(1000))
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def url(self) -> str:
        """What PERSONABOT_TELEGRAM_API is set to."""
        return f"http://127.0.0.1:{self.port}"

    def person(self, number: int, name: str = "Jana", language: str = "de") -> Person:
        """Somebody with a private chat of their own."""
        self.chats.setdefault(number, Chat(number, "private", name))
        return Person(self, number, name, language)

    def group(self, number: int = -100, title: str = "Vertrieb") -> Chat:
        """A group in which the bot is."""
        return self.chats.setdefault(number, Chat(number, "supergroup", title))

    def deliver(self, **update: Any) -> int:
        """Queues an update for the bot; its number."""
        with self.lock:
            number = next(self.next_update)
            self.updates[number] = {"update_id": number} | update
            return number

    def deliver_again(self, number: int, update: dict[str, Any]) -> None:
        """Queues an update once more, as the server does when it did not hear that it arrived."""
        with self.lock:
            self.updates[number] = update

    def refuse(self, method: str, *refusals: Refusal | None) -> None:
        """The next calls of `method` are refused so, one each; None lets one pass."""
        self.faults.setdefault(method, []).extend(refusals)

    def called(self, method: str) -> list[Call]:
        """The calls of one method."""
        return [call for call in self.calls if call.method == method]

    def app(self) -> Starlette:
        """The server as an ASGI application."""

        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            task = asyncio.create_task(_deliver_by_webhook(self))
            yield
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

        return Starlette(
            routes=[Route("/bot{token}/{method}", self._answer, methods=["GET", "POST"])], lifespan=lifespan
        )

    async def _answer(self, request: Request) -> Response:
        parameters, files = form(
            request.headers.get("content-type", ""), await request.body(), dict(request.query_params)
        )
        call = Call(request.path_params["method"], parameters, files, time.monotonic())
        self.calls.append(call)
        try:
            if request.path_params["token"] != self.token:
                raise Refusal(401, "Unauthorized")
            fault = self.faults[call.method].pop(0) if self.faults.get(call.method) else None
            if fault is not None:
                raise fault
            if self.delay_seconds and call.method.startswith("send"):
                await asyncio.sleep(self.delay_seconds)
            if call.method == "getUpdates":
                return _ok(await self._get_updates(call))
            rule: Callable[[BotApi, Call], Any] | None = METHODS.get(call.method)
            if rule is None:
                raise Refusal(404, "Not Found")
            with self.lock:
                return _ok(rule(self, call))
        except Refusal as refusal:
            call.refused = refusal.description
            return JSONResponse(refusal.as_dict(), status_code=refusal.code)

    async def _get_updates(self, call: Call) -> list[dict[str, Any]]:
        """Updates from `offset` on; those before it are confirmed. Another poller ends this one's waiting."""
        if self.webhook.get("url"):
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self.polls += 1
        mine = self.polls
        offset, until = (
            int(call.parameters.get("offset", 0)),
            time.monotonic() + float(call.parameters.get("timeout", 0)),
        )
        limit = int(call.parameters.get("limit", 100))
        with self.lock:
            for number in [number for number in self.updates if number < offset]:
                del self.updates[number]
        while True:
            if mine != self.polls:
                raise Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            with self.lock:
                waiting = [self.updates[number] for number in sorted(self.updates)[:limit]]
            if waiting or time.monotonic() >= until:
                return waiting
            await asyncio.sleep(SHORTEST_SLEEP)


@contextmanager
def running(api: BotApi) -> Iterator[BotApi]:
    """Serves the API in a thread."""
    with served(api.app(), api.port):
        yield api
        api.polls += 1  # ends a poller's waiting, which the server would wait for


async def _deliver_by_webhook(api: BotApi) -> None:
    """Posts updates to the webhook, in the order of each chat, again until it answers 2xx."""
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        while True:
            await asyncio.sleep(SHORTEST_SLEEP)
            if not api.webhook.get("url") or not api.deliver_to:
                continue
            with api.lock:
                waiting = [api.updates[number] for number in sorted(api.updates)]
            for update in waiting:
                place = api.deliver_to[len(api.deliveries) % len(api.deliver_to)]
                address = place + urlsplit(api.webhook["url"]).path
                secret = api.webhook.get("secret_token")
                headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
                try:
                    response = await client.post(address, json=update, headers=headers)
                except httpx.HTTPError:
                    break
                api.deliveries.append(response.status_code)
                if not response.is_success:
                    await asyncio.sleep(10 * SHORTEST_SLEEP)
                    break
                with api.lock:
                    api.updates.pop(update["update_id"], None)


def _ok(result: Any) -> JSONResponse:
    return JSONResponse({"ok": True, "result": json.loads(json.dumps(result))})
