"""Records that somebody objects to profiling, after a question where the name was not quite clear."""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from actions.answers.privacy import (
    already_objected_answer,
    confirm_objection_answer,
    objected_answer,
    unrecorded_answer,
    withdrawn_answer,
)
from actions.answers.talk import whom_answer
from actions.context import Request
from actions.forgetting import forgotten, read_subject
from actions.reply import Reply
from actions.state import Question, Running, Subject
from persona_store.answer import Answer
from persona_store.database.models import Contact
from persona_store.privacy.objection import object_to_profiling, withdraw_objection
from persona_store.settings import Language

NAME = "objection"
SURE = "sure"  # `holds` of a question that named its contact beyond doubt
PICKED = frozenset({"choose_option", "affirm"})  # who picked somebody from a list means them


def note_objection(request: Request, session: Session, question: Question) -> Reply:
    """Records the objection of the contact in `question`; asks first where the name was not quite clear."""
    subject = question.subject
    if subject is None or subject.kind != "contact":
        talk = replace(request.talk, question=Question(("objection",)), options=(), chosen=None, offer=None, missed=0)
        return Reply((whom_answer(question, request.language),), talk)
    if question.holds == SURE or request.intent in PICKED:
        return record_objection(request, session, subject)
    talk = replace(
        request.talk, running=Running(NAME, subject.as_dict()), options=(), chosen=None, offer=None, missed=0
    )
    return Reply((confirm_objection_answer(subject, request.language),), talk)


def record_objection(request: Request, session: Session, subject: Subject) -> Reply:
    """Records it at once; from then on the talk does not know the person any more."""
    talk = forgotten(request.talk, subject)
    if session.get_one(Contact, subject.id).blocked_on is not None:
        return Reply((already_objected_answer(request.language),), talk)
    entries = object_to_profiling(session, subject.id, request.identity.user, datetime.now(UTC).date())
    return Reply((objected_answer(subject, entries, request.language),), talk)


def take_back(request: Request, session: Session, contact_id: int) -> Reply:
    """Takes an objection back that was entered for the wrong person or withdrawn by the right one."""
    contact = session.get(Contact, contact_id)
    done = contact is not None and withdraw_objection(session, contact_id, request.identity.user)
    name = contact.name if contact is not None and done else None
    return Reply((withdrawn_answer(name, request.language),), replace(request.talk, running=None, missed=0))


def ask_again(running: Running, language: Language) -> Answer:
    """The question whether this person objects, once more."""
    subject = read_subject(running)
    return confirm_objection_answer(subject, language) if subject else already_objected_answer(language)


def unrecorded(running: Running, language: Language) -> Answer:
    """No objection is recorded."""
    return unrecorded_answer(str(running.state.get("name", "")), language)
