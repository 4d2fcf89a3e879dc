"""The channel in the gateway's event loop: starts and stops, fetches updates or takes them in, and has them answered.

At least once: an update is kept in the store before Telegram hears that it arrived. Once: its number is known, and so
is how much of the answer was sent. In order: a chat's update waits for the chat's earlier ones, in whichever process.
"""

import asyncio
import logging
import time
import traceback
from collections.abc import Hashable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import uuid4

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.gateway.parts import Parts
from bot.telegram.commands import set_commands
from bot.telegram.conversation import Conversation
from bot.telegram.flood import FloodControl, retry_seconds
from bot.telegram.lanes import Lanes
from bot.telegram.services import Services
from persona_store import inbox
from persona_store.database import session_scope
from persona_store.errors import StoreUnavailable
from persona_store.inbox import Taken
from persona_store.links import TELEGRAM

logger = logging.getLogger(__name__)

ALLOWED = ["message", "edited_message", "callback_query"]
POLL_SECONDS = 25  # Telegram answers a waiting poll at once when something comes
ANSWER_SECONDS = 10.0  # longest wait for an answer of Telegram's to anything but a poll
CONNECTIONS = 100
HOLD_SECONDS = 20.0  # after a crash another process takes over so much later
SWEEP_SECONDS = 4.0
AGAIN_SECONDS = 5.0  # until an answer that could not be sent is tried again
TOO_OLD_SECONDS = 3600.0  # an answer that could not be sent for so long helps nobody any more
STOP_SECONDS = 6.0  # longer than a turn
PAUSES = (1.0, 2.0, 5.0)  # between attempts to reach Telegram
CALM_SECONDS = 120.0  # after so long without trouble the pauses begin anew
WRONG_TOKEN_SECONDS = 300.0
WEBHOOK_PATH = "/api/telegram"
SECRET = "telegram"  # noqa: S105  # its name among the installation's secrets
LOUD = ("httpx", "httpcore", "telegram")  # their log lines hold addresses, and those the token


