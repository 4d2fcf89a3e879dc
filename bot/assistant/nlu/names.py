"""Finds names of people, companies and personas with a conditional random field trained on the annotated examples."""

import ctypes
import json
from collections import Counter
from collections.abc import Iterable, Sequence
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
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from safetensors.numpy import load_file, save_file

from bot.assistant.nlu.classifier import FEWEST_INTENTS, labelled, likeliest, sentence_features
from bot.assistant.nlu.encoder import Encoder, encoder
from bot.assistant.nlu.folding import fold
from bot.assistant.nlu.gazetteer import Gazetteer
from bot.assistant.nlu.intents import FOLDS, judged
from bot.assistant.nlu.known_names import KnownNames
from bot.assistant.nlu.lexicon import lexicon_terms, without_overlaps
from bot.assistant.nlu.name_edges import settled
from bot.assistant.nlu.name_features import Knowledge, Sentence, Span, features, known_words, spans, tags, words_in
from bot.assistant.nlu.name_gaps import with_overlooked
from bot.assistant.nlu.name_intents import fitting, named_kinds
from bot.assistant.nlu.name_kinds import told_apart
from bot.assistant.nlu.name_personas import with_personas
from bot.assistant.nlu.name_roles import ROLE, with_roles
from bot.assistant.nlu.name_sentences import NAMES, sentence_of
from bot.assistant.nlu.name_variants import with_other_names
from bot.assistant.nlu.word_clusters import WordClusters

