"""The best open leads, for who asks whom to call first; asked for in the words of other intents."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.promising import PROMISING, promising_answer
from actions.background import in_time
from actions.context import Request
from actions.cues import wants_best
from actions.listing import FRESH_SECONDS, MOST_JUDGED, MOST_KEPT, PAGE, listed, narrowed
from actions.reply import Reply
from actions.state import Question, Subject
from persona_store.antipersona.pipeline import all_listed, state_of
from persona_store.antipersona.promising import Promising, list_promising
from persona_store.errors import PersonaBotError
from persona_store.settings import Language, settings
from persona_store.wording import say


def asks_for_best(request: Request) -> bool:
    """Whether the message, or the button pressed, asks for the best leads."""
    if request.text.startswith("/"):
        return any(one.value == PROMISING for one in request.named("attribute"))
    return wants_best(request.text)


def list_best(request: Request, session: Session, question: Question) -> Reply:
    """Lists the best open leads at the phase and company of the message; "the first one" then tells how to reach them.

    Raises PersonaBotError with a sentence for people while they are still being judged.
    """
    question = narrowed(request, question)
    found = _judged(session, question.phase, question.company, request.language)
    start = PAGE * (question.page - 1)
    page = found.leads[start : start + PAGE]
    if not all_listed(session, [lead.contact_id for lead in page]):  # somebody has objected or was erased since
        found = list_promising(session, question.phase, question.company, limit=MOST_KEPT, most_judged=MOST_JUDGED)
        page = found.leads[start : start + PAGE]
    people = [Subject("contact", str(lead.contact_id), lead.name, lead.company) for lead in page]
    answer = promising_answer(replace(found, leads=page), start, request.language, more=len(found.leads) > start + PAGE)
    return listed(request, question, answer, people, "approach")


def _judged(session: Session, phase: str | None, company: str | None, language: Language) -> Promising:
    """All are judged once for a state of the data; that is kept, and read from then on."""
    name = ("promising", phase, company, state_of(session), settings().care_cost_per_hour)
    found = in_time(
        session,
        name,
        lambda own: list_promising(own, phase, company, limit=MOST_KEPT, most_judged=MOST_JUDGED),
        fresh=FRESH_SECONDS,
    )
    if found is None:
        raise PersonaBotError(say("figures.busy", language))
    return found
