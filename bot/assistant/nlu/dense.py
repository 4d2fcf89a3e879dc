"""Adds the sentence embedding of a message to its features."""

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.assistant.nlu.copies import COPIES, copies_of
from bot.assistant.nlu.encoder import ENCODERS, Encoder, encoder


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """One dense sentence vector a message; none where the encoder's package is missing, so that sparse ones decide."""

    def __init__(self, name: str, config: dict[str, Any]) -> None:
        super().__init__(name, config)
        self._encoder = encoder(config["encoder"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`encoder`: a name in bot.assistant.nlu.encoder.ENCODERS."""
        return {**DenseFeaturizer.get_default_config(), "encoder": "universal"}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException for an encoder that nobody knows."""
        if config["encoder"] not in ENCODERS:
            known = ", ".join(sorted(ENCODERS))
            raise InvalidConfigException(f"config.yml: there is no encoder `{config['encoder']}`; known: {known}.")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceFeaturizer":
        """A featurizer; there is nothing to learn."""
        return cls(execution_context.node_name, config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to all training examples and, apart from theirs, to their copies."""
        plain = self._encoder and self._encoder.plain
        self._add(training_data.training_examples, plain)
        spoken = [example for example in training_data.training_examples if example.get(TEXT)]
        if plain is not None and spoken:
            copies = copies_of(spoken)
            vectors = plain.encode([text for texts in copies for text in texts])
            ends = np.cumsum([len(texts) for texts in copies])
            for example, rows in zip(spoken, np.split(vectors, ends[:-1]), strict=True):
                self.add_features_to_message(None, rows, COPIES, example)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add one vector to each message that has a text."""
        self._add(messages, self._encoder)
        return messages

    def _add(self, messages: list[Message], encoder: Encoder | None) -> None:
        spoken = [message for message in messages if message.get(TEXT)]
        if encoder is not None and spoken:
            vectors = encoder.encode([message.get(TEXT) for message in spoken])
            for message, vector in zip(spoken, vectors, strict=True):
                self.add_features_to_message(None, vector[None, :], TEXT, message)
