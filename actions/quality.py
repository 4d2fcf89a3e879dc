"""How good the data are, in the talk: as a whole, of one field, or of one kind of trouble."""

from typing import TYPE_CHECKING

from actions.answers.quality import busy_answer, field_answer, finding_answer, quality_answer, which_field_answer
from actions.background import in_time
from persona_store.answer import Answer
from persona_store.data_quality import data_quality

if TYPE_CHECKING:
    from actions.answering import Asked

GAP_OF = {"employees": "company_size", "birth_year": "age"}  # what a field is called as an attribute
FINDINGS = {"duplicates": ("duplicates", "duplicate_companies"), "stale": ("stale", "forgotten_deals")}


def quality_of(asked: "Asked") -> Answer:
    """What is missing, stale, double or contradictory, and what to mend first."""
    found, name = in_time(asked.session, "quality", data_quality), asked.question.attribute
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
