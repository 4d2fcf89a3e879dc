"""The leads in the pipeline that look like anti-personas, and what they would cost; or the best ones."""

from sqlalchemy.orm import Session

from actions.base import StoreAction
from actions.context import Request
from actions.list_promising import asks_for_best, list_best
from actions.listing import page_asked
from actions.pipeline_list import list_them
from actions.reply import Reply
from actions.state import Question


class ActionListAntiPersonas(StoreAction):
    """Answers the intent list_anti_personas."""

    intent = "list_anti_personas"
    needs = "contacts"

    def reply(self, request: Request, session: Session) -> Reply:
        """The costliest of them as a table, of the phase or the company that is named; or the best where these are
        asked for."""
        if asks_for_best(request):
            return list_best(request, session, Question(("promising",), page=page_asked(request)))
        return list_them(request, session, Question(("pipeline",), page=page_asked(request)))
