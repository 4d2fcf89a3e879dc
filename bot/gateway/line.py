"""The line before the assistant: people wait their turn here, where it costs nothing, and not in Rasa's time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from persona_store.answer import Answer

AT_ONCE = 6  # questions with the assistant: they keep its two processes busy, and each is still quick
OF_ONE_PERSON = 3  # of these, so that who sends many at a time makes nobody else wait
KEPT_SECONDS = 5.0  # an answer waits for whoever heard just before that it was coming
LONGEST_LINE = 1_000  # questions: work for half a minute; beyond it an honest word is worth more than a place


class LineTooLong(Exception):
    """So many wait already that nobody would wait for the answer."""


class Line:
    """First come, first served; at most AT_ONCE questions are with the assistant, OF_ONE_PERSON of the same person."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(AT_ONCE)
        self._own: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._length = 0

    @asynccontextmanager
    async def place(self, person: str) -> AsyncIterator[None]:
        """Holds one of the places for the block, waiting until it is free; raises LineTooLong instead of waiting."""
        if self._length >= LONGEST_LINE:
            raise LineTooLong
        own = self._own.get(person) or self._own.setdefault(person, asyncio.Semaphore(OF_ONE_PERSON))
        self._length += 1
        try:
            async with own, self._places:
                yield
        finally:
            self._length -= 1


class Underway:
    """Questions that are being answered, by a name of theirs: who asks again under it waits for the same answers."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[list[Answer]]] = {}

    async def answers(
        self, name: Hashable, ask: Callable[[], Coroutine[Any, Any, list[Answer]]], seconds: float
    ) -> list[Answer] | None:
        """What `ask` gives, or None where it takes longer than `seconds`: then it goes on without the caller."""
        task = self._tasks.get(name)
        if task is None:
            task = self._tasks[name] = asyncio.create_task(ask())
            loop = asyncio.get_running_loop()
            task.add_done_callback(lambda _: loop.call_later(KEPT_SECONDS, self._tasks.pop, name, None))
        done, _ = await asyncio.wait({task}, timeout=seconds)
        return task.result() if done else None

    def give_up(self, name: Hashable) -> None:
        """Breaks a question off that nobody waits for any longer."""
        if (task := self._tasks.pop(name, None)) is not None:
            task.cancel()

    def close(self) -> None:
        """Breaks off whatever is left."""
        for name in list(self._tasks):
            self.give_up(name)
