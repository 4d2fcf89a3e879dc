"""Which persona a contact, or a role, matches."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.ask import ask, ask_about, ask_which_of_all
from actions.base import StoreAction
from actions.context import Request
from actions.cues import kinds_asked, names_one_spoken_of
from actions.follow_up import follow_up
from actions.options import offer_again, still_open
from actions.qualification import judged, lead_of
from actions.reply import Reply
from actions.several import ask_each
from actions.state import Question, Subject, Talk
from actions.subject import contact_in_words, named_contact, named_personas, named_role, unknown_role
from persona_store.lexicon import normalise_channel


class ActionMatchPersona(StoreAction):
    """Answers the intent match_persona."""

    intent = "match_persona"
    needs = "contacts"

    def reply(self, request: Request, session: Session) -> Reply:
        """The persona, with reasons; where the message also asks how to reach the contact, that too."""
        personas = named_personas(request, session)
        question = Question(
            kinds_asked(request.text, "match"),
            compared=tuple(persona.id for persona in personas.personas),
            compared_name=personas.unknown,
        )
        if personas.unknown and request.talk.contact is None and named_contact(request, session).missing:
            return ask_which_of_all(request, session, personas.unknown)
        return ask_about_someone(request, session, question)


def ask_about_someone(request: Request, session: Session, question: Question) -> Reply:
    """Asks `question` about the contact, else the role, that the message names, else the contact last spoken of."""
    if (several := ask_each(request, session, question)) is not None:
        return several
    meaning = named_contact(request, session)
    role = named_role(request) if meaning.missing else unknown_role(meaning)
    if meaning.missing and request.talk.contact is not None and names_one_spoken_of(request.text):
        role = None  # "is he a student?" is about him
    if role is not None:
        return ask(request, session, replace(question, subject=role))
    if meaning.missing:
        meaning = contact_in_words(request, session)
    if meaning.missing and still_open(request, question):
        return offer_again(request, question)
    if meaning.missing and (described := lead_of(request.talk.question)) is not None:
        return judged(request, session, *described, worth_first="antipersona" in question.kinds)
    if meaning.missing and (known := _spoken_of(request.talk, question)) is not None:
        return ask(request, session, replace(question, subject=known))
    if meaning.unknown and normalise_channel(meaning.unknown):  # "oder persönlich?" goes on about the channel
        return follow_up(request, session)
    return ask_about(request, session, question, meaning)


def _spoken_of(talk: Talk, question: Question) -> Subject | None:
    """Whom the question means without a name: the role last asked about if it asks for a persona, else the contact."""
    last = talk.question.subject if talk.question else None
    if last is not None and last.kind == "role" and question.kinds == ("match",):
        return last
    return talk.contact
