"""Writes what a build found into the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlalchemy.orm import Session

from persona_store.database import count_rows_anew
from persona_store.database.bulk import insert_frame
from persona_store.database.models import Membership, Persona, PersonaLevel
from persona_store.segmentation.binning import Binning
from persona_store.segmentation.model import AttributeTable
from persona_store.segmentation.naming import PersonaName
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.segment import Segments
from persona_store.segmentation.selection import Choice
from persona_store.segmentation.shares import share
from persona_store.segmentation.target_group import TargetFilter
from persona_store.segmentation.typical import typical_contacts


@dataclass(frozen=True, slots=True)
class MarketData:
    """One market before segmentation: raw `frame`, its `levels` and `outcome` (1, 0, NaN) row by row.

    `group` is the target group all rows are inside of, `outside` the number of contacts that are not.
    """

    market: str
    attributes: tuple[Attribute, ...]
    left_out: Mapping[str, str]
    frame: pl.DataFrame
    binning: Binning
    levels: pl.DataFrame
    outcome: NDArray[np.float64]
    group: TargetFilter | None = None
    outside: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """What a class is called in its build: number, name, and the identity that lasts beyond the build.

    `likeness` is the Jaccard likeness to the persona of that identity in the build before.
    """

    number: int
    name: PersonaName
    identity_id: int
    likeness: float | None


def describe_market(
    data: MarketData, choice: Choice, segments: Segments | None, labels: Sequence[Label]
) -> dict[str, Any]:
    """What `Build.markets` holds of a market, as plain JSON data; classes come in the order of their numbers."""
    used = [attribute for attribute in data.attributes if attribute.key in data.binning.bins]
    order = sorted(range(len(labels)), key=lambda place: labels[place].number)
    return {
        "contacts": len(data.frame),
        "target_group": None if data.group is None else data.group.as_json(),
        "outside": data.outside,
        "classes": choice.classes,
        "tried": [candidate.as_json() for candidate in choice.tried],
        "clearness": None if segments is None else segments.model.clearness,
        "class_weights": [] if segments is None else segments.model.weights[order].tolist(),
        "claims": [[asdict(claim) for claim in labels[place].name.claims] for place in order],
        "typical": [] if segments is None else [typical_contacts(data.levels, segments, place) for place in order],
        "attributes": [
            {name: getattr(one, name) for name in ("key", "kind", "numeric", "after_outcome", "summary")}
            for one in used
        ],
        "reason": choice.reason,
        "discounts": {} if segments is None else segments.discounts,
        "dependent": [] if segments is None else [list(pair) for pair in segments.dependent],
        "resamples": 0 if segments is None else segments.resamples,
        "left_out": dict(data.left_out),
        "binning": data.binning.as_json(),
        "counts": {name: _level_counts(data.levels[name], bins.levels) for name, bins in data.binning.bins.items()},
    }


def _level_counts(column: pl.Series, levels: Sequence[str]) -> list[int]:
    counts = dict(column.drop_nulls().value_counts(name="n").iter_rows())
    return [counts.get(level, 0) for level in levels]


def store_personas(
    session: Session, build_id: int, data: MarketData, segments: Segments, labels: Sequence[Label]
) -> list[Persona]:
    """Writes the personas of a market, their levels and every contact's membership; `labels` has one a class."""
    stability = getattr(segments, "stability", None)
    personas = []
    for place, label in enumerate(labels):
        members = segments.membership == place
        persona = Persona(
            build_id=build_id,
            market=data.market,
            number=label.number,
            name_de=label.name.de,
            name_en=label.name.en,
            n=int(members.sum()),
            share=float(members.mean()),
            value_mean=_value_mean(data.frame, members),
            identity_id=label.identity_id,
            likeness=label.likeness,
            stability=None if stability is None else float(stability[place]),
            **_outcome_rate(data.outcome[members]),
        )
        personas.append(persona)
    session.add_all(personas)
    session.flush()
    for place, persona in enumerate(personas):
        session.execute(insert(PersonaLevel), _level_rows(persona.id, segments.tables, place))
    ids = np.array([persona.id for persona in personas])
    members = data.levels.select(
        "contact_id",
        build_id=pl.lit(build_id),
        persona_id=pl.Series(ids[segments.membership]),
        probability=pl.Series(segments.probability, dtype=pl.Float64),
    )
    insert_frame(session.connection(), Membership.__tablename__, members)
    count_rows_anew(session, "memberships", "personas")
    return personas


def _outcome_rate(outcome: NDArray[np.float64]) -> dict[str, Any]:
    """Share of buyers among the members whose outcome is known, with its 95 % interval (Wilson 1927)."""
    known = outcome[~np.isnan(outcome)]
    if known.size == 0:
        return {"outcome_n": 0, "outcome_rate": None, "outcome_low": None, "outcome_high": None}
    bought = share(int(known.sum()), int(known.size))
    return {
        "outcome_n": bought.of,
        "outcome_rate": bought.share,
        "outcome_low": bought.low,
        "outcome_high": bought.high,
    }


def _value_mean(frame: pl.DataFrame, members: NDArray[np.bool_]) -> float | None:
    """Mean of what members with a closed deal have brought."""
    mean = frame["revenue"].filter(pl.Series(members)).mean()
    return float(mean) if isinstance(mean, float) else None


def _level_rows(persona_id: int, tables: Mapping[str, AttributeTable], place: int) -> list[dict[str, Any]]:
    return [
        {
            "persona_id": persona_id,
            "attribute": name,
            "level": level,
            "position": position,
            "probability": float(table.probabilities[place, position]),
            "base": float(table.base[position]),
            "lift": float(table.probabilities[place, position] / table.base[position]),
            "weight": float(table.weights[place]),
            "n": float(table.known[place]),
        }
        for name, table in tables.items()
        for position, level in enumerate(table.levels)
    ]
