"""A lead that is not in the CRM, judged by a description in free words."""

from sqlalchemy.orm import Session

from actions.answers.lead import lead_not_read_answer
from actions.ask import ask, ask_about
from actions.base import StoreAction
from actions.context import Request
from actions.cues import kind_shown, names_one_spoken_of, only_around
from actions.follow_up import follow_up
from actions.qualification import judged, lead_of, of_industry_only
from actions.reply import Reply
from actions.state import Question
from actions.subject import named_contact
from actions.veto_cues import asks
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
    if (instead := not_described(request, session)) is not None:
        return instead
    market = market_of(session, request.text)
    lead = read_lead(request.text, model_of(session, market))
    before = lead_of(request.talk.question)
    if not lead:
        meaning = named_contact(request, session)
        if meaning.known:
            return ask_about(request, session, Question(("match", "antipersona")), meaning)
        return Reply((lead_not_read_answer(request.language),), request.talk)
    if before is not None and (says("adds", request.text) or says("denies", request.text)):
        known, market = before
        lead = known.with_(of_industry_only(request.text, known, lead, model_of(session, market)))
    return judged(request, session, lead, market)


def not_described(request: Request, session: Session) -> Reply | None:
    """What only looks like a description: another role for the question just asked about a role, or a question about
    the contact just spoken of ("is she a student?", "is she a decision maker?"); None for descriptions."""
    last = request.talk.question
    if last is None or last.subject is None or request.text.startswith("/"):
        return None
    about, text = last.subject.kind, request.text
    roles = request.named("role")
    if about == "role" and len(roles) == 1 and only_around(text.replace(roles[0].text, " ")):
        return follow_up(request, session)
    if about == "contact" and not request.named("contact") and names_one_spoken_of(text) and asks(text):
        return ask(request, session, Question((kind_shown(text) or "antipersona",), last.subject))
    return None
