"""The personas: all at a glance, and one in full."""

from sqlalchemy.orm import Session

from actions.answering import match_of
from actions.ask import ask, ask_about, ask_which_of_all, ask_which_persona
from actions.base import StoreAction
from actions.context import Request
from actions.reply import Reply
from actions.state import Question
from actions.subject import Meaning, named_contact, named_personas, named_role, persona_subject
from persona_store.database.models import Persona
from persona_store.errors import NoPersonas
from persona_store.names import find_personas

SURE = ("certain", "likely")


class ActionListPersonas(StoreAction):
    """Answers the intent list_personas."""

    intent = "list_personas"

    def reply(self, request: Request, session: Session) -> Reply:
        """A table of the personas."""
        return ask(request, session, Question(("personas",)))


class ActionDescribePersona(StoreAction):
    """Answers the intent describe_persona."""

    intent = "describe_persona"

    def reply(self, request: Request, session: Session) -> Reply:
        """The profile of the persona that is named, else of the one last spoken of."""
        named = named_personas(request, session)
        meaning = named_contact(request, session) if request.named("contact") else Meaning()
        if meaning.known:  # "is Tanja a persona 3?" asks about Tanja
            compared = tuple(persona.id for persona in named.personas)
            return ask_about(request, session, Question(("match",), compared=compared), meaning)
        personas = named.personas or _by_role(request, session)
        if len(personas) > 1:
            return ask_which_persona(request, session, personas, ("persona",))
        if personas:
            subject = persona_subject(personas[0], request.language)
            return ask(request, session, Question(("persona",), subject))
        if named.unknown is None and not request.named("role") and request.talk.persona is not None:
            return ask(request, session, Question(("persona",), request.talk.persona))
        return ask_which_of_all(request, session, named.unknown)


def _by_role(request: Request, session: Session) -> tuple[Persona, ...]:
    """The personas of a role: those that bear its name, else the one that people of this role mostly are."""
    role = named_role(request)
    if role is None:
        return ()
    personas = find_personas(session, role.name)
    if personas:
        return tuple(personas)
    try:
        match = match_of(session, role)
    except NoPersonas:
        return ()
    return (session.get_one(Persona, match.best.persona_id),) if match.confidence in SURE else ()
