"""Whether a lead is an anti-persona: will it buy, and is it worth the effort."""

from sqlalchemy.orm import Session

from actions.base import StoreAction
from actions.context import Request
from actions.cues import kinds_asked
from actions.match_persona import ask_about_someone
from actions.reply import Reply
from actions.state import Question


class ActionCheckAntiPersona(StoreAction):
    """Answers the intent check_anti_persona."""

    intent = "check_anti_persona"
    needs = "contacts"

    def reply(self, request: Request, session: Session) -> Reply:
        """Both verdicts, with their evidence and what to do now."""
        return ask_about_someone(request, session, Question(kinds_asked(request.text, "antipersona")))
