"""Sums over all interactions that several rooms learn from, taken once per build: answers per channel, minutes of care.

One row a person (and channel); what linked duplicates did counts for the person they stand for.
"""

from dataclasses import dataclass

import polars as pl

from persona_store.segmentation.aggregation import Reader
from persona_store.settings import settings

# A complaint or a support case without a recorded time still keeps someone busy; see the settings.
CASES = ("complaint", "ticket")
PEOPLE: dict[str, type[pl.DataType]] = {
    "person": pl.Int64, "market": pl.String, "function": pl.String, "level": pl.String, "outcome": pl.Boolean,
}  # fmt: skip
CHANNELS: dict[str, type[pl.DataType]] = {
    "person": pl.Int64, "channel": pl.String, "n": pl.Int64, "answered": pl.Int64,
}  # fmt: skip
CARE: dict[str, type[pl.DataType]] = {"person": pl.Int64, "minutes": pl.Float64}

_PERSON = "coalesce(c.duplicate_of, c.id)"
_PEOPLE = """
    SELECT c.id AS person, c.market AS market, coalesce(c.function, 'other') AS function,
           coalesce(c.level, 'unknown') AS level, c.outcome AS outcome
    FROM contacts c WHERE c.duplicate_of IS NULL AND c.blocked_on IS NULL
"""
_CHANNELS = f"""
    SELECT {_PERSON} AS person, i.channel AS channel, count(*) AS n,
           CAST(sum(CASE WHEN i.responded THEN 1 ELSE 0 END) AS INTEGER) AS answered
    FROM interactions i JOIN contacts c ON c.id = i.contact_id
    WHERE i.direction = 'out' AND i.responded IS NOT NULL AND i.channel IS NOT NULL AND c.blocked_on IS NULL
    GROUP BY {_PERSON}, i.channel
"""  # noqa: S608 -- put together from words of our own


@dataclass(frozen=True, slots=True)
class TouchSums:
    """The sums as frames, sorted: `channels` and `care` (minutes null: not known) of all, with the `people` they mean.

    `people` are those who stand for themselves and did not object; columns as in `PEOPLE`, `CHANNELS`, `CARE`.
    """

    people: pl.DataFrame
    channels: pl.DataFrame
    care: pl.DataFrame


def read_touch_sums(reader: Reader) -> TouchSums:
    """The sums over the whole store, whatever the reader's market."""
    return TouchSums(
        reader.frame(_PEOPLE, PEOPLE).sort("person"),
        reader.frame(_CHANNELS, CHANNELS).sort("person", "channel"),
        reader.frame(_care(settings().complaint_minutes), CARE).sort("person"),
    )


def _care(case_minutes: float) -> str:
    cases = "', '".join(CASES)
    usual = f"CASE WHEN i.kind IN ('{cases}') THEN {float(case_minutes)} END"
    return f"""
        SELECT {_PERSON} AS person, sum(coalesce(i.minutes, {usual})) AS minutes
        FROM interactions i JOIN contacts c ON c.id = i.contact_id
        GROUP BY {_PERSON}"""  # noqa: S608 -- put together from words of our own and a number
