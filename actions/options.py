"""What was offered to choose from, and which of it a message picks."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.people import offer_again_answer
from actions.ask import ask
from actions.context import Request
from actions.cues import folded, means_all, means_other, possible_names
from actions.ordinals import ordinal_in, place_of
from actions.reply import Reply
from actions.state import Option, Question

LONGEST_BARE_NAME = 3  # words
_DIGITS = re.compile(r"\b\d{1,3}\b")
_WORD = re.compile(r"\w{2,}")


def take(request: Request, session: Session, index: int) -> Reply:
    """Asks the question of an option; the others stay open, for "no, the other one"."""
    options = request.talk.options
    reply = ask(request, session, options[index].question)
    return replace(reply, talk=replace(reply.talk, options=options, chosen=index))


def take_picked(request: Request, session: Session, indices: Sequence[int]) -> Reply:
    """Asks about the options that a message picks: one, or all of them; else offers again those it may mean."""
    if len(indices) == 1:
        return take(request, session, indices[0])
    if indices and means_all(request.text):
        return _take_all(request, session, indices)
    return _offer_left(request, indices)


def still_open(request: Request, question: Question) -> bool:
    """Whether somebody was offered and nobody is chosen yet, so that `question` can only mean one of those."""
    talk = request.talk
    if not talk.options or talk.chosen is not None or (talk.question and talk.question.subject):
        return False
    about = [option.question.subject for option in talk.options]
    return question.kinds == ("approach",) or all(one is not None and one.kind == "contact" for one in about)


def offer_again(request: Request, question: Question) -> Reply:
    """The same options once more; choosing one now asks `question` about it."""
    options = tuple(
        replace(option, question=replace(question, subject=option.question.subject)) for option in request.talk.options
    )
    talk = replace(request.talk, options=options, chosen=None, question=replace(question, subject=None), missed=0)
    return Reply((offer_again_answer(options, request.language),), talk)


def picked(request: Request) -> list[int]:
    """The indices of the options that the message may mean; empty when none is recognised."""
    options = request.talk.options
    if not options:
        return []
    every = list(range(len(options)))
    ordinal = _ordinal(request)
    if ordinal is not None:
        index = place_of(ordinal, len(options))
        return [] if index is None else [index]
    named = _sharing_most(request.text, options)
    if not named and means_all(request.text):
        return every
    if means_other(request.text) and request.talk.chosen is not None:  # "the other Meier" is not the one chosen
        return [index for index in named or every if index != request.talk.chosen]
    return named


def picked_by_name(request: Request) -> int | None:
    """The one open option whose label holds all words of the names in the message, if there is exactly one.

    A message of a word or two is taken for a name where none was recognised.
    """
    names = [mention.text for entity in ("contact", "company") for mention in request.named(entity)]
    if not names and len(request.text.split()) <= LONGEST_BARE_NAME:
        names = possible_names(request.text)
    if not names or not request.talk.options or request.talk.chosen is not None:
        return None
    found = fitting(request.talk.options, names)
    return found[0] if len(found) == 1 else None


def fitting(options: Sequence[Option], names: Sequence[str]) -> list[int]:
    """The indices of the options whose label holds all words of the names."""
    said = set(_WORD.findall(folded(" ".join(names))))
    return [index for index, one in enumerate(options) if said and said <= set(_WORD.findall(folded(one.label)))]


def _ordinal(request: Request) -> str | None:
    if (ordinal := ordinal_in(request)) is not None:
        return ordinal
    digits = _DIGITS.search(request.text)
    return digits.group() if digits else None


def _sharing_most(text: str, options: Sequence[Option]) -> list[int]:
    """The options whose label shares most words with the text, not counting words that all labels share."""
    said = set(_WORD.findall(folded(text)))
    labels = [set(_WORD.findall(folded(option.label))) for option in options]
    common = set.intersection(*labels) if len(labels) > 1 else set()
    shared = [len((label - common) & said) for label in labels]
    best = max(shared)
    return [index for index, count in enumerate(shared) if count == best] if best else []


def _take_all(request: Request, session: Session, indices: Sequence[int]) -> Reply:
    replies = [ask(request, session, request.talk.options[index].question) for index in indices]
    return Reply(
        tuple(answer for reply in replies for answer in reply.answers),
        replace(replies[-1].talk, options=request.talk.options),
        tuple(look_up for reply in replies for look_up in reply.look_ups),
    )


def _offer_left(request: Request, indices: Sequence[int]) -> Reply:
    # each keeps its question
    left = tuple(request.talk.options[index] for index in indices) or request.talk.options
    return Reply((offer_again_answer(left, request.language),), replace(request.talk, options=left, chosen=None))
