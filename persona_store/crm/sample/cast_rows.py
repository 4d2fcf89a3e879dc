"""The cast as rows: what `cast` says in words, in the shapes of a batch."""

import numpy as np
import polars as pl

from persona_store.crm.sample.cast import CAST, COMPANIES
from persona_store.crm.sample.classes import CLASS_NUMBER
from persona_store.crm.sample.companies import Companies
from persona_store.crm.sample.draws import weekdays
from persona_store.crm.sample.outcomes import Outcomes
from persona_store.crm.sample.people import FEMALE
from persona_store.crm.sample.places import GERMANY, Place
from persona_store.crm.sample.population import NONE, TODAY, Population
from persona_store.crm.sample.titles import roles

DECIDED_AFTER_DAYS = 150


def with_cast_companies(companies: Companies, places: tuple[Place, ...]) -> Companies:
    """`companies` with the cast's in front."""
    cities = [place.city for place in places]
    place = np.array([cities.index(company.city) for company in COMPANIES])
    frame = pl.DataFrame(
        [
            {
                "Firma-ID": company.key,
                "Firma": company.name,
                "Branche": company.branch,
                "Mitarbeiter": company.employees,
                "Umsatz": company.revenue,
                "Land": GERMANY,
                "Region": places[cities.index(company.city)].region,
                "PLZ": company.postal,
                "Ort": company.city,
                "Website": f"www.{company.domain}",
            }
            for company in COMPANIES
        ],
        schema=companies.frame.schema,
    )
    size = np.array([company.size for company in COMPANIES])
    return Companies(
        frame=pl.concat([frame, companies.frame]),
        domain=pl.concat([pl.Series([company.domain for company in COMPANIES]), companies.domain]),
        cell=np.concatenate([size, companies.cell]),
        place=np.concatenate([place, companies.place]),
        contacts=np.concatenate([np.zeros(len(COMPANIES), dtype=np.int64), companies.contacts]),
        pattern=np.concatenate([np.zeros(len(COMPANIES), dtype=np.int64), companies.pattern]),
    )


def with_cast(people: Population) -> Population:
    """`people` with the cast in front; their companies are those of `with_cast_companies`."""
    keys = [company.key for company in COMPANIES]
    names = roles()
    n = len(CAST)
    role = [names.index(_role(member.role)) if member.role else NONE for member in CAST]
    company = [keys.index(member.company) if member.company else NONE for member in CAST]
    return Population(
        cls=np.concatenate([[CLASS_NUMBER[member.cls] for member in CAST], people.cls]),
        other=np.concatenate([np.full(n, NONE), people.other]),
        company=np.concatenate([company, np.where(people.company == NONE, NONE, people.company + len(COMPANIES))]),
        role=np.concatenate([role, people.role]),
        sex=np.concatenate([[member.sex for member in CAST], people.sex]),
        created=np.concatenate([weekdays(np.array([TODAY - member.days for member in CAST])), people.created]),
        stale=np.concatenate([np.zeros(n, dtype=np.bool_), people.stale]),
        interest=np.concatenate([np.zeros(n), people.interest]),
        copy_of=np.concatenate([np.full(n, NONE), people.copy_of]),
        typical=np.concatenate([np.ones(n, dtype=np.bool_), people.typical]),
    )


def set_cast_outcomes(outcomes: Outcomes, people: Population) -> None:
    """Set the cast's outcomes in place."""
    for row, member in enumerate(CAST):
        outcomes.known[row] = NONE if member.customer is None else int(member.customer)
        outcomes.day[row] = weekdays(people.created[row : row + 1] + DECIDED_AFTER_DAYS)[0]


def with_cast_names(frame: pl.DataFrame) -> pl.DataFrame:
    """The contact table with the cast's own words in its first rows."""
    companies = {company.key: company for company in COMPANIES}
    words = pl.DataFrame(
        [
            {
                "Anrede": "Frau" if member.sex == FEMALE else "Herr",
                "Titel": member.academic,
                "Vorname": member.first,
                "Nachname": member.last,
                "E-Mail": member.email,
                "Telefon": member.phone,
                "Position": member.title,
                "Firma": companies[member.company].name if member.company else None,
                "Quelle": member.source,
                "Sprache": member.language,
                "Geburtsjahr": member.born,
                "Notizen": member.note,
            }
            for member in CAST
        ],
        schema_overrides={
            name: frame.schema[name] for name in ("Titel", "Position", "Firma", "Geburtsjahr", "Notizen")
        },
    )
    head = frame.head(len(CAST)).with_columns(words.get_columns())
    return pl.concat([head, frame.tail(len(frame) - len(CAST))])


def _role(name: str) -> tuple[str, str]:
    function, level = name.split("/")
    return function, level
