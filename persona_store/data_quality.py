"""How good the data behind the personas are: what is missing, double, stale or contradictory; what to mend first."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from persona_store.database.models import Company, Contact, Deal, Interaction
from persona_store.matching.questions import information_gain
from persona_store.privacy.rights import demand
from persona_store.segmentation.aggregation import newest_data
from persona_store.segmentation.attributes import attribute_frame
from persona_store.segmentation.model import PersonaModel, load_model
from persona_store.segmentation.registry import MARKETS

# A year without a sign of life: addresses and positions of one in five or so have changed by then.
STALE_AFTER = timedelta(days=365)
# An open deal nobody touched for half a year is usually a forgotten one.
FORGOTTEN_AFTER = timedelta(days=180)
# Contacts looked at per market to tell what gaps cost; the standard error of a share is then below 1.2 points.
SAMPLED = 2_000
# From this posterior on a contact's persona counts as clear, as in matching.
CLEAR = 0.9
EXAMPLES = 3
# What somebody can look up and fill in; behaviour is there or not.
FILLED_IN = frozenset({"explicit", "custom"})

FindingKind = Literal[
    "duplicates",
    "duplicate_companies",
    "stale",
    "no_way_to_reach",
    "student_as_board",
    "won_but_lost",
    "customer_without_deal",
    "outcome_before_creation",
    "activity_before_creation",
    "business_without_company",
    "forgotten_deals",
    "future_dates",
]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of `n` contacts (or companies) of a market have a `field` filled in."""

    field: str
    market: str
    known: int
    n: int

    @property
    def share(self) -> float:
        """Share filled in, 0 to 1; 1 where there is nothing to fill."""
        return self.known / self.n if self.n else 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """`n` of `of` records that something is wrong with; `examples` are CRM ids of some of them."""

    kind: FindingKind
    n: int
    of: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """What it costs that an attribute is not known.

    `missing` of the market's contacts lack it; if it were known, about `clearer` more of them would belong clearly
    (at least 90 %) to a persona, with a standard error of `error`; `gain` is the mean information in nats per contact.
    """

    attribute: str
    market: str
    missing: int
    n: int
    clearer: float
    error: float
    gain: float


@dataclass(frozen=True, slots=True)
class DataQuality:
    """Everything about the data of a store; `gaps` come with what is worth mending first at the top."""

    contacts: int
    companies: int
    interactions: int
    deals: int
    data_on: date | None
    completeness: tuple[Completeness, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]


def data_quality(session: Session, seed: int = 1) -> DataQuality:
    """Looks at all contacts that may be profiled. Gaps are estimated on a sample and empty without personas."""
    demand(session, "aggregates")
    data_on = newest_data(session)
    gaps = [gap for market in MARKETS for gap in _gaps(session, market, seed)]
    return DataQuality(
        contacts=_count(session, Contact.id, *_people()),
        companies=_count(session, Company.id),
        interactions=_count(session, Interaction.id),
        deals=_count(session, Deal.id),
        data_on=data_on,
        completeness=tuple(one for market in MARKETS for one in _completeness(session, market)),
        findings=tuple(_findings(session, data_on)),
        gaps=tuple(sorted(gaps, key=lambda gap: (-gap.clearer, -gap.gain * gap.missing))),
    )


def _people() -> tuple[ColumnElement[bool], ...]:
    return Contact.duplicate_of.is_(None), Contact.blocked_on.is_(None)


def _count(session: Session, column: Any, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(column)).where(*conditions)) or 0


def _completeness(session: Session, market: str) -> list[Completeness]:
    fields: dict[str, Any] = {
        "email": Contact.email,
        "phone": Contact.phone,
        "source": Contact.source,
        "region": func.coalesce(Contact.region, Company.region),
        "outcome": Contact.outcome,
        "last_activity_on": Contact.last_activity_on,
    }
    business: dict[str, Any] = {
        "job_title": Contact.job_title,
        "function": case((Contact.function != "other", Contact.function)),
        "level": case((Contact.level != "unknown", Contact.level)),
        "company": Contact.company_id,
        "industry": Company.industry,
        "employees": Company.employees,
    }
    fields |= business if market == "b2b" else {"birth_year": Contact.birth_year}
    row = session.execute(
        select(func.count(), *(func.count(column) for column in fields.values()))
        .select_from(Contact)
        .outerjoin(Company, Company.id == Contact.company_id)
        .where(Contact.market == market, *_people())
    ).one()
    if not row[0]:
        return []
    found = [Completeness(name, market, known, row[0]) for name, known in zip(fields, row[1:], strict=True)]
    return sorted(found, key=lambda one: one.share)


