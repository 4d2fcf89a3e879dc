"""Numbers: the right measure for the right people, each with n and interval; no order that the data do not bear."""

import re
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("text", "names", "measure", "by"),
    [
        ("wie viele kontakte haben wir insgesamt", {}, "contacts", None),
        ("wieviele kontakte stecken in persona 2", {"persona": "persona 2"}, "contacts", None),
        ("Wie hoch ist die Conversion Rate bei Persona 1?", {"persona": "Persona 1"}, "outcome_rate", None),
        ("welche persona bringt am meisten umsatz", {}, "revenue", "persona"),
        ("Wie viele Vertriebsleiter haben wir in der Datenbank?", {}, "contacts", None),
        ("antwortquote linkedin insgesamt?", {}, "response_rate", None),
        ("was zahlt so ein kunde aus persona 1 im schnitt", {"persona": "persona 1"}, "revenue", None),
        ("welche persona performt am schlechtesten", {}, "outcome_rate", "persona"),
        ("Conversion je Branche", {}, "outcome_rate", "industry"),
        ("wieviel prozent der leute antworten aufs telefon", {}, "response_rate", None),
        ("wie viele leads aus dem maschinenbau haben im letzten jahr gekauft", {}, "customers", None),
        ("wie viele kunden je branche", {}, "customers", "industry"),
        ("wie viele prozent der leads kaufen", {}, "outcome_rate", None),
        ("Antwortquote je Kanal", {}, "response_rate", "channel"),
    ],
)
def test_german_words_lead_to_the_measure_and_the_group(
    talk: Any, text: str, names: dict[str, str], measure: str, by: str | None
) -> None:
    answer = talk.say(text, "ask_statistics", **names)
    assert (answer["details"]["measure"], answer["details"]["by"]) == (measure, by), answer["text"]


@pytest.mark.parametrize(
    ("text", "names", "measure", "by"),
    [
        ("how many contacts are in persona 2", {"persona": "persona 2"}, "contacts", None),
        ("What's the conversion rate of Persona 1?", {"persona": "Persona 1"}, "outcome_rate", None),
        ("which persona brings in the most revenue", {}, "revenue", "persona"),
        ("what does a customer in persona 1 pay on average", {"persona": "persona 1"}, "revenue", None),
        ("which persona performs worst", {}, "outcome_rate", "persona"),
        ("which channel has the best response rate", {}, "response_rate", "channel"),
        ("how many leads bought last year", {}, "customers", None),
        ("revenue by company size", {}, "revenue", "company_size"),
    ],
)
def test_english_words_lead_to_the_measure_and_the_group(
    english: Any, text: str, names: dict[str, str], measure: str, by: str | None
) -> None:
    answer = english.say(text, "ask_statistics", **names)
    assert (answer["details"]["measure"], answer["details"]["by"]) == (measure, by), answer["text"]


def test_a_rate_comes_with_interval_counts_and_date(talk: Any) -> None:
    answer = talk.say("abschlussquote gesamt", "ask_statistics")
    assert re.search(r"Abschlussquote insgesamt: \d+\s%.*\d+\s% bis \d+\s%", answer["text"])
    assert re.search(r"\d+ von \d+ Kontakten", answer["reasons"][0])
    assert re.search(r"Datenstand \d", answer["evidence"][0])


def test_the_persona_that_is_named_is_remembered(talk: Any) -> None:
    answer = talk.say("umsatz persona 2", "ask_statistics", persona="persona 2")
    assert "Persona 2" in answer["text"]
    assert talk.slots["persona_id"]


def test_a_number_of_a_persona_agrees_with_its_profile(talk: Any) -> None:
    profile = talk.say("beschreib persona 1", "describe_persona", persona="persona 1")
    n = re.search(r"n = ([\d.]+)", profile["text"])
    answer = talk.say("wie viele kontakte hat persona 1", "ask_statistics", persona="persona 1")
    assert n and answer["details"]["n"] == int(n[1].replace(".", ""))


