"""Whom a message means that names nobody, or not the whole name: "him", "the other one", "the second", "at Bosch"."""

from typing import Any

import pytest


@pytest.mark.parametrize(("wish", "text"), [("de", "und wie erreich ich ihn?"), ("en", "and how do I reach him?")])
@pytest.mark.parametrize("intent", ["default_fallback", "follow_up", "ask_approach"])
def test_him_without_anybody_is_asked_about(new_talk: Any, wish: str, text: str, intent: str) -> None:
    answer = new_talk(wish=wish).say(text, intent)
    assert answer["kind"] == "talk"
    assert ("Wen" if wish == "de" else "Whom") in answer["text"]


@pytest.mark.parametrize("intent", ["default_fallback", "follow_up"])
def test_him_is_whom_the_talk_was_about_though_the_message_was_not_understood(talk: Any, intent: str) -> None:
    talk.say("welche persona ist thomas weber", "match_persona", contact="thomas weber")
    answer = talk.say("und wie erreich ich ihn", intent)
    assert answer["kind"] == "approach"
    assert "Thomas Weber" in answer["text"]


@pytest.mark.parametrize("intent", ["default_fallback", "follow_up"])
def test_her_is_one_of_those_open_to_choose_from(talk: Any, intent: str) -> None:
    talk.say("welche persona hat müller", "match_persona", contact="müller")
    offered = talk.labels()
    answer = talk.say("und wie erreich ich sie?", intent)
    assert answer["kind"] == "choices"
    assert len(talk.labels()) == len(offered)
    talk.press(talk.labels()[1])
    assert talk.answers[0]["kind"] == "approach"


def test_the_other_one_of_a_name_is_not_the_one_spoken_of(talk: Any) -> None:
    talk.say("wie erreiche ich anja müller von nordwerk", "ask_approach", contact="anja müller", company="nordwerk")
    talk.say("nee, die andere müller", "follow_up", contact="müller")
    assert talk.answers[0]["kind"] == "choices"
    assert not [label for label in talk.labels() if "Anja" in label]


@pytest.mark.parametrize(
    ("text", "intent", "kind"),
    [
        ("wie erreiche ich den zweiten?", "ask_approach", "approach"),
        ("welche persona ist der zweite?", "match_persona", "match"),
        ("den zweiten", "choose_option", "approach"),
    ],
)
def test_the_people_of_a_buying_centre_are_picked_by_their_place(talk: Any, text: str, intent: str, kind: str) -> None:
    rows = talk.say("wer entscheidet bei nordwerk", "ask_buying_center", company="nordwerk")["table"]["rows"]
    answer = talk.say(text, intent)
    assert answer["kind"] == kind
    assert rows[1][0] in answer["text"]


def test_a_company_that_nobody_knows_is_said_to_be_missing(talk: Any) -> None:
    talk.say("lohnt sich thomas weber?", "check_anti_persona", contact="thomas weber")
    answer = talk.say("und bei Xaverlbau?", "follow_up", company="Xaverlbau")
    assert "Eine Firma „Xaverlbau“ finde ich nicht" in answer["text"]


@pytest.mark.parametrize("entity", ["company", "contact"])
def test_whoever_is_at_a_company_is_no_person_of_its_name(talk: Any, entity: str) -> None:
    talk.say("lohnt sich thomas weber?", "check_anti_persona", contact="thomas weber")
    answer = talk.say("und bei Bosch?", "follow_up", **{entity: "Bosch"})
    assert "Eine Firma „Bosch“ finde ich nicht" in answer["text"]


def test_a_trade_in_the_name_of_an_unknown_company_is_no_role(talk: Any) -> None:
    talk.say("lohnt sich thomas weber?", "check_anti_persona", contact="thomas weber")
    answer = talk.say("und bei Talheim Bau?", "follow_up", company="Talheim Bau")
    assert "Eine Firma „Talheim Bau“ finde ich nicht" in answer["text"]


@pytest.mark.parametrize(
    ("wish", "text"), [("de", "wer gehört zum buying center?"), ("en", "who belongs to the buying center?")]
)
def test_whose_buying_centre_is_asked_and_a_bare_name_answers(new_talk: Any, wish: str, text: str) -> None:
    talk = new_talk(wish=wish)
    first = talk.say(text, "explain_concept", concept="buying center")
    assert "Welche" in first["next_step"] or "which" in first["next_step"].lower() or "Firma" in first["next_step"]
    answer = talk.say("Nordwerk", "inform", company="Nordwerk")
    assert answer["kind"] == "centre"
    assert "Nordwerk" in answer["text"]


def test_what_a_buying_centre_is_leads_nowhere_else(talk: Any) -> None:
    talk.say("was ist ein buying center?", "explain_concept", concept="buying center")
    assert talk.slots["last_question"]["kinds"] == ["concept"]


@pytest.mark.parametrize(
    ("text", "intent", "kind"),
    [
        ("is she a decision maker", "describe_lead", "centre"),
        ("und was sag ich ihr", "default_fallback", "next"),
        ("is she a student", "describe_lead", "antipersona"),
    ],
)
def test_words_tell_what_is_asked_about_the_one_spoken_of(talk: Any, text: str, intent: str, kind: str) -> None:
    talk.say("welche persona hat sabine meier", "match_persona", contact="sabine meier")
    assert talk.say(text, intent)["kind"] == kind
