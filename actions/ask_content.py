"""Topics, content and offers that suit a persona, in a phase and on a channel where they are named."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answering import match_of
from actions.answers import match_answer
from actions.ask import ask
from actions.ask_approach import named_channel
from actions.base import StoreAction
from actions.context import Request
from actions.marketing_subject import by_role, newest_personas, offer, persona_meant, which_of_all
from actions.reply import Reply
from actions.state import Question, Subject
from actions.subject import Meaning, named_personas, named_role, unknown_role
from persona_store.lexicon import normalise_phase

LEAST_LIKELY = 0.1  # less probable personas are not worth the choice


class ActionAskContent(StoreAction):
    """Answers the intent ask_content."""

    intent = "ask_content"

    def reply(self, request: Request, session: Session) -> Reply:
        """What to offer the persona that is named, else the one last spoken of."""
        phase = next((normalise_phase(one.text) or normalise_phase(one.value) for one in request.named("phase")), None)
        question = Question(("content",), phase=phase, channel=named_channel(request))
        if (told := told_by_role(request, session, question, self.intent)) is not None:
            return told
        meant = persona_meant(request, session, question, self.intent)
        if isinstance(meant, Reply):
            return meant
        if meant is None:
            return which_of_all(request, session, question, self.intent)
        return ask(request, session, Question(("content",), meant, phase=phase, channel=question.channel))


def told_by_role(request: Request, session: Session, question: Question, intent: str) -> Reply | None:
    """`question` about the persona to which the role named most likely belongs, after saying which that is.

    Where it lies between several, these are offered; `intent` is what their buttons say. None where the message names
    a persona or no role, or where the role tells too little. Raises NoPersonas.
    """
    named = named_personas(request, session)
    role = named_role(request) or unknown_role(Meaning(unknown=named.unknown))
    if role is None or named.personas or by_role(request, session):
        return None
    match = match_of(session, role)
    if match.confidence == "unknown":
        return None
    told, best = match_answer(match, request.language), match.best
    if match.confidence == "between":
        likely = {one.persona_id for one in match.personas if one.probability >= LEAST_LIKELY}
        open_ = [one for one in newest_personas(session) if one.id in likely]
        return offer(request, question, open_, told.text, intent)
    subject = Subject("persona", str(best.persona_id), best.name(request.language))
    reply = ask(request, session, replace(question, subject=subject))
    return replace(reply, answers=(told, *reply.answers))
