"""What people say after an answer, in a hurry: the next of a list, "he", "which persona is that", yes and yes."""

from typing import Any

import pytest


def test_those_offered_stay_open_when_the_question_changes(talk: Any) -> None:
    talk.say("welche personas haben wir", "list_personas")
    talk.say("die zweite", "choose_option")
    assert talk.say("wie spreche ich die an", "ask_approach")["kind"] == "approach"
    third = talk.say("und die dritte?", "follow_up")
    name = talk.say("beschreib persona 3", "describe_persona", persona="persona 3")["text"].split("„")[1].split("“")[0]
    assert third["kind"] == "approach"
    assert name in third["text"]


def test_more_about_one_of_the_list_then_what_sets_it_apart_from_another(talk: Any) -> None:
    talk.say("welche personas haben wir", "list_personas")
    answer = talk.say("erzähl mir mehr über die dritte", "describe_persona")
    assert answer["kind"] == "persona"
    third = answer["text"].split("„")[1].split("“")[0]
    both = talk.say("was unterscheidet die von der ersten", "compare_personas")
    assert both["text"].startswith("Persona") and third in both["text"]


def test_a_question_while_it_is_open_who_is_meant_is_about_those_offered(talk: Any) -> None:
    talk.say("wie erreiche ich sabine meier", "ask_approach", contact="sabine meier")
    talk.say("welche persona hat müller", "match_persona", contact="müller")
    assert talk.say("lohnt sich der", "check_anti_persona")["kind"] == "choices"
    assert talk.say("den zweiten", "choose_option")["kind"] == "antipersona"


def test_their_colleagues_while_it_is_open_who_is_meant_are_not_those_of_somebody_else(talk: Any) -> None:
    talk.say("wie erreiche ich sabine meier", "ask_approach", contact="sabine meier")
    talk.say("welche persona hat müller", "match_persona", contact="müller")
    assert talk.say("wer entscheidet da noch mit", "ask_buying_center")["kind"] == "choices"
    assert talk.say("den zweiten", "choose_option")["kind"] == "centre"


def test_he_is_the_person_spoken_of(talk: Any) -> None:
    talk.say("wie erreiche ich thomas weber", "ask_approach", contact="thomas weber")
    answer = talk.say("ist er ein student", "check_anti_persona")
    assert answer["kind"] == "antipersona"
    assert "Thomas Weber" in answer["text"]


def test_the_persona_of_the_role_just_asked_about(english: Any) -> None:
    english.say("which persona is thomas weber", "match_persona", contact="thomas weber")
    english.say("how do I approach a head of IT", "ask_approach")
    answer = english.say("which persona would that be", "match_persona")
    assert answer["kind"] == "match"
    assert "“head of IT”" in answer["text"]


def test_yes_and_yes_again_comes_to_an_end(talk: Any) -> None:
    talk.say("welche persona ist thomas weber", "match_persona", contact="thomas weber")
    kinds = [talk.say("ja", "affirm")["kind"] for _ in range(3)]
    assert kinds == ["approach", "antipersona", "talk"]


def test_a_persona_that_does_not_exist_is_said_to_be_none(talk: Any) -> None:
    answer = talk.say("persona 99", "match_persona", persona="persona 99")
    assert answer["kind"] == "choices"
    assert "99" in answer["text"]


def test_and_when_is_about_the_time_alone(talk: Any, english: Any) -> None:
    talk.say("passt sabine meier zu persona 1? wie erreiche ich sie?", "match_persona", contact="sabine meier")
    answer = talk.say("und wann?", "follow_up")
    assert [one["kind"] for one in talk.answers] == ["approach"]
    assert "Zeit" in answer["text"] and "n =" in answer["text"]
    assert "erreichst du am besten" in answer["reasons"][0]
    assert "Zeit" not in talk.say("und per mail?", "follow_up")["text"]
    asked = english.say("when is the best time to call sabine meier", "ask_approach", contact="sabine meier")
    assert "time" in asked["text"]
    assert "when" not in english.say("and how do I reach her?", "ask_approach")["text"]


def test_what_those_on_the_list_cost(talk: Any) -> None:
    talk.say("welche leads in der pipeline sind anti-personas?", "list_anti_personas")
    assert talk.say("und wieviel kostet uns das", "ask_statistics")["kind"] == "pipeline"
    assert talk.say("was kostet uns persona 1?", "ask_statistics", persona="persona 1")["kind"] == "statistics"


@pytest.mark.parametrize(
    "said", ["und Möchlichn Susana?", "und Quibblewutz?", "and Susana Möchlichn", "und xaverl quibblewutz"]
)
def test_a_name_nobody_bears_is_not_answered_about_the_one_before(talk: Any, said: str) -> None:
    talk.say("welche persona ist thomas weber", "match_persona", contact="thomas weber")
    answer = talk.say(said, "follow_up")
    assert answer["kind"] == "error"
    assert "Thomas Weber" not in answer["text"]
    as_persona = talk.say(said, "follow_up", persona=" ".join(said.strip("?").split()[1:]))
    assert as_persona["kind"] == "error"


@pytest.mark.parametrize("said", ["und nun?", "und sonst?", "Genauer?", "and otherwise?"])
def test_the_same_once_more_where_nobody_is_named(talk: Any, said: str) -> None:
    talk.say("welche persona ist thomas weber", "match_persona", contact="thomas weber")
    assert "Thomas Weber" in talk.say(said, "follow_up")["text"]


def test_what_is_asked_behind_and_is_about_the_same(talk: Any) -> None:
    talk.say("was interessiert persona 2", "ask_content", persona="persona 2")
    answer = talk.say("und welche kanäle", "default_fallback")
    assert answer["kind"] == "approach"
    assert "erreichst du am besten" in answer["text"]


def test_what_suits_a_role_is_told_by_its_persona(english: Any) -> None:
    answer = english.say("what should I send an IT manager", "ask_content")
    assert answer["kind"] == "match"
    assert [one["kind"] for one in english.answers] == ["match", "content"]
    english.say("whats next for an IT manager", "ask_next_message")
    assert english.say("in the awareness phase", "follow_up", phase="awareness")["kind"] == "next"


def test_what_varies_no_number_is_no_name(talk: Any) -> None:
    talk.say("abschlussquote gesamt", "ask_statistics")
    assert "und im gebirge" not in talk.say("und im gebirge", "follow_up")["text"]


@pytest.mark.parametrize("intent", ["follow_up", "ask_buying_center"])
def test_a_persons_name_taken_for_a_companys_is_the_persons(talk: Any, intent: str) -> None:
    talk.say("wer sitzt bei nordwerk im buying center", "ask_buying_center", company="nordwerk")
    assert "Thomas Weber" in str(talk.say("und thomas weber?", intent, company="thomas weber"))


@pytest.mark.parametrize("text", ["und um wieviel uhr", "eher vormittags?", "and in the morning or in the evening?"])
def test_a_time_of_day_goes_on_about_the_one_spoken_of(talk: Any, text: str) -> None:
    talk.say("wie erreiche ich sabine meier", "ask_approach", contact="sabine meier")
    answer = talk.say(text, "follow_up")
    assert answer["kind"] == "approach" and "Sabine Meier" in talk.read()


def test_the_phase_of_a_person_whose_name_is_taken_for_a_company(talk: Any) -> None:
    answer = talk.say("in welcher phase ist Sabine Meier", "ask_journey_phase", company="Sabine Meier")
    assert answer["kind"] == "journey" and "Sabine Meier" in answer["text"]
    assert "Xanthippe AG" in talk.say("phase von Xanthippe AG", "ask_journey_phase", company="Xanthippe AG")["text"]
