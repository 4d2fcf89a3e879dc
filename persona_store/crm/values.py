"""Values out of cells: text, numbers, dates, truth values; a cell that can't be read as asked becomes null."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Literal

import polars as pl

from persona_store.crm.words import fold, missing_markers, word_set

Dates = Literal["dmy", "mdy", "ymd"]
Decimal = Literal[",", "."]

TEXT_LIMIT = 300
FIRST_YEAR, LAST_YEAR = 1850, 2150  # dates outside are slips of the keyboard
FUTURE_YEARS = 10  # a two-digit year up to ten years ahead is of this century

CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]"
UNTIDY = CONTROLS + r"|[^\S ]|  |^ | $"
PLAIN_DATE = re.compile(r"^(\d\d|\d{4})([./-])\d\d([./-])(\d\d|\d{4})(?:([T ])\d\d:\d\d(:\d\d)?)?$")
DATE = (
    r"^(?P<a>\d{1,4})[./-] ?(?P<b>\d{1,2})[./-] ?(?P<c>\d{1,4})"
    r"(?:(?:T|,? +)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)?(?: ?Uhr)?(?: ?Z| ?UTC| ?[+-]\d{2}:?\d{2})?)?$"
)
NUMBER_COMMA = r"^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)?(?:,\d+)?(?:[eE][+-]?\d{1,3})?$"
NUMBER_POINT = r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$"
NUMBER_DRESS = r"[€$£¥%\s'’\x{a0}\x{202f}]|EUR|USD|CHF|GBP|Euro"
SCALES = {"k": 1e3, "tsd": 1e3, "t": 1e3, "m": 1e6, "mio": 1e6, "mrd": 1e9, "bn": 1e9}
SCALE = r"(?i)(k|tsd|t|mio|mrd|bn|m)\.?$"
RANGE = r"^\s*(\d[\d.,]*)\s*(?:-|–|—|bis|to)\s*(\d[\d.,]*)\s*$"

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january janner",
            "feb februar february",
            "mar marz march mrz",
            "apr april",
            "mai may",
            "jun juni june",
            "jul juli july",
            "aug august",
            "sep sept september",
            "okt oct oktober october",
            "nov november",
            "dez dec dezember december",
        ),
        start=1,
    )
    for name in names.split()
}
DAY_MONTH = re.compile(r"^(\d{1,2})[. -]+([^\W\d]{3,9})[., -]+(\d{2,4})\b")
MONTH_DAY = re.compile(r"^([^\W\d]{3,9})[. -]+(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})\b")


def map_distinct(values: pl.Series, parse: Callable[[str], object], dtype: type[pl.DataType]) -> pl.Series:
    """`parse` applied to each distinct text once; null stays null."""
    distinct = values.drop_nulls().unique()
    parsed = pl.Series("parsed", [parse(value) for value in distinct.to_list()], dtype=dtype)
    lookup = pl.DataFrame({"value": distinct, "parsed": parsed})
    return values.to_frame("value").join(lookup, on="value", how="left", maintain_order="left")["parsed"]


def by_distinct(values: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`read` applied to each distinct cell once, where that is less work; null stays null."""
    distinct = values.drop_nulls().unique()
    if 2 * len(distinct) > len(values):
        return read(values)
    lookup = pl.DataFrame({"value": distinct, "parsed": read(distinct)})
    return values.to_frame("value").join(lookup, on="value", how="left", maintain_order="left")["parsed"]


def either(condition: pl.Series, yes: pl.Series, no: pl.Series) -> pl.Series:
    """The cells of `yes` where the condition holds, else those of `no`."""
    frame = pl.DataFrame([condition.alias("c"), yes.alias("y"), no.alias("n")])
    return frame.select(pl.when("c").then("y").otherwise("n").alias("v"))["v"]


def as_text(values: pl.Series, limit: int = TEXT_LIMIT, *, lines: bool = False) -> pl.Series:
    """Text without control characters and outer blanks, cut to `limit`; what means "nothing" becomes null.

    Without `lines` every run of white space becomes one blank.
    """
    text = _written(values).alias("v")
    if text.str.contains(UNTIDY).any():
        text = _tidy(text, lines)
    if (text.str.len_bytes() > limit).any():
        text = text.str.slice(0, limit)
    nothing = text.str.contains(_missing())
    return text.set(nothing, None) if nothing.any() else text


