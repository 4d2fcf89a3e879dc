"""Makes up names of personas as marketers give them: a trait and a group, a role and a market, a nickname."""

import random
from collections.abc import Callable
from functools import partial
from typing import Final

from bot.assistant.nlu.known_names import given_names

_TRAITS: Final = {
    "de": (
        *("Sparsame", "Preissensible", "Digitale", "Vorsichtige", "Loyale", "Neugierige", "Eilige", "Skeptische"),
        *("Innovative", "Traditionelle", "Anspruchsvolle", "Gründliche", "Pragmatische", "Bequeme", "Wachsende"),
        *("Kritische", "Etablierte", "Regionale", "Treue", "Unentschlossene", "Ehrgeizige", "Technikaffine"),
        *("Qualitätsbewusste", "Risikoscheue", "Grüne", "Ländliche", "Internationale", "Stille", "Junge"),
    ),
    "en": (
        *("Frugal", "Price-Sensitive", "Digital", "Careful", "Loyal", "Curious", "Busy", "Sceptical", "Innovative"),
        *("Traditional", "Demanding", "Thorough", "Pragmatic", "Growing", "Critical", "Established", "Regional"),
        *("Hesitant", "Ambitious", "Tech-Savvy", "Quality-Minded", "Risk-Averse", "Green", "Rural", "Global"),
        *("Quiet", "Young", "Value", "Budget", "Smart", "First-Time", "Everyday", "Hands-On", "Old-School"),
        *("No-Nonsense", "Cloud-First", "Data-Driven", "Do-It-Yourself", "Cost-Conscious", "Lean", "DIY", "Legacy"),
    ),
}
# Groups that stand alone as a name; not those that are roles, which are named more often than personas.
_GROUPS: Final = {
    "de": (
        *("Gründer", "Mittelständler", "Vergleicher", "Optimierer", "Macher", "Bewahrer", "Visionäre", "Zauderer"),
        *("Startups", "Konzerne", "Werkstätten", "Stammkunden", "Neukunden", "Sammler", "Rechner", "Aufsteiger"),
        *("Kanzleien", "Schnäppchenjäger", "Vielkäufer", "Zahlenmenschen", "Weltverbesserer", "Teamplayer"),
        *("Einzelkämpfer", "Netzwerker", "Familienunternehmen", "Kleinbetriebe", "Nachzügler", "Überflieger"),
    ),
    "en": (
        *("Optimisers", "Makers", "Visionaries", "Start-ups", "Enterprises", "Workshops", "Regulars", "Newcomers"),
        *("Collectors", "Savers", "Doubters", "Climbers", "Shoppers", "Gadget Lovers", "Number Crunchers"),
        *("Networkers", "Team Players", "Lone Wolves", "Family Businesses", "Champions", "Explorers", "Laggards"),
        *("Early Birds", "Go-Getters", "Do-It-Yourselfers", "Power Users", "Window Shoppers"),
    ),
}
_DESCRIBED: Final = {
    "de": (
        *("Einkäufer", "Entscheider", "Planer", "Händler", "Handwerker", "Anwender", "Experten", "Ingenieure"),
        *("Kliniken", "Behörden", "Controller", "Chefs", "Selbstständige", "Unternehmer", "Betriebe", "Firmen"),
    ),
    "en": (
        *("Buyers", "Deciders", "Founders", "Planners", "Traders", "Shops", "Users", "Experts", "Engineers"),
        *("Hospitals", "Agencies", "Controllers", "Bosses", "Freelancers", "Owners", "Companies", "Businesses"),
    ),
}
_TOPICS: Final = {
    "de": (
        *(
            "Technik",
            "Preis",
            "Daten",
            "Markt",
            "Rabatt",
            "Service",
            "Trend",
            "Zahlen",
            "Qualitäts",
            "Umwelt",
            "Marken",
        ),
        *("Sicherheits", "Zukunfts", "Wissens", "Trend", "Wachstums", "Budget", "Prozess", "Energie", "Erfolgs"),
    ),
    "en": (
        *("Deal", "Price", "Data", "Trend", "Quality", "Brand", "Service", "Growth", "Budget", "Safety", "Process"),
        *("Energy", "Value", "Knowledge", "Market", "Gadget", "Efficiency", "Comfort", "Risk"),
    ),
}
_KINDS: Final = {
    "de": (
        *("füchse", "jäger", "profis", "helden", "fans", "freunde", "muffel", "könige", "piloten", "sucher", "denker"),
        *("vorreiter", "skeptiker", "liebhaber", "treiber", "wächter", "pioniere", "verweigerer", "gestalter"),
    ),
    "en": (
        *("Hunters", "Seekers", "Heroes", "Fans", "Lovers", "Pros", "Rookies", "Wizards", "Guardians", "Watchers"),
        *("Drivers", "Thinkers", "Rebels", "Chasers", "Avoiders", "Enthusiasts", "Pioneers", "Sceptics", "Kings"),
    ),
}
_LEANING: Final = ("bewusste", "orientierte", "affine", "scheue", "getriebene", "verliebte", "freudige")  # German
_ROLES: Final = {
    "de": (
        *("Geschäftsführer", "IT-Leiter", "Einkaufsleiter", "Produktionsleiter", "Personalleiter", "Vertriebsleiter"),
        *("Inhaber", "Einkauf", "Marketing", "Finanzen", "IT", "Logistik", "Technik", "Qualität", "Vorstand", "CFO"),
    ),
    "en": (
        *("Managing Directors", "IT Heads", "Purchasing Managers", "Plant Managers", "HR Directors", "Sales Leaders"),
        *("Owners", "Procurement", "Marketing", "Finance", "IT", "Logistics", "Operations", "Quality", "CFOs", "CTOs"),
    ),
}
_MARKETS: Final = {
    "de": (
        *("KMU", "Konzern", "Mittelstand", "Handel", "Industrie", "Maschinenbau", "Handwerk", "Gesundheit", "Pharma"),
        *("Energie", "Bau", "Großhandel", "Automotive", "Chemie", "Behörde", "Startup", "Süd", "DACH", "Export"),
    ),
    "en": (
        *("SME", "Corporate", "Mid-Market", "Retail", "Industry", "Manufacturing", "Trades", "Healthcare", "Pharma"),
        *("Energy", "Construction", "Wholesale", "Automotive", "Chemicals", "Public Sector", "North", "EMEA", "SaaS"),
    ),
}
_NICKNAMES: Final = {
    "de": (
        *("Technik", "Zahlen", "Excel", "Rabatt", "Messe", "Werkstatt", "Gründer", "Projekt", "Daten", "Öko", "Büro"),
        *("Termin", "Einkaufs", "Baustellen", "Cloud", "Marken"),
    ),
    "en": (
        *("Techie", "Numbers", "Spreadsheet", "Discount", "Trade Show", "Workshop", "Startup", "Project", "Data"),
        *("Eco", "Office", "Deadline", "Purchasing", "Cloud", "Brand", "Skeptical"),
    ),
}
# What one person is, as personas are called after ("Emsige Einkäuferin", "Plant Boss Pauline").
_OFFICES: Final = {
    "de": (
        *(
            "Einkäuferin",
            "Betriebsleiter",
            "Verwalter",
            "Handwerker",
            "Stratege",
            "Planerin",
            "Bauleiter",
            "Filialchef",
        ),
        *("Werkleiter", "Kämmerer", "Ärztin", "Gutachter", "Meister", "Händlerin", "Gründerin", "Wirt", "Architektin"),
        *(
            "Personalerin",
            "Konzernlenker",
            "Hausmeister",
            "Bürgermeisterin",
            "Kapitän",
            "Admin",
            "Verkäufer",
            "Filialchef",
        ),
    ),
    "en": (
        *("Plant Boss", "Ops Manager", "Lab Head", "Shop Owner", "Site Manager", "Nurse", "Night Crew", "Engineer"),
        *("Farm Boss", "Tech Lead", "Finance Director", "Retailer", "Builder", "Bursar", "Team Lead", "Architect"),
        *(
            "Caterer",
            "Broker",
            "Captain",
            "Head Teacher",
            "Planner",
            "Strategist",
            "Family Business",
            "Council Officer",
        ),
    ),
}
# One of a group, as many name a persona in the singular ("the Bargain Hunter").
_SINGLE: Final = {
    "de": (
        *("fuchs", "jäger", "profi", "held", "fan", "freund", "muffel", "könig", "pilot", "sucher", "denker", "hüter"),
        *("mensch", "frau", "skeptiker", "liebhaber", "treiber", "wächter", "pionier", "käufer", "drücker", "meister"),
        *("macher", "planer", "sparer", "prüfer", "prüferin", "käuferin", "chef", "chefin", "rechner"),
    ),
    "en": (
        *("Hunter", "Seeker", "Hero", "Fan", "Lover", "Pro", "Rookie", "Wizard", "Guardian", "Watcher", "Driver"),
        *("Thinker", "Rebel", "Buyer", "Avoider", "Climber", "Pioneer", "Sceptic", "Keeper", "Maverick", "Planner"),
        *("Boss", "Founder", "Owner", "Controller", "Committee", "Board", "Crowd", "Explorer", "Gatekeeper", "Dreamer"),
    ),
}
_PLACES: Final = {
    "de": (
        *("Nord", "Süd", "Alpenraum", "Küste", "Spital", "Klinik", "Verwaltung", "Gewerbe", "Handwerk", "Zentrale"),
        *("Filiale", "Verein", "Kommune", "Schule", "Mittelstand", "Familienbetrieb", "Romandie", "Rheinland", "Land"),
    ),
    "en": (
        *("North", "Midwest", "South", "Coast", "Clinic", "School", "Council", "Trade", "Head Office", "Branch"),
        *("Charity", "Mid-Market", "Family Firm", "Rural", "Downtown", "Mittelstand", "DACH", "Public", "Scale-up"),
    ),
}
_ALLITERATING = 0.6  # share of nicknames whose words begin alike ("Bastler Bernd"), as people like them
_WITH_ARTICLE = 0.15  # share of singular names that hold their article: "The Quiet Committee", "Die Prüferin"
_INFLECTED = 0.3  # share of German names used after a preposition or article: "mit den Sparsamen Einkäufern"


