"""Splits a message into words after bounding it; every later component relies on a clean text."""

import re
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.assistant.text import clean_text

# An address and an id stay whole; else words and single symbols, so that a name inside "Bosch-Kontakte" is a token.
_TOKEN = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|#\d+|\w+|[^\w\s]")


def tokens_of(text: str) -> list[Token]:
    """Words, addresses, ids and single symbols of `text`, with their positions."""
    return [Token(match.group(), match.start()) for match in _TOKEN.finditer(text)]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class BoundedTokenizer(Tokenizer):
    """First of the pipeline: cleans the text of the message in place and sets its tokens."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What Rasa's base class wants: intents are never split."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_"}

    def process(self, messages: list[Message]) -> list[Message]:
        """Bound and tokenize `messages`."""
        for message in messages:
            message.set(TEXT, clean_text(message.get(TEXT)), add_to_output=True)
        processed: list[Message] = super().process(messages)
        return processed

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of one attribute of a message."""
        return tokens_of(message.get(attribute))
