"""The contact table: who each contact is, as the CRM has it, with gaps and doubles."""

from typing import Final

import numpy as np
import polars as pl

from persona_store.crm.sample import words
from persona_store.crm.sample.classes import CLASS_NUMBER, CLASSES
from persona_store.crm.sample.companies import Companies
from persona_store.crm.sample.draws import Bools, Floats, Ints, blank, choose, choose_rows, replace, texts
from persona_store.crm.sample.job_titles import job_titles, misspelt
from persona_store.crm.sample.people import (
    NamePools,
    academic_titles,
    company_mails,
    draw_names,
    phones,
    private_mails,
    salutations,
    speaks_english,
)
from persona_store.crm.sample.places import Place
from persona_store.crm.sample.population import NONE, PERSONAS_B2C, Population
from persona_store.crm.sample.titles import roles
from persona_store.crm.sample.wordings import notes

MAIL_MISSING: Final = 0.06
SOURCE_MISSING: Final = 0.1
SOURCE_BLUR: Final = 0.15  # share of contacts whose source says nothing about their class
REGION_MISSING: Final = 0.05
STUDENTS_PRIVATE_MAIL: Final = 0.45
OFFICE_MAIL: Final = 0.08  # small firms where everyone writes as info@
FORM_DROPPED: Final = 0.06  # company written without its legal form
MOBILE_SHARE: Final = 0.35
BIRTH_KNOWN: Final = (0.07, 0.86)  # business contacts, consumers
ACADEMIC_SHARE: Final = 0.06
ACADEMIC_RESEARCH: Final = 0.22
ENGLISH_FOREIGNERS: Final = 0.03
LEGAL_FORM: Final = r" (GmbH & Co\. KG|SE & Co\. KGaA|SE & Co\. KG|GmbH|AG|KG|SE|e\.K\.|KGaA|OHG)$"

# How doubles differ from the person they double: shares of them.
SWAPPED_NAMES: Final = 0.15
MISSPELT_NAMES: Final = 0.45
PLAIN_UMLAUTS: Final = 0.3
OTHER_MAIL: Final = 0.6
COMPANY_LOST: Final = 0.25


def contact_frame(
    rng: np.random.Generator,
    people: Population,
    companies: Companies,
    pools: NamePools,
    places: tuple[Place, ...],
    reserved: tuple[str, ...],
) -> pl.DataFrame:
    """The columns of contacts that follow from who they are; ids, status, dates and outcome come later."""
    n = len(people)
    business = people.company != NONE
    company = np.maximum(people.company, 0)
    place = np.where(business, companies.place[company], choose(rng, [at.weight for at in places], n))
    country = texts([at.country for at in places], place)
    names = draw_names(rng, pools, people.sex, country, reserved)
    abroad = speaks_english(country)
    english = abroad | (rng.random(n) < ENGLISH_FOREIGNERS)
    firm = companies.frame["Firma"].gather(pl.Series(company))
    firm = replace(firm, rng.random(n) < FORM_DROPPED, firm.str.replace(LEGAL_FORM, ""))
    frame = pl.DataFrame(
        {
            "Anrede": salutations(rng, people.sex),
            "Titel": academic_titles(rng, _academic_chance(people), people.sex),
            "Vorname": names["first"],
            "Nachname": names["last"],
            "E-Mail": _mails(rng, people, companies, names),
            "Telefon": phones(rng, places, place, ~business | (rng.random(n) < MOBILE_SHARE)),
            "Position": job_titles(rng, people.cls, people.role, people.sex, abroad),
            "Firma-ID": blank(companies.frame["Firma-ID"].gather(pl.Series(company)), ~business),
            "Firma": blank(firm, ~business),
            "Quelle": _sources(rng, people.cls),
            "Land": country,
            "Region": blank(texts([at.region for at in places], place), rng.random(n) < REGION_MISSING),
            "Ort": texts([at.city for at in places], place),
            "Sprache": texts((words.GERMAN, words.ENGLISH), english.astype(np.int64)),
            "Geburtsjahr": _birth_years(rng, people.cls, business),
            "Notizen": notes(rng, people.cls),
        }
    )
    return _with_doubles(rng, frame, names, people)


