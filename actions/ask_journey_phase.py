"""In which phase of the customer journey, or at which AIDA stage, somebody is."""

from sqlalchemy.orm import Session

from actions.ask_buying_center import ask_about_account
from actions.base import StoreAction
from actions.context import Request
from actions.match_persona import ask_about_someone
from actions.reply import Reply
from actions.state import Question
from actions.subject import named_role


class ActionAskJourneyPhase(StoreAction):
    """Answers the intent ask_journey_phase."""

    intent = "ask_journey_phase"
    needs = "contacts"

    def reply(self, request: Request, session: Session) -> Reply:
        """The phase of the contact that is named, or of all who are known at a company."""
        question = Question(("journey",))
        last = request.talk.question.subject if request.talk.question else None
        if request.named("contact"):
            return ask_about_someone(request, session, question)
        if request.named("company"):
            account = named_role(request) is None
        else:
            account = last is not None and last.kind == "company"
        ask = ask_about_account if account else ask_about_someone
        return ask(request, session, question)
