"""A lead that is not in the CRM, judged by a description in free words."""

from sqlalchemy.orm import Session

from actions.answers.lead import lead_not_read_answer
from actions.ask import ask_about
from actions.base import StoreAction
from actions.context import Request
from actions.qualification import judged, lead_of
from actions.reply import Reply
from actions.state import Question
from actions.subject import named_contact
from persona_store.leads.assess import market_of, model_of
from persona_store.leads.cues import says
from persona_store.leads.facts import read_lead


class ActionDescribeLead(StoreAction):
    """Answers the intent describe_lead."""

    intent = "describe_lead"

    def reply(self, request: Request, session: Session) -> Reply:
        """Persona and anti-persona verdict on what the words say, and what to find out next."""
        return describe_lead(request, session)


def describe_lead(request: Request, session: Session) -> Reply:
    """The verdict on the lead that the message describes; what adds to the lead just described is put to it.

    Where the message tells nothing of a lead but names a contact, that contact is judged.
    """
    market = market_of(session, request.text)
    lead = read_lead(request.text, model_of(session, market))
    before = lead_of(request.talk.question)
    if not lead:
        meaning = named_contact(request, session)
        if meaning.known:
            return ask_about(request, session, Question(("match", "antipersona")), meaning)
        return Reply((lead_not_read_answer(request.language),), request.talk)
    if before is not None and (says("adds", request.text) or says("denies", request.text)):
        lead, market = before[0].with_(lead), before[1]
    return judged(request, session, lead, market)
