"""How to reach and address a contact, a role or a persona."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.approach import TIME
from actions.ask import ask, ask_about, ask_which_persona
from actions.base import StoreAction
from actions.context import Request
from actions.cues import asks_when, kinds_asked
from actions.options import offer_again, still_open
from actions.reply import Reply
from actions.several import ask_each
from actions.spoken_of import spoken_of
from actions.state import CHANNELS, Question, Subject
from actions.subject import (
    Meaning,
    contact_in_words,
    named_contact,
    named_personas,
    named_role,
    persona_subject,
    unknown_role,
)
from persona_store.guidance.phases import PHASES
from persona_store.lexicon import normalise_channel, normalise_phase


class ActionAskApproach(StoreAction):
    """Answers the intent ask_approach."""

    intent = "ask_approach"

    def reply(self, request: Request, session: Session) -> Reply:
        """Channels by response rate, tone, opening and what to avoid."""
        personas = named_personas(request, session)
        meaning = named_contact(request, session)
        question = Question(
            kinds_asked(request.text, "approach"),
            compared=tuple(persona.id for persona in personas.personas),
            compared_name=personas.unknown,
            channel=named_channel(request),
            aspect=named_aspect(request),
        )
        if (several := ask_each(request, session, question)) is not None:
            return several
        if role := unknown_role(meaning):
            return ask(request, session, replace(question, subject=role))
        if not meaning.missing:
            return ask_about(request, session, question, meaning)
        if len(personas.personas) > 1 and "match" not in question.kinds:
            return ask_which_persona(request, session, personas.personas, question.kinds)
        if personas.personas and "match" not in question.kinds:
            subject: Subject | None = persona_subject(personas.personas[0], request.language)
        else:
            subject = named_role(request) or unknown_role(Meaning(unknown=personas.unknown))
        if subject is None:
            meaning = contact_in_words(request, session)
            if meaning.missing and still_open(request, question):
                return offer_again(request, question)
            subject = meaning.subject or (spoken_of(request) if meaning.missing else None)
        if subject is not None:
            last, named = request.talk.question, request.named("role") or personas.personas
            lead = last.lead if last and meaning.missing and not named else None  # "him" is the lead, later too
            return ask(request, session, replace(question, subject=subject, lead=lead), meaning.people)
        return ask_about(request, session, question, meaning)


def named_channel(request: Request) -> str | None:
    """The normal value of the one channel the message names; empty where it names several or none."""
    named = [
        mention.value if mention.value in CHANNELS else normalise_channel(mention.text)
        for mention in request.named("channel")
    ]
    return named[0] if len(set(named)) == 1 else None


def named_aspect(request: Request) -> str | None:
    """The part of the advice that the message asks for, where it does ("und wann?")."""
    return TIME if asks_when(request.text) else None


def named_phase(request: Request) -> str | None:
    """The normal value of the one phase the message names; empty where it names several or none."""
    named = {
        mention.value if mention.value in PHASES else normalise_phase(mention.text)
        for mention in request.named("phase")
    }
    return named.pop() if len(named) == 1 else None
