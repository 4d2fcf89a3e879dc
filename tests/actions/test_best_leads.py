"""Whom to call first: the best open leads, asked for in the words of other intents."""

from typing import Any

import pytest

from actions.cues import wants_best


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("mach mir eine liste der besten leads", "list_anti_personas"),
        ("wen soll ich heute anrufen", "out_of_scope"),
        ("zeig mir die vielversprechendsten kontakte", "default_fallback"),
    ],
)
def test_the_best_leads_are_listed_and_the_first_is_approached(talk: Any, text: str, intent: str) -> None:
    answer = talk.say(text, intent)
    first = answer["table"]["rows"][0][1]
    assert answer["text"].startswith("Am meisten verspricht") and first in answer["text"]
    assert len(answer["table"]["rows"]) == 5 and "Gereiht nach" in answer["evidence"][0]
    approach = talk.say("den ersten", "choose_option")
    assert approach["kind"] == "approach" and approach["card"]["title"] == first


def test_the_next_ones_follow_why_is_told_and_a_firm_narrows_them(talk: Any) -> None:
    first = talk.say("welche leads sind die besten? beste leads", "list_anti_personas")["table"]["rows"]
    second = talk.press("Weitere")["table"]["rows"]
    assert second[0][0] == "6" and not {row[1] for row in first} & {row[1] for row in second}
    assert "abzüglich Aufwand" in talk.say("warum", "explain_reason")["text"]
    talk.say("wen soll ich anrufen", "out_of_scope")
    assert " bei Nordwerk" in talk.say("und bei Nordwerk?", "follow_up", company="Nordwerk")["text"]


def test_in_english(english: Any) -> None:
    answer = english.say("who should i call first", "out_of_scope")
    assert answer["text"].startswith("Most promising is ")
    assert english.labels()[0] == "How do I reach the first?"


@pytest.mark.parametrize(
    "text",
    [
        "welche leads lohnen sich nicht",
        "wen rufe ich bei bosch an",
        "who should i contact at siemens",
        "beste zeit für herrn meier",
        "welche top leads kann ich mir sparen",
        "which of the hot leads should we drop",
    ],
)
def test_other_questions_are_not_taken_for_it(text: str) -> None:
    assert not wants_best(text)


@pytest.mark.parametrize("text", ["weitere", "mehr", "und die nächsten", "show me more"])
def test_the_list_is_leafed_through_in_words(talk: Any, text: str) -> None:
    first = talk.say("wen soll ich anrufen", "out_of_scope")["table"]["rows"]
    answer = talk.say(text, "stop")
    second = answer["table"]["rows"]
    assert answer["text"].startswith("Platz 6 bis 10 von ")
    assert second[0][0] == "6" and second[0][1] not in {row[1] for row in first}
    assert talk.say(text, "help")["table"]["rows"][0][0] == "11"


def test_behind_the_last_page_the_list_is_said_to_end(talk: Any) -> None:
    talk.say("beste leads bei nordwerk", "list_anti_personas", company="nordwerk")
    assert talk.say("weitere", "stop")["text"] == "Das waren alle."
