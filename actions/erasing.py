"""Erases a person after a plain yes, or records the wish of somebody who may not."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.answers.common import with_company
from actions.answers.privacy import (
    confirm_erasure_answer,
    erased_answer,
    kept_answer,
    requested_answer,
)
from actions.answers.talk import whom_answer
from actions.context import Request
from actions.reply import LookUp, Reply
from actions.state import Question, Running, Subject, Talk
from persona_store.answer import Answer
from persona_store.database.models import Contact, User
from persona_store.privacy.erasure import ERASER, erase_person, holdings, may_erase, request_erasure
from persona_store.settings import Language

NAME = "erasure"
ALLOWED = "allowed"  # part of the dialogue's state, for the reminder's words only: rights are checked again at the yes


def begin_erasure(request: Request, session: Session, question: Question) -> Reply:
    """Asks for a plain yes, with the name and what would be erased."""
    subject = question.subject
    if subject is None or subject.kind != "contact":
        talk = replace(request.talk, question=Question(("erasure",)), options=(), chosen=None, offer=None, missed=0)
        return Reply((whom_answer(question, request.language),), talk)
    allowed = may_erase(request.identity.rights)
    answer = confirm_erasure_answer(
        with_company(subject.name, subject.company, request.language),
        holdings(session, subject.id),
        request.language,
        allowed=allowed,
    )
    running = Running(NAME, {**subject.as_dict(), ALLOWED: allowed})
    talk = replace(request.talk, running=running, options=(), chosen=None, offer=None, missed=0)
    return Reply((answer,), talk, (LookUp("erasure_asked", subject.id),))


def carry_out(request: Request, session: Session, subject: Subject) -> Reply:
    """Erases the contact, or records the wish where the asker may not."""
    who = request.identity
    talk = replace(request.talk, running=None, missed=0)
    if session.get(Contact, subject.id) is None:  # somebody else was faster
        return Reply((kept_answer(subject.name, request.language),), talk)
    if not may_erase(who.rights):
        new = request_erasure(session, subject.id, who.user)
        admins = list(session.scalars(select(User.name).where(User.rights == ERASER).order_by(User.name)))
        return Reply((requested_answer(admins, request.language, new=new),), talk)
    erased = erase_person(session, subject.id, who.user, conversation=who.conversation)
    left = Talk(language=talk.language, said_language=talk.said_language, wished_language=talk.wished_language)
    return Reply((erased_answer(erased, request.language),), left, forgets=True)


def ask_again(running: Running, language: Language) -> Answer:
    """The question whether to erase, once more."""
    allowed = running.state.get(ALLOWED) is True
    return confirm_erasure_answer(str(running.state.get("name", "")), None, language, allowed=allowed)


def kept(running: Running, language: Language) -> Answer:
    """Nothing is erased."""
    return kept_answer(str(running.state.get("name", "")), language)