def persona_makers(dice: random.Random, language: str) -> list[Callable[[], str]]:
    """Ways to make up the name of a persona in `language` ("de" or "en"), as often in the list as they are used."""
    ways = [_described, _described, _group, _compound, _compound, _placed, _placed, _nickname, _nickname, _nickname]
    ways += [_office, _office, _office]
    ways += [_single, _single, _single, _single_placed]
    ways += [_leaning] if language == "de" else []
    return [partial(way, dice, language) for way in ways]


def _described(dice: random.Random, language: str) -> str:
    """ "Vorsichtige Planer", "Busy Founders"."""
    trait, group = dice.choice(_TRAITS[language]), dice.choice(_GROUPS[language] + _DESCRIBED[language])
    if language == "de" and dice.random() < _INFLECTED:
        return f"{trait}n {_dative(group)}"
    return f"{trait} {group}"


def _group(dice: random.Random, language: str) -> str:
    """ "Qualitätssucher"; also a trait used as a noun, "die Preissensiblen"."""
    if language == "de" and dice.random() < _INFLECTED:
        return dice.choice((f"{dice.choice(_TRAITS['de'])}n", dice.choice(_TRAITS["de"])))
    group = dice.choice(_GROUPS[language])
    return _dative(group) if language == "de" and dice.random() < _INFLECTED else group


