"""Flood control: messages are paced, and where Telegram says "wait", that chat waits and is heard afterwards.

About 30 messages a second in all are allowed (Telegram, "Bots FAQ"); a chat's own limit the servers tell by 429.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

MESSAGES_PER_SECOND = 30
TRIES = 5  # after so many refusals the update is put back and answered later
SLACK_SECONDS = 0.1
MOST_CHATS = 10_000  # remembered as told to wait
FLEETING = frozenset({"sendChatAction"})  # worth nothing later


class FloodControl(BaseRateLimiter[None]):
    """PTB's hook around every request but getUpdates."""

    def __init__(self) -> None:
        self._sent: deque[float] = deque(maxlen=MESSAGES_PER_SECOND)
        self._until: dict[object, float] = {}

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to put away."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | dict[str, Any] | list[dict[str, Any]]]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> bool | dict[str, Any] | list[dict[str, Any]]:
        """Sends the request when its chat may be written to; raises RetryAfter when it never may."""
        chat = data.get("chat_id")
        for last_try in (*(False for _ in range(TRIES - 1)), True):
            wait = self._until.get(chat, 0.0) - time.monotonic()
            if wait > 0 and endpoint in FLEETING:
                return True
            await asyncio.sleep(max(wait, 0.0))
            if endpoint.startswith("send") and endpoint not in FLEETING:
                await self._pace()
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as refusal:
                self._note(chat, retry_seconds(refusal))
                if last_try:
                    raise
        return False

    async def _pace(self) -> None:
        now = time.monotonic()
        slot = max(now, self._sent[0] + 1.0) if len(self._sent) == MESSAGES_PER_SECOND else now
        self._sent.append(slot)
        await asyncio.sleep(slot - now)

    def _note(self, chat: object, seconds: float) -> None:
        now = time.monotonic()
        if len(self._until) >= MOST_CHATS:
            self._until = {key: until for key, until in self._until.items() if until > now}
        self._until[chat] = now + seconds + SLACK_SECONDS


def retry_seconds(refusal: RetryAfter) -> float:
    """How long Telegram wants us to wait."""
    told = refusal.retry_after
    return told.total_seconds() if isinstance(told, timedelta) else float(told)
