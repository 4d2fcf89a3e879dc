"""A message that is nothing but a name answers what was asked last, whatever its intent was taken for."""

from sqlalchemy.orm import Session

from actions.answering import CAPABILITIES, needs_subject
from actions.ask import ask_about, ask_about_company
from actions.context import Message, Request
from actions.cues import bare_name
from actions.denied import without_denied
from actions.options import fitting, take
from actions.reply import Reply
from actions.state import Talk
from actions.subject import company_called, contact_in_words, named_company, named_contact


def picks(talk: Talk, message: Message) -> int | None:
    """The index of the one option that a bare name fits; of those offered before another one than the one chosen."""
    if message.text.startswith("/") or not talk.options:
        return None
    names = bare_name(without_denied(message.text))
    found = [index for index in fitting(talk.options, names) if index != talk.chosen]
    return found[0] if len(found) == 1 else None


def may_answer(talk: Talk, message: Message) -> bool:
    """Whether the message may be a bare name that answers what was asked last."""
    return picks(talk, message) is not None or _awaits(talk, message)


def bare_answer(request: Request, session: Session) -> Reply | None:
    """What a bare name answers: it picks an option, or says whom or which company the last question is about."""
    message = Message(request.text, request.mentions)
    index = picks(request.talk, message)
    if index is not None:
        return take(request, session, index)
    question = request.talk.question
    if question is None or not _awaits(request.talk, message):
        return None
    if any("company" in CAPABILITIES[kind].about for kind in question.kinds):
        company = named_company(request, session)
        company = company if company.known else company_called(session, " ".join(bare_name(request.text)))
        if company.known:
            return ask_about_company(request, session, question, company)
    if not all("contact" in CAPABILITIES[kind].about for kind in question.kinds):
        return None
    meaning = named_contact(request, session)
    meaning = contact_in_words(request, session) if meaning.missing else meaning
    return ask_about(request, session, question, meaning) if meaning.known else None


def _awaits(talk: Talk, message: Message) -> bool:
    """Whether it is a bare name after a question that does not say yet whom it is about."""
    question = talk.question
    if question is None or question.subject is not None or talk.options or not needs_subject(question):
        return False
    known = CAPABILITIES.keys() >= set(question.kinds)
    return known and not message.text.startswith("/") and bool(bare_name(message.text))
