"""The next best step and message for a contact, or for a persona in a phase."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.ask import ask, ask_which_of_all, ask_which_persona
from actions.ask_approach import named_channel, named_phase
from actions.ask_content import told_by_role
from actions.base import StoreAction
from actions.context import Request
from actions.match_persona import ask_about_someone
from actions.reply import Reply
from actions.state import Question
from actions.subject import named_contact, named_personas, persona_subject


class ActionAskNextMessage(StoreAction):
    """Answers the intent ask_next_message."""

    intent = "ask_next_message"

    def reply(self, request: Request, session: Session) -> Reply:
        """Step, channel and text."""
        question = Question(("next",), channel=named_channel(request), phase=named_phase(request))
        personas = named_personas(request, session)
        if request.named("contact") and named_contact(request, session).known:
            return ask_about_someone(request, session, question)
        if len(personas.personas) > 1:
            return ask_which_persona(request, session, personas.personas, question.kinds)
        if personas.personas:
            subject = persona_subject(personas.personas[0], request.language)
            return ask(request, session, replace(question, subject=subject))
        told = None if request.named("contact") else told_by_role(request, session, question, self.intent)
        if told is not None:
            return told
        if personas.unknown and not request.named("contact"):
            return ask_which_of_all(request, session, personas.unknown)
        last = request.talk.question
        if question.phase and last and last.subject and last.subject.kind == "persona":
            return ask(request, session, replace(question, subject=last.subject))
        return ask_about_someone(request, session, question)
