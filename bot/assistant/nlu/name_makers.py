"""Makes up names of people and firms as they occur in talk: of many forms, and none that anybody has."""

import random
from collections.abc import Callable
from functools import partial

from faker import Faker

_SEED = 1
_LOCALES = ("de_DE", "de_DE", "en_GB", "tr_TR")  # names as they occur in a CRM of a German firm
_TRADES = (
    *("Hydraulik", "Pumpen", "Logistik", "Maschinenbau", "Druckguss", "Zwieback", "Textil", "Elektrik", "Sensorik"),
    *("Consulting", "Systems", "Group", "Gruppe", "Analytics", "Foods", "Energy", "Motors", "Shipping", "Biscuits"),
    *("Castings", "Software", "Solutions", "Packaging", "Nord", "Deutschland", "Europe", "Climate Solutions"),
)
_HOUSES = (
    *("Autohaus", "Spedition", "Stadtwerke", "Sparkasse", "Volksbank", "Klinikum", "Reederei", "Brauerei", "Hotel"),
    *("Bank of", "University of", "City of", "Hochschule", "Molkerei", "Tischlerei", "Stadt", "Bäckerei", "AOK"),
)
_FORMS = (
    *("GmbH", "AG", "SE", "KG", "& Söhne KG", "GmbH & Co. KG", "e.K.", "& Partner mbB", "eG", "OHG", "& Co."),
    *("Ltd", "plc", "Inc.", "LLC", "& Sons", "& Sons Ltd", "LLP", "Limited", "Corp.", "Bros."),
)
_ONSETS = (
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "h",
    "j",
    "k",
    "kr",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
)
_VOWELS = ("a", "e", "i", "o", "u", "ie", "ei", "au", "ö", "ü")
_CODAS = ("", "", "l", "n", "r", "s", "x", "nt", "lt", "rk", "ss", "tec", "co", "ra", "do", "on", "werk")
_PARTICLES = ("von", "von der", "van", "de", "zu", "van der", "von dem")


def name_makers() -> dict[str, list[Callable[[], str]]]:
    """Ways to make up a name, as often in the list as people use them."""
    makers: dict[str, list[Callable[[], str]]] = {"contact": [], "company": []}
    dice = random.Random(_SEED)
    for number, locale in enumerate(_LOCALES):
        fake = Faker(locale)
        fake.seed_instance(_SEED + number)
        makers["contact"] += [fake.last_name, fake.last_name, partial(_full_name, fake), partial(_full_name, fake)]
        makers["contact"] += [partial(_long_name, fake, dice)]
        makers["company"] += [partial(_firm, fake, dice), partial(_house, fake, dice), partial(_brand, dice)]
        makers["company"] += [fake.company, fake.last_name, partial(_brand, dice)]
    german = Faker("de_DE")
    german.seed_instance(_SEED)
    makers["contact"] += [partial(_doctor, german), german.ascii_company_email, partial(_crm_id, german)]
    makers["company"] += [partial(_initials, dice)] * len(_LOCALES)
    return makers


def _full_name(fake: Faker) -> str:
    return f"{fake.first_name()} {fake.last_name()}"


def _long_name(fake: Faker, dice: random.Random) -> str:
    """A double name, a name of nobility, with or without title and first name."""
    last = fake.last_name()
    name = dice.choice((f"{last}-{fake.last_name()}", f"{dice.choice(_PARTICLES)} {last}"))
    title = dice.choice(("", "", "Dr. ", "Prof. ", "Prof. Dr. ", "Dr "))
    first = dice.choice(("", f"{fake.first_name()} ", f"{fake.first_name()}-{fake.first_name()} "))
    return f"{title}{first}{name}"


def _doctor(fake: Faker) -> str:
    return f"Dr. {fake.last_name()}"


def _crm_id(fake: Faker) -> str:
    return f"#{fake.random_int(100, 99_999)}"


def _firm(fake: Faker, dice: random.Random) -> str:
    """A family's name with its trade, its legal form or both."""
    trade, form = dice.choice(("", f" {dice.choice(_TRADES)}")), f" {dice.choice(_FORMS)}"
    return f"{fake.last_name()}{trade}{dice.choice((form, '')) if trade else form}"


def _house(fake: Faker, dice: random.Random) -> str:
    return f"{dice.choice(_HOUSES)} {dice.choice((fake.last_name, fake.city))()}"


def _brand(dice: random.Random) -> str:
    """A word that nobody has read before, alone or with a trade."""
    syllables = "".join(dice.choice(_ONSETS) + dice.choice(_VOWELS) for _ in range(dice.choice((1, 1, 2))))
    word = (syllables + dice.choice(_ONSETS) + dice.choice(_VOWELS[:5]) + dice.choice(_CODAS)).capitalize()
    tail = dice.choice(("", "", "", f" {dice.choice(_TRADES)}", f" {dice.choice(_FORMS)}"))
    return f"{word}{tail}"


def _initials(dice: random.Random) -> str:
    letters = "".join(dice.choice("ABCDEFGHJKLMNPRSTUVWZ") for _ in range(dice.choice((2, 3, 3, 4))))
    return dice.choice((letters, letters, f"{letters} {dice.choice(_TRADES)}"))