@cache
def _missing() -> str:
    """The pattern of cells that mean "nothing"."""
    return f"(?i)^(?:{'|'.join(map(re.escape, missing_markers()))})$"


def _tidy(text: pl.Series, lines: bool) -> pl.Series:
    cleaned = text.str.replace_all(CONTROLS, "")
    cleaned = cleaned.str.replace_all(r"\r\n?", "\n") if lines else cleaned.str.replace_all(r"\s+", " ")
    return cleaned.str.strip_chars()


def as_dates(values: pl.Series, order: Dates) -> pl.Series:
    """Dates; `order` says how 03/04/2024 is meant, an ISO date is read as such under any order."""
    return as_moments(values, order).cast(pl.Date)


def as_moments(values: pl.Series, order: Dates) -> pl.Series:
    """Points in time as written, without time zone; midnight where only a day is given."""
    if values.dtype.is_temporal():
        return values.cast(pl.Datetime("us"))
    text = as_text(values)
    quick = _written_alike(text, order)
    rest = text.is_not_null() & quick.is_null()
    if not rest.any():
        return quick
    return either(rest, by_distinct(text.set(~rest, None), lambda cells: _moments(cells, order)), quick)


def _written_alike(text: pl.Series, order: Dates) -> pl.Series:
    """The moments written like the first one, where that has all its digits: a column is mostly written one way."""
    filled = text.drop_nulls()
    found = PLAIN_DATE.match(filled[0]) if len(filled) else None
    if found is None or len(found[1]) + len(found[4]) != 6:
        return pl.Series("v", [None], dtype=pl.Datetime("us")).new_from_index(0, len(text))
    days = ("%m", "%d") if order == "mdy" else ("%d", "%m")
    first, sign, second_sign, _, blank, seconds = found.groups()
    parts = ("%Y", "%m", "%d") if len(first) == 4 else (*days, "%Y")
    form = f"{parts[0]}{sign}{parts[1]}{second_sign}{parts[2]}"
    if blank:
        form += f"{blank}%H:%M{':%S' if seconds else ''}"
    alike = text.str.contains("^" + re.sub(r"[0-9]", r"\\d", re.escape(filled[0])) + "$")
    moments = text.set(~alike, None).str.to_datetime(form, strict=False, time_unit="us")
    plausible = moments.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    return moments.set(~plausible, None)


def _moments(text: pl.Series, order: Dates) -> pl.Series:
    odd = text.is_not_null() & text.str.contains(r"\pL{3}")
    if odd.any():
        text = text.to_frame("v").select(
            pl.when(odd).then(map_distinct(text, _month_as_number, pl.String)).otherwise(pl.col("v")).alias("v")
        )["v"]
    parts = text.to_frame("v").select(pl.col("v").str.extract_groups(DATE)).unnest("v")
    numbers = parts.select(pl.all().exclude("half").cast(pl.Int32, strict=False), pl.col("half").str.to_lowercase())
    long_first = parts["a"].str.len_chars() >= 3
    long_last = parts["c"].str.len_chars() >= 3
    year_first = pl.lit(long_first) | (pl.lit(order == "ymd") & ~pl.lit(long_last))
    a, b, c = pl.col("a"), pl.col("b"), pl.col("c")
    year = pl.when(year_first).then(a).otherwise(c)
    digits = pl.when(year_first).then(parts["a"].str.len_chars()).otherwise(parts["c"].str.len_chars())
    first, last = (b, a) if order == "mdy" else (a, b)
    day = pl.when(year_first).then(c).otherwise(first)
    month = pl.when(year_first).then(b).otherwise(last)
    century = pl.when(year <= date.today().year % 100 + FUTURE_YEARS).then(2000).otherwise(1900)
    full = pl.when(digits == 2).then(year + century).when(digits == 4).then(year)
    afternoon = pl.when(pl.col("half").str.starts_with("p") & (pl.col("hour") < 12)).then(12)
    midnight = pl.when(pl.col("half").str.starts_with("a") & (pl.col("hour") == 12)).then(-12)
    hour = pl.col("hour").fill_null(0) + pl.coalesce(afternoon, midnight, pl.lit(0))
    stamp = pl.format(
        "{}-{}-{} {}:{}:{}", full, _two(month), _two(day), _two(hour), _two(pl.col("minute")), _two(pl.col("second"))
    )
    plausible = full.is_between(FIRST_YEAR, LAST_YEAR)
    moment = pl.when(plausible).then(stamp).str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    return numbers.select(moment.alias("v"))["v"]


