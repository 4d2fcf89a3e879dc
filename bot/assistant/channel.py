"""The one way into Rasa: a REST channel on 127.0.0.1 that bounds its input and its time and does not hide failures."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, response

from bot.assistant.action_client import begin_turn
from bot.assistant.logs import failure
from bot.assistant.once import MESSAGE_KEY
from bot.assistant.text import clean_text
from persona_store.database import set_deadline
from persona_store.settings import settings

logger = logging.getLogger(__name__)

MAX_SENDER_CHARACTERS = 128
MAX_METADATA_VALUE_CHARACTERS = 4096  # a signed token has a few hundred

SLACK_SECONDS = 0.6  # what a turn may take beside its actions

_METADATA_KEYS = ("identity", "language", MESSAGE_KEY)


class SignedRestInput(InputChannel):
    """`POST /webhooks/rest/webhook {sender, message, metadata}` → list of messages, as Rasa's REST channel.

    Passes on `metadata.identity` (the signed proof of who asks, verified by the actions) and `metadata.language`. A
    message whose `metadata.message`, an id of the client's choice, was answered before gets that answer again.
    Unlike Rasa's channel it answers 400 to a malformed request and 503 when the turn failed or took too long, instead
    of an empty list, and writes no message text to the log.
    """

    @classmethod
    def name(cls) -> str:
        """The part of the address after /webhooks/."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of this channel."""
        routes = Blueprint("signed_rest")

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            try:
                message = _read(request, self.name())
            except ValueError as error:
                return response.json({"error": str(error)}, status=400)
            begin_turn()
            seconds = settings().action_timeout_seconds + SLACK_SECONDS
            set_deadline(seconds)  # a turn that was given up is not kept later
            try:
                async with asyncio.timeout(seconds):
                    await on_new_message(message)
            except asyncio.CancelledError:
                logger.warning("The caller went away before the answer was ready.")
                raise
            except Exception as error:
                logger.error("A message could not be answered: %s", failure(error))
                return response.json({"error": "The assistant could not answer this message."}, status=503)
            return response.json(message.output_channel.messages)

        return routes


def _read(request: Request, channel: str) -> UserMessage:
    """The message in `request`; raises ValueError with a sentence about what is wrong with it."""
    try:
        body = request.json
    except Exception as error:
        raise ValueError("The body must be JSON.") from error
    if not isinstance(body, dict):
        raise ValueError("The body must be a JSON object with `sender` and `message`.")
    sender, text = body.get("sender"), body.get("message")
    if not isinstance(sender, str) or not sender or sender != clean_text(sender[: MAX_SENDER_CHARACTERS + 1]):
        raise ValueError("`sender` must be the id of a conversation, a string without control characters.")
    if len(sender) > MAX_SENDER_CHARACTERS:
        raise ValueError(f"`sender` must not be longer than {MAX_SENDER_CHARACTERS} characters.")
    if not isinstance(text, str):
        raise ValueError("`message` must be a string.")
    metadata = _metadata(body.get("metadata"))
    return UserMessage(
        clean_text(text),
        CollectingOutputChannel(),
        sender,
        input_channel=channel,
        message_id=metadata.get(MESSAGE_KEY),
        metadata=metadata,
    )


def _metadata(given: Any) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise ValueError("`metadata` must be a JSON object.")
    metadata = {key: given[key] for key in _METADATA_KEYS if given.get(key) is not None}
    if any(not isinstance(value, str) or len(value) > MAX_METADATA_VALUE_CHARACTERS for value in metadata.values()):
        raise ValueError(
            f"The values of `metadata` must be strings of at most {MAX_METADATA_VALUE_CHARACTERS} characters."
        )
    return metadata
