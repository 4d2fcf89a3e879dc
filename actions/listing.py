"""What lists of leads share: how they are narrowed, leafed through, and that one of them can be opened."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy.orm import Session

from actions.background import in_time
from actions.context import Request
from actions.cues import wants_more
from actions.reply import LookUp, Reply
from actions.state import Kind, Option, Question, Subject, Talk
from persona_store.answer import Answer
from persona_store.antipersona.pipeline import state_of
from persona_store.errors import PersonaBotError
from persona_store.lexicon import find_terms
from persona_store.settings import Language, settings
from persona_store.wording import say

T = TypeVar("T")

LISTS: tuple[tuple[Kind, ...], ...] = (("pipeline",), ("promising",))
PAGE = 5
# As many as are judged within the time one waits for an answer; of more leads the most recently active.
MOST_JUDGED = 5_000
MOST_KEPT = 200  # of a list, in memory; who leafs on farther waits for it
FRESH_SECONDS = 900.0  # a veto, an event, an import or a build ends it sooner
LONGEST_PAGE_NUMBER = 4
_PLACE = re.compile(r"\b(?:im|in|in der|beim|at|at the|in the)\s+([^\W\d_]{4,})", re.IGNORECASE)


def narrowed(request: Request, question: Question) -> Question:
    """The question for the phase and the company that the message names, else for its own."""
    phase = next((one.value for one in request.named("phase")), None) or _phase_in(request.text)
    company = next((one.text for one in request.named("company")), None)
    return replace(question, phase=phase or question.phase, company=company or question.company)


def page_asked(request: Request) -> int:
    """The page that a button asks for; words ask for the first."""
    said = next((one.value for one in request.named("ordinal")), "1") if request.text.startswith("/") else "1"
    return max(int(said), 1) if said.isascii() and said.isdigit() and len(said) <= LONGEST_PAGE_NUMBER else 1


def leafs_on(talk: Talk, text: str) -> bool:
    """Whether the message asks for the next page of the list shown last."""
    last = talk.question
    return last is not None and last.kinds in LISTS and wants_more(text)


def listed(request: Request, question: Question, answer: Answer, people: Sequence[Subject], then: Kind) -> Reply:
    """The reply that shows a list; "the first one" then asks `then` about one of the people on it."""
    options = tuple(
        Option(", ".join(part for part in (one.name, one.company) if part), Question((then,), one)) for one in people
    )
    talk = replace(request.talk, question=question, explained=0, options=options, chosen=None, offer=None, missed=0)
    return Reply((answer,), talk, tuple(LookUp("list_anti_personas", one.id) for one in people))


def judged_once(
    session: Session, name: str, question: Question, language: Language, judge: Callable[[Session], T]
) -> T:
    """What `judge` finds at the question's phase and company: once for a state of the data, read from then on.

    Raises PersonaBotError with a sentence for people while it is still at work.
    """
    key = (name, question.phase, question.company, state_of(session), settings().care_cost_per_hour)
    found = in_time(session, key, judge, fresh=FRESH_SECONDS)
    if found is None:
        raise PersonaBotError(say("figures.busy", language))
    return found


def _phase_in(text: str) -> str | None:
    """A stage such as "Angebot", which is an everyday word elsewhere, where the message says "in" or "at" before it."""
    for word in _PLACE.findall(text):
        found = next((term.value for term in find_terms(f"Phase {word}") if term.entity == "phase"), None)
        if found is not None:
            return found
    return None