def _compound(dice: random.Random, language: str) -> str:
    """ "Rabattjäger", "Deal Hunters"."""
    topic, kind = dice.choice(_TOPICS[language]), dice.choice(_KINDS[language])
    if language == "en":
        return f"{topic} {kind}"
    return f"{topic}{_dative(kind) if dice.random() < _INFLECTED else kind}"


def _leaning(dice: random.Random, language: str) -> str:
    """ "Umweltbewusste", alone or with a group."""
    name = f"{dice.choice(_TOPICS[language])}{dice.choice(_LEANING)}{dice.choice(('', 'n'))}"
    return dice.choice((name, name, f"{name} {dice.choice(_DESCRIBED[language])}"))


def _placed(dice: random.Random, language: str) -> str:
    """ "Einkauf Konzern", "Retail Marketing"."""
    role, market = dice.choice(_ROLES[language]), dice.choice(_MARKETS[language])
    return f"{role} {market}" if language == "de" or dice.random() < 0.5 else f"{market} {role}"


def _nickname(dice: random.Random, language: str) -> str:
    """ "Technik-Tina", "Spreadsheet Sally", "Skeptischer Siegfried", "Penny the Controller"."""
    trait, topic = dice.choice(_TRAITS[language]), dice.choice((*_NICKNAMES[language], *_TOPICS[language]))
    if language == "de":
        described = f"{trait}{dice.choice(('r', 'n', ''))} " if dice.random() < 0.5 else ""
        before = described or f"{topic}{dice.choice(('-', '-', ' '))}"
    else:
        before = f"{dice.choice((trait, trait, topic, f'{trait} {topic}'))} "
    names = given_names(before[0]) if dice.random() < _ALLITERATING else ()
    name = dice.choice(names or given_names(dice.choice("abcdefghijklmnoprstuvw")))
    if language == "en" and dice.random() < _WITH_ARTICLE:
        return f"{name} the {dice.choice(_SINGLE['en'])}"
    return f"{before}{name}"


