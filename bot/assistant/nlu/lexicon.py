"""Finds the words of closed vocabularies (roles, industries, channels, ordinals, ...) by the project's lexicon."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.assistant.nlu.classifier import likeliest
from bot.assistant.nlu.name_roles import ROLE, about_roles
from persona_store.lexicon import Term, find_terms

_FOUND = "lexicon_terms"


def lexicon_terms(message: Message) -> list[Term]:
    """The lexicon's terms in the text of `message`, looked up once a message."""
    terms: list[Term] | None = message.get(_FOUND)
    if terms is None:
        terms = find_terms(message.get(TEXT) or "")
        message.set(_FOUND, terms)
    return terms


def without_overlaps(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`entities` in reading order; where two share characters the longer stays, else the one that came first."""
    kept: list[dict[str, Any]] = []
    for entity in sorted(entities, key=lambda entity: entity["start"] - entity["end"]):
        if all(entity["end"] <= other["start"] or entity["start"] >= other["end"] for other in kept):
            kept.append(entity)
    return sorted(kept, key=lambda entity: int(entity["start"]))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LexiconExtractor(EntityExtractorMixin, GraphComponent):
    """Adds the lexicon's terms as entities with their normal values; entities found before keep their place."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LexiconExtractor":
        """A new extractor; the lexicon is loaded here, so that the first message does not wait for it."""
        find_terms("")
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add terms to the entities of each message, without overlaps."""
        for message in messages:
            roles = about_roles(likeliest(message))
            found = [
                {"entity": term.entity, "start": term.start, "end": term.end, "value": term.value, "text": term.text}
                for term in lexicon_terms(message)
                if roles or term.entity != ROLE
            ]
            entities = [*message.get(ENTITIES, []), *self.add_extractor_name(found)]
            message.set(ENTITIES, without_overlaps(entities), add_to_output=True)
        return messages
