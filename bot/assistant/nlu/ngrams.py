"""Turns a message into a sparse vector of word and character n-grams, which forgives typos and missing umlauts."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.assistant.nlu.copies import COPIES, copies_of
from bot.assistant.nlu.folding import fold

_WORD = re.compile(r"\w+")
_WORD_FILE, _CHARACTER_FILE = "words.json", "characters.json"


def _word_vectorizer(**options: Any) -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=fold,
        tokenizer=_WORD.findall,
        token_pattern=None,
        ngram_range=(1, 2),
        sublinear_tf=True,
        dtype=np.float32,
        **options,
    )


def _character_vectorizer(**options: Any) -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=fold, analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, dtype=np.float32, **options
    )


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(SparseFeaturizer, GraphComponent):
    """TF-IDF of word 1-2-grams and of character 2-5-grams within words, as Rasa sentence features."""

    def __init__(
        self, config: dict[str, Any], execution_context: ExecutionContext, storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(execution_context.node_name, config)
        self._storage = storage
        self._resource = resource
        self._words = _word_vectorizer()
        self._characters = _character_vectorizer()

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """There is nothing to configure."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NgramFeaturizer":
        """A featurizer to be trained."""
        return cls(config, execution_context, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "NgramFeaturizer":
        """The featurizer as trained."""
        featurizer = cls(config, execution_context, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            featurizer._words = _read(folder / _WORD_FILE, _word_vectorizer)
            featurizer._characters = _read(folder / _CHARACTER_FILE, _character_vectorizer)
        return featurizer

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the vocabulary and how rare each n-gram is."""
        texts = [example.get(TEXT) for example in training_data.training_examples if example.get(TEXT)]
        with self._storage.write_to(self._resource) as folder:
            _write(folder / _WORD_FILE, self._words.fit(texts))
            _write(folder / _CHARACTER_FILE, self._characters.fit(texts))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to all training examples and, apart from theirs, to their copies."""
        self.process(training_data.training_examples)
        spoken = [example for example in training_data.training_examples if example.get(TEXT)]
        for example, texts in zip(spoken, copies_of(spoken), strict=True):
            self.add_features_to_message(None, self._rows(texts), COPIES, example)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add one sparse row to each message that has a text."""
        spoken = [message for message in messages if message.get(TEXT)]
        texts = [message.get(TEXT) for message in spoken]
        if texts:
            rows = self._rows(texts)
            for number, message in enumerate(spoken):
                self.add_features_to_message(None, csr_matrix(rows[number]), TEXT, message)
        return messages

    def _rows(self, texts: list[str]) -> csr_matrix:
        return csr_matrix(hstack([self._words.transform(texts), self._characters.transform(texts)], format="csr"))


def _write(path: Path, vectorizer: TfidfVectorizer) -> None:
    content = {"terms": vectorizer.get_feature_names_out().tolist(), "idf": vectorizer.idf_.tolist()}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _read(path: Path, vectorizer: Any) -> TfidfVectorizer:
    content = json.loads(path.read_text(encoding="utf-8"))
    restored: TfidfVectorizer = vectorizer(vocabulary=content["terms"])
    restored.idf_ = np.asarray(content["idf"], dtype=np.float32)
    return restored
