"""Free text of the sample: subjects of interactions and notes of the sales team."""

from typing import Final

import numpy as np
import polars as pl

from persona_store.crm.sample.behaviour import STREAMS
from persona_store.crm.sample.classes import CLASS_NUMBER, CLASSES
from persona_store.crm.sample.draws import Ints, blank, texts

# Kind → four ways to put the subject; {} is a theme of the class.
SUBJECTS: Final = {
    ("call", "out"): ("Erstgespräch", "Nachfassen: {}", "Bedarf klären", "Rückruf zu {}"),
    ("email", "out"): ("{}", "Unterlagen: {}", "Terminvorschlag", "Ihr Interesse an {}"),
    ("chat", "out"): ("Kurze Frage zu {}", "Chat: {}", "Termin abstimmen", "Hinweis zu {}"),
    ("social", "out"): ("Kontaktanfrage", "Nachricht: {}", "Beitrag geteilt: {}", "Einladung Webinar"),
    ("meeting", "out"): ("Besuch vor Ort", "Präsentation: {}", "Kennenlernen", "Termin: {}"),
    ("letter", "out"): ("Prospekt", "Mailing: {}", "Einladung Hausmesse", "Muster und Unterlagen"),
    ("call", "in"): ("Rückfrage", "Frage zu {}", "Bittet um Rückruf", "Anruf: {}"),
    ("email", "in"): ("AW: {}", "Rückfrage: {}", "Anfrage", "Frage zu {}"),
    ("chat", "in"): ("Chat auf der Website", "Frage: {}", "Chat: {}", "Preis erfragt"),
    ("download", "in"): ("Whitepaper: {}", "Checkliste: {}", "Studie: {}", "Whitepaper: {}"),
    ("webinar", "in"): ("Webinar: {}", "Webinar: {}", "Aufzeichnung: {}", "Live-Demo: {}"),
    ("trade_fair", "in"): ("Hannover Messe", "Hausmesse", "Messegespräch: {}", "Regionalmesse"),
    ("pricing_page", "in"): ("Preise", "Preisrechner", "Preise", "Pakete und Preise"),
    ("demo_request", "in"): ("Demo angefragt", "Demo: {}", "Testzugang angefragt", "Demo: {}"),
    ("newsletter", "in"): ("Newsletter geöffnet: {}", "Newsletter angemeldet", "Newsletter geklickt: {}", "Newsletter"),
    ("unsubscribed", "in"): ("Newsletter abgemeldet", "Abmeldung", "Keine Werbung mehr", "Newsletter abgemeldet"),
    ("no_reply", "out"): ("Nicht erreicht", "Keine Rückmeldung", "Nicht erreicht", "Keine Rückmeldung zu {}"),
    ("complaint", "in"): ("Beschwerde: {}", "Reklamation", "Beschwerde Lieferzeit", "Unzufrieden: {}"),
    ("purchase", "in"): ("Bestellung", "Bestellung Zubehör", "Einkauf im Onlineshop", "Bestellung Muster"),
    ("social_follow", "in"): ("Folgt uns", "Folgt uns", "Beitrag kommentiert", "Beitrag gefällt"),
    ("visit", "in"): ("Startseite", "Produktseite", "Blog: {}", "Referenzen"),
    ("ticket", "in"): ("Frage zur Anmeldung", "Testzugang", "Fehlermeldung", "Frage: {}"),
}
NOTES: Final = (
    "Lieber vormittags anrufen.",
    "Empfehlung von der Hausmesse.",
    "Wünscht Unterlagen per Post.",
    "Budget erst im nächsten Jahr.",
    "Entscheidet nicht allein, Rücksprache im Haus.",
    "Hat nach Referenzen aus der Branche gefragt.",
    "Zuständigkeit geprüft.",
    "Telefonnummer prüfen!",
    "Arbeitet noch mit Excel.",
    "Vertrag mit anderem Anbieter läuft noch.",
    "Termin wurde zweimal verschoben.",
    "Freundlicher Kontakt, wenig Zeit.",
    "Sieht den Nutzen, Kollegen sind skeptisch.",
    "Möchte per Du angesprochen werden.",
    "Ansprechpartner wechselt evtl. im Herbst.",
)
STUDENT_NOTES: Final = (
    "Schreibt eine Abschlussarbeit.",
    "Sucht Daten für eine Studie.",
    "Anfrage für eine Umfrage an der Hochschule.",
)
NOTE_SHARE: Final = 0.18


def subjects(rng: np.random.Generator, stream: Ints, cls: Ints) -> pl.Series:
    """A subject for each interaction, by its stream and the contact's class; missing for some."""
    pool = [
        way.format(theme)
        for each in STREAMS
        for spec in CLASSES
        for way in SUBJECTS[each.kind, each.direction]
        for theme in spec.themes
    ]
    ways = len(pool) // (len(STREAMS) * len(CLASSES))
    at = (stream * len(CLASSES) + cls) * ways + rng.integers(0, ways, len(stream))
    return blank(texts(pool, at), rng.random(len(stream)) < 0.05)


def notes(rng: np.random.Generator, cls: Ints) -> pl.Series:
    """A note on some contacts."""
    pool = (*NOTES, *STUDENT_NOTES)
    at = rng.integers(0, len(NOTES), len(cls))
    students = cls == CLASS_NUMBER["student"]
    at[students] = len(NOTES) + at[students] % len(STUDENT_NOTES)
    return blank(texts(pool, at), rng.random(len(cls)) >= NOTE_SHARE)
