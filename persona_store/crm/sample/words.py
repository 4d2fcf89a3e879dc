"""The words a German CRM uses in its export: headers, kinds of activities, channels, sources, phases, statuses."""

from typing import Final

YES: Final = "ja"
NO: Final = "nein"
OUTGOING: Final = "ausgehend"
INCOMING: Final = "eingehend"
GERMAN: Final = "Deutsch"
ENGLISH: Final = "Englisch"

CONTACT_HEADERS: Final = (
    "Kontakt-ID",
    "Anrede",
    "Titel",
    "Vorname",
    "Nachname",
    "E-Mail",
    "Telefon",
    "Position",
    "Firma-ID",
    "Firma",
    "Quelle",
    "Land",
    "Region",
    "Ort",
    "Sprache",
    "Geburtsjahr",
    "Status",
    "Zuständig",
    "Erstellt am",
    "Letzte Aktivität",
    "Kunde",
    "Kunde seit",
    "Notizen",
)
COMPANY_HEADERS: Final = (
    "Firma-ID",
    "Firma",
    "Branche",
    "Mitarbeiter",
    "Umsatz",
    "Land",
    "Region",
    "PLZ",
    "Ort",
    "Website",
)
INTERACTION_HEADERS: Final = (
    "Aktivität-ID",
    "Kontakt-ID",
    "Art",
    "Kanal",
    "Richtung",
    "Beantwortet",
    "Zeitpunkt",
    "Dauer (Min.)",
    "Thema",
)
DEAL_HEADERS: Final = (
    "Deal-ID",
    "Kontakt-ID",
    "Firma-ID",
    "Produkt",
    "Phase",
    "Betrag",
    "Marge",
    "Gewonnen",
    "Eröffnet am",
    "Abgeschlossen am",
    "Zuständig",
)

# Kind of an interaction (as the store knows it) → what the export calls it.
KINDS: Final = {
    "email": "E-Mail",
    "call": "Anruf",
    "meeting": "Termin",
    "chat": "Chat",
    "social": "Social Media",
    "letter": "Brief",
    "download": "Download",
    "webinar": "Webinar",
    "trade_fair": "Messe",
    "pricing_page": "Preisseite",
    "demo_request": "Demo-Anfrage",
    "newsletter": "Newsletter",
    "unsubscribed": "Abmeldung",
    "no_reply": "Keine Antwort",
    "complaint": "Beschwerde",
    "purchase": "Kauf",
    "social_follow": "Follower",
    "visit": "Webseitenbesuch",
    "ticket": "Support-Ticket",
    "email_open": "E-Mail geöffnet",
    "email_click": "Link geklickt",
    "offer": "Angebot",
}
CHANNELS: Final = {
    "phone": "Telefon",
    "email": "E-Mail",
    "chat": "Chat",
    "social": "LinkedIn",
    "in_person": "Persönlich",
    "post": "Post",
}
# Source of a contact, a list to pick from as in most CRMs.
SOURCES: Final = {
    "trade_fair": "Messe",
    "website": "Website",
    "referral": "Empfehlung",
    "linkedin": "LinkedIn",
    "cold_call": "Kaltakquise",
    "download": "Whitepaper",
    "webinar": "Webinar",
    "search_ads": "Google Ads",
    "partner": "Partner",
    "tender": "Ausschreibung",
    "shop": "Onlineshop",
    "catalogue": "Katalog",
}

STATUS_CUSTOMER: Final = "Kunde"
STATUS_LOST: Final = ("Verloren", "Kein Interesse")
STATUS_STALE: Final = "Inaktiv"
STATUS_OPEN: Final = ("Neu", "In Kontakt", "In Kontakt", "Qualifiziert", "Angebot")
PHASE_WON: Final = "Gewonnen"
PHASE_LOST: Final = "Verloren"
PHASES_OPEN: Final = ("Erstkontakt", "Bedarfsanalyse", "Angebot", "Verhandlung")

SELLERS: Final = (
    "Anna Brandt",
    "Markus Feldmann",
    "Julia Kessler",
    "Tobias Reimann",
    "Ayse Yilmaz",
    "Stefan Oswald",
    "Carina Lindner",
    "Peter Hofstetter",
    "Nina Falk",
    "Daniel Krüger",
)