def _findings(session: Session, data_on: date | None) -> list[Finding]:
    today = data_on or date.today()
    everyone = _count(session, Contact.id, Contact.blocked_on.is_(None))
    of_contacts = {
        kind: _contacts(session, kind, condition, everyone) for kind, condition in _contradictions(today).items()
    }
    twice = select(Company.name_key).group_by(Company.name_key).having(func.count() > 1)
    names = _count(session, Company.id, Company.name_key.in_(twice), Company.name_key != "")
    open_deals = and_(Deal.won.is_(None), Deal.opened_on < today - FORGOTTEN_AFTER)
    touched = exists().where(Interaction.contact_id == Deal.contact_id, Interaction.at >= today - FORGOTTEN_AFTER)
    forgotten = _count(session, Deal.id, open_deals, ~touched)
    found = [
        *of_contacts.values(),
        Finding("duplicate_companies", names, _count(session, Company.id)),
        Finding("forgotten_deals", forgotten, _count(session, Deal.id, Deal.won.is_(None))),
    ]
    return sorted((one for one in found if one.n), key=lambda one: -one.n)


def _contacts(session: Session, kind: FindingKind, condition: ColumnElement[bool], everyone: int) -> Finding:
    wanted = (Contact.blocked_on.is_(None), condition)
    n = _count(session, Contact.id, *wanted)
    ids = session.scalars(
        select(Contact.external_id)
        .where(*wanted, Contact.external_id.is_not(None))
        .order_by(Contact.id)
        .limit(EXAMPLES if n else 0)
    )
    return Finding(kind, n, everyone, tuple(str(one) for one in ids))


def _contradictions(today: date) -> dict[FindingKind, ColumnElement[bool]]:
    """What cannot be so, or should not be left so, as conditions on contacts."""
    unlinked = Contact.duplicate_of.is_(None)
    won = exists().where(Deal.contact_id == Contact.id, Deal.won.is_(True))
    recent = exists().where(Interaction.contact_id == Contact.id, Interaction.at >= today - STALE_AFTER)
    any_deal = select(func.count()).select_from(Deal).where(Deal.won.is_(True)).scalar_subquery()
    return {
        "duplicates": Contact.duplicate_of.is_not(None),
        "stale": and_(
            unlinked, or_(Contact.last_activity_on.is_(None), Contact.last_activity_on < today - STALE_AFTER), ~recent
        ),
        "no_way_to_reach": and_(unlinked, Contact.email.is_(None), Contact.phone.is_(None)),
        "student_as_board": and_(unlinked, Contact.function == "student", Contact.level.in_(("c_level", "head"))),
        "won_but_lost": and_(unlinked, Contact.outcome.is_(False), won),
        "customer_without_deal": and_(unlinked, Contact.outcome.is_(True), ~won, any_deal > 0),
        "outcome_before_creation": and_(unlinked, Contact.outcome_on < Contact.created_on),
        "activity_before_creation": and_(unlinked, Contact.last_activity_on < Contact.created_on),
        "business_without_company": and_(unlinked, Contact.market == "b2b", Contact.company_id.is_(None)),
        "future_dates": and_(unlinked, or_(Contact.created_on > date.today(), Contact.last_activity_on > date.today())),
    }


def _gaps(session: Session, market: str, seed: int) -> list[Gap]:
    model = load_model(session, market)
    if model is None:
        return []
    ids = np.array(session.scalars(select(Contact.id).where(Contact.market == market, *_people())).all())
    drawn = np.random.default_rng(seed).choice(ids, min(SAMPLED, ids.size), replace=False)
    frame = attribute_frame(
        session, market, sorted(drawn.tolist()), known=tuple(model.attributes.values()), as_of=model.data_on
    )
    asked = [name for name, table in model.tables.items() if table.defines and model.attributes[name].kind in FILLED_IN]
    sums = {name: np.zeros((len(frame), 3)) for name in asked}  # missing, becomes clear, information
    for place, row in enumerate(frame.iter_rows(named=True)):
        levels = {name: level for name, bins in model.binning.bins.items() if (level := bins.level(row.get(name)))}
        posterior = model.posterior(levels)
        for name in asked:
            if name not in levels:
                sums[name][place] = (1.0, *_worth_knowing(model, posterior, name))
    gaps = [_gap(name, market, values, ids.size) for name, values in sums.items()]
    return [gap for gap in gaps if gap.missing]


def _worth_knowing(model: PersonaModel, posterior: NDArray[np.float64], attribute: str) -> tuple[float, float]:
    """How probable it is that the contact becomes clear by knowing the attribute, and the expected information."""
    table = model.tables[attribute].probabilities
    if posterior.max() >= CLEAR:
        return 0.0, information_gain(posterior, table)
    joint = posterior[:, None] * table
    answers = joint.sum(axis=0)
    return float(answers @ (joint.max(axis=0) >= CLEAR * answers)), information_gain(posterior, table)


def _gap(attribute: str, market: str, values: NDArray[np.float64], n: int) -> Gap:
    shares = values.mean(axis=0)
    error = float(values[:, 1].std()) / np.sqrt(max(len(values), 1)) * n
    gain = float(shares[2] / shares[0]) if shares[0] else 0.0
    return Gap(attribute, market, round(float(shares[0]) * n), n, float(shares[1]) * n, error, gain)
