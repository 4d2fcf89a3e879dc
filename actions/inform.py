"""A fact outside of a form: about the lead just described, about a new one, or an answer to what was asked last."""

from sqlalchemy.orm import Session

from actions.base import StoreAction
from actions.context import Request
from actions.describe_lead import describe_lead, not_described
from actions.follow_up import follow_up
from actions.out_of_scope import name_given
from actions.qualification import judged, lead_of, of_industry_only
from actions.reply import Reply
from actions.subject import names_anything
from persona_store.leads.assess import market_of, model_of
from persona_store.leads.facts import SIZE, read_answer, read_lead


class ActionInform(StoreAction):
    """Answers the intent inform."""

    intent = "inform"

    def reply(self, request: Request, session: Session) -> Reply:
        """What was said is put to the lead just described, else answers what was asked, else describes a lead."""
        if (instead := not_described(request, session)) is not None:
            return instead
        before = lead_of(request.talk.question)
        market = before[1] if before else market_of(session, request.text)
        model = model_of(session, market)
        said = read_lead(request.text, model)
        if before is not None:
            said = said or read_answer(f"{request.text}", SIZE, model)
            if said.levels:
                said = of_industry_only(request.text, before[0], said, model)
                return judged(request, session, before[0].with_(said), market)
        waits = request.talk.question is not None and request.talk.question.subject is None
        if waits and names_anything(request, session):
            return follow_up(request, session)
        if len(said.levels) > 1 or (said and not waits):
            return describe_lead(request, session)
        return name_given(request, session)
