"""Typical contacts of a persona: those most alike to all others in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.database.models import Build, Contact, Membership, Persona
from persona_store.privacy.rights import demand
from persona_store.segmentation.model import contact_levels, load_model

if TYPE_CHECKING:
    from persona_store.segmentation.segment import Segments

KEPT = 20  # stored a persona, so that some are left when a few have objected since
SHOWN = 5
LEVELS_SHOWN = 8
LEAST_KNOWN = 0.5  # of the weight of all attributes: of whom less is known stands for nobody


@dataclass(frozen=True, slots=True)
class TypicalContact:
    """A typical contact: its known levels, those that weigh most first. Id and name only where asked for."""

    levels: Mapping[str, str]
    contact_id: int | None = None
    name: str | None = None


def typical_contacts(levels: pl.DataFrame, segments: "Segments", place: int) -> list[int]:
    """The ids of the medoids of the class at `place`, most typical first, no two with the same levels throughout.

    Likeness of two contacts is the weight of the attributes in which both have the same known level (Gower 1971,
    Biometrics 27:857). Its mean over all members is a sum over attributes of the level's share in the class, so the
    medoids are found in one pass instead of comparing all pairs.
    """
    defining = [name for name, table in segments.tables.items() if table.defines]
    members = np.flatnonzero(segments.membership == place)
    own = levels[members].select("contact_id", *defining)
    likeness, known = np.zeros(len(own)), np.zeros(len(own))
    for name in defining:
        weight = float(segments.tables[name].weights[place])
        likeness += weight * _shares(own[name])
        known += weight * own[name].is_not_null().to_numpy()
    order = np.lexsort((own["contact_id"].to_numpy(), -likeness))
    enough = order[known[order] >= LEAST_KNOWN * float(known.max(initial=0.0))]
    first = own[enough].unique(subset=defining, keep="first", maintain_order=True)
    ids: list[int] = first["contact_id"].head(KEPT).to_list()
    return ids


def _shares(column: pl.Series) -> NDArray[np.float64]:
    """For each contact the share of all members that have its level; 0 where it is not known."""
    counts = column.to_frame("level").with_columns(pl.len().over("level").alias("n"))
    share = pl.when(pl.col("level").is_not_null()).then(pl.col("n") / max(len(column), 1)).otherwise(0.0)
    return counts.select(share).to_series().to_numpy()


def read_typical(session: Session, persona_id: int, most: int = SHOWN) -> list[int]:
    """The ids of the typical contacts of a stored persona who are still in it and did not object, best first."""
    persona = session.get_one(Persona, persona_id)
    build = session.get_one(Build, persona.build_id)
    numbers = session.scalars(
        select(Persona.number)
        .where(Persona.build_id == build.id, Persona.market == persona.market)
        .order_by(Persona.number)
    ).all()
    stored = build.markets[persona.market].get("typical") or [[] for _ in numbers]
    ids = stored[numbers.index(persona.number)]
    here = set(
        session.scalars(
            select(Membership.contact_id)
            .join(Contact, Contact.id == Membership.contact_id)
            .where(
                Membership.build_id == build.id,
                Membership.persona_id == persona_id,
                Membership.contact_id.in_(ids),
                Contact.blocked_on.is_(None),
                Contact.duplicate_of.is_(None),
            )
        )
    )
    return [contact for contact in ids if contact in here][:most]


def describe_typical(session: Session, persona_id: int, *, named: bool, most: int = SHOWN) -> list[TypicalContact]:
    """The typical contacts of a persona of the newest build in words; without `named` nobody can be told from them.

    Who asks for names must record the look-up of each (see `read_typical`).
    """
    demand(session, "contacts" if named else "aggregates")
    persona = session.get_one(Persona, persona_id)
    model = load_model(session, persona.market)
    if model is None:
        return []
    place = model.index(persona_id)
    order = sorted(model.tables, key=lambda name: -float(model.tables[name].weights[place]))
    found = []
    for contact_id in read_typical(session, persona_id, most):
        known = contact_levels(session, contact_id, model)
        levels = {name: known[name] for name in order if name in known}
        shown = dict(list(levels.items())[:LEVELS_SHOWN])
        if not named:
            found.append(TypicalContact(shown))
            continue
        contact = session.get_one(Contact, contact_id)
        company = f" ({contact.company.name})" if contact.company else ""
        found.append(TypicalContact(shown, contact_id, contact.name + company))
    return found
