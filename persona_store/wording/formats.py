"""Numbers, shares, dates and lists as the language writes them."""

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

from persona_store.settings import Language

CURRENCY = "EUR"
MILLION = 1e6
SPOKEN_DIGITS = 2
NO_BREAK_SPACE = "\u00a0"


def number(value: float, language: Language, digits: int = 0) -> str:
    """`value` with thousands separators and at most `digits` decimals."""
    return format_decimal(round(value, digits), format="#,##0." + "#" * digits if digits else "#,##0", locale=language)


def percent(share: float, language: Language, digits: int = 0) -> str:
    """A share of 0 to 1 as percent, with at most `digits` decimals."""
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return format_percent(share, format=pattern + ("%" if language == "en" else NO_BREAK_SPACE + "%"), locale=language)


def score(value: float, language: Language) -> str:
    """A measure of quality between 0 and 1 with two decimals, the last zero too: "0,80"."""
    return format_decimal(value, format="0.00", locale=language)


def ratio(value: float, language: Language) -> str:
    """A factor such as a lift, with one decimal: "2,3x"."""
    return f"{format_decimal(value, format='#,##0.0', locale=language)}×"


def money(amount: float, language: Language) -> str:
    """An amount of money, rounded to what one says aloud: "150 €", "12.000 €", "3,1 Mio. €"."""
    if abs(amount) >= MILLION:
        return format_compact_currency(amount, CURRENCY, locale=language, fraction_digits=1)
    spoken = round(float(f"{amount:.{SPOKEN_DIGITS}g}"))  # whole, so that there is no "-0 €"
    return format_currency(
        spoken, CURRENCY, format="¤#,##0" if language == "en" else "#,##0 ¤", locale=language, currency_digits=False
    )


def day(value: date, language: Language) -> str:
    """A date in the usual short form of the language."""
    return format_date(value, format="medium", locale=language)


def joined(words: Sequence[str], language: Language) -> str:
    """The words as an enumeration: "a, b und c"."""
    return format_list(list(words), locale=language)
