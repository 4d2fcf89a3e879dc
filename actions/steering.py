"""Leave what is running, begin the talk anew, change the language."""

from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, Restarted
from rasa_sdk.executor import CollectingDispatcher

from actions.answers.talk import talk_answer, which_language_answer
from actions.base import TalkAction, by_words, dispatch
from actions.context import Message, read_message, talk_of
from actions.cues import language_in
from actions.reply import Reply
from actions.running import left_answer
from actions.state import Talk, known_language, slot_events


class ActionStop(TalkAction):
    """Answers the intent stop."""

    intent = "stop"

    def reply(self, talk: Talk, message: Message) -> Reply:
        """Leaves whatever was open."""
        return Reply((left_answer(talk) or talk_answer("stop", talk.spoken),), _emptied(talk))


class ActionRestart(TalkAction):
    """Answers the intent restart, in the place of Rasa's own action."""

    intent = "restart"

    def reply(self, talk: Talk, message: Message) -> Reply:
        """Forgets everything but the language."""
        return Reply((talk_answer("restart", talk.spoken),), _emptied(talk))

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Answers and restarts; what stays is set after that, because Rasa then empties all slots.

        "Back" behind a veto takes that back and "more" of a list leafs on; then Rasa is told to listen, as without a
        restart it would go on looking for what to do.
        """
        if by_words(talk_of(tracker), read_message(tracker).text):
            return [*await super().run(dispatcher, tracker, domain), FollowupAction("action_listen")]
        reply = self.reply(talk_of(tracker), read_message(tracker))
        dispatch(dispatcher, reply.talk, reply)
        return [Restarted(), *slot_events(Talk(), reply.talk)]


class ActionChangeLanguage(TalkAction):
    """Answers the intent change_language."""

    intent = "change_language"

    def reply(self, talk: Talk, message: Message) -> Reply:
        """Speaks the language that is named, and goes on speaking it; asks which one where none is."""
        named = [known_language(mention.value) for mention in message.mentions if mention.entity == "language"]
        wanted = next((language for language in reversed(named) if language), None) or language_in(message.text)
        if wanted is None:
            return Reply((which_language_answer(talk.spoken),), replace(talk, missed=0))
        changed = replace(talk, language=wanted, said_language=wanted, missed=0)
        return Reply((talk_answer("change_language", wanted),), changed)


def _emptied(talk: Talk) -> Talk:
    """The language is all that stays, and which lesson of the introduction was the last."""
    return Talk(
        lesson=talk.lesson,
        language=talk.language,
        said_language=talk.said_language,
        wished_language=talk.wished_language,
    )
