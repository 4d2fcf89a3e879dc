"""Jobs of one chat one after the other, by their numbers; those of different chats side by side."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Hashable
from itertools import count

Job = Callable[[], Awaitable[None]]
PAUSE_SECONDS = 0.2  # until it is looked again whether a job's turn has come


class Lanes:
    """A lane per key; a lane that is empty takes no room. Jobs must not raise.

    The job with the lowest number waits until `has_turn`, called with the key and the number, says so: other processes
    may work for the same key.
    """

    def __init__(self, has_turn: Callable[[Hashable, int], Awaitable[bool]]) -> None:
        self._has_turn = has_turn
        self._waiting: dict[Hashable, list[tuple[int, int, Job]]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._arrival = count()  # of two with the same number the first goes first

    def put(self, key: Hashable, number: int, job: Job) -> None:
        """Does `job` after all that wait under `key` with lower numbers."""
        entry = (number, next(self._arrival), job)
        if key in self._waiting:
            heapq.heappush(self._waiting[key], entry)
            return
        self._waiting[key] = [entry]
        task = asyncio.create_task(self._work_off(key))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def drained(self, seconds: float) -> bool:
        """Waits until all is done, at most `seconds`; what is not done then is broken off. Whether all was done."""
        if not self._running:
            return True
        _, left = await asyncio.wait(self._running, timeout=seconds)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return not left

    def __len__(self) -> int:
        """How many lanes are busy."""
        return len(self._waiting)

    async def _work_off(self, key: Hashable) -> None:
        jobs = self._waiting[key]
        try:
            while jobs:
                if await self._has_turn(key, jobs[0][0]):
                    _, _, job = heapq.heappop(jobs)
                    await job()
                else:
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            del self._waiting[key]
