"""Job titles become function and level, in German and English, in spite of typos and odd spellings."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona_store.lexicon import Role, normalise_title, normalise_titles

TITLES = list(csv.DictReader((Path(__file__).parent / "titles.csv").open(encoding="utf-8"), delimiter=";"))
TARGET = 0.95
FUNCTIONS = {
    "executive", "sales", "marketing", "it", "finance", "purchasing", "hr", "production", "logistics", "engineering",
    "legal", "support", "consulting", "student", "assistant", "other",
}  # fmt: skip
LEVELS = {"c_level", "head", "lead", "specialist", "junior", "unknown"}


@pytest.mark.parametrize("attribute", ["function", "level"])
def test_nearly_all_listed_titles_are_read_right(attribute: str) -> None:
    wrong = [row["title"] for row in TITLES if getattr(normalise_title(row["title"]), attribute) != row[attribute]]
    assert len(TITLES) >= 300
    assert 1 - len(wrong) / len(TITLES) >= TARGET, wrong


@pytest.mark.parametrize(
    ("title", "function", "level"),
    [
        ("Assistentin der Geschäftsführung", "assistant", "junior"),
        ("Geschäftsführer & Vertriebsleiter", "executive", "c_level"),
        ("CFO und Prokurist", "finance", "c_level"),
        ("Leiter IT und Organisation", "it", "head"),
        ("Inhaber / CEO", "executive", "c_level"),
        ("Bereichsleiter Logistik", "logistics", "head"),
        ("Vertriebs- und Marketingleiter", "sales", "head"),
        ("Hausmeister", "other", "specialist"),
        ("Verterbsleiterin (m/w/d)", "sales", "head"),
    ],
)
def test_the_head_word_decides_the_level(title: str, function: str, level: str) -> None:
    assert normalise_title(title) == Role(function, level)


@pytest.mark.parametrize(
    "spelling",
    ["Einkaufsleiter", "Einkaufsleiterin", "EINKAUFSLEITER", "Leiter:in Einkauf", "Leiter*in Einkauf",
     "LeiterIn Einkauf", "Leiter/-in Einkauf", "Leiter (m/w/d) Einkauf", "Einkaufs-Leiter",
     "Ltg. Einkauf", "AL Einkauf"],
)  # fmt: skip
def test_forms_of_gender_and_abbreviations_make_no_difference(spelling: str) -> None:
    assert normalise_title(spelling) == Role("purchasing", "head")


def test_umlauts_meet_their_other_spellings() -> None:
    roles = {normalise_title(spelling) for spelling in ("Geschäftsführer", "Geschaeftsfuehrer", "Geschaftsfuhrer")}
    assert roles == {Role("executive", "c_level")}


@pytest.mark.parametrize("title", ["", " ", "-", "n/a", "k.A.", "asdf", "???", "12345", "unbekannt", "\x00\u202e"])
def test_what_is_no_title_is_not_guessed(title: str) -> None:
    assert normalise_title(title) == Role("other", "unknown")


@given(st.text(max_size=400))
def test_any_text_has_a_role_of_the_contract(title: str) -> None:
    role = normalise_title(title)
    assert role.function in FUNCTIONS
    assert role.level in LEVELS


@pytest.mark.parametrize("title", ["Leiter " * 5000, "a" * 100_000, "/" * 100_000, "leiter" * 20_000, "(m/" * 50_000])
def test_hostile_length_is_cut(title: str) -> None:
    assert normalise_title(title).function in FUNCTIONS


def test_many_titles_keep_their_order() -> None:
    titles = ["CEO", "Azubi", "CEO"]
    assert normalise_titles(titles) == [normalise_title(title) for title in titles]
