"""Writes what a build found into the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import binomtest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from persona_store.database.models import Membership, Persona, PersonaLevel
from persona_store.segmentation.binning import Binning
from persona_store.segmentation.model import AttributeTable
from persona_store.segmentation.naming import name_personas
from persona_store.segmentation.registry import Attribute
from persona_store.segmentation.segment import Segments
from persona_store.segmentation.selection import Choice

ROWS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class MarketData:
    """One market before segmentation: raw `frame`, its `levels` and `outcome` (1, 0, NaN) row by row."""

    market: str
    attributes: tuple[Attribute, ...]
    left_out: Mapping[str, str]
    frame: pl.DataFrame
    binning: Binning
    levels: pl.DataFrame
    outcome: NDArray[np.float64]


def describe_market(data: MarketData, choice: Choice, segments: Segments | None) -> dict[str, Any]:
    """What `Build.markets` holds of a market, as plain JSON data."""
    used = [attribute for attribute in data.attributes if attribute.key in data.binning.bins]
    return {
        "contacts": len(data.frame),
        "classes": choice.classes,
        "tried": [candidate.as_json() for candidate in choice.tried],
        "clearness": None if segments is None else segments.model.clearness,
        "class_weights": [] if segments is None else segments.model.weights.tolist(),
        "attributes": [
            {name: getattr(one, name) for name in ("key", "kind", "numeric", "after_outcome", "summary")}
            for one in used
        ],
        "left_out": dict(data.left_out),
        "binning": data.binning.as_json(),
    }


def store_personas(
    session: Session, build_id: int, data: MarketData, segments: Segments, first_number: int
) -> list[Persona]:
    """Writes the personas of a market, their levels and every contact's membership; numbers run on from the given."""
    attributes = {attribute.key: attribute for attribute in data.attributes}
    names = name_personas(segments.tables, attributes, data.binning, len(segments.model.weights))
    personas = []
    for place, name in enumerate(names):
        members = segments.membership == place
        persona = Persona(
            build_id=build_id,
            market=data.market,
            number=first_number + place,
            name_de=name["de"],
            name_en=name["en"],
            n=int(members.sum()),
            share=float(members.mean()),
            value_mean=_value_mean(data.frame, members),
            **_outcome_rate(data.outcome[members]),
        )
        personas.append(persona)
    session.add_all(personas)
    session.flush()
    for place, persona in enumerate(personas):
        session.execute(insert(PersonaLevel), _level_rows(persona.id, segments.tables, place))
    _store_memberships(session, build_id, data.levels["contact_id"], segments, [persona.id for persona in personas])
    return personas


def _outcome_rate(outcome: NDArray[np.float64]) -> dict[str, Any]:
    """Share of buyers among the members whose outcome is known, with its 95 % interval (Wilson 1927)."""
    known = outcome[~np.isnan(outcome)]
    if known.size == 0:
        return {"outcome_n": 0, "outcome_rate": None, "outcome_low": None, "outcome_high": None}
    interval = binomtest(int(known.sum()), int(known.size)).proportion_ci(method="wilson")
    return {
        "outcome_n": int(known.size),
        "outcome_rate": float(known.mean()),
        "outcome_low": float(interval.low),
        "outcome_high": float(interval.high),
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


def _store_memberships(
    session: Session, build_id: int, contact_ids: pl.Series, segments: Segments, persona_ids: Sequence[int]
) -> None:
    for start in range(0, len(contact_ids), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        rows = zip(
            contact_ids[part].to_list(),
            segments.membership[part].tolist(),
            segments.probability[part].tolist(),
            strict=True,
        )
        session.execute(
            insert(Membership),
            [
                {"build_id": build_id, "contact_id": contact, "persona_id": persona_ids[place], "probability": share}
                for contact, place, share in rows
            ],
        )
