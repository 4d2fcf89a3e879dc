"""The leads in the pipeline that look like anti-personas, and what they would cost."""

import re
from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.pipeline import pipeline_answer
from actions.base import StoreAction
from actions.context import Request
from actions.reply import LookUp, Reply
from actions.state import Option, Question, Subject
from persona_store.antipersona.pipeline import list_anti_personas
from persona_store.lexicon import find_terms

PAGE = 5
# As many as are judged within the time one waits for an answer; of more leads the most recently active.
MOST_JUDGED = 5_000
LONGEST_PAGE_NUMBER = 4
_PLACE = re.compile(r"\b(?:im|in|in der|beim|at|at the|in the)\s+([^\W\d_]{4,})", re.IGNORECASE)


class ActionListAntiPersonas(StoreAction):
    """Answers the intent list_anti_personas."""

    intent = "list_anti_personas"

    def reply(self, request: Request, session: Session) -> Reply:
        """The costliest of them as a table, of the phase or the company that is named."""
        return list_them(request, session, Question(("pipeline",), page=_page(request)))


def list_them(request: Request, session: Session, question: Question) -> Reply:
    """Lists the anti-personas at the phase and company of the message; "the first one" then opens one of them."""
    phase = next((one.value for one in request.named("phase")), None) or _phase_in(request.text)
    company = next((one.text for one in request.named("company")), None)
    question = replace(question, phase=phase, company=company)
    found = list_anti_personas(
        session,
        stage=phase,
        company=company,
        limit=PAGE,
        offset=PAGE * (question.page - 1),
        most_judged=MOST_JUDGED,
    )
    options = tuple(
        Option(
            ", ".join(part for part in (lead.name, lead.company) if part),
            Question(("antipersona",), Subject("contact", str(lead.contact_id), lead.name, lead.company)),
        )
        for lead in found.leads
    )
    talk = replace(request.talk, question=question, explained=0, options=options, chosen=None, offer=None, missed=0)
    look_ups = tuple(LookUp("list_anti_personas", lead.contact_id) for lead in found.leads)
    return Reply((pipeline_answer(found, request.language),), talk, look_ups)


def _phase_in(text: str) -> str | None:
    """A stage such as "Angebot", which is an everyday word elsewhere, where the message says "in" or "at" before it."""
    for word in _PLACE.findall(text):
        found = next((term.value for term in find_terms(f"Phase {word}") if term.entity == "phase"), None)
        if found is not None:
            return found
    return None


def goes_on_with_list(request: Request) -> bool:
    """Whether a message such as "and at Bosch?" asks for the list once more, with another phase or company."""
    last = request.talk.question
    listed = last is not None and last.kinds == ("pipeline",)
    return listed and bool(request.named("phase") or request.named("company")) and not request.named("contact")


def _page(request: Request) -> int:
    """The page that a button asks for; words ask for the first."""
    said = next((one.value for one in request.named("ordinal")), "1") if request.text.startswith("/") else "1"
    return max(int(said), 1) if said.isascii() and said.isdigit() and len(said) <= LONGEST_PAGE_NUMBER else 1