class Telegram:
    """The channel; `start` returns at once and never fails, Telegram being there or not."""

    def __init__(self, gateway: Parts, token: str) -> None:
        known = gateway.settings
        self._public_url = known.public_url
        self._request = HTTPXRequest(connection_pool_size=CONNECTIONS, read_timeout=ANSWER_SECONDS, pool_timeout=5.0)
        polling = HTTPXRequest(connection_pool_size=1, read_timeout=POLL_SECONDS + ANSWER_SECONDS)
        bot: ExtBot[None] = ExtBot(
            token,
            base_url=f"{known.telegram_api}/bot",
            request=self._request,
            get_updates_request=polling,
            rate_limiter=FloodControl(),
        )
        self._services = Services(bot, gateway)
        self._conversation = Conversation(self._services)
        self._lanes = Lanes(self._has_turn)
        self._worker = uuid4().hex
        self._tasks: list[asyncio.Task[None]] = []
        self._unfinished: set[int] = set()
        self._corrected: dict[tuple[object, object], int] = {}  # messages waiting here, by their latest edit
        self._apologised: set[int] = set()

    def start(self) -> None:
        """Begins, in the running event loop."""
        for name in LOUD:
            logging.getLogger(name).setLevel(logging.WARNING)
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._sweep())]

    async def stop(self) -> None:
        """Takes nothing more in, finishes what it can and leaves the rest to the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._lanes.drained(STOP_SECONDS)
        with suppress(StoreUnavailable):
            await asyncio.to_thread(self._let_go)
        with suppress(TelegramError, RuntimeError):
            await self._services.bot.shutdown()

    async def take_in(self, updates: Mapping[int, dict[str, Any]]) -> None:
        """Keeps what Telegram delivered and has it answered; raises StoreUnavailable when it cannot be kept."""
        readable = {number: update for number, update in updates.items() if self._is_readable(update)}
        try:
            fresh = await asyncio.to_thread(self._receive, readable)
        except StoreUnavailable:
            await self._apologise_once(readable)
            raise
        self._work_on(fresh)

    def _is_readable(self, update: dict[str, Any]) -> bool:
        """Whether the update has a form that we know; others would come again and again if they were refused."""
        try:
            Update.de_json(update, self._services.bot)
            hash((_chat_of(update), _message_of(update.get("edited_message") or update.get("message") or {})))
        except Exception as error:  # whatever PTB makes of it
            logger.warning("Telegram delivered an update that cannot be read: %s", type(error).__name__)
            return False
        return True

    async def _run(self) -> None:
        attempt = 0
        while True:
            began = time.monotonic()
            try:
                await self._introduce()
                if self._public_url:
                    return
                await self._poll()
            except InvalidToken:
                logger.error("Telegram does not know the token: check PERSONABOT_TELEGRAM_TOKEN")
                await asyncio.sleep(WRONG_TOKEN_SECONDS)
            except Conflict:
                logger.error("Another program fetches this bot's messages from Telegram: stop one of the two")
                await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
            except RetryAfter as refusal:
                await asyncio.sleep(retry_seconds(refusal))
            except (TelegramError, StoreUnavailable) as error:
                logger.warning("Telegram: %s; trying again", type(error).__name__)
                await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
            except Exception as error:  # the token may stand in the message of any error, its class is safe
                logger.error("Telegram: %s at %s", type(error).__name__, _place(error))
                await asyncio.sleep(PAUSES[-1])
            attempt = 0 if time.monotonic() - began > CALM_SECONDS else attempt + 1

    async def _introduce(self) -> None:
        """Says who we are and how to reach us; safe to repeat."""
        bot, known = self._services.bot, self._services.gateway.settings
        await bot.initialize()
        self._services.username = bot.username
        await set_commands(bot, known.language)
        if self._public_url:
            await bot.set_webhook(
                f"{self._public_url}{WEBHOOK_PATH}", secret_token=known.secret(SECRET), allowed_updates=ALLOWED
            )
        else:
            await bot.delete_webhook()

    async def _poll(self) -> None:
        """Fetches updates; asking for later ones tells Telegram that the earlier ones are safe with us."""
        after: int | None = None
        while True:
            updates = await self._services.bot.get_updates(offset=after, timeout=POLL_SECONDS, allowed_updates=ALLOWED)
            if updates:
                await self.take_in({one.update_id: one.to_dict() for one in updates})
                after = updates[-1].update_id + 1

    async def _sweep(self) -> None:
        """Holds on to what is worked on, and takes over what a crash left."""
        while True:
            try:
                self._work_on(await asyncio.to_thread(self._take_over))
            except StoreUnavailable:
                logger.warning("The store does not answer; what Telegram delivered waits")
            except Exception as error:
                logger.error("Telegram: %s at %s", type(error).__name__, _place(error))
            await asyncio.sleep(SWEEP_SECONDS)

    def _work_on(self, updates: list[Taken]) -> None:
        now = time.monotonic()
        for taken in updates:
            edited = taken.payload.get("edited_message")
            if edited:
                self._corrected[_message_of(edited)] = taken.number
            work = partial(self._work, taken, now)
            self._lanes.put(_chat_of(taken.payload), taken.number, work)

    async def _has_turn(self, chat: Hashable, number: int) -> bool:
        """Whether no other process has yet to answer an earlier update of the chat.

        Telegram delivers the next one of a chat when it has heard that the one before arrived; but it may deliver that
        to another process. A single one polls, so nobody has to be waited for.
        """
        if not self._public_url:
            return True
        try:
            return await asyncio.to_thread(self._is_next, chat, number)
        except StoreUnavailable:  # then there is nothing to answer with either, which people hear at once
            return True

    async def _work(self, taken: Taken, since: float) -> None:
        """Answers one update, however long Telegram does not take the answer; later ones of the chat wait for it.

        What was corrected before its turn came is answered as corrected, once.
        """
        said = taken.payload.get("edited_message") or taken.payload.get("message")
        corrected = self._corrected.get(_message_of(said), taken.number) if said else taken.number
        if corrected == taken.number and said:
            self._corrected.pop(_message_of(said), None)
        while corrected == taken.number and time.monotonic() - since < TOO_OLD_SECONDS:
            try:
                await self._conversation.handle(taken, since)
                break
            except StoreUnavailable:
                await self._conversation.apologise(taken, "store_away")
                break
            except TelegramError as error:
                logger.warning("An answer could not be sent: %s; trying again", type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)
            except Exception as error:  # its message may hold what somebody wrote
                logger.error("Telegram: %s at %s", type(error).__name__, _place(error))
                with suppress(Exception):  # what could not be handled may not be answered either
                    await self._conversation.apologise(taken, "internal")
                break
        self._unfinished.add(taken.number)
        with suppress(StoreUnavailable):
            await asyncio.to_thread(self._finish)

    async def _apologise_once(self, updates: Mapping[int, dict[str, Any]]) -> None:
        """The store is away: people hear it at once, though their messages wait to be answered."""
        for number in sorted(updates.keys() - self._apologised):
            self._apologised.add(number)
            await self._conversation.apologise(Taken(number, updates[number]), "store_away")

    def _receive(self, updates: Mapping[int, dict[str, Any]]) -> list[Taken]:
        with session_scope(self._services.gateway.engine, writes=True) as session:
            return inbox.receive(session, TELEGRAM, updates, self._worker, HOLD_SECONDS)

    def _is_next(self, chat: Hashable, number: int) -> bool:
        with session_scope(self._services.gateway.engine) as session:
            others = inbox.before(session, TELEGRAM, number, self._worker)
        return all(_chat_of(payload) != chat for payload in others)

    def _finish(self) -> None:
        done = sorted(self._unfinished)
        with session_scope(self._services.gateway.engine, writes=True) as session:
            inbox.finish(session, TELEGRAM, done)
        self._unfinished.difference_update(done)

    def _let_go(self) -> None:
        if self._unfinished:
            self._finish()
        with session_scope(self._services.gateway.engine, writes=True) as session:
            inbox.let_go(session, TELEGRAM, self._worker)

    def _take_over(self) -> list[Taken]:
        if self._unfinished:
            self._finish()
        with session_scope(self._services.gateway.engine) as session:
            if not (self._lanes or inbox.anything_left(session, TELEGRAM)):
                return []
        with session_scope(self._services.gateway.engine, writes=True) as session:
            inbox.hold_on(session, TELEGRAM, self._worker, HOLD_SECONDS)
            return inbox.take_over(session, TELEGRAM, self._worker, HOLD_SECONDS)


def _chat_of(payload: Mapping[str, Any]) -> int:
    """Whose turn it is; the sender's where an update has no chat."""
    message = payload.get("message") or payload.get("edited_message")
    query = payload.get("callback_query") or {}
    chat = (message or query.get("message") or {}).get("chat") or query.get("from") or {}
    return int(chat.get("id", 0))


def _message_of(message: Mapping[str, Any]) -> tuple[object, object]:
    """What tells a message from all others, before and after it was edited."""
    return (message.get("chat") or {}).get("id"), message.get("message_id")


def _place(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename}:{last.lineno}"
