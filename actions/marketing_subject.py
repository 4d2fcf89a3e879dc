"""Which persona a marketer means: the one named, the one last spoken of, or one to be chosen."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions.answers.common import labelled_button, persona_name, quoted
from actions.answers.talk import no_personas_answer
from actions.context import Request
from actions.reply import Reply
from actions.state import Option, Question, Subject
from actions.subject import named_personas, persona_subject
from persona_store.answer import Answer
from persona_store.database.models import Build, Persona
from persona_store.names import find_personas
from persona_store.settings import Language
from persona_store.wording import say

KEPT = ("phase", "channel", "attribute", "industry")  # what a button of an offered persona says beside it


def persona_meant(request: Request, session: Session, question: Question, intent: str) -> Subject | Reply | None:
    """The persona that `question` is about, or a reply that offers those it may be; None where none is named or known.

    A role that bears a persona's name counts as that ("content für IT-Leiter Konzern"). `intent` is what the buttons
    of the offered personas say.
    """
    named = named_personas(request, session)
    personas = list(named.personas) or by_role(request, session)
    if len(personas) == 1:
        return persona_subject(personas[0], request.language)
    if len(personas) > 1:
        text = say("persona.choose", request.language, count=len(personas))
        return offer(request, question, personas, text, intent)
    if named.unknown:
        return which_of_all(request, session, question, intent, named.unknown)
    return known_still(session, request.talk.persona, request.language)


def which_of_all(
    request: Request, session: Session, question: Question, intent: str, named: str | None = None
) -> Reply:
    """Which persona was meant cannot be told: all there are, to choose from; choosing one asks `question` about it."""
    personas = newest_personas(session)
    if not personas:
        return Reply((no_personas_answer(request.language),), request.talk)
    key = "persona.unknown" if named else "persona.which"
    return offer(request, question, personas, say(key, request.language, name=quoted(named or "")), intent)


def offer(request: Request, question: Question, personas: Sequence[Persona], text: str, intent: str) -> Reply:
    """`text` with these personas to choose from; choosing one asks `question` about it."""
    kept = {name: value for name in KEPT if (value := getattr(question, name)) is not None}
    choices = tuple(
        labelled_button(persona_name(one, request.language), intent, {"persona": str(one.number)} | kept)
        for one in personas
    )
    options = tuple(
        Option(one.name(request.language), replace(question, subject=persona_subject(one, request.language)))
        for one in personas
    )
    talk = replace(request.talk, question=question, options=options, chosen=None, explained=0, missed=0, offer=None)
    return Reply((Answer("choices", request.language, text, choices=choices),), talk)


def by_role(request: Request, session: Session) -> list[Persona]:
    """The personas whose name the message's role bears."""
    found = {one.id: one for mention in request.named("role") for one in find_personas(session, mention.text)}
    return list(found.values())


def newest_personas(session: Session) -> list[Persona]:
    """The personas of the newest build by number."""
    newest = select(func.max(Build.id)).scalar_subquery()
    return list(session.scalars(select(Persona).where(Persona.build_id == newest).order_by(Persona.number)))


def known_still(session: Session, subject: Subject | None, language: Language) -> Subject | None:
    """The persona last spoken of, unless a new build has come since; then the one that goes on under its identity."""
    persona = None if subject is None else session.get(Persona, subject.id)
    if persona is None:
        return None
    for one in newest_personas(session):
        if one.id == persona.id or (one.identity_id is not None and one.identity_id == persona.identity_id):
            return persona_subject(one, language)
    return None
