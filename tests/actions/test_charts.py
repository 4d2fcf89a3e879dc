"""Pictures: the one that was meant, with its words and its numbers beside it, and one that can be drawn."""

from typing import Any

import pytest

from persona_store.draw import draw


def check(answer: dict[str, Any]) -> None:
    """Whoever cannot see the picture has the same numbers in words and in a table."""
    assert answer["kind"] == "chart", answer["text"]
    assert answer["table"]["rows"]
    assert answer["evidence"]
    assert draw("svg", [answer["chart"]])[0].startswith(b"<svg")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("zeig mir ein diagramm von persona 2", {"persona": "persona 2"}),
        ("tortendiagramm der personas", {}),
        ("Ich hätte gern einen Chart mit der Antwortquote je Persona", {}),
        ("plot umsatz persona 1", {"persona": "persona 1"}),
        ("zeig die verteilung der unternehmensgröße grafisch", {}),
        ("diagramm wert gegen aufwand", {}),
        ("kanäle von persona 1 als bild", {"persona": "persona 1"}),
        ("schaubild", {}),
        ("chart persona 2 nach branche", {"persona": "persona 2"}),
        ("kontakte je branche als balken", {}),
    ],
)
def test_german_words_lead_to_a_picture(talk: Any, text: str, names: dict[str, str]) -> None:
    answer = talk.say(text, "show_chart", **names)
    if "aufwand" in text and "chart" not in answer:  # too few customers in this store, which is said
        assert "fehlen Daten" in answer["text"]
    else:
        check(answer)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("draw persona 1", {"persona": "persona 1"}),
        ("chart of the segment sizes", {}),
        ("conversion rate by industry as a chart", {}),
        ("a picture of the channels", {}),
        ("bar chart of company size for persona 2", {"persona": "persona 2"}),
    ],
)
def test_english_words_lead_to_a_picture(english: Any, text: str, names: dict[str, str]) -> None:
    check(english.say(text, "show_chart", **names))


def test_what_was_just_answered_is_drawn(talk: Any) -> None:
    talk.say("umsatz je persona", "ask_statistics")
    answer = talk.say("kannst du mir das als diagramm zeigen", "show_chart")
    assert answer["details"]["measure"] == "revenue"
    check(answer)


def test_a_button_draws_the_numbers_it_stands_below(english: Any) -> None:
    english.say("conversion by industry", "ask_statistics")
    answer = english.press("As a chart")
    assert (answer["details"]["measure"], answer["details"]["by"]) == ("outcome_rate", "industry")
    check(answer)


def test_the_persona_last_spoken_of_is_drawn(talk: Any) -> None:
    talk.say("beschreib persona 3", "describe_persona", persona="persona 3")
    assert talk.say("bitte grafisch darstellen", "show_chart")["details"]["persona"] == 3


def test_a_persona_that_is_not_there_is_not_drawn(talk: Any) -> None:
    answer = talk.say("diagramm von Xanthippe", "show_chart", persona="Xanthippe")
    assert "Xanthippe" in answer["text"]
    assert "chart" not in answer


def test_a_change_of_mind_draws_the_other_persona(talk: Any) -> None:
    talk.say("diagramm persona 1", "show_chart", persona="persona 1")
    assert talk.say("nein, persona 2", "follow_up", persona="persona 2")["details"]["persona"] == 2
