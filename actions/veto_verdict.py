"""Somebody contradicts a verdict: "no, that is a good lead", "wrong persona"."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.veto import HOLDS, SKIP, UNDO, what_wrong_answer
from actions.ask import ask, ask_about
from actions.base import StoreAction
from actions.context import Request
from actions.cues import kind_shown
from actions.denied import without_denied
from actions.follow_up import follow_up
from actions.reply import Reply
from actions.state import Kind, Question
from actions.subject import named_contact, named_personas
from actions.veto_cues import WITHDRAW, asks, contradicts, holds_in
from actions.vetoes import without_reason

OTHER_PERSONA = "other_persona"
JUDGED: frozenset[Kind] = frozenset({"antipersona", "pipeline"})  # whose answers hold a verdict on somebody


class ActionVetoVerdict(StoreAction):
    """Answers the intent veto_verdict."""

    intent = "veto_verdict"
    needs = "judge"

    def reply(self, request: Request, session: Session) -> Reply:
        """Notes what holds instead, about the contact that is named, else the one last spoken of."""
        pressed = next((one.value for one in request.named("persona")), None) if request.text.startswith("/") else None
        if pressed == SKIP and request.talk.reasonless is not None:
            return without_reason(request.talk)
        if pressed == UNDO:
            return ask(request, session, Question(("veto",), request.talk.contact, holds=WITHDRAW))
        if pressed in HOLDS:
            return ask(request, session, Question(("veto",), request.talk.contact, holds=pressed))
        return contradict(request, session)


def contradict(request: Request, session: Session) -> Reply:
    """Notes the contradiction in a message; a question is answered, what contradicts nothing is a follow-up.

    Where it says neither what holds instead nor follows a verdict, nothing is noted: what is wrong is asked.
    """
    personas = named_personas(request, session)
    if asks(request.text):
        shown = kind_shown(without_denied(request.text))
        return _answered(request, session, shown or ("match" if personas.personas else "antipersona"))
    holds = holds_in(request.text) or (OTHER_PERSONA if personas.personas else None)
    last = request.talk.question
    if holds is None and not contradicts(request.text):
        return follow_up(request, session)
    if holds is None and ((last is not None and "match" in last.kinds) or request.named("role")):
        holds = OTHER_PERSONA  # "he is no managing director" speaks of who he is
    meant = tuple(persona.id for persona in personas.personas[-1:]) if holds == OTHER_PERSONA else ()
    question = Question(("veto",), compared=meant, holds=holds)
    meaning = named_contact(request, session)
    if meaning.known or (meaning.unknown and request.talk.contact is None):
        return ask_about(request, session, question, meaning)
    subject = last.subject if last and last.subject and last.subject.kind == "contact" else request.talk.contact
    if holds is None and subject is not None and (last is None or JUDGED.isdisjoint(last.kinds)):
        return Reply((what_wrong_answer(subject.name, request.language),), replace(request.talk, contact=subject))
    return ask(request, session, Question(("veto",), subject, compared=meant, holds=holds))


def _answered(request: Request, session: Session, kind: Kind) -> Reply:
    meaning = named_contact(request, session)
    if meaning.known or meaning.unknown or request.talk.contact is None:
        return ask_about(request, session, Question((kind,)), meaning)
    return ask(request, session, Question((kind,), request.talk.contact))
