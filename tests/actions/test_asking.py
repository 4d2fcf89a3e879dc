"""The three core questions: answer first, then reasons with numbers, then the next step, and what it rests on."""

import re
from typing import Any

import pytest
from sqlalchemy import Engine, select

from actions.answers import approach_answer
from persona_store.database import session_scope
from persona_store.database.models import Audit, Contact
from persona_store.guidance import approach_role


def test_a_match_names_the_persona_and_its_probability_first(talk: Any) -> None:
    answer = talk.say("zu welcher persona passt sabine meier", "match_persona", contact="sabine meier")
    assert answer["kind"] == "match"
    assert re.search(r"Sabine Meier .*Persona \d „.+“.*\d+\s?%", answer["text"])


def test_a_match_gives_reasons_with_shares_lift_and_n(talk: Any) -> None:
    answer = talk.say("persona von sabine meier", "match_persona", contact="sabine meier")
    assert answer["reasons"]
    assert all(re.search(r"\d+\s?%.*\d+,\d×.*n = \d", reason) for reason in answer["reasons"])


def test_a_match_says_which_data_it_rests_on_and_offers_what_is_next(talk: Any) -> None:
    answer = talk.say("persona von sabine meier", "match_persona", contact="sabine meier")
    assert re.search(r"\d+ Kontakte, Datenstand \d", answer["evidence"][0])
    assert answer["next_step"]
    assert 2 <= len(answer["choices"]) <= 3


def test_a_question_that_names_the_right_persona_is_answered_with_yes(talk: Any) -> None:
    found = talk.say("persona von sabine meier", "match_persona", contact="sabine meier")["details"]["persona"]
    text = f"passt sabine meier zu Persona {found}?"
    answer = talk.say(text, "match_persona", contact="sabine meier", persona=f"Persona {found}")
    assert answer["text"].startswith("Ja")


def test_a_question_that_names_a_wrong_persona_is_answered_with_no(talk: Any) -> None:
    found = talk.say("persona von sabine meier", "match_persona", contact="sabine meier")["details"]["persona"]
    wrong = f"Persona {1 if found != 1 else 2}"
    answer = talk.say(f"passt sabine meier zu {wrong}?", "match_persona", contact="sabine meier", persona=wrong)
    assert answer["text"].startswith("Nein")


def test_a_persona_that_does_not_exist_is_said_to_be_missing(talk: Any) -> None:
    text = "passt sabine meier zur Persona Xanthippe?"
    answer = talk.say(text, "match_persona", contact="sabine meier", persona="Xanthippe")
    assert "„Xanthippe“ gibt es nicht" in answer["text"]


def test_two_questions_in_one_breath_get_two_answers(talk: Any) -> None:
    text = "passt frau meier von rosch zur persona geschäftsführer? wie erreich ich die?"
    talk.say(text, "match_persona", contact="meier", company="rosch")
    assert [answer["kind"] for answer in talk.answers] == ["match", "approach"]
    assert all("Sabine Meier" in answer["text"] for answer in talk.answers)


def test_a_role_is_matched_by_what_it_says_alone(talk: Any) -> None:
    answer = talk.say("welche persona ist ein it-leiter", "match_persona")
    assert answer["kind"] == "match"
    assert "it-leiter" in answer["text"]


def test_an_anti_persona_is_told_with_both_verdicts_apart(talk: Any) -> None:
    answer = talk.say("ist der lead jan schulze nur auf whitepaper aus?", "check_anti_persona", contact="jan schulze")
    assert answer["kind"] == "antipersona"
    assert "Jan Schulze" in answer["text"]
    assert any(reason.startswith("Kauf:") for reason in answer["reasons"])
    assert any(reason.startswith("Wert:") for reason in answer["reasons"])


