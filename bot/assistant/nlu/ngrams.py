"""Turns a message into a sparse vector of n-grams: of words, of characters, and of its words without names."""

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne
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

from bot.assistant.nlu.copies import COPIES, SHORTEST_TYPO, copies_of
from bot.assistant.nlu.folding import fold
from bot.assistant.nlu.lexicon import lexicon_terms
from bot.assistant.nlu.masks import grams
from bot.assistant.nlu.name_features import known_words
from bot.assistant.nlu.name_sentences import NAMES, sentence_of
from persona_store.lexicon import Term, find_terms

_WORD = re.compile(r"\w+")
_WORD_FILE, _CHARACTER_FILE, _MASKED_FILE, _KNOWN_FILE = "words.json", "characters.json", "masked.json", "known.json"


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
        preprocessor=fold,
        analyzer="char_wb",
        ngram_range=(2, 5),
        sublinear_tf=True,
        dtype=np.float32,
        **options,
    )


def _masked_vectorizer(**options: Any) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer=_as_they_are, sublinear_tf=True, dtype=np.float32, **options)


def _as_they_are(found: list[str]) -> list[str]:
    return found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(SparseFeaturizer, GraphComponent):
    """TF-IDF of word 1-2-grams, of character 2-5-grams within words, and of 1-2-grams of the words without names.

    The first two forgive typos and missing umlauts; the last makes a question about a name never read the same as one
    about a name that was.
    """

    def __init__(
        self, config: dict[str, Any], execution_context: ExecutionContext, storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(execution_context.node_name, config)
        self._storage = storage
        self._resource = resource
        self._words = _word_vectorizer()
        self._characters = _character_vectorizer()
        self._masked = _masked_vectorizer()
        self._known: frozenset[str] = frozenset()

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
            featurizer._masked = _read(folder / _MASKED_FILE, _masked_vectorizer)
            featurizer._known = frozenset(json.loads((folder / _KNOWN_FILE).read_text(encoding="utf-8")))
        return featurizer

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the vocabulary and how rare each n-gram is."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        texts = [example.get(TEXT) for example in examples]
        self._known = known_words([sentence_of(example, NAMES) for example in examples])
        masks = [grams(example.get(TEXT), lexicon_terms(example), self._known) for example in examples]
        with self._storage.write_to(self._resource) as folder:
            _write(folder / _WORD_FILE, self._words.fit(texts))
            _write(folder / _CHARACTER_FILE, self._characters.fit(texts))
            _write(folder / _MASKED_FILE, self._masked.fit(masks))
            (folder / _KNOWN_FILE).write_text(json.dumps(sorted(self._known), ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to all training examples and, apart from theirs, to their copies."""
        self.process(training_data.training_examples)
        spoken = [example for example in training_data.training_examples if example.get(TEXT)]
        for example, texts in zip(spoken, copies_of(spoken), strict=True):
            self.add_features_to_message(None, self._rows(texts, [find_terms(text) for text in texts]), COPIES, example)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add one sparse row to each message that has a text."""
        spoken = [message for message in messages if message.get(TEXT)]
        texts = [message.get(TEXT) for message in spoken]
        if texts:
            rows = self._rows(texts, [lexicon_terms(message) for message in spoken])
            for number, message in enumerate(spoken):
                self.add_features_to_message(None, csr_matrix(rows[number]), TEXT, message)
        return messages

    def _rows(self, texts: list[str], terms: list[list[Term]]) -> csr_matrix:
        told = [
            text if found or has_known_word(text, self._words.vocabulary_.keys()) else ""
            for text, found in zip(texts, terms, strict=True)
        ]
        masks = [grams(text, found, self._known) if text else [] for text, found in zip(told, terms, strict=True)]
        parts = [self._words.transform(told), self._characters.transform(told), self._masked.transform(masks)]
        return csr_matrix(hstack(parts, format="csr"))


def has_known_word(text: str, known: Collection[str]) -> bool:
    """Whether any word of `text` is among the folded words `known`, holds a digit, or is one typo away from one.

    Nonsense shares letters with words of any language, but no word: it stays without a feature, so that nothing is
    made of it.
    """
    words = _WORD.findall(fold(text))
    if any(word in known or any(sign.isdigit() for sign in word) for word in words):
        return True
    long = [word for word in words if len(word) >= SHORTEST_TYPO]
    return any(extractOne(word, known, scorer=OSA.distance, score_cutoff=1) is not None for word in long)


def _write(path: Path, vectorizer: TfidfVectorizer) -> None:
    content = {"terms": vectorizer.get_feature_names_out().tolist(), "idf": vectorizer.idf_.tolist()}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _read(path: Path, vectorizer: Any) -> TfidfVectorizer:
    content = json.loads(path.read_text(encoding="utf-8"))
    restored: TfidfVectorizer = vectorizer(vocabulary=content["terms"])
    restored.idf_ = np.asarray(content["idf"], dtype=np.float32)
    return restored
