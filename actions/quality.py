"""How good the data are, in the talk: as a whole, of one field, or of one kind of trouble."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from actions.answers.quality import busy_answer, field_answer, finding_answer, quality_answer, which_field_answer
from persona_store.answer import Answer
from persona_store.data_quality import DataQuality, data_quality
from persona_store.database import session_scope
from persona_store.database.models import Build, Import

if TYPE_CHECKING:
    from actions.answering import Asked

FINDINGS = {"duplicates": ("duplicates", "duplicate_companies"), "stale": ("stale", "forgotten_deals")}
# What one check finds holds for so long: looking at all contacts takes seconds, and data change slowly.
FRESH_SECONDS = 600.0


# An answer waits so long for a check; a longer one goes on, and is there when asked again.
LONGEST_WAIT_SECONDS = 2.0
_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="quality")


@dataclass(frozen=True, slots=True)
class _Check:
    """A check of a store in some state, begun at a moment of the monotonic clock."""

    state: tuple[object, ...]
    begun: float
    found: Future[DataQuality]


_checks: list[_Check] = []  # the newest one, if any


def quality_of(asked: "Asked") -> Answer:
    """What is missing, stale, double or contradictory, and what to mend first."""
    found, name = checked(asked.session), asked.question.attribute
    if found is None:
        return busy_answer(asked.language)
    if name is None or not found.contacts:
        return quality_answer(found, asked.language)
    if name in FINDINGS:
        return finding_answer(found, FINDINGS[name], asked.language)
    fields = [one for one in found.completeness if one.field == name]
    gaps = [one for one in found.gaps if one.attribute == GAP_OF.get(name, name)]
    return (
        field_answer(found, fields, gaps, asked.language) if fields else which_field_answer(found, name, asked.language)
    )


def checked(session: Session) -> DataQuality | None:
    """The check of the data, anew after an import, after a build, or once the last is too old; None while it runs."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    state = (
        str(engine.url),
        session.scalar(select(func.max(Import.id))),
        session.scalar(select(func.max(Build.id))),
    )
    newest = _checks[-1] if _checks else None
    now = time.monotonic()
    if newest is None or newest.state != state or now - newest.begun > FRESH_SECONDS or _failed(newest.found):
        newest = _Check(state, now, _worker.submit(_check, engine))
        _checks[:] = [newest]
    try:
        return newest.found.result(timeout=LONGEST_WAIT_SECONDS)
    except TimeoutError:
        return None


def _check(engine: Engine) -> DataQuality:
    with session_scope(engine) as session:
        return data_quality(session)


def _failed(found: "Future[DataQuality]") -> bool:
    return found.done() and found.exception() is not None


GAP_OF = {"employees": "company_size", "birth_year": "age"}  # what a field is called as an attribute
