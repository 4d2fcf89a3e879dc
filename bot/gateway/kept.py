"""Answers that take long are made once, off the event loop, however many people ask for them at the same time."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from anyio import CapacityLimiter, to_thread

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Keeps at most `most` values by key for `seconds`; at most `at_once` are in the making."""

    def __init__(
        self, seconds: float, *, most: int, at_once: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = seconds
        self.most = most
        self.clock = clock
        self._limiter = CapacityLimiter(at_once)
        self._values: OrderedDict[Hashable, tuple[float, asyncio.Task[Value]]] = OrderedDict()

    async def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`, by `make` in a thread if it is not there or too old; an error is not kept.

        It ages from when its making began, for it tells of that moment.
        """
        made_at, task = self._values.get(key, (0.0, None))
        if task is None or (task.done() and (made_at + self.seconds <= self.clock() or _failed(task))):
            task = asyncio.create_task(to_thread.run_sync(make, limiter=self._limiter))
            self._values[key] = (self.clock(), task)
            self._values.move_to_end(key)
            while len(self._values) > self.most:
                self._values.popitem(last=False)
        return await asyncio.shield(task)  # who goes away does not take it from the others


def _failed(task: "asyncio.Task[object]") -> bool:
    return task.cancelled() or task.exception() is not None