_MODEL_FILE, _WORDS_FILE, _CLUSTERS_FILE = "names.crfsuite", "words.json", "clusters.safetensors"
_ITERATIONS = 8  # more follows the examples closer, and finds new names worse
_SEED = 1
_OUT_OF_SCOPE, _SHORT_QUESTION = "out_of_scope", "follow_up"
_MOST_BESIDE = 2  # words or marks around a bare name: "ja, bosch"
_BARE = ("", "inform")  # what a word that was never taught is taken for


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class NameExtractor(EntityExtractorMixin, GraphComponent):
    """Open names, told from their surroundings; capitals help where the writer uses them, as many type lower case.

    Every annotated example is also learned with other, made-up names in it, so that the model learns the places of
    names and not the names. What is likely wanted with the message helps to find them. Entities found by other
    components keep their place unless a name found here is longer.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._encoder = encoder(config["encoder"])
        self._tagger: pycrfsuite.Tagger | None = None
        self._known: frozenset[str] = frozenset()
        self._gazetteer = Gazetteer(())
        self._clusters = WordClusters({})
        self._listed = KnownNames({}, ())
        self._kinds: dict[str, str] = {}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What can be set in config.yml.

        `entities`: which annotations are names, `[]` for all, as they are found, of kinds that no rule here knows;
        `variants`: made-up sentences added for each that holds one; `encoder`: a name in
        bot.assistant.nlu.encoder.ENCODERS.
        """
        return {"entities": [*NAMES, ROLE], "variants": 2, "encoder": "universal"}

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
            learned = json.loads((folder / _WORDS_FILE).read_text(encoding="utf-8"))
            extractor._known = frozenset(learned["known"])
            extractor._gazetteer = Gazetteer.from_json(learned["names"])
            extractor._listed = KnownNames.from_json(learned["listed"])
            extractor._kinds = learned["kinds"]
            extractor._clusters = WordClusters(load_file(folder / _CLUSTERS_FILE), learned["clusters"])
            if (folder / _MODEL_FILE).exists():
                extractor._tagger = pycrfsuite.Tagger()
                extractor._tagger.open(str(folder / _MODEL_FILE))  # reads all of it: the folder goes away
        return extractor

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from all examples, with and without names in them."""
        examples = [example for example in training_data.nlu_examples if example.get(TEXT)]
        intents = _likely_intents(examples)
        wanted = self._config["entities"]
        sentences = [sentence_of(one, wanted, intent) for one, intent in zip(examples, intents, strict=True)]
        self._known = known_words(sentences)
        self._gazetteer = Gazetteer((words_in(one, span), span.entity) for one in sentences for span in one.spans)
        self._listed = KnownNames.listed()
        self._kinds = named_kinds(examples)
        model, plain = b"", self._encoder and self._encoder.plain
        if any(sentence.spans for sentence in sentences):
            self._clusters = WordClusters.learned(_words(sentences), plain)
            varied = with_other_names(sentences, self._config["variants"])
            knowledge = self._knowledge([*sentences, *varied], plain)
            rows = [(features(one, knowledge, seen=True), tags(one)) for one in sentences]
            model = _fit([*rows, *((features(one, knowledge, made_up=True), tags(one)) for one in varied)])
        with self._storage.write_to(self._resource) as folder:
            learned = {
                "known": sorted(self._known),
                "names": self._gazetteer.to_json(),
                "listed": self._listed.to_json(),
                "kinds": self._kinds,
                "clusters": self._clusters.taught,
            }
            (folder / _WORDS_FILE).write_text(json.dumps(learned, ensure_ascii=False), encoding="utf-8")
            save_file(self._clusters.arrays(), folder / _CLUSTERS_FILE)
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
        sentence = Sentence(text, tokens, lexicon_terms(message), (), _meant(message))
        knowledge = self._knowledge([sentence], self._encoder)
        found = spans(self._tagger.tag(features(sentence, knowledge)), tokens)
        if self._config["entities"]:
            names = corrected(sentence, found, knowledge)
            found = fitting(sentence, names, _acted_upon(message), self._kinds, knowledge)
        return [
            {"entity": span.entity, "start": span.start, "end": span.end, "value": text[span.start : span.end]}
            for span in found
            if not _beyond(message) or self._is_bare_firm(sentence, span)
        ]

    def _is_bare_firm(self, sentence: Sentence, span: Span) -> bool:
        """Whether next to nothing is said but the name of a firm that many know: it is answered to a question."""
        words, name = words_in(sentence, Span(0, len(sentence.text), "")), words_in(sentence, span)
        return self._listed.is_firm(name) and len(words) - len(name) <= _MOST_BESIDE

    def _knowledge(self, sentences: Sequence[Sentence], encoder: Encoder | None) -> Knowledge:
        clusters = self._clusters.of(_words(sentences), encoder)
        return Knowledge(self._known, self._gazetteer, self._listed, clusters, self._kinds)


def corrected(sentence: Sentence, found: Sequence[Span], knowledge: Knowledge) -> list[Span]:
    """The names that the model `found`, from their first to their last letter, and those it overlooks."""
    names = [one for one in found if one.entity != ROLE]
    told = told_apart(sentence, settled(sentence, names, knowledge.known), knowledge)
    overlooked = with_overlooked(sentence, with_personas(sentence, told), knowledge)
    return with_roles(sentence, overlooked, [one for one in found if one.entity == ROLE], knowledge)


def _likely_intents(examples: list[Message]) -> list[str]:
    """What a classifier that has not seen an example takes it for; "" where there is nothing to learn that from.

    The intents as annotated would teach to rely on a classifier that is never wrong.
    """
    likely = [""] * len(examples)
    told = [row for row, example in enumerate(examples) if example.get(INTENT) and example.features]
    counts = Counter(examples[row].get(INTENT) for row in told)
    if len(counts) < FEWEST_INTENTS or min(counts.values()) < FOLDS:
        return likely
    names, labels = labelled([examples[row] for row in told])
    for row, label in zip(told, judged(*sentence_features([examples[row] for row in told]), labels), strict=True):
        likely[row] = names[label]
    return likely


def _meant(message: Message) -> str:
    """What is likely wanted, as a hint to names; what is not understood or a bare word is a short question at best."""
    likely = likeliest(message)
    unsure = _acted_upon(message) == DEFAULT_NLU_FALLBACK_INTENT_NAME and likely in _BARE
    return _SHORT_QUESTION if unsure else likely


def _acted_upon(message: Message) -> str:
    return str((message.get(INTENT) or {}).get(INTENT_NAME_KEY, ""))


def _beyond(message: Message) -> bool:
    """Whether the assistant isn't for what is asked: names there are of sights, singers, dishes and shops."""
    return _acted_upon(message) == _OUT_OF_SCOPE


def _words(sentences: Iterable[Sentence]) -> list[str]:
    return [fold(token.text) for sentence in sentences for token in sentence.tokens]


def _fit(rows: Iterable[tuple[list[list[str]], list[str]]]) -> bytes:
    """The trained model as crfsuite writes it; the same sentences give the same model.

    Averaged passive-aggressive learning (Crammer et al. 2006): a tenth of the time of L-BFGS, and finds more.
    """
    trainer = pycrfsuite.Trainer(algorithm="pa", verbose=False)
    trainer.set_params({"max_iterations": _ITERATIONS})
    for seen, labels in rows:
        trainer.append(seen, labels)
    ctypes.CDLL(None).srand(_SEED)  # crfsuite shuffles the sentences by the C library's numbers
    with TemporaryDirectory() as folder:
        path = Path(folder) / _MODEL_FILE
        trainer.train(str(path))
        return path.read_bytes()
