"""Jobs of one chat one after the other, in their order; those of different chats side by side."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable

Job = Callable[[], Awaitable[None]]


class Lanes:
    """A lane per key; a lane that is empty takes no room. Jobs must not raise."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[Job]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def put(self, key: Hashable, job: Job) -> None:
        """Does `job` after all that were put under `key` before."""
        if key in self._waiting:
            self._waiting[key].append(job)
            return
        self._waiting[key] = deque([job])
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
                await jobs[0]()
                jobs.popleft()
        finally:
            del self._waiting[key]