def _mails(rng: np.random.Generator, people: Population, companies: Companies, names: pl.DataFrame) -> pl.Series:
    n = len(people)
    company = np.maximum(people.company, 0)
    domain = companies.domain.gather(pl.Series(company))
    mail = company_mails(names, companies.pattern[company], domain)
    office = (companies.contacts[company] == 1) & (rng.random(n) < OFFICE_MAIL)
    mail = replace(mail, office, "info@" + domain)
    students = people.cls == CLASS_NUMBER["student"]
    private = (people.company == NONE) | students & (rng.random(n) < STUDENTS_PRIVATE_MAIL)
    mail = replace(mail, private, private_mails(rng, names))
    return blank(mail, rng.random(n) < MAIL_MISSING)


def _academic_chance(people: Population) -> Floats:
    return np.where(people.role == roles().index(("student", "specialist")), ACADEMIC_RESEARCH, ACADEMIC_SHARE)


def _sources(rng: np.random.Generator, cls: Ints) -> pl.Series:
    weights = np.array([[spec.sources.get(name, 0.0) for name in words.SOURCES] for spec in CLASSES])
    weights /= weights.sum(axis=1, keepdims=True)
    for group in (np.arange(min(PERSONAS_B2C)), np.array(PERSONAS_B2C)):
        weights[group] = (1 - SOURCE_BLUR) * weights[group] + SOURCE_BLUR * weights[group].mean(axis=0)
    source = choose_rows(rng, weights, cls)
    return blank(texts(list(words.SOURCES.values()), source), rng.random(len(cls)) < SOURCE_MISSING)


def _birth_years(rng: np.random.Generator, cls: Ints, business: Bools) -> pl.Series:
    low, high = np.array([spec.births for spec in CLASSES]).T
    middle = rng.beta(2.2, 2.2, len(cls))
    year = np.round(low[cls] + middle * (high - low)[cls]).astype(np.int64)
    known = rng.random(len(cls)) < np.where(business, *BIRTH_KNOWN)
    return blank(pl.Series(year), ~known)


def _with_doubles(
    rng: np.random.Generator, frame: pl.DataFrame, names: pl.DataFrame, people: Population
) -> pl.DataFrame:
    # Each double begins as a copy of the person's row and then goes its own way.
    doubles = people.copy_of != NONE
    source = np.where(doubles, people.copy_of, np.arange(len(people)))
    own = frame.select("Titel", "Telefon", "Quelle", "Notizen")
    copied = frame[source].with_columns(own.get_columns())
    n = len(people)
    first, last = copied["Vorname"], copied["Nachname"]
    plain = last.str.replace_many(["ä", "ö", "ü", "ß"], ["ae", "oe", "ue", "ss"])
    last = replace(last, doubles & (rng.random(n) < PLAIN_UMLAUTS), plain)
    last = misspelt(rng, last, doubles & (rng.random(n) < MISSPELT_NAMES))
    swapped = doubles & (rng.random(n) < SWAPPED_NAMES)
    first, last = replace(first, swapped, last), replace(last, swapped, first)
    mail = replace(copied["E-Mail"], doubles & (rng.random(n) < OTHER_MAIL), private_mails(rng, names[source]))
    lost = doubles & (rng.random(n) < COMPANY_LOST)
    return copied.with_columns(
        first.alias("Vorname"),
        last.alias("Nachname"),
        mail.alias("E-Mail"),
        blank(copied["Firma-ID"], lost).alias("Firma-ID"),
        replace(copied["Firma"], lost, copied["Firma"].str.replace(LEGAL_FORM, "")).alias("Firma"),
    )
