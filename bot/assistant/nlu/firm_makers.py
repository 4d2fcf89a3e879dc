"""Makes up names of firms of many forms: families, trades, houses, partners, brands, and plain words of everyday."""

import random
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Final

from faker import Faker
from spacy.lang.de.stop_words import STOP_WORDS as GERMAN
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH

from bot.assistant.nlu.firm_words import TRADES

_TOWNLESS = ("it_IT",)  # Faker keeps the towns of this one in a set: another order in each process
# Where a firm says it is ("Medilab Süd"), and what it says of itself ("Neue Heimat Bau").
_PLACES: Final = {
    "de": ("Nord", "Süd", "Ost", "West", "Mitte", "Deutschland", "Europa", "Rhein", "Elbe", "Ostsee", "Alpen", "Stadt"),
    "en": ("North", "South", "East", "West", "Midland", "Central", "Europe", "UK", "Northern", "City", "Harbour"),
}
_QUALITIES: Final = {
    "de": (
        *("Neue", "Alte", "Blaue", "Rote", "Grüne", "Schnelle", "Gute", "Feine", "Kleine", "Große", "Freie", "Goldene"),
        *("Schwarze", "Echte", "Helle", "Erste", "Wilde", "Direkt", "Plus", "Aktiv", "Vital", "Digital", "Smart"),
        *("Frisch", "Sauber", "Pur"),
    ),
    "en": (
        *("New", "Old", "Blue", "Red", "Green", "Bright", "Good", "Fine", "Little", "Big", "Free", "Golden", "White"),
        *("Black", "True", "Clear", "First", "Direct", "Plus", "Active", "Fresh", "Clean", "Pure", "Smart", "Wild"),
        *("Quick", "Sunny", "Royal", "National", "Digital"),
    ),
}
_HOUSES: Final = (
    *("Autohaus", "Spedition", "Stadtwerke", "Sparkasse", "Volksbank", "Klinikum", "Reederei", "Brauerei", "Hotel"),
    *("Bank of", "University of", "City of", "Hochschule", "Molkerei", "Tischlerei", "Stadt", "Bäckerei", "AOK"),
    *("Gebrüder", "Hotel zur", "Gasthof zum", "Universität", "Stadtwerken", "Landkreis", "The Old", "Port of"),
    *("Kanzlei", "Apotheke", "Gasthaus", "Metzgerei", "Gärtnerei", "Zimmerei", "Dachdecker", "Malerbetrieb"),
    *("Druckerei", "Weingut", "Modehaus", "Möbelhaus", "Sägewerk", "Gebr.", "Praxis", "Schreinerei", "Konditorei"),
    *("Schrotthandel", "Baustoffe", "Elektro", "Sanitär", "Schlosserei", "Blechnerei", "Gießerei", "Glaserei"),
    *("Fahrschule", "Reisebüro", "Blumen", "Möbel", "Holz", "Eisen", "Stahl", "Getränke", "Landtechnik", "Fleischerei"),
    *("Theater", "Museum", "Bergbahnen", "Café", "Hof", "Pflegedienst", "Werkstatt", "Kommunalwerke", "Verein", "Zoo"),
)
# What stands behind the name of a house: "Weiss Brothers", "Harvey's Brewery" (with the apostrophe of the owner).
_HOUSES_BEHIND: Final = (
    *("Brothers", "Hotel", "Brewery", "Bakery", "Housing", "Water", "Council", "Building Society", "Mill", "Motors"),
    *("Airport", "Dairy", "Hospital", "Klinik", "Werke", "Druckerei", "Kliniken", "Verlag", "Werft", "Brauerei"),
    *("City Council", "Pharmacy", "Sawmill", "Boatyard", "Bros", "Civil Engineering", "Estate", "Law", "Dental"),
    *(
        "Arena",
        "Ferry",
        "Ferries",
        "College",
        "Academy",
        "Hospice",
        "School",
        "Vineyard",
        "Orchards",
        "Ales",
        "Quarries",
    ),
    *("Cold Storage", "Tool & Die", "Lathe Works", "Garden Centre", "Resort", "Bergbahnen", "Unified", "Charter"),
    *("Wharf", "Fisheries", "Kitchens", "Studios", "Vets", "Surgery", "Transporte", "Kiesgruben", "Metallwaren"),
)
_BEFORE_NAME = 0.6  # share of houses whose kind stands before their name, as mostly in German
_FORMS: Final = (
    *("GmbH", "AG", "SE", "KG", "& Söhne KG", "GmbH & Co. KG", "e.K.", "& Partner mbB", "eG", "OHG", "& Co."),
    *("Ltd", "plc", "Inc.", "LLC", "& Sons", "& Sons Ltd", "LLP", "Limited", "Corp.", "Bros."),
)
_AND: Final = {"de": ("&", "&", "+", "und", "und"), "en": ("&", "&", "+", "and", "and")}
_OTHERS: Final = {"de": ("Partner", "Söhne", "Sohn", "Kollegen", "Töchter"), "en": ("Partners", "Sons", "Son", "Co")}
_WITH_FORM = 0.2  # share of trades and words with a legal form: in talk people leave it out
_ONSETS: Final = (
    *("b", "br", "d", "dr", "f", "g", "h", "j", "k", "kr", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "w"),
    "z",
)
_VOWELS: Final = ("a", "e", "i", "o", "u", "ie", "ei", "au", "ö", "ü")
_CODAS: Final = ("", "", "l", "n", "r", "s", "x", "nt", "lt", "rk", "ss", "tec", "co", "ra", "do", "on", "werk")
_SHORTEST_WORD = 4  # letters of a plain word that may name a firm


