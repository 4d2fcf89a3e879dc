"""Several people in one question ("Weber oder Schulze?"): the same question about each of them."""

import re
from dataclasses import replace

from sqlalchemy.orm import Session

from actions.ask import ask, ask_about
from actions.context import Mention, Request
from actions.cues import salutation_before
from actions.reply import Reply
from actions.state import Option, Question
from actions.subject import Meaning, people_meant

MOST_PEOPLE = 3  # asked about at once; more answers are not read
BETWEEN = re.compile(
    r"\s*(?:,|/|\b(?:und|oder|versus|sowie|frau|herrn?|and|or|the)\b|\b(?:vs|mr|ms|mrs)\b\.?|\s)*", re.IGNORECASE
)


def ask_each(request: Request, session: Session, question: Question) -> Reply | None:
    """The answers about each person that the message names, if it names several; None where it names one or none.

    Where it is unclear who one of them is, that is asked after the answers about the others.
    """
    names = _names(request)
    if len(names) < 2:
        return None
    meanings = [
        people_meant(session, mention.text, None, salutation_before(request.text, mention.start)) for mention in names
    ]
    clear = {one.subject.key: one for one in meanings if one.subject is not None}
    unclear = [one for one in meanings if one.subject is None and one.known]
    if len(clear) + len(unclear) < 2:
        return None
    replies = [ask(request, session, replace(question, subject=one.subject)) for one in clear.values()]
    replies += [ask_about(request, session, question, one) for one in unclear[:1]]
    answers = tuple(answer for reply in replies for answer in reply.answers)
    shown = tuple(replace(answer, next_step="") for answer in answers[:-1])  # one offer is enough
    talk = replies[-1].talk
    if not unclear:
        options = tuple(_option(one, question) for one in clear.values())
        talk = replace(talk, options=options, chosen=len(options) - 1)
    return Reply((*shown, answers[-1]), talk, tuple(one for reply in replies for one in reply.look_ups))


def _option(meaning: Meaning, question: Question) -> Option:
    subject = meaning.subject
    if subject is None:
        raise LookupError("Only a person who is known can be offered.")
    label = f"{subject.name}, {subject.company}" if subject.company else subject.name
    return Option(label, replace(question, subject=subject))


def _names(request: Request) -> tuple[Mention, ...]:
    """The names in the message that are joined by "and", "or" or a comma, each once."""
    named = [mention for mention in request.named("contact") if not request.text.startswith("/")]
    joined: list[Mention] = []
    for mention in named[: MOST_PEOPLE + 1]:
        if joined:
            last = joined[-1]
            between = request.text[last.start + len(last.text) : mention.start]
            if not between.strip() or not BETWEEN.fullmatch(between):
                return ()
        joined.append(mention)
    return tuple(joined[:MOST_PEOPLE])
