"""Finds names of people, companies and personas with a conditional random field trained on the annotated examples."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pycrfsuite
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.assistant.nlu.lexicon import lexicon_terms, without_overlaps
from bot.assistant.nlu.name_features import Sentence, Span, features, known_words, spans, tags
from bot.assistant.nlu.name_variants import with_other_names
from bot.assistant.nlu.tokenizer import tokens_of
from persona_store.lexicon import find_terms

_MODEL_FILE, _WORDS_FILE = "names.crfsuite", "words.json"
_MAX_ITERATIONS = 50  # more follows the made-up names closer, and finds new ones no better


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class NameExtractor(EntityExtractorMixin, GraphComponent):
    """Open names, told from their surroundings; upper and lower case make no difference, as people type lower case.

    Every annotated example is also learned with other, made-up names in it, so that the model learns the places of
    names and not the names. Entities found by other components keep their place unless a name found here is longer.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._tagger: pycrfsuite.Tagger | None = None
        self._known: frozenset[str] = frozenset()

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`entities`: which annotations are names; `variants`: made-up sentences added for each that holds one."""
        return {"entities": ["contact", "company", "persona"], "variants": 4}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NameExtractor":
        """An extractor to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "NameExtractor":
        """The extractor as trained; it finds nothing when the examples held no names."""
        extractor = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            extractor._known = frozenset(json.loads((folder / _WORDS_FILE).read_text(encoding="utf-8")))
            if (folder / _MODEL_FILE).exists():
                extractor._tagger = pycrfsuite.Tagger()
                extractor._tagger.open(str(folder / _MODEL_FILE))  # reads all of it: the folder goes away
        return extractor

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples, with and without names in them."""
        sentences = [self._sentence(example) for example in training_data.nlu_examples if example.get(TEXT)]
        self._known = known_words(sentences)
        if any(sentence.spans for sentence in sentences):
            varied = with_other_names(sentences, self._config["variants"])
            model = _fit([*sentences, *varied], self._known)
        else:
            model = b""
        with self._storage.write_to(self._resource) as folder:
            (folder / _WORDS_FILE).write_text(json.dumps(sorted(self._known)), encoding="utf-8")
            if model:
                (folder / _MODEL_FILE).write_bytes(model)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add names to the entities of each message, without overlaps."""
        for message in messages:
            entities = [*self.add_extractor_name(self._names(message)), *message.get(ENTITIES, [])]
            message.set(ENTITIES, without_overlaps(entities), add_to_output=True)
        return messages

    def _names(self, message: Message) -> list[dict[str, Any]]:
        text, tokens = message.get(TEXT), message.get(TOKENS_NAMES[TEXT])
        if self._tagger is None or not tokens:
            return []
        sentence = Sentence(text, tokens, lexicon_terms(message), ())
        found = spans(self._tagger.tag(features(sentence, self._known)), tokens)
        return [
            {"entity": span.entity, "start": span.start, "end": span.end, "value": text[span.start : span.end]}
            for span in found
        ]

    def _sentence(self, example: Message) -> Sentence:
        text = example.get(TEXT)
        names = tuple(
            Span(entity["start"], entity["end"], entity["entity"])
            for entity in example.get(ENTITIES, [])
            if entity["entity"] in self._config["entities"]
        )
        return Sentence(text, tokens_of(text), find_terms(text), names)


def _fit(sentences: list[Sentence], known: frozenset[str]) -> bytes:
    """The trained model as crfsuite writes it; the same sentences give the same model."""
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({"c1": 0.05, "c2": 0.05, "max_iterations": _MAX_ITERATIONS})
    for sentence in sentences:
        trainer.append(features(sentence, known), tags(sentence))
    with TemporaryDirectory() as folder:
        path = Path(folder) / _MODEL_FILE
        trainer.train(str(path))
        return path.read_bytes()
