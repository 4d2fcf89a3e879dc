"""Tells German from English by function words and umlauts, without Rasa: also for apologies where Rasa is away."""

import math
import re
from dataclasses import dataclass

from persona_store.settings import Language


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
CLEAR = 0.75  # one function word
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


def written_in(text: str) -> Language | None:
    """The language that `text` is clearly written in; None for buttons, and where too little tells."""
    found = None if text.startswith("/") else detect_language(text)
    return found.language if found and found.confidence >= CLEAR else None
