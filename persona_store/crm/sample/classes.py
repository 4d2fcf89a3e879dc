"""The planted truth: classes of contacts, each with its own distribution of roles, companies, behaviour and value."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

SIZES: Final = ("1-10", "11-50", "51-250", "251-1000", "1001+")
CHANNELS: Final = ("phone", "email", "chat", "social", "in_person", "post")
BEHAVIOURS: Final = (
    "download",
    "webinar",
    "trade_fair",
    "pricing_page",
    "demo_request",
    "newsletter",
    "unsubscribed",
    "no_reply",
    "complaint",
    "purchase",
    "social_follow",
    "visit",
    "ticket",
)
INDUSTRIES: Final = (
    "manufacturing",
    "it_software",
    "retail",
    "finance",
    "healthcare",
    "public",
    "education",
    "construction",
    "logistics",
    "energy",
    "consulting",
    "hospitality",
    "media",
    "other",
)
# Every class has some contacts in every industry but education, in these proportions.
BACKGROUND: Final = (0.24, 0.12, 0.13, 0.07, 0.08, 0.05, 0.0, 0.09, 0.07, 0.04, 0.05, 0.02, 0.02, 0.02)
BACKGROUND_SHARE: Final = 0.16

Kind = Literal["persona", "student", "competitor", "complainer"]


@dataclass(frozen=True, slots=True)
class ContactClass:
    """One planted class.

    `share` of all contacts; `roles` "function/level" → weight; `sizes` weights in the order of SIZES; `industries`
    weights (a background is mixed in); `sources` weights; `outgoing` expected contacts we make per channel and
    `response` the probability that one is answered, both in the order of CHANNELS; `behaviours` expected counts;
    `fit` the log-odds of buying before behaviour counts; `amount` the median deal in euros; `english` the share of
    English titles; `care` multiplies the minutes each contact costs; `births` the years of birth.
    """

    key: str
    name_de: str
    name_en: str
    market: Literal["b2b", "b2c"]
    kind: Kind
    share: float
    outgoing: tuple[float, ...]
    response: tuple[float, ...]
    behaviours: Mapping[str, float]
    sources: Mapping[str, float]
    fit: float
    amount: float
    roles: Mapping[str, float] = field(default_factory=dict)
    sizes: tuple[float, ...] = ()
    industries: Mapping[str, float] = field(default_factory=dict)
    products: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    english: float = 0.1
    female: float = 0.4
    care: float = 1.0
    births: tuple[int, int] = (1962, 1998)

    def as_dict(self) -> dict[str, Any]:
        """The class as plain data, for the truth file."""
        return asdict(self)


CLASSES: Final = (
    ContactClass(
        key="gf_kmu",
        name_de="Geschäftsführung KMU",
        name_en="Managing directors of small firms",
        market="b2b",
        kind="persona",
        share=0.175,
        roles={"executive/c_level": 76, "executive/head": 7, "finance/head": 6, "assistant/junior": 7, "sales/head": 4},
        sizes=(38, 45, 14, 2, 1),
        industries={
            "construction": 24,
            "manufacturing": 27,
            "retail": 20,
            "hospitality": 9,
            "healthcare": 8,
            "other": 6,
        },
        sources={"referral": 40, "trade_fair": 18, "cold_call": 18, "website": 14, "partner": 10},
        outgoing=(1.7, 0.9, 0.05, 0.15, 0.8, 0.35),
        response=(0.42, 0.18, 0.15, 0.08, 0.78, 0.12),
        behaviours={"download": 0.12, "webinar": 0.08, "trade_fair": 0.55, "pricing_page": 0.75, "demo_request": 0.25}
        | {"newsletter": 0.25, "unsubscribed": 0.1, "no_reply": 0.35, "complaint": 0.06, "purchase": 0.05}
        | {"social_follow": 0.05, "visit": 0.7, "ticket": 0.2},
        fit=0.5,
        amount=14_000,
        products=("Werkblick Start", "Handscanner H2", "Einführungspaket"),
        themes=("Zeit sparen im Büro", "Kosten im Griff", "Digital ohne IT-Abteilung", "Förderung für den Mittelstand"),
        english=0.05,
        female=0.24,
        births=(1958, 1988),
    ),
    ContactClass(
        key="vertrieb_mittelstand",
        name_de="Vertriebsleitung Mittelstand",
        name_en="Sales leaders of mid-sized firms",
        market="b2b",
        kind="persona",
        share=0.14,
        roles={"sales/head": 66, "sales/lead": 10, "sales/specialist": 17, "executive/c_level": 4, "sales/junior": 3},
        sizes=(2, 20, 62, 14, 2),
        industries={"manufacturing": 40, "logistics": 20, "retail": 20, "it_software": 14, "energy": 6},
        sources={"linkedin": 30, "cold_call": 26, "trade_fair": 22, "referral": 14, "webinar": 8},
        outgoing=(2.6, 1.0, 0.1, 0.6, 0.5, 0.1),
        response=(0.68, 0.22, 0.25, 0.42, 0.72, 0.05),
        behaviours={"download": 0.3, "webinar": 0.5, "trade_fair": 0.7, "pricing_page": 0.35, "demo_request": 0.55}
        | {"newsletter": 0.35, "unsubscribed": 0.08, "no_reply": 0.25, "complaint": 0.05, "purchase": 0.02}
        | {"social_follow": 0.4, "visit": 0.6, "ticket": 0.2},
        fit=0.8,
        amount=32_000,
        products=("Angebotskonfigurator", "Werkblick Team", "Einführungspaket"),
        themes=("Angebote schneller schreiben", "Forecast im Vertrieb", "Außendienst unterwegs", "Mehr Abschlüsse"),
        english=0.28,
        female=0.3,
        births=(1964, 1994),
    ),
    ContactClass(
        key="it_industrie",
        name_de="IT-Leitung Industrie",
        name_en="IT leaders in industry",
        market="b2b",
        kind="persona",
        share=0.13,
        roles={"it/head": 56, "it/lead": 11, "it/specialist": 28, "it/c_level": 5},
        sizes=(1, 8, 35, 38, 18),
        industries={"manufacturing": 46, "energy": 13, "logistics": 12, "healthcare": 12, "public": 9, "finance": 8},
        sources={"website": 34, "search_ads": 24, "webinar": 22, "download": 14, "partner": 6},
        outgoing=(0.8, 2.0, 0.8, 0.15, 0.15, 0.05),
        response=(0.1, 0.56, 0.7, 0.12, 0.35, 0.05),
        behaviours={"download": 1.5, "webinar": 1.1, "trade_fair": 0.12, "pricing_page": 0.3, "demo_request": 0.45}
        | {"newsletter": 0.6, "unsubscribed": 0.08, "no_reply": 0.3, "complaint": 0.08, "purchase": 0.02}
        | {"social_follow": 0.08, "visit": 1.6, "ticket": 0.6},
        fit=0.2,
        amount=48_000,
        products=("Werkblick Enterprise", "API-Anbindung", "Wartungsvertrag Premium"),
        themes=("Schnittstellen und API", "IT-Sicherheit und DSGVO", "Betrieb in der eigenen Umgebung", "Migration"),
        english=0.3,
        female=0.15,
        births=(1966, 1996),
    ),
    ContactClass(
        key="einkauf_konzern",
        name_de="Einkauf Konzern",
        name_en="Procurement in large enterprises",
        market="b2b",
        kind="persona",
        share=0.11,
        roles={"purchasing/head": 28, "purchasing/specialist": 55, "purchasing/lead": 12, "purchasing/c_level": 2}
        | {"purchasing/junior": 3},
        sizes=(0.3, 2, 12, 33, 52),
        industries={"manufacturing": 40, "energy": 16, "retail": 15, "logistics": 11, "public": 10, "healthcare": 8},
        sources={"tender": 46, "website": 20, "partner": 18, "trade_fair": 12, "cold_call": 4},
        outgoing=(0.8, 2.1, 0.05, 0.1, 0.3, 0.45),
        response=(0.28, 0.5, 0.1, 0.06, 0.45, 0.4),
        behaviours={"download": 0.35, "webinar": 0.1, "trade_fair": 0.3, "pricing_page": 1.7, "demo_request": 0.1}
        | {"newsletter": 0.15, "unsubscribed": 0.2, "no_reply": 0.25, "complaint": 0.15, "purchase": 0.06}
        | {"social_follow": 0.03, "visit": 0.8, "ticket": 0.15},
        fit=0.05,
        amount=95_000,
        products=("Werkblick Enterprise", "Handscanner H2", "Wartungsvertrag Premium"),
        themes=("Rahmenvertrag", "Lieferantenbewertung", "Gesamtkosten über fünf Jahre", "Ausschreibungsunterlagen"),
        english=0.34,
        female=0.42,
        births=(1968, 1998),
    ),
    ContactClass(
        key="marketing_tech",
        name_de="Marketing Tech und Agenturen",
        name_en="Marketing in tech and agencies",
        market="b2b",
        kind="persona",
        share=0.11,
        roles={"marketing/head": 42, "marketing/lead": 12, "marketing/specialist": 38, "marketing/junior": 4}
        | {"executive/c_level": 4},
        sizes=(18, 44, 28, 8, 2),
        industries={"it_software": 46, "media": 30, "consulting": 16, "retail": 8},
        sources={"linkedin": 34, "search_ads": 20, "webinar": 20, "download": 14, "website": 12},
        outgoing=(0.7, 1.4, 0.6, 1.3, 0.15, 0.03),
        response=(0.12, 0.34, 0.5, 0.62, 0.4, 0.05),
        behaviours={"download": 0.9, "webinar": 1.3, "trade_fair": 0.15, "pricing_page": 0.5, "demo_request": 0.35}
        | {"newsletter": 1.4, "unsubscribed": 0.12, "no_reply": 0.25, "complaint": 0.04, "purchase": 0.03}
        | {"social_follow": 1.1, "visit": 1.3, "ticket": 0.2},
        fit=-0.2,
        amount=12_000,
        products=("Produktdaten-Portal", "Werkblick Start", "Schulung"),
        themes=("Leads aus Inhalten", "Produktdaten für alle Kanäle", "Kampagnen messen", "Social Selling"),
        english=0.6,
        female=0.62,
        births=(1976, 2000),
    ),
    ContactClass(
        key="anwender_produktion",
        name_de="Fachanwender Produktion und Technik",
        name_en="Users in production and engineering",
        market="b2b",
        kind="persona",
        share=0.115,
        roles={"production/head": 20, "production/lead": 16, "production/specialist": 25, "engineering/specialist": 26}
        | {"engineering/lead": 6, "engineering/head": 7},
        sizes=(1, 9, 30, 44, 16),
        industries={"manufacturing": 74, "construction": 10, "energy": 9, "logistics": 7},
        sources={"trade_fair": 48, "referral": 18, "download": 14, "website": 14, "catalogue": 6},
        outgoing=(1.3, 1.1, 0.2, 0.1, 0.9, 0.2),
        response=(0.45, 0.3, 0.3, 0.06, 0.72, 0.1),
        behaviours={"download": 0.8, "webinar": 0.25, "trade_fair": 1.2, "pricing_page": 0.08, "demo_request": 0.7}
        | {"newsletter": 0.2, "unsubscribed": 0.06, "no_reply": 0.25, "complaint": 0.12, "purchase": 0.12}
        | {"social_follow": 0.06, "visit": 0.7, "ticket": 0.5},
        fit=-0.35,
        amount=21_000,
        products=("Handscanner H2", "Werkblick Team", "Schulung"),
        themes=("Messen in der Fertigung", "Rüstzeiten senken", "Qualität dokumentieren", "CAD-Anbindung"),
        english=0.15,
        female=0.2,
        births=(1963, 1999),
    ),
    ContactClass(
        key="student",
        name_de="Studierende und Forschende",
        name_en="Students and researchers",
        market="b2b",
        kind="student",
        share=0.045,
        roles={"student/junior": 68, "student/specialist": 32},
        sizes=(0, 1, 9, 40, 50),
        industries={"education": 100},
        sources={"download": 74, "website": 16, "webinar": 10},
        outgoing=(0.25, 0.9, 0.2, 0.1, 0.02, 0.02),
        response=(0.12, 0.5, 0.5, 0.3, 0.2, 0.02),
        behaviours={"download": 4.0, "webinar": 0.7, "trade_fair": 0.06, "pricing_page": 0.03, "demo_request": 0.05}
        | {
            "newsletter": 0.5,
            "unsubscribed": 0.12,
            "no_reply": 0.15,
            "social_follow": 0.3,
            "visit": 1.0,
            "ticket": 0.08,
        },
        fit=-4.2,
        amount=900,
        products=("Schulung",),
        themes=(
            "Predictive Maintenance",
            "Stand der Forschung",
            "Fallstudie Digitalisierung",
            "Umfrage Abschlussarbeit",
        ),
        english=0.2,
        female=0.47,
        births=(1988, 2005),
    ),
    ContactClass(
        key="complainer",
        name_de="Dauerbeschwerden mit geringem Wert",
        name_en="Serial complainers of low value",
        market="b2b",
        kind="complainer",
        share=0.03,
        roles={"purchasing/specialist": 32, "finance/specialist": 24, "assistant/junior": 16, "support/specialist": 14}
        | {"logistics/specialist": 8, "executive/c_level": 6},
        sizes=(55, 36, 8, 1, 0),
        industries={"retail": 44, "hospitality": 22, "construction": 16, "other": 18},
        sources={"shop": 55, "cold_call": 20, "website": 25},
        outgoing=(1.6, 1.8, 0.4, 0.03, 0.1, 0.3),
        response=(0.72, 0.66, 0.5, 0.05, 0.4, 0.3),
        behaviours={"download": 0.08, "webinar": 0.03, "trade_fair": 0.06, "pricing_page": 1.0, "demo_request": 0.15}
        | {"newsletter": 0.1, "unsubscribed": 0.25, "no_reply": 0.1, "complaint": 3.8, "purchase": 0.3, "visit": 0.4}
        | {"ticket": 3.2},
        fit=0.8,
        amount=1_300,
        products=("Werkblick Start", "Schulung"),
        themes=("Reklamation Lieferung", "Rechnung strittig", "Rückgabe", "Gutschrift"),
        english=0.03,
        female=0.4,
        care=1.7,
    ),
    ContactClass(
        key="competitor",
        name_de="Wettbewerb",
        name_en="Competitors",
        market="b2b",
        kind="competitor",
        share=0.02,
        roles={"marketing/specialist": 34, "sales/specialist": 24, "engineering/specialist": 12, "executive/c_level": 8}
        | {"marketing/head": 12, "sales/head": 10},
        sizes=(6, 30, 44, 16, 4),
        industries={"it_software": 100},
        sources={"download": 34, "webinar": 34, "website": 32},
        outgoing=(1.0, 1.7, 0.2, 0.3, 0.02, 0.05),
        response=(0.02, 0.02, 0.02, 0.03, 0.05, 0.01),
        behaviours={"download": 2.6, "webinar": 1.8, "trade_fair": 0.3, "pricing_page": 2.8, "demo_request": 0.12}
        | {
            "newsletter": 1.0,
            "unsubscribed": 0.04,
            "no_reply": 1.2,
            "social_follow": 0.3,
            "visit": 2.4,
            "ticket": 0.02,
        },
        fit=-4.5,
        amount=5_000,
        products=("Werkblick Start",),
        themes=("Produktvergleich", "Preisliste", "Neue Funktionen", "Roadmap"),
        english=0.5,
        female=0.4,
    ),
    ContactClass(
        key="heimwerker",
        name_de="Heimwerker 50plus",
        name_en="Home improvers over 50",
        market="b2c",
        kind="persona",
        share=0.07,
        sources={"catalogue": 44, "shop": 20, "trade_fair": 20, "referral": 16},
        outgoing=(0.9, 0.5, 0.02, 0.02, 0.1, 1.2),
        response=(0.55, 0.22, 0.1, 0.05, 0.6, 0.42),
        behaviours={"download": 0.08, "webinar": 0.04, "trade_fair": 0.35, "pricing_page": 0.3, "newsletter": 0.4}
        | {
            "unsubscribed": 0.12,
            "no_reply": 0.1,
            "complaint": 0.2,
            "purchase": 1.3,
            "social_follow": 0.03,
            "visit": 0.7,
        }
        | {"ticket": 0.3},
        fit=0.25,
        amount=420,
        products=("Lasermaß L10", "Akku-Set", "Handscanner H1"),
        themes=("Haus und Garten", "Katalog", "Ersatzteile", "Garantie"),
        female=0.32,
        births=(1942, 1976),
    ),
    ContactClass(
        key="maker",
        name_de="Junge Maker",
        name_en="Young makers",
        market="b2c",
        kind="persona",
        share=0.055,
        sources={"shop": 40, "search_ads": 36, "website": 14, "webinar": 10},
        outgoing=(0.15, 1.1, 0.6, 0.8, 0.02, 0.05),
        response=(0.08, 0.26, 0.62, 0.52, 0.2, 0.03),
        behaviours={"download": 0.5, "webinar": 0.6, "trade_fair": 0.08, "pricing_page": 1.0, "newsletter": 0.9}
        | {
            "unsubscribed": 0.25,
            "no_reply": 0.15,
            "complaint": 0.1,
            "purchase": 0.9,
            "social_follow": 1.2,
            "visit": 2.2,
        }
        | {"ticket": 0.2},
        fit=-0.2,
        amount=190,
        products=("Handscanner H1", "Online-Kurs", "Akku-Set"),
        themes=("3D-Druck", "Offene Schnittstellen", "Wettbewerb der Maker", "Rabattcode"),
        english=0.1,
        female=0.42,
        births=(1984, 2006),
    ),
)
CLASS_NUMBER: Final = {spec.key: number for number, spec in enumerate(CLASSES)}