def _office(dice: random.Random, language: str) -> str:
    """ "Emsige Einkäuferin", "Bauleiter Bernd", "Plant Boss Pauline", "Rural Retailer"."""
    office, trait = dice.choice(_OFFICES[language]), dice.choice(_TRAITS[language])
    alike = [one for one in _TRAITS[language] if one[0] == office[0]]
    trait = dice.choice(alike) if alike and dice.random() < _ALLITERATING else trait
    trait += dice.choice(("r", "n", "")) if language == "de" else ""
    names = given_names(office.split()[-1][0]) if dice.random() < _ALLITERATING else ()
    name = dice.choice(names or given_names(dice.choice("abcdefghijklmnoprstuvw")))
    return dice.choice((f"{trait} {office}", f"{office} {name}", f"{office} {name}"))


def _single(dice: random.Random, language: str) -> str:
    """ "Zahlenmensch", "Digitaler Dirigent", "The Quiet Committee", "Hands-On Founder"."""
    kind, topic = dice.choice(_SINGLE[language]), dice.choice(_TOPICS[language])
    trait = dice.choice(_TRAITS[language])
    if language == "de":
        name = dice.choice((f"{topic}{kind}", f"{topic}{kind}", kind.capitalize(), f"{topic}-{kind.capitalize()}"))
        name = f"{trait}{dice.choice(('r', 'n', ''))} {name}" if dice.random() < 0.3 else name
        return f"{dice.choice(('Der', 'Die'))} {name}" if dice.random() < _WITH_ARTICLE else name
    name = dice.choice((f"{topic} {kind}", f"{trait} {kind}", f"{trait} {kind}", f"{topic}-{kind}", kind))
    return f"The {name}" if dice.random() < _WITH_ARTICLE else name


def _single_placed(dice: random.Random, language: str) -> str:
    """ "Budgethüter Spital", "Plant Boss Midwest", "Rural Clinic Admin"."""
    place, role = dice.choice(_PLACES[language]), dice.choice(_ROLES[language])
    one = f"{dice.choice(_TOPICS[language])}{'' if language == 'de' else ' '}{dice.choice(_SINGLE[language])}"
    whole = dice.choice((one, role))
    return f"{place} {whole}" if language == "en" and dice.random() < 0.5 else f"{whole} {place}"


def _dative(group: str) -> str:
    return group if group.endswith(("n", "s")) else f"{group}n"
