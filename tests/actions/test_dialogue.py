"""How a talk goes on: the next question, why, another language, and ways out."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from persona_store.database import session_scope
from persona_store.database.models import Contact


def test_the_last_question_is_repeated_for_another_person(talk: Any) -> None:
    talk.say("wie erreiche ich thomas weber", "ask_approach", contact="thomas weber")
    answer = talk.say("und frau clarke?", "follow_up", contact="clarke")
    assert answer["kind"] == "approach"
    assert "Emily Clarke" in answer["text"]


def test_the_last_question_is_repeated_for_another_channel(talk: Any) -> None:
    talk.say("wie erreiche ich thomas weber", "ask_approach", contact="thomas weber")
    answer = talk.say("und per telefon?", "follow_up")
    assert "Thomas Weber" in answer["text"]
    assert "Telefon" in answer["text"]


def test_the_last_question_is_repeated_for_another_role(english: Any) -> None:
    english.say("how do i approach a head of it", "ask_approach")
    answer = english.say("what about the CFO?", "follow_up")
    assert answer["kind"] == "approach"
    assert "CFO" in answer["text"]


def test_another_question_about_the_same_person_needs_no_name(talk: Any) -> None:
    talk.say("zu welcher persona gehört thomas weber", "match_persona", contact="thomas weber")
    answer = talk.say("und wie erreich ich ihn?", "follow_up")
    assert answer["kind"] == "approach"
    assert "Thomas Weber" in answer["text"]


def test_a_change_of_mind_is_followed(talk: Any) -> None:
    talk.say("zu welcher persona passt thomas weber", "match_persona", contact="thomas weber")
    answer = talk.say("nein, ich meine Jan Schulze", "deny", contact="Jan Schulze")
    assert answer["kind"] == "match"
    assert "Jan Schulze" in answer["text"]


def test_yes_does_what_was_offered(talk: Any) -> None:
    talk.say("zu welcher persona passt thomas weber", "match_persona", contact="thomas weber")
    assert talk.say("ja gerne", "affirm")["kind"] == "approach"


def test_yes_without_an_offer_asks_what_is_wanted(talk: Any) -> None:
    assert "?" in talk.say("ja", "affirm")["text"]


def test_no_withdraws_the_choices(talk: Any) -> None:
    talk.say("welche persona hat müller", "match_persona", contact="müller")
    talk.say("nein", "deny")
    assert talk.slots["choices"] is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("persona von sabine meier", "match_persona"),
        ("ist sabine meier eine anti-persona", "check_anti_persona"),
        ("wie erreiche ich sabine meier", "ask_approach"),
    ],
)
def test_why_gives_more_reasons_and_then_the_method(talk: Any, text: str, intent: str) -> None:
    talk.say(text, intent, contact="sabine meier")
    first = talk.say("warum?", "explain_reason")
    assert first["kind"] == "reason"
    assert "Sabine Meier" in first["text"]
    assert first["reasons"]
    second = talk.say("warum?", "explain_reason")
    assert second["text"] != first["text"]


def test_why_before_any_answer_says_so(talk: Any) -> None:
    answer = talk.say("warum?", "explain_reason")
    assert talk.labels()
    assert answer["text"]


def test_why_about_somebody_explains_that_person(talk: Any) -> None:
    talk.say("welche personas haben wir", "list_personas")
    text = "warum ist jan schulze eine anti-persona?"
    answer = talk.say(text, "explain_reason", contact="jan schulze")
    assert answer["kind"] == "reason"
    assert "Jan Schulze" in answer["text"]


def test_the_language_that_was_asked_for_stays(talk: Any) -> None:
    assert talk.say("sprich bitte englisch", "change_language", written="de")["language"] == "en"
    answer = talk.say("zu welcher persona passt thomas weber", "match_persona", written="de", contact="thomas weber")
    assert answer["language"] == "en"
    assert talk.say("back to german please", "change_language", written="en")["language"] == "de"


def test_the_language_is_that_of_the_message_when_nothing_was_asked_for(new_talk: Any) -> None:
    stranger = new_talk(wish=None)
    assert stranger.say("how are you", "greet", written="en")["language"] == "en"
    assert stranger.say("danke", "thank")["language"] == "en"
    assert stranger.say("wer bist du denn", "bot_challenge", written="de")["language"] == "de"


def test_a_new_wish_from_the_page_is_followed_at_once(talk: Any) -> None:
    talk.say("sprich bitte englisch", "change_language")
    talk.wish = "en"
    talk.say("hello", "greet")
    talk.wish = "de"
    assert talk.say("danke", "thank")["language"] == "de"


def test_no_language_named_offers_both(talk: Any) -> None:
    talk.say("sprache wechseln", "change_language")
    assert talk.press("English")["language"] == "en"


def test_stop_leaves_nothing_open(talk: Any) -> None:
    talk.say("welche persona hat müller", "match_persona", contact="müller")
    talk.say("stopp", "stop")
    assert talk.slots["choices"] is None
    assert talk.slots["last_question"] is None
    assert "?" not in talk.say("den zweiten", "choose_option")["kind"]


def test_restart_forgets_the_person_and_keeps_the_language(talk: Any) -> None:
    talk.say("sprich englisch", "change_language")
    talk.say("which persona is thomas weber", "match_persona", contact="thomas weber")
    talk.say("start over", "restart")
    assert talk.slots.get("contact_id") is None
    assert talk.say("danke", "thank")["language"] == "en"


def test_what_is_not_understood_is_answered_differently_each_time(talk: Any) -> None:
    said = [talk.say("wie wird das wetter", "out_of_scope")["text"] for _ in range(3)]
    assert len(set(said)) == 3
    assert len(talk.labels()) == 3


def test_a_good_question_ends_the_misunderstandings(talk: Any) -> None:
    first = talk.say("wie wird das wetter", "out_of_scope")["text"]
    talk.say("welche personas haben wir", "list_personas")
    assert talk.say("wie wird das wetter", "out_of_scope")["text"] == first


@pytest.mark.parametrize("intent", ["greet", "goodbye", "thank", "help", "bot_challenge", "affirm", "deny", "stop"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_small_talk_is_answered_in_both_languages(new_talk: Any, intent: str, language: str) -> None:
    answer = new_talk(wish=language).say("…", intent)
    assert answer["language"] == language
    assert answer["text"]


def test_somebody_who_objected_is_not_spoken_of_any_more(talk: Any, store_with_personas: Engine) -> None:
    talk.say("persona von mia sommerfeld", "match_persona", contact="mia sommerfeld")
    contact_id = talk.slots["contact_id"]
    with session_scope(store_with_personas, writes=True) as session:
        session.get_one(Contact, contact_id).blocked_on = date(2026, 1, 1)
    try:
        answer = talk.say("wie erreiche ich sie?", "ask_approach")
        assert answer["kind"] == "error"
        assert "%" not in talk.read()
    finally:
        with session_scope(store_with_personas, writes=True) as session:
            session.get_one(Contact, contact_id).blocked_on = None


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE contacts; --",
        "{name}",
        "{0.__class__}",
        "x" * 500,
        "\u202e\u0000\uffff",
        "%s%n",
        "contact:99999999999999999999",
        "#",
        "@",
        "👩‍💻",
    ],
)
@pytest.mark.parametrize(
    "intent", ["match_persona", "ask_approach", "check_anti_persona", "follow_up", "choose_option"]
)
def test_hostile_names_are_only_names(talk: Any, store_with_personas: Engine, intent: str, name: str) -> None:
    answer = talk.say(name, intent, contact=name)
    assert answer["kind"] in ("error", "choices", "talk")
    assert "schiefgegangen" not in answer["text"]
    assert len(answer["text"]) < 400
    with session_scope(store_with_personas) as session:
        assert session.scalars(select(Contact.id).limit(1)).one()


@pytest.mark.parametrize(
    "slots",
    [
        {"last_question": "x", "choices": [1], "offer": {"kinds": ["match"], "subject": {"kind": "role", "key": "x"}}},
        {"last_question": {"kinds": ["sing"]}, "language": "fr", "missed": "many", "contact_id": "x; drop"},
        {"last_question": {"kinds": ["match"], "subject": {"kind": "contact", "key": "-1"}, "compared": ["2"]}},
        {"choices": {"options": [{"label": 3}], "chosen": "2"}, "persona_id": {}, "role": ["sales/head"]},
    ],
)
@pytest.mark.parametrize("intent", ["affirm", "follow_up", "explain_reason", "choose_option", "match_persona"])
def test_broken_slots_break_nothing(talk: Any, slots: dict[str, Any], intent: str) -> None:
    talk.slots.update(slots)
    assert "schiefgegangen" not in talk.say("und jetzt?", intent)["text"]


@pytest.mark.parametrize("text", ["wieder auf deutsch bitte", "auf deutsch bitte", "German please"])
def test_the_language_named_in_any_form_is_spoken(english: Any, text: str) -> None:
    assert english.say(text, "change_language")["language"] == "de"


@pytest.mark.parametrize("intent", ["deny", "affirm", "explain_reason"])
def test_a_short_reply_with_a_word_taken_for_a_name_stays_a_reply(talk: Any, intent: str) -> None:
    talk.say("zu welcher persona passt thomas weber", "match_persona", contact="thomas weber")
    assert "niemanden" not in talk.say("hm leider", intent, contact="leider")["text"]


def test_dictation_that_no_intent_fits_is_answered_by_its_words(talk: Any) -> None:
    text = "ähm also ich hab da gleich thomas weber und wollte wissen wie ich den anspreche und ob der überhaupt kauft"
    talk.say(text, "default_fallback", contact="thomas weber")
    assert [answer["kind"] for answer in talk.answers] == ["approach", "antipersona"]


def test_an_elliptic_question_without_a_name_is_about_the_same_person(talk: Any) -> None:
    talk.say("wie erreiche ich thomas weber", "ask_approach", contact="thomas weber")
    assert talk.say("und was sollte ich vermeiden?", "follow_up")["kind"] == "approach"
