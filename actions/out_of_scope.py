"""What the assistant is not for, and what it did not understand: never silence, never the same words in a loop."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.talk import missed_answer
from actions.ask import ask, ask_about
from actions.base import StoreAction
from actions.choose_option import choose
from actions.context import Request
from actions.cues import goes_on, kind_shown, kinds_asked, means_all, means_other
from actions.fallback import not_understood
from actions.follow_up import about_people, follow_up
from actions.list_promising import asks_for_best, list_best
from actions.options import picked_by_name, take
from actions.qualification import judged
from actions.reply import Reply
from actions.spoken_of import asked_of_one_spoken_of
from actions.state import Question
from actions.subject import contact_in_words, named_contact
from actions.varying import varied
from persona_store.errors import NoPersonas
from persona_store.leads.assess import market_of, model_of
from persona_store.leads.facts import read_lead

MOST_WORDINGS = 3
LEAST_TOLD = 2  # attributes of a lead that a message must name to be its description
LONGEST_BARE_NAME = 6  # words; longer messages are not just a name


class ActionOutOfScope(StoreAction):
    """Answers the intent out_of_scope."""

    intent = "out_of_scope"

    def reply(self, request: Request, session: Session) -> Reply:
        """What it is for; but a name given when one was asked for is an answer."""
        if (meant := _meant_by_words(request, session)) is not None:
            return meant
        return name_given(request, session) if _awaits_name(request) else missed(request)


class ActionDefaultFallback(StoreAction):
    """What was not understood (nlu_fallback), in the place of Rasa's own action."""

    intent = "default_fallback"

    def reply(self, request: Request, session: Session) -> Reply:
        """Looks for a name, or the description of a lead, before it asks what was meant."""
        short = len(request.text.split()) <= LONGEST_BARE_NAME
        picks = request.named("ordinal") or means_other(request.text) or means_all(request.text)
        if request.talk.options and short and picks:
            return choose(request, session)
        if request.talk.question and short and request.named("persona") and kind_shown(request.text) is None:
            return follow_up(request, session)  # "no, persona 5"
        if (meant := _meant_by_words(request, session)) is not None:
            return meant
        return name_given(
            request, session, lambda unclear: asked_of_one_spoken_of(unclear, session) or not_understood(unclear)
        )


def name_given(request: Request, session: Session, else_: Callable[[Request], Reply] | None = None) -> Reply:
    """The question asked about whom the message names, else `else_`: that it was not understood.

    What is asked is taken from the words where they show it, else it is the last question.
    """
    index = picked_by_name(request)
    if index is not None:
        return take(request, session, index)
    if not request.named("contact") and (described := described_in(request, session)) is not None:
        return described
    meaning = named_contact(request, session)
    if not meaning.known and len(request.text.split()) <= LONGEST_BARE_NAME:
        meaning = contact_in_words(request, session)
    if not meaning.known:
        return (else_ or missed)(request)
    shown = kind_shown(request.text)
    question = Question(kinds_asked(request.text, shown)) if shown else request.talk.question or Question(("match",))
    return ask_about(request, session, about_people(question), meaning)


def described_in(request: Request, session: Session) -> Reply | None:
    """The verdict on a lead of whom the message tells several things; None where it does not."""
    try:
        market = market_of(session, request.text)
    except NoPersonas:
        return None
    lead = read_lead(request.text, model_of(session, market))
    return judged(request, session, lead, market) if len(lead.levels) >= LEAST_TOLD else None


def _meant_by_words(request: Request, session: Session) -> Reply | None:
    """What the words ask without doubt: whom to call first, or behind "and" the last question for something else ("and
    the worst?"); None where they do not."""
    if asks_for_best(request) and not request.named("contact"):
        return list_best(request, session, Question(("promising",)))
    last = request.talk.question
    if last is None or not goes_on(request.text) or len(request.text.split()) > LONGEST_BARE_NAME:
        return None
    other = varied(request, last)
    return None if other is None else ask(request, session, other)


def missed(request: Request) -> Reply:
    """The next way of saying that this was not understood."""
    count = request.talk.missed + 1
    if count > MOST_WORDINGS and count % 2 == 0:  # never the same words twice in a row
        return not_understood(request)
    return Reply((missed_answer(count, request.language),), replace(request.talk, missed=count))


def _awaits_name(request: Request) -> bool:
    question = request.talk.question
    return question is not None and question.subject is None and question.kinds != ("personas",)
