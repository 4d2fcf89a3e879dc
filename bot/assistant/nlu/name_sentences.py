"""Reads the names that are annotated in training examples."""

from collections.abc import Collection
from typing import Final

from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.assistant.nlu.lexicon import lexicon_terms
from bot.assistant.nlu.name_features import Sentence, Span
from bot.assistant.nlu.tokenizer import tokens_of

NAMES: Final = ("contact", "company", "persona")


def sentence_of(example: Message, entities: Collection[str], intent: str = "") -> Sentence:
    """The text of `example` with its annotations of `entities` (all where empty), and the `intent` it is taken for."""
    text = example.get(TEXT)
    names = tuple(
        Span(entity["start"], entity["end"], entity["entity"])
        for entity in example.get(ENTITIES, [])
        if not entities or entity["entity"] in entities
    )
    return Sentence(text, tokens_of(text), lexicon_terms(example), names, intent)
