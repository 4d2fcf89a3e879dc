"""What the customers of each persona bring and cost, for the picture of value against effort."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.antipersona.types import MINUTES_PER_HOUR
from persona_store.antipersona.worth import WorthBook
from persona_store.charts import Standing
from persona_store.database.models import Build, Scorecard
from persona_store.privacy.rights import demand
from persona_store.segmentation.profiles import PersonaProfile
from persona_store.settings import Language, settings

# Customers a persona needs before its mean value and effort are shown as a point.
LEAST_CUSTOMERS = 10

Standings = dict[str, tuple[tuple[PersonaProfile, Standing], ...]]


def standings(session: Session, profiles: Sequence[PersonaProfile], language: Language) -> Standings:
    """By market the personas of the newest build with enough customers, each with its place."""
    demand(session, "aggregates")
    newest = select(Build.id).order_by(Build.id.desc()).limit(1).scalar_subquery()
    rows = session.scalars(select(Scorecard).where(Scorecard.build_id == newest).order_by(Scorecard.market))
    books = {row.market: WorthBook.from_json(row.model["worth"]) for row in rows if "worth" in row.model}
    return {market: _standings(book, market, profiles, language) for market, book in books.items()}


def _standings(
    book: WorthBook, market: str, profiles: Sequence[PersonaProfile], language: Language
) -> tuple[tuple[PersonaProfile, Standing], ...]:
    found = []
    for profile in profiles:
        own = book.personas.get(profile.info.id)
        if profile.info.market != market or own is None or min(own.value.n, own.customer_minutes.n) < LEAST_CUSTOMERS:
            continue
        effort = own.customer_minutes.mean / MINUTES_PER_HOUR * settings().care_cost_per_hour
        found.append((profile, Standing(profile.info.name(language), own.value.mean, effort, own.value.n)))
    return tuple(found)
