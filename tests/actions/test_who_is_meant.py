"""Who is meant: names, choices told apart and picked from, roles, companies, personas."""

from typing import Any

import pytest


def test_several_of_one_name_become_choices_told_apart(talk: Any) -> None:
    answer = talk.say("welche persona hat müller", "match_persona", contact="müller")
    assert answer["kind"] == "choices"
    assert len(set(talk.labels())) >= 3
    assert all("Müller" in label for label in talk.labels())


def test_an_ordinal_picks_from_the_choices(talk: Any) -> None:
    talk.say("welche persona hat müller", "match_persona", contact="müller")
    second = talk.labels()[1].split(",")[0]
    answer = talk.say("den zweiten", "choose_option")
    assert answer["kind"] == "match"
    assert second in answer["text"]


def test_a_button_picks_and_keeps_the_question(talk: Any) -> None:
    talk.say("ist müller eine anti-persona", "check_anti_persona", contact="müller")
    answer = talk.press("Holger Müller")
    assert answer["kind"] == "antipersona"
    assert "Holger Müller" in answer["text"]


def test_a_word_that_only_one_label_has_picks_it(talk: Any) -> None:
    talk.say("welche persona hat müller", "match_persona", contact="müller")
    assert "Stefan Müller" in talk.say("den stefan", "choose_option")["text"]


def test_the_other_one_is_asked_for_again_until_it_is_clear(talk: Any) -> None:
    talk.say("welche persona hat müller", "match_persona", contact="müller")
    first = talk.labels()[0]
    talk.say("den ersten", "choose_option")
    answer = talk.say("nein den anderen", "choose_option")
    assert answer["kind"] == "choices"
    assert first not in talk.labels()


def test_a_number_beyond_the_choices_offers_them_again(talk: Any) -> None:
    talk.say("welche persona hat müller", "match_persona", contact="müller")
    offered = len(talk.labels())
    talk.say("nummer 9", "choose_option")
    assert len(talk.labels()) == offered


def test_a_button_of_an_earlier_answer_still_means_the_same_person(talk: Any) -> None:
    talk.say("welche persona hat müller", "match_persona", contact="müller")
    earlier = talk.answers
    talk.say("welche persona hat thomas weber", "match_persona", contact="thomas weber")
    talk.answers = earlier
    assert "Anja Müller" in talk.press("Anja Müller")["text"]


def test_picking_without_an_offer_says_so_and_offers_something(talk: Any) -> None:
    talk.say("den zweiten", "choose_option")
    assert talk.labels()


def test_an_unknown_name_is_repeated_and_a_way_on_is_shown(talk: Any) -> None:
    answer = talk.say("passt Xaverl Quibblewutz zu einer persona", "match_persona", contact="Xaverl Quibblewutz")
    assert "Quibblewutz" in answer["text"]
    assert answer["next_step"]


def test_a_typo_still_finds_the_person(talk: Any) -> None:
    answer = talk.say("whcih persona is emly clarke", "match_persona", contact="emly clarke")
    assert "Emily Clarke" in talk.read()
    assert answer["kind"] in ("match", "choices")


def test_a_missing_name_is_asked_for_and_then_enough(talk: Any) -> None:
    assert "?" in talk.say("welche persona ist das", "match_persona")["text"]
    answer = talk.say("Thomas Weber", "follow_up", contact="Thomas Weber")
    assert answer["kind"] == "match"


@pytest.mark.parametrize("intent", ["out_of_scope", "default_fallback"])
def test_a_name_that_was_asked_for_is_understood_even_when_the_intent_is_not(talk: Any, intent: str) -> None:
    talk.say("lohnt sich der lead", "check_anti_persona")
    assert talk.say("Thomas Weber", intent)["kind"] == "antipersona"


def test_a_name_that_nobody_recognised_as_one_is_found_in_the_words(talk: Any) -> None:
    answer = talk.say("persona für clarke?", "match_persona")
    assert "Emily Clarke" in answer["text"]


def test_a_salutation_leaves_out_those_it_does_not_fit(talk: Any) -> None:
    talk.say("welche persona hat frau müller", "match_persona", contact="müller")
    assert not any("Stefan Müller" in label or "Holger Müller" in label for label in talk.labels())
    assert any("Anja Müller" in label for label in talk.labels())


def test_a_word_taken_for_a_name_does_not_hide_the_name(talk: Any) -> None:
    text = "ich sitze gleich mit emily clarke zusammen, welche persona ist das"
    assert "Emily Clarke" in talk.say(text, "match_persona", contact=["sitze", "emily clarke"])["text"]


def test_a_word_too_many_in_the_name_does_no_harm(talk: Any) -> None:
    text = "what are the odds of emily clarke signing?"
    assert "Emily Clarke" in talk.say(text, "check_anti_persona", contact="emily clarke signing")["text"]


