"""The built-in attributes, summed up in SQL: one row a contact, however many interactions it has."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import polars as pl
from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.orm import Session

from persona_store.segmentation import statements
from persona_store.segmentation.extract import Extract, one_pass
from persona_store.segmentation.registry import BUILT_IN, MARKETS, Attribute, from_texts
from persona_store.segmentation.statements import LONGEST_NAME, Period

CENTS = 2  # sums differ behind that with the order of their rows

Schema = Mapping[str, type[pl.DataType]]


def _raw(attribute: Attribute) -> type[pl.DataType]:
    """How a value is held: amounts exactly, other numbers in half the room."""
    return pl.String if not attribute.numeric else pl.Float64 if attribute.unit == "euros" else pl.Float32


def _schema(source: str) -> dict[str, type[pl.DataType]]:
    return {"contact_id": pl.Int64} | {one.key: _raw(one) for one in BUILT_IN if one.source == source and one.sql}


PEOPLE_SCHEMA: Schema = _schema("contact") | {"last_activity_on": pl.Date}
BEHAVIOUR_SCHEMA: Schema = _schema("interactions") | {"last_at": pl.Datetime, "has_text": pl.Boolean}
DEAL_SCHEMA: Schema = _schema("deals")
NAME_SCHEMA: Schema = {"contact_id": pl.Int64, "name": pl.String}
HIT_SCHEMA: Schema = {"contact_id": pl.Int64, "kind": pl.String, "term": pl.String}
ID_SCHEMA: Schema = {"contact_id": pl.Int64}
OUTCOME_SCHEMA: Schema = {"contact_id": pl.Int64, "outcome": pl.Boolean}


@dataclass(frozen=True, slots=True)
class Reader:
    """Runs this room's statements for all contacts of a market or for `ids` alone: in the store, or in an `extract`."""

    session: Session
    market: str
    ids: Sequence[int] | None = None
    extract: Extract | None = None

    @property
    def few(self) -> bool:
        """Whether only some contacts are read."""
        return self.ids is not None

    def frame(self, statement: str, schema: Schema, year: int | None = None) -> pl.DataFrame:
        """The rows of `statement` as a table, columns in the order of `schema`."""
        parameters: dict[str, Any] = {"market": self.market, "year": year}
        if self.extract is not None:
            return self.extract.frame(statement, parameters).select(
                pl.col(name).cast(kind) for name, kind in schema.items()
            )
        columns = self._columns(statement, parameters) or [()] * len(schema)
        return pl.DataFrame(
            [_series(name, kind, values) for (name, kind), values in zip(schema.items(), columns, strict=True)]
        )

    def parts(self, statement: str, schema: Schema) -> Iterator[pl.DataFrame]:
        """The rows of a `statement` that only the store can answer, in bounded parts."""
        if self.extract is None:
            yield self.frame(statement, schema)
            return
        for part in self.extract.parts(statement.replace(":market", f"'{_checked(self.market)}'")):
            yield part.select(pl.col(name).cast(kind) for name, kind in schema.items())

    def _columns(self, statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if self.session.get_bind().dialect.name == "postgresql":
            statement = statement.replace("instr(", "strpos(")  # the one word not common to all
        query = _query(statement, self.few)
        wanted = {name: value for name, value in parameters.items() if f":{name}" in statement}
        if self.ids is not None:
            wanted["ids"] = list(self.ids)
        return list(zip(*self.session.execute(query, wanted), strict=True))


def newest_data(session: Session, source: Extract | None = None) -> date | None:
    """The day of the newest interaction, activity or deal, at most today; None for an empty store."""
    whole = Reader(session, MARKETS[0], extract=source)
    last = whole.frame("SELECT max(i.at) AS day FROM interactions i", {"day": pl.Datetime})["day"].dt.date()
    days = [last[0]]
    for table, column in (("contacts", "last_activity_on"), ("contacts", "created_on"), ("deals", "opened_on")):
        days.append(whole.frame(f"SELECT max(t.{column}) AS day FROM {table} t", {"day": pl.Date})["day"][0])  # noqa: S608
    known = [day for day in days if day is not None]
    return min(max(known), date.today()) if known else None


@contextmanager
def whole_market(session: Session, market: str, source: Extract | None = None) -> Iterator[Reader]:
    """A reader of all contacts of `market`, from `source` or an extract of its own where the store allows it."""
    with nullcontext(source) if source is not None else one_pass(session) as rows:
        yield Reader(session, market, extract=rows)


def built_in_frames(
    reader: Reader, wanted: Sequence[Attribute], as_of: date | None, periods: Sequence[Period]
) -> list[pl.DataFrame]:
    """For each of the periods `contact_id` and the `wanted` attributes but custom ones, raw.

    One row a person who may be profiled.
    """
    keys = {attribute.key for attribute in wanted}
    lasting = reader.frame(statements.people(reader.few), PEOPLE_SCHEMA, as_of.year if as_of else None)
    if keys & DEAL_SCHEMA.keys():
        lasting = _joined(lasting, reader.frame(statements.deals(reader.few), DEAL_SCHEMA))
    if "favourite_product" in keys:
        names = reader.frame(statements.purchases(reader.few), NAME_SCHEMA)
        lasting = _joined(lasting, names.rename({"name": "favourite_product"}))
    flags = [attribute for attribute in wanted if from_texts(attribute)]
    frames = []
    for period, touches in zip(periods, _touches(reader, keys, periods), strict=True):
        joined = _joined(lasting, *touches)
        if flags:
            joined = _flagged(joined, reader, flags, period)
        frames.append(joined.with_columns(_derived(joined, as_of, period)).sort("contact_id"))
    return frames


def _touches(reader: Reader, keys: Collection[str], periods: Sequence[Period]) -> list[list[pl.DataFrame]]:
    """What interactions sum up to in each of the periods."""
    if "all" not in periods:
        return [_touches_of(reader, keys, period) for period in periods]
    # Whoever has no outcome yet is the same in every period, so that half the work is done already.
    whole, decided = _touches_of(reader, keys, "all"), reader.frame(statements.decided(reader.few), ID_SCHEMA)
    return [
        whole
        if period == "all"
        else [
            pl.concat([everything.join(decided, on="contact_id", how="anti"), before])
            for everything, before in zip(whole, _touches_of(reader, keys, "of_decided"), strict=True)
        ]
        for period in periods
    ]


def _touches_of(reader: Reader, keys: Collection[str], period: Period) -> list[pl.DataFrame]:
    parts = [reader.frame(statements.behaviour(reader.few, period), BEHAVIOUR_SCHEMA)]
    if "favourite_topic" in keys:
        names = reader.frame(statements.topics(reader.few, period), NAME_SCHEMA)
        parts.append(names.rename({"name": "favourite_topic"}))
    return parts


def _joined(frame: pl.DataFrame, *parts: pl.DataFrame) -> pl.DataFrame:
    for part in parts:
        frame = frame.join(part, on="contact_id", how="left")
    return frame


def outcomes(session: Session, market: str, source: Extract | None = None) -> pl.DataFrame:
    """`contact_id` and `outcome` (true, false or null) of every person of the market who may be profiled."""
    return Reader(session, market, extract=source).frame(statements.outcomes(few=False), OUTCOME_SCHEMA)


def _derived(frame: pl.DataFrame, as_of: date | None, period: Period) -> list[pl.Expr]:
    last = pl.max_horizontal(pl.col("last_at").cast(pl.Date), pl.col("last_activity_on"))
    days = (pl.lit(as_of, dtype=pl.Date) - (last if period == "all" else pl.lit(None, dtype=pl.Date))).dt.total_days()
    here = [one for one in BUILT_IN if one.key in frame.columns]
    return [
        days.clip(lower_bound=0).cast(pl.Float32).alias("recency"),
        *(_cleaned(pl.col(one.key)).alias(one.key) for one in here if not one.numeric),
        *(pl.col(one.key).round(CENTS) for one in here if one.unit == "euros"),
    ]


def _cleaned(name: pl.Expr) -> pl.Expr:
    return pl.when(name.str.len_bytes() > 0).then(name.str.slice(0, LONGEST_NAME))


def _flagged(frame: pl.DataFrame, reader: Reader, flags: Sequence[Attribute], period: Period) -> pl.DataFrame:
    """`frame` with a column a flag: 1 where the term was found, 0 where it was not, null where there is no text."""
    found = reader.frame(statements.hits(reader.few, period), HIT_SCHEMA)
    key = pl.concat_str("kind", pl.lit("_"), "term")
    texts = [frame.filter(pl.col("has_text")).select("contact_id"), found.select("contact_id")]
    if period == "all":
        texts.append(reader.frame(statements.noted(reader.few), ID_SCHEMA))
    has_text = pl.col("contact_id").is_in(pl.concat(texts)["contact_id"].unique().implode())
    parts = found.with_columns(key=key).partition_by("key", as_dict=True)
    held = {name: part["contact_id"] for (name,), part in parts.items()}
    none = pl.Series(dtype=pl.Int64)
    return frame.with_columns(
        pl.when(has_text)
        .then(pl.col("contact_id").is_in(held.get(flag.key, none).implode()))
        .cast(pl.Float32)
        .alias(flag.key)
        for flag in flags
    )


def _checked(market: str) -> str:
    """`market`, which goes into a statement as it is."""
    if market not in MARKETS:
        raise ValueError(f"no market: {market}")
    return market


@cache
def _query(statement: str, few: bool) -> TextClause:
    query = text(statement)
    return query.bindparams(bindparam("ids", expanding=True)) if few else query


def _series(name: str, kind: type[pl.DataType], values: Sequence[Any]) -> pl.Series:
    read = _READ.get(kind)
    known = values if read is None else [None if value is None else read(value) for value in values]
    return pl.Series(name, known, dtype=kind, strict=False)


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


# SQLite has no dates and no truth values of its own.
_READ: Mapping[type[pl.DataType], Callable[[Any], Any]] = {pl.Date: _day, pl.Datetime: _moment, pl.Boolean: bool}
