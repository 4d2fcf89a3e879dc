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
    ab aber alle alles als am andere anderen anders anrufen ansprechen auch auf aus bei beim beschreib
    beschreibe beste besten bin bis bist bitte brauch brauche bringt da danke dann das dass davon dein deine dem
    den denen denn der des dich diese diesem diesen dieser dieses dir doch drei du durch eher eigentlich ein
    eine einem einen einer eines eins er erklär erreiche erreichen erste ersten erzähl es etwas euch falsch
    feierabend frag frage frau fuer funktioniert für ganz gar gegen gehoert geht gehört genau gerade
    geschaeftsfuehrer geschäftsführer gib gibt gleich gut gute guten guter hab habe haben habt hallo hast hat
    heisst heißt herr herrn heute hier hilf hinter ich ihm ihn ihr ihre im ist ja jemand jetzt kam kann kannst
    kaufen kauft kein keine keinen koennen kommt kontakt kunde kunden können lass lassen letzte letzten leute
    lieber loesche lohnt los lösche mach machen macht mag mal man mehr mein meine meinem mich mir mit
    mitarbeiter moechte morgen muss möchte nach ne nee nein nenn neue neuen neuer neues nicht nichts nie noch
    nochmal nur nächste nächster nächstes ob oder ohne passen passt raus reden richtig runter sag sagen schlecht
    schluss schon schreib schreiben sehen sehr sein seine seit sich sie sind soll sollte sollten spreche starte
    starten steckt steht stimmt taugt ueber ueberhaupt um und uns unser unsere unserer unter unterschied
    vergleich vergleiche vertriebsleiter viel viele vielen vielleicht vom von vor waere wann warum was weg
    weiter weiß welch welche welchem welchen welcher welches wem wen wenn wer werden weshalb wie wieder wieso
    wieviel will willst wir wird wirklich wissen wo wofuer wofür woher wollen womit worauf wuerde wurde wär wäre
    würde zeig zeige zeigen zeit zu zum zur zurueck zurück zusammen zwei zweite zweiten zwischen über überhaupt
    """
)
_ENGLISH = _words(
    """
    a about again all am and answer any anyone anything are as ask at be because been before best better between
    but buy by call can changed come compare could customers delete describe did do does doesn don employees
    everything explain far first for from get give go good got had has have he hello help her here him his how i
    if into is isn it its just know last left let like list look make managing many matter me mean money more
    most mr mrs ms much my need never new next no nobody not now of on one only or our over people please put re
    reach really right same second see shall she should show some someone start still take talk tell than thank
    thanks that the their them then there these they think this those through time to today tomorrow too two us
    use ve want wants way we well were what when where which who whom whose why will with without work worth
    would write wrong yes yet you your
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
