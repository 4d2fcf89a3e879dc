"""One turn as the actions see it: who asks, in which language, what was said, and where the talk stands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from rasa_sdk import Tracker
from sqlalchemy import Engine

from actions.denied import meant
from actions.state import LONGEST_NAME, Talk, known_language, read_talk
from persona_store.database import connect, migrate
from persona_store.privacy.identity import Identity, verify
from persona_store.settings import Language, settings

LONGEST_TEXT = 500  # Rasa's side cuts messages there too
SURE = 0.75  # one function word: enough where no language is settled yet
SURE_TO_SWITCH = 0.9  # two function words: enough to follow the person into the other language
MOST_ENTITIES = 20
MOST_RANKED = 10  # intents that a message may be; Rasa names as many


@dataclass(frozen=True, slots=True)
class Mention:
    """Something the message names: `value` is the normal value where the lexicon knows one, `text` the words."""

    entity: str
    value: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody said, and what it names."""

    text: str
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A message with all that is needed to answer it.

    `intent` is what it was understood as, `ranking` what else it may be, likeliest first, with probabilities.
    """

    identity: Identity
    language: Language
    text: str
    mentions: tuple[Mention, ...]
    talk: Talk
    intent: str = ""
    ranking: tuple[tuple[str, float], ...] = ()

    def named(self, entity: str) -> tuple[Mention, ...]:
        """What the message names of this kind, in reading order."""
        return tuple(mention for mention in self.mentions if mention.entity == entity)


@cache
def store() -> Engine:
    """The persona store that this process works on."""
    engine = connect(settings().store_url)
    migrate(engine)
    return engine


def read_request(tracker: Tracker, talk: Talk) -> Request:
    """The request behind the latest message; raises NotAllowed without a valid proof of who is asking."""
    message = tracker.latest_message
    metadata = message.get("metadata") or {}
    said = read_message(tracker)
    secret = settings().secret("identity")
    identity = verify(metadata.get("identity"), secret, tracker.sender_id, message.get("message_id"), said.text)
    intent = str((message.get("intent") or {}).get("name") or "")
    mentions = said.mentions if said.text.startswith("/") else meant(said.text, said.mentions)
    return Request(identity, talk.spoken, said.text, mentions, talk, intent, _ranking(message))


def _ranking(message: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    ranked = [one for one in (message.get("intent_ranking") or [])[:MOST_RANKED] if isinstance(one, Mapping)]
    return tuple(
        (str(one["name"]), float(one["confidence"]))
        for one in ranked
        if one.get("name") and isinstance(one.get("confidence"), int | float)
    )


def read_message(tracker: Tracker) -> Message:
    """The latest message, bounded."""
    said = tracker.latest_message
    text = str(said.get("text") or "")[:LONGEST_TEXT]
    found = [_mention(entity, text) for entity in (said.get("entities") or [])[:MOST_ENTITIES]]
    return Message(text, tuple(mention for mention in found if mention is not None))


def talk_of(tracker: Tracker) -> Talk:
    """Where the talk stands, in the language that this turn is to be answered in.

    The newest wish wins: one that came with the message and is new, then one said in words; then the language the
    message is clearly written in, the one spoken so far, the one wished, and that of the installation.
    """
    talk = read_talk(tracker.slots)
    message = tracker.latest_message
    wished = known_language((message.get("metadata") or {}).get("language"))
    changed = talk.language is not None and wished is not None and wished != talk.wished_language
    said = None if changed else talk.said_language
    settled = talk.language or wished
    written = _written_language(message, SURE_TO_SWITCH if settled else SURE)
    language = (wished if changed else None) or said or written or settled or settings().language
    return replace(talk, language=language, said_language=said, wished_language=wished or talk.wished_language)


def _written_language(message: Mapping[str, Any], least: float) -> Language | None:
    if str(message.get("text") or "").startswith("/"):  # a button: its payload is nobody's language
        return None
    detected = message.get("detected_language")
    if not isinstance(detected, Mapping) or not isinstance(detected.get("confidence"), float):
        return None
    return known_language(detected.get("language")) if detected["confidence"] >= least else None


def _mention(entity: Mapping[str, Any], text: str) -> Mention | None:
    kind, value, start, end = (entity.get(part) for part in ("entity", "value", "start", "end"))
    if not isinstance(kind, str) or not isinstance(value, str | int) or not str(value).strip():
        return None
    span = text[start:end] if isinstance(start, int) and isinstance(end, int) and not text.startswith("/") else ""
    short = str(value).strip()[:LONGEST_NAME]
    return Mention(kind, short, span[:LONGEST_NAME].strip() or short, start if isinstance(start, int) else 0)
