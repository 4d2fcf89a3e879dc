"""One of the offered options, by ordinal, by name, by button, or "the other one"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.common import CONTACT_PAYLOAD
from actions.answers.people import offer_again_answer
from actions.answers.talk import nothing_offered_answer
from actions.ask import ask, ask_about
from actions.base import StoreAction
from actions.context import Request
from actions.cues import folded, means_all, means_other
from actions.follow_up import about_people, follow_up
from actions.reply import Reply
from actions.state import Option, Question
from actions.subject import contact_by_id, named_contact

LAST = "last"
_DIGITS = re.compile(r"\b\d{1,3}\b")
_WORD = re.compile(r"\w{2,}")


class ActionChooseOption(StoreAction):
    """Answers the intent choose_option."""

    intent = "choose_option"

    def reply(self, request: Request, session: Session) -> Reply:
        """The question of the chosen option, asked; where it is unclear which one is meant, all offered again."""
        return choose(request, session)


def choose(request: Request, session: Session) -> Reply:
    """The reply to a message that picks something."""
    talk = request.talk
    pressed = next((one.value for one in request.named("contact") if one.value.startswith(CONTACT_PAYLOAD)), None)
    if pressed is not None:
        return _press(request, session, pressed)
    if not talk.options:
        if request.named("contact") or request.named("company") or request.named("role"):
            return follow_up(request, session)
        return Reply((nothing_offered_answer(request.language),), talk)
    picked = _picked(request, talk.options)
    if len(picked) == 1:
        return _take(request, session, picked[0])
    if len(picked) > 1 and means_all(request.text):
        return _all_of(request, session, [talk.options[index] for index in picked])
    if not picked and request.named("contact") and named_contact(request, session).known:
        return follow_up(request, session)
    left = [talk.options[index] for index in picked] or talk.options
    return Reply((offer_again_answer(left, request.language),), replace(talk, options=tuple(left)))


def _picked(request: Request, options: Sequence[Option]) -> list[int]:
    """The indices of the options that the message may mean; empty when none is recognised."""
    every = list(range(len(options)))
    ordinal = _ordinal(request)
    if ordinal is not None:
        index = len(options) - 1 if ordinal == LAST else int(ordinal) - 1
        return [index] if 0 <= index < len(options) else []
    named = _named(request.text, options)
    if named:
        return named
    if means_all(request.text):
        return every
    if means_other(request.text) and request.talk.chosen is not None:
        return [index for index in every if index != request.talk.chosen]
    return []


def _ordinal(request: Request) -> str | None:
    for mention in request.named("ordinal"):
        if mention.value == LAST or (mention.value.isascii() and mention.value.isdigit() and len(mention.value) < 4):
            return mention.value
    digits = _DIGITS.search(request.text)
    return digits.group() if digits else None


def _named(text: str, options: Sequence[Option]) -> list[int]:
    """The options whose label shares most words with the text, not counting words that all labels share."""
    said = set(_WORD.findall(folded(text)))
    labels = [set(_WORD.findall(folded(option.label))) for option in options]
    common = set.intersection(*labels) if len(labels) > 1 else set()
    shared = [len((label - common) & said) for label in labels]
    best = max(shared)
    return [index for index, count in enumerate(shared) if count == best] if best else []


def _press(request: Request, session: Session, pressed: str) -> Reply:
    """A button names a contact by its id; those of earlier answers keep their meaning."""
    key = pressed.removeprefix(CONTACT_PAYLOAD)
    for index, option in enumerate(request.talk.options):
        subject = option.question.subject
        if subject and subject.kind == "contact" and subject.key == key:
            return _take(request, session, index)
    last = request.talk.question or Question(("match",))
    return ask_about(request, session, about_people(last), contact_by_id(session, key))


def _take(request: Request, session: Session, index: int) -> Reply:
    options = request.talk.options
    reply = ask(request, session, options[index].question)
    return replace(reply, talk=replace(reply.talk, options=options, chosen=index))


def _all_of(request: Request, session: Session, options: Sequence[Option]) -> Reply:
    replies = [ask(request, session, option.question) for option in options]
    return Reply(
        tuple(answer for reply in replies for answer in reply.answers),
        replace(replies[-1].talk, options=request.talk.options),
        tuple(look_up for reply in replies for look_up in reply.look_ups),
    )
