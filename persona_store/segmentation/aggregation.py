"""The built-in attributes, summed up in the database: one row a contact, however many interactions it has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Contact, Deal, Interaction
from persona_store.segmentation import statements
from persona_store.segmentation.registry import CHANNELS, NONE_KNOWN
from persona_store.segmentation.statements import BEHAVIOURS, Statement

ROWS_AT_ONCE = 50_000
YOUNGEST, OLDEST = 14, 105  # years; outside, a birth year is a typing error or a joke

Schema = dict[str, type[pl.DataType]]
CONTACT_SCHEMA: Schema = {
    "contact_id": pl.Int64,
    "function": pl.String,
    "level": pl.String,
    "industry": pl.String,
    "company_size": pl.Float64,
    "region": pl.String,
    "source": pl.String,
    "birth_year": pl.Float64,
    "last_activity_on": pl.Date,
}
INTERACTION_SUMS = (
    "frequency",
    "care_minutes",
    *BEHAVIOURS,
    *(f"tried_{channel}" for channel in CHANNELS),
    *(f"answered_{channel}" for channel in CHANNELS),
)
INTERACTION_SCHEMA: Schema = {
    "contact_id": pl.Int64,
    "last_at": pl.Datetime,
    "variety": pl.Float64,
    **dict.fromkeys(INTERACTION_SUMS, pl.Float64),
}
DEAL_SUMS = ("revenue", "potential")
DEAL_SCHEMA: Schema = {"contact_id": pl.Int64, **dict.fromkeys(DEAL_SUMS, pl.Float64)}
DOUBLE_SCHEMA: Schema = {"contact_id": pl.Int64, "person_id": pl.Int64}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads statements for all contacts of a market, or for `ids` alone."""

    session: Session
    market: str
    ids: Sequence[int] | None = None

    @property
    def few(self) -> bool:
        """Whether only some contacts are read."""
        return self.ids is not None

    def rows(self, statement: Statement) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of `statement` in bounded parts."""
        parameters = {"market": self.market} | ({} if self.ids is None else {"ids": list(self.ids)})
        result = self.session.execute(statement, parameters, execution_options={"yield_per": ROWS_AT_ONCE})
        for part in result.partitions():
            yield [tuple(row) for row in part]

    def frame(self, statement: Statement, schema: Schema) -> pl.DataFrame:
        """The rows of `statement` as a table."""
        parts = [pl.DataFrame(rows, schema=schema, orient="row") for rows in self.rows(statement)]
        return pl.DataFrame(schema=schema) if not parts else parts[0] if len(parts) == 1 else pl.concat(parts)


def newest_data(session: Session) -> date | None:
    """The day of the newest interaction, activity or deal, at most today; None for an empty store."""
    last = session.scalar(select(func.max(Interaction.at)))
    days = [last and last.date()]
    days += [
        session.scalar(select(func.max(column)))
        for column in (Contact.last_activity_on, Contact.created_on, Deal.opened_on)
    ]
    known = [day for day in days if day is not None]
    return min(max(known), date.today()) if known else None


def built_in_frame(reader: Reader, as_of: date | None, until_outcome: bool) -> pl.DataFrame:
    """`contact_id` and the built-in attributes of either market, raw; one row a person who may be profiled."""
    people = reader.frame(statements.people(reader.few), CONTACT_SCHEMA).lazy()
    doubles = reader.frame(statements.doubles(reader.few), DOUBLE_SCHEMA)
    interactions = reader.frame(statements.interactions(reader.few, until_outcome), INTERACTION_SCHEMA)
    latest = [pl.max("last_at"), pl.max("variety")]
    behaviour = _fold(interactions, doubles, [*latest, *(_sum(name) for name in INTERACTION_SUMS)])
    deals = _fold(reader.frame(statements.deals(reader.few), DEAL_SCHEMA), doubles, [_sum(name) for name in DEAL_SUMS])
    joined = people.join(behaviour, on="contact_id", how="left").join(deals, on="contact_id", how="left")
    return joined.with_columns(_derived(as_of, until_outcome)).sort("contact_id").collect()


def outcomes(session: Session, market: str) -> pl.DataFrame:
    """`contact_id` and `outcome` (true, false or null) of every person of the market who may be profiled."""
    schema: Schema = {"contact_id": pl.Int64, "outcome": pl.Boolean}
    return Reader(session, market).frame(statements.known_outcomes(), schema)


def _derived(as_of: date | None, until_outcome: bool) -> list[pl.Expr]:
    last = pl.max_horizontal(pl.col("last_at").cast(pl.Date), pl.col("last_activity_on"))
    age = pl.lit(as_of.year if as_of else None, dtype=pl.Float64) - pl.col("birth_year")
    days = (pl.lit(as_of, dtype=pl.Date) - (pl.lit(None, dtype=pl.Date) if until_outcome else last)).dt.total_days()
    return [
        pl.when(pl.col("level") != NONE_KNOWN).then(pl.col("level")).alias("level"),
        pl.when(age.is_between(YOUNGEST, OLDEST)).then(age).alias("age"),
        days.clip(lower_bound=0).cast(pl.Float64).alias("recency"),
        *(
            pl.when(pl.col(f"tried_{channel}") > 0)
            .then(pl.col(f"answered_{channel}") / pl.col(f"tried_{channel}"))
            .alias(f"response_{channel}")
            for channel in CHANNELS
        ),
    ]


def _fold(rows: pl.DataFrame, doubles: pl.DataFrame, together: Sequence[pl.Expr]) -> pl.LazyFrame:
    """Counts the rows of linked duplicates for the person they stand for."""
    if doubles.is_empty():
        return rows.lazy()
    person = pl.coalesce("person_id", "contact_id").alias("contact_id")
    joined = rows.lazy().join(doubles.lazy(), on="contact_id", how="left")
    return joined.with_columns(person).group_by("contact_id").agg(together)


def _sum(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null().any()).then(pl.sum(name)).alias(name)