def test_a_role_taken_for_a_name_is_a_role(talk: Any) -> None:
    answer = talk.say("how do i talk with people in accounting", "ask_approach", contact="accounting")
    assert answer["kind"] == "approach"


def test_a_person_in_a_question_for_a_persona_is_matched(talk: Any) -> None:
    text = "ist emily clarke ne Persona 3"
    answer = talk.say(text, "describe_persona", contact="emily clarke", persona="Persona 3")
    assert answer["kind"] == "match"


def test_a_first_name_picks_from_the_open_choices(talk: Any) -> None:
    talk.say("welche persona hat müller", "match_persona", contact="müller")
    assert "Holger Müller" in talk.say("holger", "follow_up", contact="holger")["text"]


def test_the_other_ones_left_can_be_picked_by_name(talk: Any) -> None:
    talk.say("welche persona hat müller", "match_persona", contact="müller")
    talk.say("den ersten", "choose_option")
    talk.say("nein den anderen", "choose_option")
    assert talk.say("anja", "default_fallback")["kind"] == "match"


def test_a_channel_said_while_it_is_open_who_is_meant_is_kept(talk: Any) -> None:
    talk.say("wie erreiche ich müller", "ask_approach", contact="müller")
    talk.say("per telefon", "follow_up")
    answer = talk.press("Anja Müller")
    assert answer["kind"] == "approach"
    assert "Telefon" in answer["text"]


def test_a_channel_taken_for_a_name_is_a_channel(talk: Any) -> None:
    talk.say("wie erreiche ich thomas weber", "ask_approach", contact="thomas weber")
    answer = talk.say("oder persönlich?", "match_persona", contact="persönlich")
    assert answer["kind"] == "approach"
    assert "Thomas Weber" in answer["text"]


def test_a_role_at_a_company_is_the_person_who_has_it(talk: Any) -> None:
    answer = talk.say("wie erreiche ich den vertriebsleiter von nordwerk", "ask_approach", company="nordwerk")
    assert "Anja Müller" in answer["text"]


def test_the_people_at_a_company_are_offered(talk: Any) -> None:
    talk.say("welche persona haben die leute bei nordwerk", "match_persona", company="nordwerk")
    assert len(talk.labels()) >= 4


def test_a_number_picks_from_the_list_of_personas(talk: Any) -> None:
    talk.say("welche personas haben wir", "list_personas")
    answer = talk.say("die zweite", "choose_option")
    assert answer["kind"] == "persona"
    assert "Persona 2" in answer["text"]


def test_a_number_picks_after_an_unknown_persona(english: Any) -> None:
    english.say("describe persona 77", "describe_persona", persona="persona 77")
    assert "Persona 2" in english.say("2", "choose_option")["text"]


def test_a_role_leads_to_the_persona_its_people_mostly_are(talk: Any) -> None:
    talk.say("beschreib Persona 1", "describe_persona", persona="Persona 1")
    text = talk.say("beschreibe die vertriebsleiter", "describe_persona")["text"]
    assert "Vertrieb" in text


def test_the_head_at_a_company_comes_before_the_staff(english: Any) -> None:
    text = "is the head of it at nordwerk worth it?"
    assert "Katharina Müller-Lüdenscheid" in english.say(text, "check_anti_persona", company="nordwerk")["text"]


def test_another_number_of_the_same_list_follows(talk: Any) -> None:
    talk.say("welche personas haben wir", "list_personas")
    talk.say("die zweite", "choose_option")
    assert "Persona 1" in talk.say("und nummer 1?", "follow_up")["text"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("how do I reach meier from rosch", "ask_approach"),
        ("wie erreiche ich meier von der rosch", "ask_approach"),
        ("does Meier at Rosch match?", "match_persona"),
    ],
)
def test_a_firm_that_was_overlooked_still_tells_who_is_meant(talk: Any, text: str, intent: str) -> None:
    answer = talk.say(text, intent, contact=next(word for word in text.split() if word.lower() == "meier"))
    assert "Sabine Meier" in answer["text"]


def test_what_stands_behind_a_name_need_not_be_a_firm(talk: Any) -> None:
    talk.say("wie erreiche ich thomas weber von gestern", "ask_approach", contact="thomas weber")
    assert "Thomas Weber" in talk.read()


def test_a_surname_of_many_means_the_one_last_spoken_of(talk: Any) -> None:
    first = talk.say("welche persona hat müller", "match_persona", contact="müller")
    assert first["kind"] == "choices"
    chosen = talk.say("den zweiten", "choose_option")["card"]["title"]
    assert talk.say("wie erreiche ich müller", "ask_approach", contact="müller")["card"]["title"] == chosen
    assert talk.say("und der andere müller?", "follow_up", contact="müller")["kind"] == "choices"
