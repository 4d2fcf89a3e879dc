"""How people say how often, and what a correction denies."""

import pytest

from persona_store.leads.cues import age_in, says, times_in
from persona_store.leads.facts import without_denied


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("dreimal", 3),
        ("nie", 0),
        ("once", 1),
        ("twice", 1),
        ("5x", 3),
        ("mehrfach", 3),
        ("never", 0),
        ("vielleicht", None),
    ],
)
def test_how_often(text: str, times: int | None) -> None:
    assert times_in(text) == times


@pytest.mark.parametrize(("text", "times"), [("0", 0), ("1", 1), ("2", 1), ("3", 3), ("70", 3)])
def test_a_bare_number_counts_where_it_was_asked_for(text: str, times: int) -> None:
    assert times_in(text, bare=True) == times


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("nein, 80 nicht 800", "80"),
        ("80 not 800 employees", "80 employees"),
        ("nicht Vertrieb, sondern Einkauf", "Einkauf"),
        ("Einkauf statt Vertrieb", "Einkauf"),
        ("hat nicht reagiert", "hat nicht reagiert"),
        ("kein Student", "kein Student"),
    ],
)
def test_what_a_correction_denies_is_no_fact(text: str, left: str) -> None:
    assert without_denied(text).removeprefix("nein, ").strip(" ,") == left


@pytest.mark.parametrize("text", ["weiß nicht", "weis nich", "weiß ich leider nicht", "keine Ahnung", "idk", "no clue"])
def test_not_knowing(text: str) -> None:
    assert says("unknown", text)


def test_an_age_is_read() -> None:
    assert (age_in("Rentnerin, 67 Jahre"), age_in("aged 45"), age_in("80 Mitarbeiter")) == (67, 45, None)
