"""The leads in the pipeline that look like anti-personas, and what they would cost."""

import re
from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.pipeline import pipeline_answer
from actions.background import in_time
from actions.base import StoreAction
from actions.context import Request
from actions.reply import LookUp, Reply
from actions.state import Option, Question, Subject
from persona_store.antipersona.pipeline import Pipeline, all_listed, list_anti_personas, state_of
from persona_store.errors import PersonaBotError
from persona_store.lexicon import find_terms
from persona_store.settings import Language, settings
from persona_store.wording import say

PAGE = 5
# As many as are judged within the time one waits for an answer; of more leads the most recently active.
MOST_JUDGED = 5_000
LONGEST_PAGE_NUMBER = 4
MOST_KEPT = 200  # of the list, in memory; who leafs on farther waits for it
FRESH_SECONDS = 900.0  # a veto, an event, an import or a build ends it sooner
_PLACE = re.compile(r"\b(?:im|in|in der|beim|at|at the|in the)\s+([^\W\d_]{4,})", re.IGNORECASE)


class ActionListAntiPersonas(StoreAction):
    """Answers the intent list_anti_personas."""

    intent = "list_anti_personas"
    needs = "contacts"

    def reply(self, request: Request, session: Session) -> Reply:
        """The costliest of them as a table, of the phase or the company that is named."""
        return list_them(request, session, Question(("pipeline",), page=_page(request)))


def list_them(request: Request, session: Session, question: Question) -> Reply:
    """Lists the anti-personas at the phase and company of the message; "the first one" then opens one of them."""
    phase = next((one.value for one in request.named("phase")), None) or _phase_in(request.text)
    company = next((one.text for one in request.named("company")), None)
    question = replace(question, phase=phase, company=company)
    found = _page_of(session, phase, company, PAGE * (question.page - 1), request.language)
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


def _page_of(session: Session, phase: str | None, company: str | None, offset: int, language: Language) -> Pipeline:
    """The page from `offset` on. All are judged once for a state of the data; that is kept, and read from then on.

    Raises PersonaBotError with a sentence for people while they are still being judged.
    """
    if offset + PAGE > MOST_KEPT:
        return list_anti_personas(
            session, stage=phase, company=company, limit=PAGE, offset=offset, most_judged=MOST_JUDGED
        )
    name = ("pipeline", phase, company, state_of(session), settings().care_cost_per_hour)
    found = in_time(
        session,
        name,
        lambda own: list_anti_personas(own, stage=phase, company=company, limit=MOST_KEPT, most_judged=MOST_JUDGED),
        fresh=FRESH_SECONDS,
    )
    if found is None:
        raise PersonaBotError(say("figures.busy", language))
    page = found.leads[offset : offset + PAGE]
    if all_listed(session, [lead.contact_id for lead in page]):
        return replace(found, leads=page, offset=offset)
    # somebody on it has objected or was erased since: nobody waits for the next state
    return list_anti_personas(session, stage=phase, company=company, limit=PAGE, offset=offset, most_judged=MOST_JUDGED)


def _phase_in(text: str) -> str | None:
    """A stage such as "Angebot", which is an everyday word elsewhere, where the message says "in" or "at" before it."""
    for word in _PLACE.findall(text):
        found = next((term.value for term in find_terms(f"Phase {word}") if term.entity == "phase"), None)
        if found is not None:
            return found
    return None


def goes_on_with_list(request: Request) -> bool:
    """Whether a message such as "and at Bosch?" asks for the list once more, with another phase or company."""
    return of_list(request) and bool(request.named("phase") or request.named("company"))


def of_list(request: Request) -> bool:
    """Whether the list was what was shown last, and the message names nobody on it."""
    last = request.talk.question
    return last is not None and last.kinds == ("pipeline",) and not request.named("contact")


def _page(request: Request) -> int:
    """The page that a button asks for; words ask for the first."""
    said = next((one.value for one in request.named("ordinal")), "1") if request.text.startswith("/") else "1"
    return max(int(said), 1) if said.isascii() and said.isdigit() and len(said) <= LONGEST_PAGE_NUMBER else 1
