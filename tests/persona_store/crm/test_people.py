import phonenumbers
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.crm.people import (
    Name,
    as_emails,
    as_phones,
    as_salutations,
    company_key,
    company_keys,
    country_code,
    split_name,
    without_titles,
)


def texts(*cells: str | None) -> pl.Series:
    return pl.Series("column", cells, dtype=pl.String)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Herr Prof. Dr. Max Müller", Name("Herr", "Prof. Dr.", "Max", "Müller")),
        ("Müller, Max", Name("", "", "Max", "Müller")),
        ("Müller, Dr. Max", Name("", "Dr.", "Max", "Müller")),
        ("Müller, Max, Dr.", Name("", "Dr.", "Max", "Müller")),
        ("Anna von der Heide", Name("", "", "Anna", "von der Heide")),
        ("MÜLLER", Name("", "", "", "Müller")),
        ("hans-peter meier", Name("", "", "Hans-Peter", "Meier")),
        ("Frau Dipl.-Ing. Eva Ma", Name("Frau", "Dipl.-Ing.", "Eva", "Ma")),
        ("Ms Jane Doe", Name("Frau", "", "Jane", "Doe")),
        ("Dr", Name("", "Dr", "", "")),
        ("", Name()),
        (",", Name()),
    ],
)
def test_full_names_are_split(written: str, expected: Name) -> None:
    assert split_name(written) == expected


@given(st.text(max_size=60))
def test_any_text_can_be_split(text: str) -> None:
    name = split_name(text)
    assert len(name.first) + len(name.last) <= 2 * len(text) + 2


def test_titles_leave_the_first_name() -> None:
    assert without_titles(texts("Dr. Max", "Anna", "MÜLLER-KRAFT", None)).rows() == [
        ("Max", "Dr."),
        ("Anna", None),
        ("Müller-Kraft", None),
        (None, None),
    ]


def test_emails_are_lower_case_and_of_valid_form() -> None:
    cells = texts(
        "A.B@X.de", "mailto:x@y.com", "müller@bücher.de", "bad@", "a..b@x.de", "<script>@x.de", "a b@x.de", None
    )
    assert as_emails(cells).to_list() == ["a.b@x.de", "x@y.com", "müller@bücher.de", None, None, None, None, None]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("030 123456", "+4930123456"),
        ("+49 (0)30 / 12 34-56", "+4930123456"),
        ("0049 30 123456", "+4930123456"),
        ("0171/1234567", "+491711234567"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("+43 1 58858", "+43158858"),
        ("12", None),
        ("keine", None),
    ],
)
def test_phones_become_e164(written: str, expected: str | None) -> None:
    assert as_phones(texts(written)).to_list() == [expected]


@given(st.from_regex(r"\A(\+49|0049|0)[1-9][0-9]{5,10}\Z"))
def test_the_quick_way_for_german_phones_agrees_with_phonenumbers(written: str) -> None:
    number = phonenumbers.parse(written.replace("0049", "+49", 1) if written.startswith("0049") else written, "DE")
    assert as_phones(texts(written)).to_list() == [
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Müller & Söhne GmbH & Co. KG",
        "Mueller und Soehne GmbH",
        "MÜLLER & SÖHNE",
        "Müller + Söhne GmbH",
        "Müller Söhne AG",
    ],
)
def test_the_legal_form_does_not_tell_companies_apart(name: str) -> None:
    assert company_key(name) == "muller sohne"


@pytest.mark.parametrize("name", ["KG", "GmbH", "&", "東京"])
def test_a_company_always_has_a_key(name: str) -> None:
    assert company_key(name)


def test_countries_by_name_or_code() -> None:
    written = ["Deutschland", "Germany", "de", "Österreich", "United States", "USA", "Philipines"]
    assert [country_code(name) for name in written] == ["DE", "DE", "DE", "AT", "US", "US", None]


def test_salutations_in_one_language() -> None:
    assert as_salutations(texts("Mr.", "Frau", "w", "Hallo", None)).to_list() == ["Herr", "Frau", "Frau", "Hallo", None]


PIECES = st.sampled_from([
    "Müller", "MUELLER", "Söhne", "&", "und", "and", "GmbH", "g m b h", "G.m.b.H.", "& Co. KG", "AG", "A G", "Straße",
    "Ægir", "ÎLE", "№ 5", "™", "東京", "e.V.", "B", "C", "-", "'", "ﬁne", "\u0301", "  ", "Holding", "und Partner",
])  # fmt: skip


@given(st.lists(st.lists(PIECES, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=20))
def test_companies_get_the_same_keys_one_by_one_and_all_at_once(names: list[str]) -> None:
    assert company_keys(pl.Series(names)).to_list() == [company_key(name) for name in names]
