"""What Rasa sent back, checked and turned into answers: a malformed part becomes an honest apology."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from persona_store.answer import Answer, Choice
from persona_store.settings import Language
from persona_store.wording import say

MOST_ANSWERS = 20
LONGEST_TEXT = 20_000
ANSWER = TypeAdapter(Answer)


def read_replies(messages: object, language: Language) -> list[Answer]:
    """The answers in Rasa's list of messages; empty when it holds none.

    A `custom` payload is an Answer; its message's `text` is not shown beside it. Plain `text` becomes talk.
    """
    if not isinstance(messages, list):
        return []
    replies = [_read_reply(message, language) for message in messages[:MOST_ANSWERS]]
    return [reply for reply in replies if reply is not None]


def apology(name: str, language: Language, again: str | None = None) -> Answer:
    """An error that says what happened and how to go on; with `again` a button sends that message once more."""
    choices = (Choice(say("reply.again", language), again),) if again else ()
    return Answer("error", language, say(f"reply.{name}", language), choices=choices)


def moment(language: Language) -> Answer:
    """Says that the answer takes a while and is coming."""
    return Answer("talk", language, say("reply.moment", language))


def _read_reply(message: object, language: Language) -> Answer | None:
    if not isinstance(message, dict):
        return apology("garbled", language)
    if message.get("custom"):
        try:
            return ANSWER.validate_python(message["custom"])
        except ValidationError:
            return apology("garbled", language)
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        return None
    return Answer("talk", language, text[:LONGEST_TEXT].strip(), choices=_read_buttons(message.get("buttons")))


def _read_buttons(buttons: Any) -> tuple[Choice, ...]:
    if not isinstance(buttons, list):
        return ()
    return tuple(
        Choice(button["title"], button["payload"])
        for button in buttons[:MOST_ANSWERS]
        if isinstance(button, dict) and isinstance(button.get("title"), str) and isinstance(button.get("payload"), str)
    )
