"""Has each message bear the language it is written in, for the answer to come in the language of the question."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.written import DetectedLanguage, detect_language

DETECTED_LANGUAGE = "detected_language"

__all__ = ["DETECTED_LANGUAGE", "DetectedLanguage", "LanguageDetector", "detect_language"]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class LanguageDetector(GraphComponent):
    """Adds `detected_language: {language, confidence} | None` to what Rasa knows of a message.

    Actions find it in `tracker.latest_message`.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LanguageDetector":
        """A new detector; there is nothing to configure or to learn."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Detect the language of each message."""
        for message in messages:
            found = detect_language(message.get(TEXT) or "")
            value = found and {"language": found.language, "confidence": found.confidence}
            message.set(DETECTED_LANGUAGE, value, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training needs no language."""
        return training_data
