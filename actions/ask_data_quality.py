"""How good and complete the data behind the personas are."""

from sqlalchemy.orm import Session

from actions.ask import ask
from actions.base import StoreAction
from actions.context import Request
from actions.figure_cues import attributes_named, first_shown
from actions.reply import Reply
from actions.state import Question

# Attributes of the lexicon by the field of the CRM that holds them.
FIELDS = {"company_size": "employees", "age": "birth_year", "outcome_rate": "outcome", "recency": "last_activity_on"}


class ActionAskDataQuality(StoreAction):
    """Answers the intent ask_data_quality."""

    intent = "ask_data_quality"

    def reply(self, request: Request, session: Session) -> Reply:
        """The field or the kind of trouble that is named; else everything, the most urgent first."""
        return ask(request, session, Question(("quality",), attribute=_asked_for(request)))


def _asked_for(request: Request) -> str | None:
    named = attributes_named(request)
    if named:
        known = first_shown(named[0], "fields")
        return FIELDS.get(named[0]) or (named[0] if request.text.startswith("/") else known or named[0])
    return first_shown(request.text, "findings") or first_shown(request.text, "fields")
