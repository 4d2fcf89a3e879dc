from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.crm.values import as_counts, as_dates, as_moments, as_numbers, as_text, as_truth

DAYS = st.dates(min_value=date(1930, 1, 1), max_value=date(2030, 12, 31))
AMOUNTS = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False).map(lambda value: round(value, 2))


def texts(*cells: str | None) -> pl.Series:
    return pl.Series("column", cells, dtype=pl.String)


@given(st.lists(DAYS, min_size=1, max_size=20))
def test_a_german_date_is_read_as_written(days: list[date]) -> None:
    assert as_dates(texts(*(f"{day:%d.%m.%Y}" for day in days)), "dmy").to_list() == days


@given(st.lists(DAYS, min_size=1, max_size=20), st.sampled_from(["dmy", "mdy", "ymd"]))
def test_an_iso_date_is_read_as_such_whatever_the_order(days: list[date], order: str) -> None:
    assert as_dates(texts(*(day.isoformat() for day in days)), order).to_list() == days  # type: ignore[arg-type]


@given(st.lists(DAYS, min_size=1, max_size=20))
def test_an_american_date_is_month_first(days: list[date]) -> None:
    assert as_dates(texts(*(f"{day:%m/%d/%Y}" for day in days)), "mdy").to_list() == days


@given(st.lists(st.dates(min_value=date(1940, 1, 1), max_value=date(2029, 12, 31)), min_size=1, max_size=20))
def test_a_two_digit_year_is_of_the_nearest_century(days: list[date]) -> None:
    assert as_dates(texts(*(f"{day:%d-%m-%y}" for day in days)), "dmy").to_list() == days


@given(st.lists(st.text(max_size=40), max_size=20))
def test_no_text_breaks_the_parsers(cells: list[str]) -> None:
    column = texts(*cells)
    for parsed in (as_moments(column, "dmy"), as_numbers(column, ","), as_counts(column, "."), as_truth(column)):
        assert len(parsed) == len(cells)
    assert all(value is None or value == value.strip() for value in as_text(column))


@given(st.lists(AMOUNTS, min_size=1, max_size=20))
def test_german_amounts_with_thousands_points_and_euro_sign(amounts: list[float]) -> None:
    written = [f"{amount:,.2f} €".replace(",", "_").replace(".", ",").replace("_", ".") for amount in amounts]
    assert as_numbers(texts(*written), ",").to_list() == pytest.approx(amounts)


@given(st.lists(AMOUNTS, min_size=1, max_size=20))
def test_english_amounts_with_thousands_commas_and_dollar_sign(amounts: list[float]) -> None:
    written = [f"$ {amount:,.2f}" for amount in amounts]
    assert as_numbers(texts(*written), ".").to_list() == pytest.approx(amounts)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("5. März 2024", date(2024, 3, 5)),
        ("12-Mar-99", date(1999, 3, 12)),
        ("Mar 5, 2024", date(2024, 3, 5)),
        ("1.3.24", date(2024, 3, 1)),
        ("01.03.2024 14:05 Uhr", date(2024, 3, 1)),
        ("31.02.2024", None),
        ("2024", None),
        ("gestern", None),
        ("-", None),
        ("01.01.0001", None),
    ],
)
def test_dates_as_people_write_them(cell: str, expected: date | None) -> None:
    assert as_dates(texts(cell), "dmy").to_list() == [expected]


def test_times_keep_the_clock_as_written() -> None:
    cells = texts("14.05.2019 14:20", "2024-03-01T10:00:00+02:00", "03/04/2024 2:05 PM", "03/04/2024 12:05 am")
    assert as_moments(cells, "dmy").to_list() == [
        datetime(2019, 5, 14, 14, 20),
        datetime(2024, 3, 1, 10),
        datetime(2024, 4, 3, 14, 5),
        datetime(2024, 4, 3, 0, 5),
    ]


@pytest.mark.parametrize(
    ("cell", "decimal", "expected"),
    [
        ("1.234", ",", 1234.0),
        ("1.234", ".", 1.234),
        ("12.5", ",", 12.5),
        ("20k", ",", 20_000.0),
        ("1,2 Mio. €", ",", 1_200_000.0),
        ("CHF 1'234.50", ".", 1234.5),
        ("-5", ".", -5.0),
        ("1e400", ".", None),
        ("1.2.3", ",", None),
        ("n/a", ",", None),
    ],
)
def test_numbers_as_people_write_them(cell: str, decimal: str, expected: float | None) -> None:
    assert as_numbers(texts(cell), decimal).to_list() == [expected]  # type: ignore[arg-type]


def test_a_range_of_employees_becomes_its_middle() -> None:
    assert as_counts(texts("11-50", "51–200", "1000+", "1.200", "viele"), ",").to_list() == [30, 126, 1000, 1200, None]


def test_yes_and_no_in_both_languages() -> None:
    cells = texts("Ja", "nein", "YES", "n", "1", "0", "wahr", "false", "vielleicht", None)
    assert as_truth(cells).to_list() == [True, False, True, False, True, False, True, False, None, None]


def test_control_and_direction_characters_are_taken_out() -> None:
    assert as_text(texts("A\x07nna\u202e", "  viel \t Platz ", "k.A.", "\x00")).to_list() == [
        "Anna",
        "viel Platz",
        None,
        None,
    ]
