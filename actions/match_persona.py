"""Which persona a contact, or a role, matches."""

from sqlalchemy.orm import Session

from actions.ask import ask, ask_about
from actions.base import StoreAction
from actions.context import Request
from actions.cues import kinds_asked
from actions.follow_up import follow_up
from actions.reply import Reply
from actions.state import Question
from actions.subject import contact_in_words, named_contact, named_personas, named_role, unknown_role
from persona_store.lexicon import normalise_channel


class ActionMatchPersona(StoreAction):
    """Answers the intent match_persona."""

    intent = "match_persona"

    def reply(self, request: Request, session: Session) -> Reply:
        """The persona, with reasons; where the message also asks how to reach the contact, that too."""
        personas = named_personas(request, session)
        question = Question(
            kinds_asked(request.text, "match"),
            compared=tuple(persona.id for persona in personas.personas),
            compared_name=personas.unknown,
        )
        return ask_about_someone(request, session, question)


def ask_about_someone(request: Request, session: Session, question: Question) -> Reply:
    """Asks `question` about the contact, else the role, that the message names, else the contact last spoken of."""
    meaning = named_contact(request, session)
    if role := (named_role(request) if meaning.missing else unknown_role(meaning)):
        return ask(request, session, Question(question.kinds, role, question.compared, question.compared_name))
    if meaning.missing:
        meaning = contact_in_words(request, session)
    if meaning.missing and request.talk.contact is not None:
        known = request.talk.contact
        return ask(request, session, Question(question.kinds, known, question.compared, question.compared_name))
    if meaning.unknown and normalise_channel(meaning.unknown):  # "oder persönlich?" goes on about the channel
        return follow_up(request, session)
    return ask_about(request, session, question, meaning)
