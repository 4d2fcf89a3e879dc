"""Finds the intent of a message with a linear support vector machine and calibrated probabilities."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from safetensors.numpy import load_file, save_file
from scipy.sparse import csr_matrix, hstack, vstack
from scipy.special import softmax
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

RANKING_LENGTH = 5  # what follow-up questions and reports look at
_FOLDS = 3
_SEED = 1
_MODEL_FILE = "intents.safetensors"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    """One-against-rest linear SVM on all sentence features; temperature scaling on held-out folds calibrates it.

    A message without any known feature gets no intent at confidence 0, which Rasa's FallbackClassifier turns into
    `nlu_fallback`. Stored as plain arrays (safetensors), nothing in the model file can run.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._intents: list[str] = []
        self._weights: NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)
        self._intercepts: NDArray[np.float32] = np.zeros(0, dtype=np.float32)

    @classmethod
    def required_components(cls) -> list[type]:
        """Features must come first."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`C`: how closely the training examples are followed (scikit-learn's LinearSVC)."""
        return {"C": 1.0}

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
        classifier._weights = arrays["weights"]
        classifier._intercepts = arrays["intercepts"]
        return classifier

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples with text and intent; raises InvalidConfigException when an intent has too few."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        intents = np.array([example.get(INTENT) for example in examples])
        names, counts = np.unique(intents, return_counts=True)
        if len(names) < 3 or counts.min() < _FOLDS:
            rare = ", ".join(names[counts < _FOLDS]) or "there are fewer than three intents"
            raise InvalidConfigException(
                f"Too little to learn from in data/nlu: {rare}. Write at least {_FOLDS} examples an intent."
            )
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
        machine = LinearSVC(C=self._config["C"], class_weight="balanced", random_state=_SEED)
        calibrated = CalibratedClassifierCV(machine, method="temperature", cv=folds, ensemble=False)
        calibrated.fit(_matrix(examples), intents)
        fitted = calibrated.calibrated_classifiers_[0]
        sharpness = fitted.calibrators[0].beta_
        with self._storage.write_to(self._resource) as folder:
            arrays = {
                "intents": np.frombuffer("\n".join(names).encode("utf-8"), dtype=np.uint8),
                "weights": np.ascontiguousarray(sharpness * fitted.estimator.coef_.T, dtype=np.float32),
                "intercepts": (sharpness * fitted.estimator.intercept_).astype(np.float32),
            }
            save_file(arrays, folder / _MODEL_FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent and the ranking of each message."""
        for message in messages:
            ranking = self._ranking(message)
            message.set(INTENT, ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> list[dict[str, Any]]:
        if not message.get(TEXT):
            return []
        row = _row(message)
        if row.nnz == 0:
            return []
        probabilities = softmax((row @ self._weights)[0] + self._intercepts)
        best = np.argsort(-probabilities, kind="stable")[:RANKING_LENGTH]
        return [{"name": self._intents[index], "confidence": float(probabilities[index])} for index in best]


def _row(message: Message) -> csr_matrix:
    features = (message.get_sparse_features(TEXT)[1], message.get_dense_features(TEXT)[1])
    return csr_matrix(hstack([csr_matrix(feature.features) for feature in features if feature is not None]))


def _matrix(messages: list[Message]) -> csr_matrix:
    return csr_matrix(vstack([_row(message) for message in messages]))
