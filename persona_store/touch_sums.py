"""Sums over all interactions that several rooms learn from, taken once per build: answers per channel, minutes of care.

They stand in temporary tables for as long as the session's transaction, one row a person (and channel), what linked
duplicates did counted for the person they stand for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Column, Float, Integer, MetaData, String, Table, text
from sqlalchemy.orm import Session

from persona_store.database import count_rows_anew
from persona_store.database.models import WORD_LENGTH
from persona_store.segmentation.extract import Extract
from persona_store.settings import settings

# A complaint or a support case without a recorded time still keeps someone busy; see the settings.
CASES = ("complaint", "ticket")
ROWS_AT_ONCE = 100_000
MADE = "touch sums"

_metadata = MetaData()
CHANNEL_SUMS = Table(
    "channel_sums",
    _metadata,
    Column("person", Integer, primary_key=True),
    Column("channel", String(WORD_LENGTH), primary_key=True),
    Column("n", Integer),
    Column("answered", Integer),
    prefixes=["TEMPORARY"],
)
CARE_SUMS = Table(
    "care_sums",
    _metadata,
    Column("person", Integer, primary_key=True),
    Column("minutes", Float),
    prefixes=["TEMPORARY"],
)

_PERSON = "coalesce(c.duplicate_of, c.id)"
_CHANNELS = f"""
    SELECT {_PERSON} AS person, i.channel AS channel, count(*) AS n,
           CAST(sum(CASE WHEN i.responded THEN 1 ELSE 0 END) AS INTEGER) AS answered
    FROM interactions i JOIN contacts c ON c.id = i.contact_id
    WHERE i.direction = 'out' AND i.responded IS NOT NULL AND i.channel IS NOT NULL AND c.blocked_on IS NULL
    GROUP BY {_PERSON}, i.channel
"""  # noqa: S608 -- put together from words of our own
_CARE = f"""
    SELECT {_PERSON} AS person,
           sum(coalesce(i.minutes, CASE WHEN i.kind IN ('{"', '".join(CASES)}') THEN :case_minutes END)) AS minutes
    FROM interactions i JOIN contacts c ON c.id = i.contact_id
    GROUP BY {_PERSON}
"""  # noqa: S608 -- put together from words of our own


@dataclass(frozen=True, slots=True)
class TouchSums:
    """The sums as frames: `channels` (person, channel, n, answered) and `care` (person, minutes or null)."""

    channels: pl.DataFrame
    care: pl.DataFrame


def read_touch_sums(source: Extract) -> TouchSums:
    """The sums of a copy of the store's columns."""
    minutes = settings().complaint_minutes
    return TouchSums(
        source.frame(_CHANNELS, {}).sort("person", "channel"),
        source.frame(_CARE, {"case_minutes": minutes}).sort("person"),
    )


def keep_touch_sums(session: Session, sums: TouchSums | None = None) -> None:
    """Makes the temporary tables: from `sums` where they have been read, else summed up in the store itself."""
    connection = session.connection()
    for table in (CHANNEL_SUMS, CARE_SUMS):
        table.drop(connection, checkfirst=True)
        table.create(connection)
    if sums is None or connection.dialect.name != "sqlite":
        session.execute(text(f"INSERT INTO channel_sums {_CHANNELS}"))
        session.execute(text(f"INSERT INTO care_sums {_CARE}"), {"case_minutes": settings().complaint_minutes})
    else:
        for table, frame in ((CHANNEL_SUMS, sums.channels), (CARE_SUMS, sums.care)):
            marks = ", ".join("?" for _ in table.columns)
            for rows in _parts(frame):
                connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({marks})", rows)  # noqa: S608
    count_rows_anew(session, "contacts", "interactions", "deals", CHANNEL_SUMS.name, CARE_SUMS.name)
    session.info[MADE] = True


def drop_touch_sums(session: Session) -> None:
    """Takes the temporary tables away, which would outlive the session on its connection."""
    for table in (CHANNEL_SUMS, CARE_SUMS):
        table.drop(session.connection(), checkfirst=True)
    session.info.pop(MADE, None)


def ensure_touch_sums(session: Session) -> None:
    """Makes the temporary tables unless this session has made them."""
    if not session.info.get(MADE):
        keep_touch_sums(session)


def _parts(frame: pl.DataFrame) -> Iterator[list[tuple[object, ...]]]:
    for start in range(0, len(frame), ROWS_AT_ONCE):
        yield frame.slice(start, ROWS_AT_ONCE).rows()
