"""Tells German from English by function words and umlauts, for the answer to come in the language of the question."""

import math
import re
from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from persona_store.settings import Language

DETECTED_LANGUAGE = "detected_language"


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Words that one language uses all the time and the other does not know ("in", "an", "so", "die" are left out;
# so is "it", which is a department in both).
_GERMAN = _words(
    """
    ab aber alle als am anrufen ansprechen auch auf aus bei beim bin bist bitte da danke dann das dass dein
    deine dem den denn der des dich diese diesem diesen dieser dieses dir doch du ein eine einem einen einer
    eines er erreiche erreichen es etwas euch frau fuer für ganz gar geht gibt guten habe haben hallo hast
    hat herr ich ihm ihn ihr ihre im ist ja jetzt kann kannst kein keine koennen kontakt kunde kunden können
    lieber machen mal man mehr mein meine mich mir mit moechte morgen muss möchte nach nein nicht nichts
    noch nochmal nur oder ohne passt schon sehr sein seine sich sie sind soll sollte ueber um und uns unser
    unsere viel vom von vor wann warum welche welchem welchen welcher welches wem wen wenn wer werden
    weshalb wie wieso wieviel will willst wir wird wo wofuer wofür worauf wuerde wurde würde zeig zeige zu
    zum zur zwei zweite zweiten zwischen über
    """
)
_ENGLISH = _words(
    """
    a about all am and any anything are as ask at be because been best but by call can could customer
    customers did do does doesn don explain first for from get give good had has have he hello help her here
    him his how i if into is isn it its lead leads let like list make many matter me more much my need next
    no not of okay on one or our please reach second shall she should show so some tell thank thanks that
    the their them then there these they this those to us use want was we were what when where which who
    whom whose why will with would yes you your
    """
)
_AMBIGUOUS = _GERMAN & _ENGLISH
_UMLAUT = re.compile(r"[äöüß]")
_WORD = re.compile(r"[a-zäöüß]+")
_UMLAUT_WEIGHT = 1.0  # as telling as one function word
_SHARPNESS = 1.2  # one more word of one language: odds of about 3 to 1


@dataclass(frozen=True, slots=True)
class DetectedLanguage:
    """The likelier language, and how likely it is (0.5 to 1)."""

    language: Language
    confidence: float


def detect_language(text: str) -> DetectedLanguage | None:
    """The language of `text`, or None when nothing in it tells ("Siemens?")."""
    lowered = text.lower()
    words = [word for word in _WORD.findall(lowered) if word not in _AMBIGUOUS]
    balance: float = sum(word in _GERMAN for word in words) - sum(word in _ENGLISH for word in words)
    balance += _UMLAUT_WEIGHT * bool(_UMLAUT.search(text.lower()))
    if balance == 0:
        return None
    confidence = 1 / (1 + math.exp(-_SHARPNESS * abs(balance)))
    return DetectedLanguage("de" if balance > 0 else "en", round(confidence, 3))


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
