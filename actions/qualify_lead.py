"""The guided qualification of a new lead, question by question."""

from sqlalchemy.orm import Session

from actions.answers.lead import GO_ON, PRESSED, SAVE
from actions.ask import ask_about
from actions.base import StoreAction
from actions.context import Request
from actions.qualification import begin, lead_of
from actions.reply import Reply
from actions.state import Question
from actions.storing import begin_storing
from actions.subject import named_contact


class ActionQualifyLead(StoreAction):
    """Answers the intent qualify_lead."""

    intent = "qualify_lead"

    def reply(self, request: Request, session: Session) -> Reply:
        """The first question; a contact that is in the CRM already is judged by its data instead."""
        pressed = next((one.value for one in request.named("attribute") if one.value.startswith(PRESSED)), None)
        known = lead_of(request.talk.question)
        if pressed == PRESSED + SAVE and known is not None:
            return begin_storing(request, *known)
        if pressed == PRESSED + GO_ON and known is not None:
            return begin(request, session, *known)
        meaning = named_contact(request, session)
        if meaning.subject is not None:
            return ask_about(request, session, Question(("match", "antipersona")), meaning)
        return begin(request, session)