@pytest.mark.parametrize(
    "said",
    ["sind it-leiter anti-personas?", "lohnt sich ein it-leiter", "ist der lead it-leiter nur auf whitepaper aus?"],
)
def test_whether_a_role_pays_is_judged_by_what_the_data_say_of_it(talk: Any, said: str) -> None:
    answer = talk.say(said, "check_anti_persona")
    assert answer["kind"] == "lead"
    assert answer["details"]["anti_persona"] is False
    assert any("IT" in reason and "n = " in reason for reason in answer["reasons"])
    assert "Anti-Persona" in talk.say("und ein einkäufer?", "follow_up")["text"]
    assert talk.say("und wie erreiche ich den?", "ask_approach")["kind"] == "approach"


def test_a_role_is_approached_with_channels_by_rate(talk: Any) -> None:
    answer = talk.say("wie spreche ich einen it-leiter an", "ask_approach")
    assert answer["kind"] == "approach"
    assert len(answer["reasons"]) >= 2
    assert all(re.search(r"\d+\s?%", reason) for reason in answer["reasons"])
    assert {fact["label"] for fact in answer["card"]["facts"]} >= {"Ton", "Vermeide"}


def test_a_channel_in_the_question_is_compared_with_the_best(talk: Any) -> None:
    answer = talk.say("erreiche ich einen it-leiter per telefon?", "ask_approach")
    assert "am Telefon" in answer["text"]


def test_a_persona_is_approached_by_its_number(talk: Any) -> None:
    answer = talk.say("wie spreche ich Persona 2 an?", "ask_approach", persona="Persona 2")
    assert answer["kind"] == "approach"
    assert "Persona" in answer["text"]


def test_all_personas_come_as_a_table(talk: Any) -> None:
    answer = talk.say("welche personas haben wir", "list_personas")
    assert answer["kind"] == "personas"
    columns, rows = answer["table"]["columns"], answer["table"]["rows"]
    assert len(rows) >= 2
    assert all(len(row) == len(columns) for row in rows)


def test_one_persona_comes_with_weights_and_what_it_wants(talk: Any) -> None:
    answer = talk.say("beschreib mir Persona 2", "describe_persona", persona="Persona 2")
    assert answer["kind"] == "persona"
    assert any("Gewicht" in reason for reason in answer["reasons"])
    assert {fact["label"] for fact in answer["card"]["facts"]} >= {"Anteil am Markt", "Bester Kanal"}


def test_an_unknown_persona_number_offers_those_that_exist(talk: Any) -> None:
    answer = talk.say("beschreib Persona 77", "describe_persona", persona="Persona 77")
    assert answer["kind"] == "choices"
    assert len(talk.labels()) >= 2
    assert talk.press("Persona 1")["kind"] == "persona"


def test_the_answer_is_in_english_where_the_person_speaks_it(english: Any) -> None:
    answer = english.say("is emily clarke an anti-persona", "check_anti_persona", contact="emily clarke")
    assert answer["language"] == "en"
    assert any(reason.startswith("Purchase:") for reason in answer["reasons"])


def test_each_look_up_of_a_person_is_recorded_with_who_asked(talk: Any, store_with_personas: Engine) -> None:
    talk.conversation = "audited"
    talk.say("persona von sabine meier", "match_persona", contact="sabine meier")
    with session_scope(store_with_personas) as session:
        contact = session.scalars(select(Contact).where(Contact.last_name == "Meier", Contact.first_name == "Sabine"))
        known = {one.id for one in contact}
        last = session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
    assert (last.actor, last.action) == ("rep", "match")
    assert last.contact_id in known


def test_nobody_learns_anything_without_proof_of_who_asks(new_talk: Any) -> None:
    stranger = new_talk(trusted=False)
    answer = stranger.say("persona von sabine meier", "match_persona", contact="sabine meier")
    assert answer["kind"] == "error"
    assert "Meier" not in stranger.read()
    assert stranger.slots.get("contact_id") is None


def test_a_role_is_named_even_where_nobody_asked_in_words(store_with_personas: Engine) -> None:
    with session_scope(store_with_personas) as session:
        answer = approach_answer(approach_role(session, "sales", "head"), "de")
    assert "Vertrieb" in answer.text
