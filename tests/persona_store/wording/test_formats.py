"""Amounts and shares as the language writes them."""

import pytest

from persona_store.settings import Language
from persona_store.wording import money, percent


@pytest.mark.parametrize(
    ("amount", "language", "shown"),
    [
        (49.66, "de", "50 €"),
        (1802.17, "de", "1.800 €"),
        (1802.17, "en", "€1,800"),
        (3141592.0, "de", "3,1 Mio. €"),
        (0.0, "en", "€0"),
    ],
)
def test_money_is_rounded_to_what_one_says_aloud(amount: float, language: Language, shown: str) -> None:
    assert money(amount, language).replace("\xa0", " ") == shown


@pytest.mark.parametrize(("language", "shown"), [("de", "35,4\u00a0%"), ("en", "35.4%")])
def test_a_share_is_written_as_the_language_does(language: Language, shown: str) -> None:
    assert percent(0.354, language, 1) == shown
