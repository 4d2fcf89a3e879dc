"""A message that the client sends again, because it heard no answer, is answered once: with what was said before."""

from typing import Any

import rasa.core.processor
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from persona_store.privacy.identity import verify
from persona_store.settings import settings

MESSAGE_KEY = "message"  # of the metadata: the id that the client gave to its message


class _AnsweredBeforeError(Exception):
    """Ends the turn of a message that was answered before; `said` is what the assistant said then."""

    def __init__(self, said: list[BotUttered]) -> None:
        super().__init__()
        self.said = said


def answer_a_message_once() -> None:
    """Rasa takes each request for a new message, so one sent again would be asked, and stored, twice.

    Works as far back as a conversation is loaded, which is some turns: longer than anyone sends again. No action looks
    at a message sent again, so who sends it proves here who they are; raises NotAllowed without a valid proof.
    """
    processor = rasa.core.processor.MessageProcessor
    handle = processor.handle_message

    async def fetch_tracker_and_update_session(
        self: Any, sender_id: str, output_channel: Any = None, metadata: dict[str, Any] | None = None
    ) -> DialogueStateTracker:
        tracker = await self.get_tracker(sender_id)
        said = said_before(tracker, (metadata or {}).get(MESSAGE_KEY))
        if said is not None:
            raise _AnsweredBeforeError(said)
        await self._update_tracker_session(tracker, output_channel, metadata)
        return tracker

    async def handle_message(self: Any, message: UserMessage) -> list[dict[str, Any]] | None:
        try:
            answers: list[dict[str, Any]] | None = await handle(self, message)
        except _AnsweredBeforeError as before:
            proof = (message.metadata or {}).get("identity")
            verify(proof, settings().secret("identity"), message.sender_id, message.message_id, message.text)
            for utterance in before.said:
                await message.output_channel.send_response(message.sender_id, utterance.message())
            answers = getattr(message.output_channel, "messages", None)
        return answers

    processor.fetch_tracker_and_update_session = fetch_tracker_and_update_session
    processor.handle_message = handle_message


def said_before(tracker: DialogueStateTracker, message_id: str | None) -> list[BotUttered] | None:
    """What the assistant said to the message with this id; None for a message that it has not heard."""
    if message_id is None:
        return None
    said: list[BotUttered] | None = None
    for event in tracker.events:
        if isinstance(event, UserUttered):
            if said is not None:
                break
            said = [] if event.message_id == message_id else None
        elif isinstance(event, BotUttered) and said is not None:
            said.append(event)
    return said
