"""How good the data are, in the talk: as a whole, of one field, or of one kind of trouble."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.answers.quality import field_answer, finding_answer, quality_answer, which_field_answer
from persona_store.answer import Answer
from persona_store.data_quality import DataQuality, data_quality
from persona_store.database.models import Build, Import

if TYPE_CHECKING:
    from actions.answering import Asked

FINDINGS = {"duplicates": ("duplicates", "duplicate_companies"), "stale": ("stale", "forgotten_deals")}
# What one check finds holds for so long: looking at all contacts takes seconds, and data change slowly.
FRESH_SECONDS = 600.0


@dataclass(slots=True)
class _Checked:
    """The newest check: of which store and state of it, when, and what it found."""

    state: tuple[object, ...] = ()
    at: float = 0.0
    found: DataQuality | None = None


_checked = _Checked()


def quality_of(asked: "Asked") -> Answer:
    """What is missing, stale, double or contradictory, and what to mend first."""
    found, name = checked(asked.session), asked.question.attribute
    if name is None or not found.contacts:
        return quality_answer(found, asked.language)
    if name in FINDINGS:
        return finding_answer(found, FINDINGS[name], asked.language)
    fields = [one for one in found.completeness if one.field == name]
    gaps = [one for one in found.gaps if one.attribute == GAP_OF.get(name, name)]
    return (
        field_answer(found, fields, gaps, asked.language) if fields else which_field_answer(found, name, asked.language)
    )


def checked(session: Session) -> DataQuality:
    """The check of the data, anew after an import, after a build, or once the last one is too old."""
    state = (
        str(session.get_bind()),
        session.scalar(select(func.max(Import.id))),
        session.scalar(select(func.max(Build.id))),
    )
    now = time.monotonic()
    if _checked.found is None or _checked.state != state or now - _checked.at > FRESH_SECONDS:
        _checked.found, _checked.state, _checked.at = data_quality(session), state, now
    return _checked.found


GAP_OF = {"employees": "company_size", "birth_year": "age"}  # what a field is called as an attribute
