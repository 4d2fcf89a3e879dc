"""Reads a message once more with its personas called by number, because an unusual name moves a whole sentence."""

import re
from collections.abc import Sequence
from typing import Any

import rasa.core.processor
from rasa.core.channels.channel import UserMessage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT

_PERSONA = "persona"
_FIRST = 2  # what the first is called; "persona 1" might be read as "the first" of a list
_FIRST_HALF = re.compile(r"[\w-]+-$")  # of a name that was found by its second alone
_SAID_TWICE = re.compile(r"\bpersonas? (?=persona \d)", re.IGNORECASE)


def read_personas_by_number() -> None:
    """What is wanted with a message is taken from how it reads without names of personas, where any are found.

    The names come after the intent, because they are found with its help; so the pipeline runs a second time, for
    such messages only, and all but the intent stays as first read.
    """
    processor = rasa.core.processor.MessageProcessor
    read = processor._parse_message_with_graph

    def read_again(
        self: Any, message: UserMessage, tracker: DialogueStateTracker, only_output_properties: bool = True
    ) -> dict[str, Any]:
        parsed: dict[str, Any] = read(self, message, tracker, only_output_properties)
        if parsed[TEXT].startswith(INTENT_MESSAGE_PREFIX):  # a button's payload says its intent itself
            return parsed
        numbered = by_number(parsed[TEXT], parsed[ENTITIES])
        if numbered != parsed[TEXT]:
            again = read(self, UserMessage(numbered, metadata=message.metadata), tracker, only_output_properties)
            parsed |= {key: again[key] for key in (INTENT, INTENT_RANKING_KEY)}
        return parsed

    processor._parse_message_with_graph = read_again


def by_number(text: str, entities: Sequence[dict[str, Any]]) -> str:
    """`text` with "persona 2", "persona 3" and so on for the names of personas among `entities` that hold no digit."""
    found = [(one["start"], one["end"]) for one in entities if one["entity"] == _PERSONA]
    named = sorted((start, end) for start, end in found if not any(sign.isdigit() for sign in text[start:end]))
    numbers = {name: _FIRST + number for number, name in enumerate(dict.fromkeys(text[slice(*one)] for one in named))}
    for start, end in reversed(named):
        before = _FIRST_HALF.sub("", text[:start])
        text = f"{before}{_PERSONA} {numbers[text[start:end]]}{text[end:]}"
    return _SAID_TWICE.sub("", text) if named else text
