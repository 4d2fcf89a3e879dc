"""Messages of one conversation are answered one after another."""

import asyncio
from typing import Any

import pytest


@pytest.fixture
def locks() -> Any:
    from bot.assistant.locks import ConversationLocks

    return ConversationLocks()


async def test_one_conversation_waits_for_itself(locks: Any) -> None:
    order: list[str] = []

    async def hold(name: str) -> None:
        async with locks.lock("a"):
            order.append(f"{name} begins")
            await asyncio.sleep(0.1)
            order.append(f"{name} ends")

    await asyncio.gather(hold("first"), hold("second"))
    assert order == ["first begins", "first ends", "second begins", "second ends"]


async def test_two_conversations_do_not_wait_for_each_other(locks: Any) -> None:
    async with locks.lock("a"), locks.lock("b"):
        assert locks.get_lock("a") is not None


async def test_nothing_is_left_of_a_lock(locks: Any) -> None:
    async with locks.lock("a"):
        assert locks.get_lock("a") is not None
    assert locks.get_lock("a") is None


async def test_a_redis_that_is_down_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.core.lock_store import LockError

    from bot.assistant import locks
    from persona_store.settings import Settings

    monkeypatch.setattr(locks, "settings", lambda: Settings(redis_url="redis://127.0.0.1:1/0"))
    with pytest.raises(LockError):
        async with locks.ConversationLocks().lock("a"):
            pass