def test_the_largest_persona_is_counted_not_tested(talk: Any) -> None:
    answer = talk.say("welche persona ist die größte", "ask_statistics")
    assert answer["text"].startswith("Am größten ist Persona")


def test_a_lead_is_called_borne_out_only_where_it_is(talk: Any) -> None:
    """Few contacts per region differ by chance; whether so is said before any name."""
    answer = talk.say("welche region hat die höchste abschlussquote", "ask_statistics")
    assert answer["details"]["by"] == "region"
    assert re.match(r"Kein Unterschied ist belegt|Am höchsten bei|Abschlussquote: Es gibt keine zwei", answer["text"])
    if answer["text"].startswith("Am höchsten"):
        assert "Belegt ist der Abstand" in answer["text"] or "Abstand zu allen anderen" in answer["text"]


def test_several_personas_are_shown_beside_one_another(talk: Any) -> None:
    answer = talk.say("umsatz von persona 1 und persona 2", "ask_statistics", persona=["persona 1", "persona 2"])
    assert [row[0][:9] for row in sorted(answer["table"]["rows"])] == ["Persona 1", "Persona 2"]


def test_what_no_field_holds_is_not_made_up(talk: Any) -> None:
    answer = talk.say("wie hoch ist die öffnungsrate", "ask_statistics")
    assert "kein Feld" in answer["text"]
    assert len(talk.labels()) >= 3


def test_no_measure_at_all_offers_some(english: Any) -> None:
    answer = english.say("numbers please", "ask_statistics")
    assert answer["kind"] == "choices"
    pressed = english.press("conversion rate")
    assert pressed["details"]["measure"] == "outcome_rate"
    by_persona = english.press("conversion rate by persona")
    assert by_persona["table"]


def test_revenue_is_not_split_by_channel(talk: Any) -> None:
    answer = talk.say("umsatz je kanal", "ask_statistics")
    assert "lässt sich nicht aufteilen" in answer["text"]


def test_an_unknown_persona_offers_those_there_are(talk: Any) -> None:
    answer = talk.say("umsatz von persona Xanthippe", "ask_statistics", persona="Xanthippe")
    assert answer["kind"] == "choices"
    assert "Xanthippe" in answer["text"]


def test_the_same_number_for_another_persona(talk: Any) -> None:
    talk.say("abschlussquote persona 1", "ask_statistics", persona="persona 1")
    answer = talk.say("und persona 2?", "follow_up", persona="persona 2")
    assert answer["details"]["measure"] == "outcome_rate"
    assert "Persona 2" in answer["text"]


def test_one_persona_after_a_look_at_all_is_told_alone_and_drawn_among_all(talk: Any) -> None:
    talk.say("welche persona bringt am meisten umsatz", "ask_statistics")
    answer = talk.say("und bei persona 2?", "follow_up", persona="persona 2")
    assert answer["text"].startswith("Umsatz je Kunde bei Persona 2")
    assert len(talk.say("zeig mir das als diagramm", "show_chart")["table"]["rows"]) > 1


def test_the_worst_after_the_best_and_what_suits_it(talk: Any) -> None:
    best = talk.say("welche persona kauft am ehesten, welche ist die beste", "ask_statistics")
    worst = talk.say("und die schlechteste?", "out_of_scope")
    assert worst["kind"] == "statistics" and worst["details"]["first"] != best["details"]["first"]
    assert str(talk.slots["persona_id"]) == worst["details"]["first"]
    assert talk.say("was soll ich denen schicken", "ask_content")["kind"] == "content"


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("welche persona kauft am häufigsten", "Am höchsten"),
        ("which persona buys most often", "Am höchsten"),
        ("welche kauft am seltensten", "Am niedrigsten"),
    ],
)
def test_most_and_least_often_are_orders(talk: Any, text: str, begin: str) -> None:
    assert talk.say(text, "ask_statistics")["text"].startswith(begin)


def test_the_size_of_the_company_spoken_of(talk: Any) -> None:
    talk.say("welche persona hat sabine meier", "match_persona", contact="sabine meier")
    assert "Sabine Meier" in talk.say("wie groß ist die firma", "ask_statistics")["text"]
