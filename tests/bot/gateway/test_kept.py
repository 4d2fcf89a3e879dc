"""What takes long is made once for all who ask, off the event loop, and anew when it is old or has failed."""

import asyncio
import threading

import pytest

from bot.gateway.kept import Kept


async def test_many_who_ask_at_once_share_one_making_in_another_thread() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(threading.get_ident())
        return 7

    kept: Kept[int] = Kept(60.0, most=2)
    assert await asyncio.gather(*(kept.get("a", make) for _ in range(20))) == [7] * 20
    assert len(made) == 1
    assert made[0] != threading.get_ident()


async def test_it_is_made_anew_when_it_is_old_but_not_while_it_is_in_the_making() -> None:
    now, begun, go_on = [0.0], threading.Semaphore(0), threading.Semaphore(0)

    def make() -> float:
        begun.release()
        go_on.acquire(timeout=10)
        return now[0]

    kept: Kept[float] = Kept(10.0, most=2, clock=lambda: now[0])
    first = asyncio.create_task(kept.get("a", make))
    await asyncio.to_thread(begun.acquire)
    now[0] = 11.0  # it takes longer than it is kept
    second = asyncio.create_task(kept.get("a", make))
    go_on.release()
    assert await asyncio.gather(first, second) == [11.0, 11.0]
    go_on.release()
    now[0] = 12.0
    assert await kept.get("a", make) == 12.0


async def test_who_goes_away_takes_it_from_nobody() -> None:
    go_on = threading.Event()

    def make() -> str:
        go_on.wait(timeout=10)
        return "there"

    kept: Kept[str] = Kept(60.0, most=2)
    leaving, staying = (asyncio.create_task(kept.get("a", make)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    go_on.set()
    assert await staying == "there"


async def test_an_error_is_told_and_not_kept_and_the_oldest_makes_room() -> None:
    kept: Kept[str] = Kept(60.0, most=1)

    def fail() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await kept.get("a", fail)
    assert await kept.get("a", lambda: "first") == "first"
    assert await kept.get("b", lambda: "other") == "other"
    assert await kept.get("a", lambda: "anew") == "anew"
