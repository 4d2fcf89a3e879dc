"""New colleagues: terms explained, the introduction, a quiz, a rehearsed talk; and feedback noted without words."""

import pytest
from sqlalchemy import Engine, select

from persona_store.database import session_scope
from persona_store.database.models import Audit
from tests.actions.conftest import Talk


def test_a_term_is_explained_with_what_to_do_and_related_ones(talk: Talk) -> None:
    answer = talk.say("was ist ein Buying Center?", "explain_concept")
    assert answer["text"].startswith("Das Buying Center sind alle")
    assert any("fehlt eine Rolle" in reason.lower() or "Rolle" in reason for reason in answer["reasons"])
    assert "Champion" in talk.labels()
    assert talk.press("Champion")["text"].startswith("Ein Champion ist")


def test_two_terms_are_explained_side_by_side(english: Talk) -> None:
    answer = english.say("what's the difference between MQL and SQL", "explain_concept")
    assert "marketing qualified lead" in answer["text"]
    assert any("sales qualified lead" in reason for reason in answer["reasons"])


def test_a_misspelt_term_is_offered_and_an_unknown_one_owned_up(talk: Talk) -> None:
    assert "Buying Center" in talk.say("was heisst bying senter", "explain_concept")["text"]
    talk.press("Buying Center")
    answer = talk.say("was ist quantenschaum", "explain_concept")
    assert answer["choices"]
    assert answer["next_step"]


def test_the_introduction_goes_on_is_interrupted_and_taken_up(talk: Talk) -> None:
    first = talk.say("ich bin neu hier", "start_onboarding")
    assert first["text"].startswith("Lektion 1 von")
    assert any("in euren daten" in reason.lower() for reason in first["reasons"])
    assert talk.say("weiter", "affirm")["text"].startswith("Lektion 2")
    talk.say("Welche Personas haben wir?", "list_personas")
    assert talk.answers[0]["kind"] == "personas"
    assert "Lektion 2" in talk.answers[-1]["text"]
    assert "Lektion 2" in talk.say("stopp", "stop")["text"]
    assert talk.say("einführung fortsetzen", "start_onboarding")["text"].startswith("Lektion 3")


def test_the_introduction_ends_with_what_to_do_next(english: Talk) -> None:
    english.say("introduce me", "start_onboarding")
    for _ in range(20):
        answer = english.say("next", "ask_next_message")
        if not answer["text"].startswith("Lesson"):
            break
    assert answer["text"].startswith("That was the introduction")
    assert english.press("quiz")["text"].startswith("Question 1")


def test_a_named_term_leads_to_its_lesson(talk: Talk) -> None:
    assert "Anti-Personas" in talk.say("einführung in Anti-Personas", "start_onboarding")["text"]


def test_an_answer_may_be_a_letter_and_nonsense_is_told_to_be_none(talk: Talk) -> None:
    talk.say("frag mich ab", "start_quiz")
    assert "keine der Antworten" in talk.say("brzl", "default_fallback")["text"]
    assert "Frage 1" in talk.answers[1]["text"]
    talk.say("b)", "default_fallback")
    assert "Frage 2" in talk.answers[-1]["text"]


def test_a_quiz_judges_counts_and_ends(talk: Talk) -> None:
    answer = talk.say("frag mich ab", "start_quiz")
    for place in range(1, 6):
        assert answer["text"].startswith(f"Frage {place} von 5")
        assert len(answer["choices"]) == 3
        state = talk.slots["running"]["state"]
        right = state["items"][state["done"]]["right"]
        talk.say(str(right + 1), "choose_option")
        assert talk.answers[0]["text"].startswith("Richtig")
        assert talk.answers[0]["reasons"][0]
        answer = talk.answers[-1]
    assert answer["text"] == "Fertig: 5 von 5 richtig."
    assert talk.slots["running"] is None


def test_not_knowing_is_no_dead_end_and_a_wrong_answer_is_put_right(english: Talk) -> None:
    english.say("quiz me on customer value", "start_quiz")
    english.say("no idea", "deny")
    assert english.answers[0]["text"].startswith("No problem. Right is: Customer value")
    state = english.slots["running"]["state"]
    right = state["items"][state["done"]]["right"]
    english.say(str((right + 1) % 3 + 1), "choose_option")
    assert english.answers[0]["text"].startswith("Sorry, no")
    english.say("how do i reach a head of sales", "ask_approach")
    assert english.answers[0]["kind"] == "approach"
    assert "question 3" in english.answers[-1]["text"]
    assert english.say("stop", "stop")["text"].startswith("Quiz ended: 0 of 2")


def test_a_talk_is_rehearsed_in_four_scenes(talk: Talk) -> None:
    answer = talk.say("ich möchte ein gespräch üben", "practice_conversation")
    assert answer["kind"] == "choices"
    talk.press(answer["choices"][0]["label"])
    assert "zwei Minuten" in talk.answers[-1]["text"]
    replies = (
        "Guten Tag, es geht um Ihre Ziele. Was bremst Sie gerade am meisten?",
        "Das hören wir oft. Wie lösen Sie das heute?",
        "Das verstehe ich. Ein Kunde hat in drei Monaten 12 Prozent gespart.",
        "Ich schlage Dienstag um 10 Uhr am Telefon vor.",
    )
    for reply in replies:
        talk.say(reply, "out_of_scope")
        assert talk.answers[0]["text"].startswith("Gut gemacht") or talk.answers[0]["reasons"]
    assert talk.answers[-1]["text"].startswith("Übung beendet:")
    assert talk.slots["running"] is None


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("das war super hilfreich", "praise"),
        ("deine antwort ist nicht gut", "blame"),
        ("not bad at all", "praise"),
        ("that was useless", "blame"),
    ],
)
def test_feedback_is_noted_without_its_words(talk: Talk, store_with_personas: Engine, text: str, rating: str) -> None:
    talk.say(text, "give_feedback")
    with session_scope(store_with_personas) as session:
        noted = session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
        assert noted.action == f"feedback_{rating}"
        assert text not in (noted.detail or "")


def test_hostile_slots_do_not_break_a_dialogue(talk: Talk) -> None:
    for name in ("quiz", "practice", "onboarding"):
        for state in ({}, {"items": 3, "done": "x"}, {"persona": 10**9, "scene": 99}, {"lesson": -4}):
            talk.slots["running"] = {"name": name, "state": state}
            assert talk.say("ja", "affirm")["text"]