def as_numbers(values: pl.Series, decimal: Decimal) -> pl.Series:
    """Numbers; currency signs, blanks and thousands separators are taken off, "20k" and "1,2 Mio. €" understood.

    A cell that can only be meant the other way ("12.5" in a column with decimal comma) is read that way.
    """
    if values.dtype.is_numeric() or values.dtype == pl.Boolean:
        return values.cast(pl.Float64).replace([float("inf"), float("-inf"), float("nan")], None)
    return by_distinct(values, lambda cells: _numbers(as_text(cells), decimal))


def _numbers(text: pl.Series, decimal: Decimal) -> pl.Series:
    v = pl.col("v")
    frame = text.to_frame("v").select(v.str.replace_all(NUMBER_DRESS, ""))
    frame = frame.with_columns(
        v.str.extract(SCALE).str.to_lowercase().replace_strict(SCALES, default=1.0, return_dtype=pl.Float64).alias("s"),
        v.str.replace(SCALE, "").alias("v"),
    )
    comma = v.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    point = v.str.replace_all(",", "", literal=True)
    ways = ((NUMBER_COMMA, comma), (NUMBER_POINT, point))
    (first, first_text), (second, second_text) = ways if decimal == "," else ways[::-1]
    chosen = pl.when(v.str.contains(first)).then(first_text).when(v.str.contains(second)).then(second_text)
    number = chosen.cast(pl.Float64, strict=False) * pl.col("s")
    return frame.select(pl.when(number.is_finite()).then(number).alias("v"))["v"]


def as_counts(values: pl.Series, decimal: Decimal) -> pl.Series:
    """Whole numbers; a range such as "11-50" becomes its middle, "1000+" its lower end."""
    if not values.dtype.is_numeric():
        text = as_text(values).str.strip_suffix("+")
        low = as_numbers(text.str.extract(RANGE, 1), decimal)
        high = as_numbers(text.str.extract(RANGE, 2), decimal)
        single = as_numbers(text, decimal)
        values = pl.select(pl.coalesce((low + high) / 2, single).alias("v"))["v"]
    number = as_numbers(values, decimal)
    bounded = pl.col("v").is_between(-(2**31) + 1, 2**31 - 1)
    return number.to_frame("v").select(pl.when(bounded).then(pl.col("v").round(0)).cast(pl.Int64))["v"]


def as_truth(values: pl.Series, yes: frozenset[str] | None = None, no: frozenset[str] | None = None) -> pl.Series:
    """True for the words of `yes`, False for those of `no` (folded; default: yes, ja, 1, ... and no, nein, 0, ...)."""
    if values.dtype == pl.Boolean and yes is None:
        return values
    affirm = word_set("yes") if yes is None else yes
    deny = word_set("no") if no is None else no

    def truth(text: str) -> bool | None:
        word = fold(text)
        return True if word in affirm else False if word in deny else None

    return by_distinct(values, lambda cells: map_distinct(as_text(cells), truth, pl.Boolean))


def _written(values: pl.Series) -> pl.Series:
    """The column as text; whole floats lose their ".0" so that ids of Excel and CSV agree."""
    if values.dtype == pl.Boolean:
        return (
            values.to_frame("v")
            .select(pl.when(pl.col("v").is_null()).then(None).when("v").then(pl.lit("true")).otherwise(pl.lit("false")))
            .to_series()
        )
    if values.dtype.is_float():
        return values.cast(pl.String).str.strip_suffix(".0")
    return values.cast(pl.String)


def _two(part: pl.Expr) -> pl.Expr:
    return part.fill_null(0).cast(pl.String).str.zfill(2)


def _month_as_number(text: str) -> str:
    for pattern, day, month in ((DAY_MONTH, 1, 2), (MONTH_DAY, 2, 1)):
        found = pattern.match(text)
        if found and (number := MONTHS.get(fold(found[month]))):
            year = int(found[3])
            if len(found[3]) == 2:
                year += 2000 if year <= date.today().year % 100 + FUTURE_YEARS else 1900
            return f"{year:04d}-{number:02d}-{int(found[day]):02d}{text[found.end() :]}"
    return text
