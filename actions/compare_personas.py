"""Two or more personas side by side."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.common import quoted
from actions.ask import ask
from actions.base import StoreAction
from actions.context import Request
from actions.figure_cues import attributes_named, measure_named
from actions.marketing_subject import by_role, known_still, newest_personas, offer, which_of_all
from actions.reply import Reply
from actions.state import Question, Subject
from actions.subject import named_personas
from persona_store.database.models import Persona
from persona_store.wording import say


class ActionComparePersonas(StoreAction):
    """Answers the intent compare_personas."""

    intent = "compare_personas"

    def reply(self, request: Request, session: Session) -> Reply:
        """The personas named; one named beside the one last spoken of; all where none is named."""
        named = named_personas(request, session)
        personas = {one.id: one for one in (*named.personas, *by_role(request, session))}
        measure = measure_named(request, but=("contacts", "customers", "frequency"))
        attribute = measure or next(iter(attributes_named(request)), None)
        question = Question(("compare",), attribute=attribute)
        if named.missing and personas:
            return _without_missing(request, session, question, list(personas.values()), named.missing)
        if len(personas) == 1:
            (only,) = personas.values()
            last = _waiting(request.talk.question) or request.talk.persona
            last = known_still(session, last, request.language)
            if last is None or last.id == only.id:
                return _against_which(request, session, question, only)
            personas[last.id] = session.get_one(Persona, last.id)
        elif not personas and named.unknown:
            return which_of_all(request, session, question, self.intent, named.unknown)
        return ask(request, session, Question(("compare",), compared=tuple(personas), attribute=attribute))


def _without_missing(
    request: Request, session: Session, question: Question, personas: list[Persona], missing: str
) -> Reply:
    """One of the personas named does not exist: that is said first, then what can be compared is."""
    told = say("compare.not_there", request.language, name=quoted(missing))
    if len(personas) == 1:
        reply = _against_which(request, session, question, personas[0])
    else:
        reply = ask(request, session, replace(question, compared=tuple(one.id for one in personas)))
    first = replace(reply.answers[0], text=f"{told} {reply.answers[0].text}")
    return replace(reply, answers=(first, *reply.answers[1:]))


def _waiting(last: Question | None) -> Subject | None:
    """The persona that waits for another one to be compared with."""
    if last is None or last.kinds != ("compare",) or len(last.compared) != 1:
        return None
    return Subject("persona", str(last.compared[0]), "")


def _against_which(request: Request, session: Session, question: Question, one: Persona) -> Reply:
    """One persona is named: with which other shall it be compared?"""
    others = [other for other in newest_personas(session) if other.id != one.id]
    text = say("compare.which_other", request.language, persona=one.name(request.language))
    asked = Question(("compare",), compared=(one.id,), attribute=question.attribute)
    return offer(request, asked, others, text, ActionComparePersonas.intent)
