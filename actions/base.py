"""What all actions share: prove who asks, open the store, record look-ups, and never leave a person without a word."""

import asyncio
import logging
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, Restarted
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.answers.talk import (
    failed_answer,
    missing_right_answer,
    not_allowed_answer,
    said_error_answer,
    unavailable_answer,
)
from actions.bare import bare_answer, may_answer
from actions.context import Message, Request, read_message, read_request, store, talk_of
from actions.described import of_described_lead
from actions.fallback import doubted
from actions.listing import leafs_on
from actions.pipeline_list import next_page
from actions.reply import LookUp, Reply
from actions.running import Heard, come_back, go_on, is_for_runner
from actions.state import Talk, read_talk, slot_events
from actions.veto_cues import skips
from actions.vetoes import reason_given, takes_back, without_reason
from persona_store.database import in_turn, session_scope
from persona_store.errors import MissingRight, NotAllowed, PersonaBotError, StoreUnavailable
from persona_store.privacy.audit import record
from persona_store.privacy.rights import Right, demand

logger = logging.getLogger(__name__)


class TalkAction(Action, ABC):
    """An action that answers from the talk alone; it sees no data."""

    intent: str = ""

    def name(self) -> str:
        """The action of an intent bears its name."""
        return f"action_{self.intent}"

    @abstractmethod
    def reply(self, talk: Talk, message: Message) -> Reply:
        """The reply to the latest message."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Answers, and returns the slots that changed."""
        before, talk, message = read_talk(tracker.slots), talk_of(tracker), read_message(tracker)
        for_store = by_words(talk, message.text) or may_answer(talk, message)
        if for_store or is_for_runner(talk, heard_in(tracker)):
            reply = await asyncio.to_thread(answered, tracker, talk, lambda request, _: self.reply(talk, message))
        else:
            skipped = talk.reasonless is not None and skips(message.text)
            reply = come_back(talk, without_reason(talk) if skipped else self.reply(talk, message))
        return dispatch(dispatcher, before, _closed(before, reply))


class StoreAction(Action, ABC):
    """An action that answers from the persona store, for people who have proved who they are.

    `needs` is the right without which nothing of it can be answered; the store's calls ask for theirs in any case.
    """

    intent: str = ""
    needs: Right | None = None

    def name(self) -> str:
        """The action of an intent bears its name."""
        return f"action_{self.intent}"

    @abstractmethod
    def reply(self, request: Request, session: Session) -> Reply:
        """The reply to `request`; errors for people (PersonaBotError) may be raised."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Answers, and returns the slots that changed; other conversations go on meanwhile."""
        before = read_talk(tracker.slots)
        reply = await asyncio.to_thread(answered, tracker, talk_of(tracker), self._allowed_reply)
        return dispatch(dispatcher, before, _closed(before, reply))

    def _allowed_reply(self, request: Request, session: Session) -> Reply:
        if self.needs is not None:
            demand(session, self.needs)
        return self.reply(request, session)


def by_words(talk: Talk, text: str) -> bool:
    """Whether the text says what to do with what was just shown or noted, whatever intent it was taken for."""
    return takes_back(talk, text) or leafs_on(talk, text)


def answered(
    tracker: Tracker,
    talk: Talk,
    reply_to: Callable[[Request, Session], Reply],
) -> Reply:
    """The reply to the latest message: by the dialogue that goes on if the message is for it, else by `reply_to`.

    Whatever goes wrong is said in a sentence.
    """
    heard = heard_in(tracker)
    try:
        request = read_request(tracker, talk)
    except NotAllowed:
        return Reply((not_allowed_answer(talk.spoken),), talk)
    try:
        reply = in_turn(store(), lambda session: _replied(request, session, heard, reply_to), asker=request.identity)
        _record(request, reply.look_ups)
    except MissingRight as error:
        left = replace(talk, running=None, offer=None)
        return Reply((missing_right_answer(error.right, talk.spoken),), left)
    except StoreUnavailable:
        return Reply((unavailable_answer(talk.spoken),), talk)
    except PersonaBotError as error:
        return Reply((said_error_answer(error, talk.spoken),), talk)
    except Exception as error:  # whatever breaks: the person gets a sentence, the log the place and nobody's data
        place = traceback.extract_tb(error.__traceback__)[-1]
        logger.error("%s: %s in %s:%d", heard.intent, type(error).__name__, place.filename, place.lineno or 0)
        return Reply((failed_answer(talk.spoken),), replace(talk, offer=None))
    return reply


def _replied(request: Request, session: Session, heard: Heard, reply_to: Callable[[Request, Session], Reply]) -> Reply:
    reply = reason_given(request, session, heard.intent, heard.confidence) or go_on(request, session, heard)
    reply = reply or next_page(request, session) or bare_answer(request, session)
    reply = reply or of_described_lead(request, session)
    return reply or come_back(request.talk, doubted(request, heard.confidence) or reply_to(request, session))


def heard_in(tracker: Tracker) -> Heard:
    """What the latest message was understood as."""
    message = tracker.latest_message
    intent = message.get("intent") or {}
    confidence = intent.get("confidence")
    sure = float(confidence) if isinstance(confidence, int | float) else 1.0
    return Heard(str(intent.get("name")), sure, pressed=str(message.get("text") or "").startswith("/"))


def _closed(before: Talk, reply: Reply) -> Reply:
    """A question for a reason stays open for one message only."""
    if before.reasonless is None or reply.talk.reasonless != before.reasonless:
        return reply
    return replace(reply, talk=replace(reply.talk, reasonless=None))


def _record(request: Request, look_ups: Sequence[LookUp]) -> None:
    if not look_ups:
        return
    with session_scope(store(), writes=True, asker=request.identity) as session:
        for look_up in dict.fromkeys(look_ups):
            record(session, request.identity.user, look_up.action, contact_id=look_up.contact_id)


def dispatch(dispatcher: CollectingDispatcher, before: Talk, reply: Reply) -> list[EventType]:
    """Says the answers, and returns the slots that changed; all that stay where the conversation begins anew."""
    for answer in reply.answers:
        dispatcher.utter_message(json_message=answer.as_dict())
    if reply.forgets:
        return [Restarted(), *slot_events(Talk(), reply.talk)]
    return slot_events(before, reply.talk)
