"""The best open leads, for who asks whom to call first; asked for in the words of other intents."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.promising import PROMISING, promising_answer
from actions.context import Request
from actions.cues import wants_best
from actions.listing import MOST_JUDGED, MOST_KEPT, PAGE, judged_once, listed, narrowed
from actions.reply import Reply
from actions.state import Question, Subject
from persona_store.antipersona.pipeline import all_listed
from persona_store.antipersona.promising import Promising, list_promising


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

    def judge(own: Session) -> Promising:
        return list_promising(own, question.phase, question.company, limit=MOST_KEPT, most_judged=MOST_JUDGED)

    found = judged_once(session, "promising", question, request.language, judge)
    start = PAGE * (question.page - 1)
    page = found.leads[start : start + PAGE]
    if not all_listed(session, [lead.contact_id for lead in page]):  # somebody has objected or was erased since
        found = judge(session)
        page = found.leads[start : start + PAGE]
    people = [Subject("contact", str(lead.contact_id), lead.name, lead.company) for lead in page]
    answer = promising_answer(replace(found, leads=page), start, request.language, more=len(found.leads) > start + PAGE)
    return listed(request, question, answer, people, "approach")
