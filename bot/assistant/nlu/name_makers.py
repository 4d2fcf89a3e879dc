"""Makes up names of people, firms and personas as they occur in talk, of many forms."""

import random
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Final

from faker import Faker

from bot.assistant.nlu.firm_makers import firm_makers, initials
from bot.assistant.nlu.known_names import LOCALES, known_families, known_firms
from bot.assistant.nlu.persona_makers import persona_makers

_SEED = 1
# Names as they occur in a CRM of a German firm: as many German and English ones as of all others together.
_LOCALES = (*("de_DE",) * 6, *("de_AT", "de_CH") * 3, *("en_GB",) * 6, *("en_US", "tr_TR") * 2, *LOCALES)
_JOBS = {"de": "de_AT", "en": ""}  # Faker's German list knows hardly any; its English one is the one without a name
_PARTICLES = ("von", "von der", "van", "de", "zu", "van der", "von dem")


# How people say who somebody is, behind the name, with the entities in their places.
_SAID: Final = {
    "de": (
        *((", ", "role", " bei ", "company", ","), (", ", "role", " der ", "company", ","), (", ", "role", ",")),
        *(
            (" (", "role", ", ", "company", ")"),
            (", ", "role", " von ", "company", ","),
            (" von ", "company", ", ", "role", ","),
        ),
        *(
            (", ist ", "role", " bei ", "company", ","),
            (", dem ", "role", " von ", "company", ","),
            (", früher ", "role", ","),
        ),
        *((" ", "role", " ", "company"), (" ", "role"), (" ", "company"), (" ", "role", " von ", "company")),
    ),
    "en": (
        *((", ", "role", " at ", "company", ","), (", ", "role", " of ", "company", ","), (", ", "role", ",")),
        *(
            (" (", "role", ", ", "company", ")"),
            (", the ", "role", " at ", "company", ","),
            (" from ", "company", ", ", "role", ","),
        ),
        *(
            (", used to be ", "role", " at ", "company", ","),
            (", their ", "role", ","),
            (", ", "role", " over at ", "company", ","),
        ),
        *((" ", "role", " ", "company"), (" ", "role"), (" ", "company"), (" the ", "role", " at ", "company")),
    ),
}

# How people say it before the name.
_INTRODUCED: Final = {
    "de": (
        *(("der ", "role", " von ", "company", ", "), ("die ", "role", " bei ", "company", ", ")),
        *(("den ", "role", " der ", "company", ", "), ("role", " ", "company", " "), ("die ", "role", " ")),
    ),
    "en": (
        *(("the ", "role", " at ", "company", ", "), ("the ", "role", " from ", "company", ", ")),
        *(("their ", "role", ", "), ("the ", "role", " at ", "company", " "), ("the ", "role", " ")),
    ),
}

Makers = dict[str, list[Callable[[], str]]]


def who_is(makers: Makers, language: str, dice: random.Random, *, before: bool = False) -> list[tuple[str, str]]:
    """What is said behind a person's name (or `before` it) of role and firm: pieces of text with entity or ""."""
    return [
        (dice.choice(makers[piece])(), piece) if piece in makers else (piece, "")
        for piece in dice.choice((_INTRODUCED if before else _SAID)[language])
    ]


def name_makers(language: str) -> Makers:
    """Ways to make up a name by entity, as often in the list as people use them; firms and personas in `language`."""
    makers: Makers = {"contact": [], "company": []}
    dice = random.Random(_SEED)
    fakes = {locale: Faker(locale) for locale in dict.fromkeys(_LOCALES)}
    for number, fake in enumerate(fakes.values()):
        fake.seed_instance(_SEED + number)
    families = partial(dice.choice, known_families())
    for locale in _LOCALES:
        fake = fakes[locale]
        makers["contact"] += [fake.last_name, families, fake.first_name]
        makers["contact"] += [partial(_full_name, fake), partial(_full_name, fake), partial(_full_name, fake, families)]
        makers["contact"] += [partial(_long_name, fake, dice), partial(_initialled, fake, dice)]
        makers["company"] += firm_makers(fake, locale, dice, language)
        makers["company"] += [partial(dice.choice, known_firms()), partial(dice.choice, known_firms())]
    german = fakes["de_DE"]
    rare = len(_LOCALES) // 4
    makers["contact"] += [partial(_doctor, german), german.ascii_company_email, partial(_crm_id, german)] * rare
    makers["company"] += [german.company, fakes["en_GB"].company, partial(initials, dice, language)] * rare
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


def _initialled(fake: Faker, dice: random.Random) -> str:
    """ "B. Hendriks", "j kuipers"."""
    return f"{fake.first_name()[0]}{dice.choice(('.', '.', ''))} {fake.last_name()}"


def _doctor(fake: Faker) -> str:
    return f"Dr. {fake.last_name()}"


def _crm_id(fake: Faker) -> str:
    return f"#{fake.random_int(100, 99_999)}"
