"""Makes up names of people, firms and personas as they occur in talk, of many forms."""

import random
from collections.abc import Callable
from functools import partial
from importlib import import_module

from faker import Faker

from bot.assistant.nlu.known_names import LOCALES, known_families, known_firms
from bot.assistant.nlu.persona_makers import persona_makers

_SEED = 1
# Names as they occur in a CRM of a German firm: as many German and English ones as of all others together.
_LOCALES = (*("de_DE",) * 6, *("de_AT", "de_CH") * 3, *("en_GB",) * 6, *("en_US", "tr_TR") * 2, *LOCALES)
_TOWNLESS = ("it_IT",)  # Faker keeps the towns of this one in a set: another order in each process
_TRADES = (
    *("Hydraulik", "Pumpen", "Logistik", "Maschinenbau", "Druckguss", "Zwieback", "Textil", "Elektrik", "Sensorik"),
    *("Consulting", "Systems", "Group", "Gruppe", "Analytics", "Foods", "Energy", "Motors", "Shipping", "Biscuits"),
    *("Castings", "Software", "Solutions", "Packaging", "Nord", "Deutschland", "Europe", "Climate Solutions"),
)
_HOUSES = (
    *("Autohaus", "Spedition", "Stadtwerke", "Sparkasse", "Volksbank", "Klinikum", "Reederei", "Brauerei", "Hotel"),
    *("Bank of", "University of", "City of", "Hochschule", "Molkerei", "Tischlerei", "Stadt", "Bäckerei", "AOK"),
    *("Gebrüder", "Hotel zur", "Gasthof zum", "Universität", "Stadtwerken", "Landkreis", "The Old", "Port of"),
)
# What stands behind the name of a house: "Weiss Brothers", "Harvey's Brewery" (with the apostrophe of the owner).
_HOUSES_BEHIND = (
    *("Brothers", "Hotel", "Brewery", "Bakery", "Housing", "Water", "Council", "Building Society", "Mill", "Motors"),
    *("Airport", "Dairy", "Hospital", "Klinik", "Werke", "Druckerei", "Kliniken", "Verlag", "Werft", "Brauerei"),
)
_BEFORE_NAME = 0.6  # share of houses whose kind stands before their name, as mostly in German
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
_JOBS = {"de": "de_AT", "en": ""}  # Faker's German list knows hardly any; its English one is the one without a name
_PARTICLES = ("von", "von der", "van", "de", "zu", "van der", "von dem")


Makers = dict[str, list[Callable[[], str]]]


def name_makers(language: str) -> Makers:
    """Ways to make up a name by entity, as often in the list as people use them; personas are named in `language`."""
    makers: Makers = {"contact": [], "company": []}
    dice = random.Random(_SEED)
    fakes = {locale: Faker(locale) for locale in dict.fromkeys(_LOCALES)}
    for number, fake in enumerate(fakes.values()):
        fake.seed_instance(_SEED + number)
    families = partial(dice.choice, known_families())
    for locale in _LOCALES:
        fake = fakes[locale]
        town = fake.last_name if locale in _TOWNLESS else fake.city
        makers["contact"] += [fake.last_name, families, fake.first_name]
        makers["contact"] += [partial(_full_name, fake), partial(_full_name, fake), partial(_full_name, fake, families)]
        makers["contact"] += [partial(_long_name, fake, dice)]
        makers["company"] += [partial(_firm, fake, dice), partial(_house, (fake.last_name, town), dice), fake.last_name]
        makers["company"] += [partial(_brand, dice), partial(_brand, dice), partial(_partners, fake, dice)]
        makers["company"] += [partial(dice.choice, known_firms()), partial(dice.choice, known_firms())]
    german = fakes["de_DE"]
    rare = len(_LOCALES) // 4
    makers["contact"] += [partial(_doctor, german), german.ascii_company_email, partial(_crm_id, german)] * rare
    makers["company"] += [german.company, fakes["en_GB"].company, partial(_initials, dice)] * rare
    makers["persona"] = persona_makers(dice, language)
    return makers


def title_makers(language: str) -> list[Callable[[], str]]:
    """Ways to make up a job title in `language`; Faker's lists, without those that hold remarks or two titles."""
    provider = import_module(f"faker.providers.job.{_JOBS[language]}" if _JOBS[language] else "faker.providers.job")
    jobs = [job for job in provider.Provider.jobs if job.replace(" ", "").replace("-", "").isalpha()]
    return [partial(random.Random(_SEED).choice, sorted(set(jobs)))]


def _full_name(fake: Faker, family: Callable[[], str] | None = None) -> str:
    return f"{fake.first_name()} {(family or fake.last_name)()}"


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


def _house(names: tuple[Callable[[], str], ...], dice: random.Random) -> str:
    name = dice.choice(names)()
    if dice.random() < _BEFORE_NAME:
        return f"{dice.choice(_HOUSES)} {name}"
    owner = dice.choice(("", "", "'s"))
    return f"{name}{owner} {dice.choice(_HOUSES_BEHIND)}"


def _partners(fake: Faker, dice: random.Random) -> str:
    """Two who own a firm: "Lohmann & Rauscher", "Marks and Spencer"."""
    return f"{fake.last_name()} {dice.choice(('&', '&', '+', 'and', 'und'))} {fake.last_name()}"


def _brand(dice: random.Random) -> str:
    """A word that nobody has read before, alone or with a trade."""
    syllables = "".join(dice.choice(_ONSETS) + dice.choice(_VOWELS) for _ in range(dice.choice((1, 1, 2))))
    word = (syllables + dice.choice(_ONSETS) + dice.choice(_VOWELS[:5]) + dice.choice(_CODAS)).capitalize()
    tail = dice.choice(("", "", "", f" {dice.choice(_TRADES)}", f" {dice.choice(_FORMS)}"))
    return f"{word}{tail}"


def _initials(dice: random.Random) -> str:
    letters = "".join(dice.choice("ABCDEFGHJKLMNPRSTUVWZ") for _ in range(dice.choice((2, 3, 3, 4))))
    return dice.choice((letters, letters, f"{letters} {dice.choice(_TRADES)}"))