def plain_words(language: str) -> list[str]:
    """Words of everyday that a firm may be called by, capitalised: Faker's lists without function words.

    Of the German ones only nouns, which their capitals tell.
    """
    locale, small = {"de": ("de_DE", GERMAN), "en": ("en_US", ENGLISH)}[language]
    words = import_module(f"faker.providers.lorem.{locale}").Provider.word_list
    long = {word for word in words if len(word) >= _SHORTEST_WORD and word.isalpha() and word.lower() not in small}
    return sorted({word.capitalize() for word in long if language == "en" or word[0].isupper()})


def firm_makers(fake: Faker, locale: str, dice: random.Random, language: str) -> list[Callable[[], str]]:
    """Ways to make up a firm in `language` with the names of `locale`, as often in the list as they are met."""
    town = fake.last_name if locale in _TOWNLESS else fake.city
    words = partial(dice.choice, plain_words(language))
    trade = partial(_trade, fake, town, words, dice, language)
    return [
        *(partial(_firm, fake, dice, language), partial(_house, (fake.last_name, town), dice), fake.last_name),
        *(partial(_brand, dice, language), partial(_brand, dice, language), partial(_partners, fake, dice, language)),
        *(trade, trade, partial(_plain, words, dice, language), partial(_pair, words, dice, language)),
        partial(_person, fake, dice),
    ]


def initials(dice: random.Random, language: str) -> str:
    """ "KTR", "ABX Hydraulik"."""
    letters = "".join(dice.choice("ABCDEFGHJKLMNPRSTUVWZ") for _ in range(dice.choice((2, 3, 3, 4))))
    return dice.choice((letters, letters, f"{letters} {dice.choice(TRADES[language])}"))


def _formed(name: str, dice: random.Random) -> str:
    return f"{name} {dice.choice(_FORMS)}" if dice.random() < _WITH_FORM else name


def _firm(fake: Faker, dice: random.Random, language: str) -> str:
    """A family's name with its trade, its legal form or both."""
    trade, form = dice.choice(("", f" {dice.choice(TRADES[language])}")), f" {dice.choice(_FORMS)}"
    return f"{fake.last_name()}{trade}{dice.choice((form, '')) if trade else form}"


def _trade(fake: Faker, town: Callable[[], str], words: Callable[[], str], dice: random.Random, language: str) -> str:
    """ "Krause Möbel", "Kabel Konrad", "Morgen Immobilien", "Medilab Süd", "Neue Heimat Bau"."""
    trade, place = dice.choice(TRADES[language]), dice.choice(_PLACES[language])
    quality, word = dice.choice(_QUALITIES[language]), words()
    name = dice.choice(
        (
            f"{fake.last_name()} {trade}",
            f"{trade} {fake.last_name()}",
            f"{word} {trade}",
            f"{town()} {trade}",
            dice.choice((f"{place} {trade}", f"{trade} {place}", f"{_invented(dice)} {place}")),
            dice.choice((f"{quality} {word} {trade}", f"{quality} {trade}")),
        )
    )
    return _formed(name, dice)


def _plain(words: Callable[[], str], dice: random.Random, language: str) -> str:
    """ "Lichtblick", "Blue Direct", "Sunny Gate": words that mean something else, too."""
    quality, one, other = dice.choice(_QUALITIES[language]), words(), words()
    joined = f"{one}{other.lower()}"
    name = dice.choice((one, joined, joined, f"{quality} {one}", f"{one} {quality}", f"{one} {other}"))
    return _formed(name, dice)


def _pair(words: Callable[[], str], dice: random.Random, language: str) -> str:
    """ "Apfel & Birne", "Quick and Clean", "Sonne und Söhne"."""
    link = dice.choice(_AND[language])
    one, other = dice.choice(
        (
            (words(), words()),
            (words(), dice.choice(_OTHERS[language])),
            (dice.choice(_QUALITIES[language]), dice.choice(_QUALITIES[language])),
        )
    )
    return _formed(f"{one} {link} {other}", dice)


def _person(fake: Faker, dice: random.Random) -> str:
    """A person's whole name with a legal form: "Otto Fuchs KG"."""
    return f"{fake.first_name()} {fake.last_name()} {dice.choice(_FORMS)}"


def _house(names: tuple[Callable[[], str], ...], dice: random.Random) -> str:
    name = dice.choice(names)()
    if dice.random() < _BEFORE_NAME:
        return f"{dice.choice(_HOUSES)} {name}"
    owner = dice.choice(("", "", "'s"))
    return f"{name}{owner} {dice.choice(_HOUSES_BEHIND)}"


def _partners(fake: Faker, dice: random.Random, language: str) -> str:
    """Two who own a firm: "Lohmann & Rauscher", "Marks and Spencer", "Weber und Partner"."""
    other = dice.choice((fake.last_name(), fake.last_name(), dice.choice(_OTHERS[language])))
    return f"{fake.last_name()} {dice.choice(_AND[language])} {other}"


def _brand(dice: random.Random, language: str) -> str:
    """A word that nobody has read before, alone or with a trade."""
    tail = dice.choice(("", "", "", f" {dice.choice(TRADES[language])}", f" {dice.choice(_FORMS)}"))
    return f"{_invented(dice)}{tail}"


def _invented(dice: random.Random) -> str:
    syllables = "".join(dice.choice(_ONSETS) + dice.choice(_VOWELS) for _ in range(dice.choice((1, 1, 2))))
    return (syllables + dice.choice(_ONSETS) + dice.choice(_VOWELS[:5]) + dice.choice(_CODAS)).capitalize()
