"""What is wished of the lead just described, whatever the message was taken for: store it, or what to ask it next."""

from sqlalchemy.orm import Session

from actions.context import Request
from actions.qualification import begin, lead_of
from actions.reply import Reply
from actions.spoken_of import NAMES
from actions.storing import begin_storing
from persona_store.leads.cues import says


def of_described_lead(request: Request, session: Session) -> Reply | None:
    """The reply to "save it as a lead" and "what do I ask him next?"; None where somebody is named or it is neither."""
    question = request.talk.question
    described = lead_of(question)
    if described is None or question is None or question.kinds != ("lead",) or request.text.startswith("/"):
        return None
    if any(request.named(entity) for entity in NAMES) or says("denies", request.text):
        return None
    if says("saves", request.text):
        return begin_storing(request, *described)
    return begin(request, session, *described) if says("asks_on", request.text) else None
