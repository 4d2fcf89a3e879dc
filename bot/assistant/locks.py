"""Keeps the messages of one conversation in order: locks in memory, or in Redis when several Rasa processes serve."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import redis
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore, LockStore, RedisLockStore
from redis.backoff import NoBackoff
from redis.retry import Retry

from persona_store.settings import settings

_POLL_SECONDS = 0.05  # Rasa looks once a second whether it is the next message's turn
_REDIS_TIMEOUT_SECONDS = 1.0  # a person waits for several of these calls
_REDIS_PREFIX = "personabot:lock:"


class ConversationLocks(LockStore):
    """In memory, or at `settings().redis_url`, whose failures are raised."""

    def __init__(self, endpoint_config: Any = None) -> None:
        url = settings().redis_url
        self._locks: LockStore = InMemoryLockStore() if url is None else _RedisLocks(url)

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = _POLL_SECONDS
    ) -> AsyncIterator[TicketLock]:
        """Hold the lock of the conversation for the block; raises Rasa's LockError when its turn does not come."""
        async with super().lock(conversation_id, lock_lifetime, wait_time_in_seconds) as lock:
            yield lock

    def get_lock(self, conversation_id: str) -> TicketLock | None:
        """The lock of the conversation, if somebody holds or awaits it."""
        return self._locks.get_lock(conversation_id)

    def save_lock(self, lock: TicketLock) -> None:
        """Store `lock`."""
        self._locks.save_lock(lock)

    def delete_lock(self, conversation_id: str) -> None:
        """Forget the lock of the conversation."""
        self._locks.delete_lock(conversation_id)


class _RedisLocks(RedisLockStore):
    """Rasa's Redis store, opened by URL instead of by single options."""

    def __init__(self, url: str) -> None:
        self.red = redis.Redis.from_url(
            url,
            socket_timeout=_REDIS_TIMEOUT_SECONDS,
            socket_connect_timeout=_REDIS_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),  # by default it would try four times
        )
        self.key_prefix = _REDIS_PREFIX
