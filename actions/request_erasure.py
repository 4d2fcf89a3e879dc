"""A contact's data are to be erased."""

from sqlalchemy.orm import Session

from actions.ask import ask_about
from actions.base import StoreAction
from actions.context import Request
from actions.erasing import begin_erasure
from actions.privacy_subject import meant, objected
from actions.reply import Reply
from actions.state import Question


class ActionRequestErasure(StoreAction):
    """Answers the intent request_erasure."""

    intent = "request_erasure"
    needs = "object"

    def reply(self, request: Request, session: Session) -> Reply:
        """Asks for confirmation with the name and what would go; the yes is heard by the dialogue."""
        meaning = meant(request, session)
        if not meaning.known and (subject := objected(request, session)) is not None:
            return begin_erasure(request, session, Question(("erasure",), subject))
        return ask_about(request, session, Question(("erasure",)), meaning)
