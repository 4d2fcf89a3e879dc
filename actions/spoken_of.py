"""Whom "he", "her" or "them" stands for: what the talk was about, or one of those still open to choose from."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.ask import ask
from actions.context import Request
from actions.cues import goes_on, kind_shown, names_one_spoken_of
from actions.options import offer_again, still_open
from actions.qualification import lead_of, subject_of
from actions.reply import Reply
from actions.state import Question, Subject

NAMES = ("contact", "company", "role", "persona")


def spoken_of(request: Request) -> Subject | None:
    """ "Him", "her", "them": whom or what the last question was about."""
    last = request.talk.question
    if last is not None and last.subject is None and (described := lead_of(last)) is not None:
        return subject_of(described[0], request.talk, request.language)
    return last.subject if last and last.subject else request.talk.contact


def asked_of_one_spoken_of(request: Request, session: Session) -> Reply | None:
    """What the words of a message ask of "him" or "her", whatever it was taken for ("und wie erreich ich ihn?").

    Behind "and" nobody need be spoken of again ("und welche Kanäle?"). Where several are open to choose from, these
    once more; where nobody was spoken of, whom it is about. None for messages that name somebody, or that do not show
    what they ask.
    """
    shown = kind_shown(request.text)
    refers = names_one_spoken_of(request.text) or (goes_on(request.text) and spoken_of(request) is not None)
    if shown is None or not refers or any(request.named(entity) for entity in NAMES):
        return None
    question = Question((shown,))
    if still_open(request, question):
        return offer_again(request, question)
    return ask(request, session, replace(question, subject=spoken_of(request)))
