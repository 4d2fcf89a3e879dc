"""Finds the intent of a message, says how likely it is, and abstains where that is not likely enough."""

from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from safetensors.numpy import load_file, save_file
from scipy.sparse import csr_matrix, vstack

from bot.assistant.nlu.copies import COPIES
from bot.assistant.nlu.intents import FOLDS, Copies, Floats, Taught, Trust, Weights, lesson, trust

RANKING_LENGTH = 5  # what "did you mean" and reports look at
FEWEST_INTENTS = 3  # two would be a yes-or-no question, with one row of weights instead of two
_MODEL_FILE = "intents.safetensors"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    """One-against-rest linear SVM on all sentence features, helped by the nearest taught examples.

    Where the likeliest intent is below `threshold` the intent is `nlu_fallback`, and the ranking begins with it, as
    Rasa's FallbackClassifier does; so is a message without letters and digits, or without any known n-gram. A model
    that was trained with sentence embeddings answers without them too, by the sparse part of its weights. Stored as
    plain arrays (safetensors), nothing in the model file can run.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._intents: list[str] = []
        self._weights = Weights(np.zeros((0, 0), dtype=np.float32), np.zeros(0, dtype=np.float32))
        self._taught = Taught(np.zeros((0, 0), dtype=np.float32), np.zeros(0, dtype=np.intp))
        self._trust = self._sparse_trust = Trust(0.0, 0.0, 0.0)

    @classmethod
    def required_components(cls) -> list[type]:
        """Features must come first."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`threshold`: the least probability to act upon.

        The lowest at which at most one of 150 development sentences of each language is answered wrongly (sentences
        of others go wrong twice as often); it holds a wrong answer for more than twice as bad as a question back (Chow
        1970), which probabilities calibrated on held-out examples allow.
        """
        return {"threshold": 0.75}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LinearIntentClassifier":
        """A classifier to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "LinearIntentClassifier":
        """The classifier as trained."""
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            arrays = load_file(folder / _MODEL_FILE)
        classifier._intents = arrays["intents"].tobytes().decode("utf-8").split("\n")
        classifier._weights = Weights(arrays["weights"], arrays["intercepts"])
        classifier._taught = Taught(arrays["taught"].astype(np.float32), arrays["starts"].astype(np.intp))
        classifier._trust, classifier._sparse_trust = (Trust(*map(float, row)) for row in arrays["trust"])
        return classifier

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples with text and intent; raises InvalidConfigException when an intent has too few."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        names, labels = labelled(examples)
        learned = lesson(*sentence_features(examples), labels)
        seen = learned.seen
        trusted = (
            trust(seen.scores, seen.likeness, labels),
            trust(seen.sparse_scores, np.zeros_like(seen.likeness), labels),
        )
        arrays: dict[str, NDArray[Any]] = {
            "intents": np.frombuffer("\n".join(names).encode("utf-8"), dtype=np.uint8),
            "weights": np.ascontiguousarray(learned.weights.weights),
            "intercepts": learned.weights.intercepts,
            "taught": learned.neighbours.vectors.astype(np.float16),  # half the size, the same to three digits
            "starts": learned.neighbours.starts.astype(np.int32),
            "trust": np.array([astuple(one) for one in trusted], dtype=np.float32),
        }
        with self._storage.write_to(self._resource) as folder:
            save_file(arrays, folder / _MODEL_FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent and the ranking of each message."""
        for message in messages:
            ranking = self._ranking(message)
            least = self._config["threshold"]
            if not ranking or ranking[0]["confidence"] < least:
                ranking = [{"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": least}, *ranking]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> list[dict[str, Any]]:
        if not any(character.isalnum() for character in message.get(TEXT) or ""):
            return []
        sparse, vectors = _features([message], TEXT)
        if sparse.nnz == 0:
            return []
        dense = bool(vectors.any() and self._taught.vectors.shape[1])
        scores = self._weights.scores(sparse, vectors if dense else vectors[:, :0])
        near = self._taught.likeness(vectors) if dense else np.zeros_like(scores)
        trusted = self._trust if dense else self._sparse_trust
        probabilities = np.exp(trusted.log_probabilities(scores, near)[0])
        best = np.argsort(-probabilities, kind="stable")[:RANKING_LENGTH]
        return [{"name": self._intents[index], "confidence": float(probabilities[index])} for index in best]


def labelled(examples: list[Message]) -> tuple[list[str], NDArray[np.intp]]:
    """The intents of `examples` in order of name, and the number of each example's.

    Raises InvalidConfigException when there are fewer than three intents, or too few examples of one.
    """
    names, labels = np.unique(np.array([example.get(INTENT) for example in examples]), return_inverse=True)
    counts = np.bincount(labels) if len(labels) else np.zeros(0)
    if len(names) < FEWEST_INTENTS or counts.min() < FOLDS:
        rare = ", ".join(names[counts < FOLDS]) or "there are fewer than three intents"
        raise InvalidConfigException(
            f"Too little to learn from in data/nlu: {rare}. Write at least {FOLDS} examples an intent."
        )
    return [str(name) for name in names], labels.astype(np.intp)


def likeliest(message: Message) -> str:
    """What is likely wanted with `message`, acted upon or not; "" where nothing is known of it."""
    names = (str(entry["name"]) for entry in message.get(INTENT_RANKING_KEY) or ())
    return next((name for name in names if name != DEFAULT_NLU_FALLBACK_INTENT_NAME), "")


def sentence_features(examples: list[Message]) -> tuple[csr_matrix, Floats, Copies]:
    """Sparse features (a row an example), sentence vectors (no columns where there is no encoder), and the copies'."""
    counts = [example.get_sparse_features(COPIES)[1].features.shape[0] for example in examples]
    copies = Copies(*_features(examples, COPIES), np.repeat(np.arange(len(examples)), counts))
    return *_features(examples, TEXT), copies


def _features(messages: list[Message], attribute: str) -> tuple[csr_matrix, Floats]:
    rows = [message.get_sparse_features(attribute)[1].features for message in messages]
    found = [message.get_dense_features(attribute)[1] for message in messages]
    width = max((vectors.features.shape[1] for vectors in found if vectors is not None), default=0)
    vectors = [
        np.zeros((row.shape[0], width), dtype=np.float32) if dense is None else dense.features
        for row, dense in zip(rows, found, strict=True)
    ]
    return csr_matrix(vstack(rows, format="csr")), np.concatenate(vectors)
