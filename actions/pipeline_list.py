"""The leads in the pipeline that look like anti-personas, page by page; and how such a list goes on."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.pipeline import no_more_answer, pipeline_answer
from actions.context import Request
from actions.list_promising import list_best
from actions.listing import MOST_JUDGED, MOST_KEPT, PAGE, judged_once, leafs_on, listed, narrowed
from actions.reply import Reply
from actions.state import Question, Subject
from persona_store.antipersona.pipeline import Pipeline, all_listed, list_anti_personas
from persona_store.settings import Language


def list_them(request: Request, session: Session, question: Question) -> Reply:
    """Lists the anti-personas at the phase and company of the message; "the first one" then opens one of them."""
    question = narrowed(request, question)
    found = _page_of(session, question, request.language)
    people = [Subject("contact", str(lead.contact_id), lead.name, lead.company) for lead in found.leads]
    return listed(request, question, pipeline_answer(found, request.language), people, "antipersona")


def _page_of(session: Session, question: Question, language: Language) -> Pipeline:
    """The question's page; raises PersonaBotError with a sentence for people while leads are still being judged."""
    offset = PAGE * (question.page - 1)

    def judge(own: Session, limit: int = MOST_KEPT, offset: int = 0) -> Pipeline:
        where = {"stage": question.phase, "company": question.company}
        return list_anti_personas(own, **where, limit=limit, offset=offset, most_judged=MOST_JUDGED)

    if offset + PAGE <= MOST_KEPT:
        found = judged_once(session, "pipeline", question, language, judge)
        page = found.leads[offset : offset + PAGE]
        if all_listed(session, [lead.contact_id for lead in page]):
            return replace(found, leads=page, offset=offset)
    # Far on in the list, or somebody on the page has objected or was erased since: nobody waits for the next state.
    return judge(session, PAGE, offset)


def goes_on_with_list(request: Request, session: Session) -> Reply | None:
    """The list shown last for another phase or company ("and at Bosch?"); None where the message asks no such thing."""
    last = request.talk.question
    if last is None or not (request.named("phase") or request.named("company")) or request.named("contact"):
        return None
    if last.kinds == ("promising",):
        return list_best(request, session, Question(("promising",)))
    return list_them(request, session, Question(("pipeline",))) if last.kinds == ("pipeline",) else None


def next_page(request: Request, session: Session) -> Reply | None:
    """The next page of the list shown last, where the message asks for it and nothing else; else None."""
    last = request.talk.question
    if last is None or not leafs_on(request.talk, request.text):
        return None
    show = list_best if last.kinds == ("promising",) else list_them
    reply = show(request, session, replace(last, page=last.page + 1))
    if reply.talk.options:
        return reply
    return Reply((no_more_answer(request.language),), replace(request.talk, missed=0))


def of_list(request: Request) -> bool:
    """Whether the list was what was shown last, and the message names nobody on it."""
    last = request.talk.question
    return last is not None and last.kinds == ("pipeline",) and not request.named("contact")
