"""Work that may take longer than an answer: it goes on in the background, and is there when asked for again."""

import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from persona_store.database import session_scope
from persona_store.database.models import Build, Import
from persona_store.privacy.identity import Identity
from persona_store.privacy.rights import asker_of

# An answer waits so long; what is left of the time an action may take is needed to say something.
LONGEST_WAIT_SECONDS = 2.0
# A result holds for so long, unless an import or a build comes between: time to ask again, short enough that whoever
# objects is soon counted nowhere.
FRESH_SECONDS = 120.0
MOST_KEPT = 64
AT_ONCE = 2  # more would only slow one another and the answers
T = TypeVar("T")
_worker = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="background")


@dataclass(frozen=True, slots=True)
class _Work:
    """Work begun at a moment of the monotonic clock, and what comes of it."""

    begun: float
    found: Future[Any]


_works: dict[tuple[Hashable, ...], _Work] = {}


def in_time(
    session: Session, name: Hashable, work: Callable[[Session], T], *, fresh: float = FRESH_SECONDS
) -> T | None:
    """What `work` finds in a session of its own for the same asker; None while it runs. Errors of `work` are raised.

    `name` tells it from other work; on the same state of the same store it is done once in `fresh` seconds for all who
    have the same rights.
    """
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    asker = asker_of(session)
    key = (
        name,
        asker.rights if asker else None,
        str(engine.url),
        session.scalar(select(func.max(Import.id))),
        session.scalar(select(func.max(Build.id))),
    )
    known, now = _works.get(key), time.monotonic()
    if known is None or now - known.begun > fresh or _failed(known.found):
        _works.pop(key, None)
        while len(_works) >= MOST_KEPT:
            _works.pop(next(iter(_works)))
        known = _works[key] = _Work(now, _worker.submit(_done, engine, asker, work))
    try:
        result: T = known.found.result(timeout=LONGEST_WAIT_SECONDS)
        return result
    except TimeoutError:
        return None


def _done(engine: Engine, asker: Identity | None, work: Callable[[Session], T]) -> T:
    with session_scope(engine, asker=asker) as session:
        return work(session)


def _failed(found: Future[Any]) -> bool:
    return found.done() and found.exception() is not None
