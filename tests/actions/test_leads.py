"""Leads that are only described: judged with reasons, asked about step by step, corrected, stored once."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from persona_store.database.models import Company, Contact, Interaction

CFO = "cfo aus der pharmabranche, konzern, kam über linkedin, preisseite dreimal angeschaut"


def test_a_description_gives_persona_and_anti_persona_with_reasons(talk: Any) -> None:
    answer = talk.say(CFO, "describe_lead")
    assert answer["kind"] == "lead"
    assert "Persona" in answer["text"]
    assert "Anti-Persona" in answer["text"]
    assert "Finanzen" in answer["card"]["subtitle"]
    assert any("n =" in reason for reason in answer["reasons"])
    assert answer["details"]["ask"]


def test_the_same_in_english(english: Any) -> None:
    answer = english.say("head of IT, manufacturing, 80 employees", "describe_lead")
    assert "persona" in answer["text"]
    assert "51 to 250" in answer["card"]["subtitle"]


def test_why_gives_all_reasons_then_the_method_then_that_there_is_no_more(talk: Any) -> None:
    talk.say(CFO, "describe_lead")
    texts = [talk.say("warum?", "explain_reason")["text"] for _ in range(3)]
    assert len(set(texts)) == 3


def test_he_is_the_lead_just_described(talk: Any) -> None:
    talk.say("IT-Leiter im Maschinenbau, 80 Mitarbeiter", "describe_lead")
    approach = talk.say("und wie erreich ich den?", "ask_approach")
    assert approach["kind"] == "approach"
    assert "IT" in approach["text"]
    assert talk.say("lohnt sich der?", "check_anti_persona")["kind"] == "lead"


def test_what_if_changes_the_lead_just_described(talk: Any) -> None:
    talk.say("IT-Leiter im Maschinenbau, 80 Mitarbeiter", "describe_lead")
    subtitle = talk.say("und mit 800 mitarbeitern?", "follow_up")["card"]["subtitle"]
    assert "251 bis 1.000" in subtitle
    assert "Funktion IT" in subtitle


def test_somebody_named_is_not_the_lead(talk: Any) -> None:
    talk.say("IT-Leiter im Maschinenbau, 80 Mitarbeiter", "describe_lead")
    answer = talk.say("und thomas weber?", "follow_up", contact="thomas weber")
    assert answer["kind"] == "match"
    assert "Thomas Weber" in answer["text"]


def test_what_says_something_else_is_no_rare_value_of_what_was_asked(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    talk.slots["running"]["state"]["asked"] = "favourite_topic"
    talk.say("800 mitarbeiter", "inform")
    assert "favourite_topic" not in talk.slots["running"]["state"]["lead"]["levels"]


def test_what_says_nothing_of_a_lead_is_said_so(talk: Any) -> None:
    answer = talk.say("ein netter mensch", "describe_lead")
    assert "nichts" in answer["text"]
    assert talk.labels() == ["Lead qualifizieren"]


def test_a_fact_afterwards_is_put_to_the_lead(talk: Any) -> None:
    talk.say("IT-Leiter im Maschinenbau", "describe_lead")
    subtitle = talk.say("er hat 80 Mitarbeiter", "inform")["card"]["subtitle"]
    assert "Industrie" in subtitle
    assert "51 bis 250" in subtitle


def test_a_budget_that_no_data_speak_of_is_named(talk: Any) -> None:
    answer = talk.say("Student, Whitepaper geladen, kein Budget", "describe_lead")
    assert any("Budget" in reason for reason in answer["reasons"])


def test_yes_goes_on_with_the_question_that_tells_most(talk: Any) -> None:
    first = talk.say("Einkäufer im Handel", "describe_lead")["details"]["ask"][0]
    talk.say("ja", "affirm")
    assert talk.slots["running"]["state"]["asked"] == first


def test_a_qualification_asks_with_buttons(talk: Any) -> None:
    answer = talk.say("lead qualifizieren", "qualify_lead")
    assert answer["text"].endswith("?")
    assert {"Weiß nicht", "Zum Ergebnis"} < set(talk.labels())


def test_several_facts_in_one_message_are_all_taken(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    text = talk.say("IT-Leiter, Maschinenbau, 800 Mitarbeiter", "describe_lead")["text"]
    assert all(word in text for word in ("IT", "Industrie", "251 bis 1.000"))


def test_a_correction_changes_what_was_noted(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    talk.say("IT-Leiter, 800 Mitarbeiter", "inform")
    text = talk.say("nein, 80 nicht 800", "deny")["text"]
    assert "Geändert: Unternehmensgröße 51 bis 250" in text
    assert talk.slots["running"]["state"]["lead"]["levels"]["company_size"] == ["51-250"]


@pytest.mark.parametrize("words", ["weiß nicht", "weiss ich nich", "keine ahnung", "k.A.", "weiter", "next question"])
def test_what_nobody_knows_is_not_asked_again(talk: Any, words: str) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    asked = talk.slots["running"]["state"]["asked"]
    text = talk.say(words, "default_fallback")["text"]
    assert "bleibt offen" in text
    assert talk.slots["running"]["state"]["asked"] != asked


def test_i_told_you_is_answered_with_what_was_noted(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    talk.say("IT-Leiter", "inform")
    text = talk.say("das hatte ich doch gesagt", "inform")["text"]
    assert "entschuldige" in text
    assert "Funktion IT" in text


def test_what_cannot_be_read_is_asked_in_other_words_and_then_left_open(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    asked = talk.slots["running"]["state"]["asked"]
    said = [talk.say("nun ja, also, wie soll man das bei so einem sagen", "default_fallback")["text"] for _ in range(3)]
    assert len(set(said)) == 3
    assert talk.slots["running"]["state"]["asked"] != asked


def test_a_question_between_is_answered_and_the_open_one_comes_back(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    asked = talk.slots["running"]["state"]["asked"]
    talk.say("welche persona hat thomas weber", "match_persona", contact="thomas weber")
    assert [answer["kind"] for answer in talk.answers] == ["match", "lead"]
    assert talk.answers[1]["text"].startswith("Zurück zu deinem Lead")
    assert talk.slots["running"]["state"]["asked"] == asked


def test_who_strays_for_long_has_left(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    for _ in range(4):
        talk.say("welche personas gibt es", "list_personas")
    assert talk.slots["running"] is None
    assert "abgebrochen" in talk.answers[1]["text"]


def test_stop_leaves_with_a_sentence(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    assert "abgebrochen" in talk.say("stopp", "stop")["text"]
    assert talk.slots["running"] is None


def test_that_will_do_asks_for_the_result(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    talk.say("IT-Leiter, 80 Mitarbeiter", "inform")
    assert "Hier das Ergebnis" in talk.say("das reicht", "stop")["text"]


def test_restart_forgets_the_questions(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    talk.say("neustart", "restart")
    assert talk.slots.get("running") is None


def test_one_step_back_takes_the_last_answer_away(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    talk.say("IT-Leiter", "inform")
    talk.say("zurück", "default_fallback")
    assert talk.slots["running"]["state"]["lead"]["levels"] == {}


def test_buttons_answer_the_question(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    asked = talk.slots["running"]["state"]["asked"]
    label = talk.labels()[0]
    assert label in talk.press(label)["text"]
    assert asked in talk.slots["running"]["state"]["lead"]["levels"]


def test_it_comes_to_an_end_by_itself(talk: Any) -> None:
    talk.say("lead qualifizieren", "qualify_lead")
    turns = 0
    while talk.slots["running"] is not None:
        talk.press("Weiß nicht")
        turns += 1
    assert turns <= 8
    assert talk.answers[0]["kind"] == "lead"


def test_the_result_is_asked_for_in_words(english: Any) -> None:
    english.say("qualify a lead", "qualify_lead")
    english.say("head of sales, retail, 40 employees", "inform")
    assert "Here is the result" in english.say("that's all", "default_fallback")["text"]


def test_a_contact_of_the_crm_is_judged_by_its_data(talk: Any) -> None:
    talk.say("qualifizier mal thomas weber", "qualify_lead", contact="thomas weber")
    assert [answer["kind"] for answer in talk.answers] == ["match", "antipersona"]


def stored(talk: Any, name: str) -> dict[str, Any]:
    """Goes from a description to "yes, store"."""
    talk.say("Einkaufsleiterin, Handel, 80 Mitarbeiter, zweimal Webinar besucht", "describe_lead")
    talk.press("Als Lead anlegen")
    talk.say(name, "inform")
    return dict(talk.say("ja", "affirm"))


def test_a_lead_is_stored_on_yes_with_what_was_said(talk: Any, store_with_personas: Engine) -> None:
    assert "Angelegt: Ottilie Wackernagel" in stored(talk, "Ottilie Wackernagel von Kramladen Nord")["text"]
    with Session(store_with_personas) as session:
        contact = session.scalars(select(Contact).where(Contact.last_name == "Wackernagel")).one()
        assert (contact.function, contact.level, contact.market, contact.owner) == ("purchasing", "head", "b2b", "rep")
        assert "rep" in (contact.notes or "")
        company = session.get_one(Company, contact.company_id)
        assert (company.name, company.employees, company.industry) == ("Kramladen Nord", 80, "retail")
        touches = select(func.count()).where(Interaction.contact_id == contact.id, Interaction.kind == "webinar")
        assert session.scalar(touches) == 1
    assert talk.say("welche persona hat sie", "match_persona")["details"]["contact_id"] == contact.id


def test_nobody_is_stored_twice(talk: Any, store_with_personas: Engine) -> None:
    stored(talk, "Hannelore Zweimal von Doppel GmbH")
    talk.say("Einkaufsleiterin im Handel", "describe_lead")
    talk.press("Als Lead anlegen")
    assert "steht schon im CRM" in talk.say("hannelore zweimal von doppel gmbh", "inform")["text"]
    with Session(store_with_personas) as session:
        assert session.scalar(select(func.count()).where(Contact.last_name == "Zweimal")) == 1


def test_who_objected_is_not_stored_again(talk: Any, store_with_personas: Engine) -> None:
    stored(talk, "Walburga Widerspruch von Nein GmbH")
    with Session(store_with_personas) as session, session.begin():
        contact = session.scalars(select(Contact).where(Contact.last_name == "Widerspruch")).one()
        contact.blocked_on = date(2026, 1, 1)
    talk.say("Einkaufsleiterin im Handel", "describe_lead")
    talk.press("Als Lead anlegen")
    assert "Widerspruch oder eine Löschung" in talk.say("Walburga Widerspruch von Nein GmbH", "inform")["text"]
    with Session(store_with_personas) as session:
        assert session.scalar(select(func.count()).where(Contact.last_name == "Widerspruch")) == 1


def test_no_stores_nothing(talk: Any, store_with_personas: Engine) -> None:
    talk.say("Einkaufsleiterin im Handel", "describe_lead")
    talk.press("Als Lead anlegen")
    talk.say("Lotte Lieber-Nicht von Kaufrausch", "inform")
    assert "lege nichts an" in talk.say("nein", "deny")["text"]
    with Session(store_with_personas) as session:
        assert session.scalar(select(func.count()).where(Contact.last_name == "Lieber-Nicht")) == 0


@pytest.mark.parametrize(
    "name", ["12345", "<script>alert(1)</script>", "a", "💥" * 40, "x" * 400, "webinar einmal besucht"]
)
def test_what_is_no_name_is_asked_for_once_more_and_then_left(talk: Any, name: str) -> None:
    talk.say("Einkaufsleiterin im Handel", "describe_lead")
    talk.press("Als Lead anlegen")
    assert "sieht nicht nach einem Namen aus" in talk.say(name, "inform")["text"]
    assert "lege nichts an" in talk.say(name, "inform")["text"]
    assert talk.slots["running"] is None


def test_the_name_is_corrected_before_yes(talk: Any) -> None:
    talk.say("Einkaufsleiterin im Handel", "describe_lead")
    talk.press("Als Lead anlegen")
    talk.say("Erna Falsch von Laden Süd", "inform")
    text = talk.say("nein, Erna Richtig", "deny", contact="Erna Richtig")["text"]
    assert "Anlegen: Erna Richtig, Laden Süd" in text


@pytest.mark.parametrize("state", [{}, {"market": 7, "lead": [1], "asked": None, "levels": "x", "before": 3}])
def test_a_state_of_another_form_does_no_harm(talk: Any, state: dict[str, Any]) -> None:
    talk.slots["running"] = {"name": "qualification", "state": state}
    assert talk.say("IT-Leiter", "inform")["kind"] in ("lead", "talk", "choices")


def test_a_lead_just_described_is_stored_on_wish_whatever_was_offered_since(talk: Any) -> None:
    talk.say(CFO, "describe_lead")
    talk.say("wie spreche ich den an?", "ask_approach")
    assert "Vor- und Nachname" in talk.say("leg ihn an", "affirm")["text"]
    assert talk.slots["running"]["name"] == "storing"


@pytest.mark.parametrize("intent", ["out_of_scope", "describe_lead", "ask_next_message"])
def test_of_a_described_lead_more_can_be_asked_in_any_words(talk: Any, intent: str) -> None:
    lead = "it leiter bei nem mittelständler, 120 leute, maschinenbau, hat sich zwei whitepaper geladen"
    told = talk.say(lead, "describe_lead")
    worth = talk.say("lohnt sich das", "check_anti_persona")
    assert worth["text"].split(". ")[0] in told["text"] and not worth["text"].startswith(told["text"].split(".")[0])
    assert worth["reasons"][0].startswith("Kauf") and not told["reasons"][0].startswith("Kauf")
    assert talk.say("was frag ich ihn als nächstes", intent)["choices"]
    assert talk.slots["running"]["name"] == "qualification"
    talk.say("das reicht", "stop")
    talk.say("speicher den mal als lead", intent)
    assert talk.slots["running"]["name"] == "storing"


def test_a_lead_can_be_saved_in_the_middle_of_the_questions(talk: Any) -> None:
    talk.say("IT-Leiter im Maschinenbau, 80 Mitarbeiter", "qualify_lead")
    assert talk.slots["running"]["name"] == "qualification"
    talk.say("speicher den mal als lead", "out_of_scope")
    assert talk.slots["running"]["name"] == "storing"


def test_a_question_about_somebody_interrupts_the_questions(talk: Any) -> None:
    talk.say("IT-Leiter im Maschinenbau, 80 Mitarbeiter", "qualify_lead")
    answer = talk.say("moment, wie erreiche ich sabine meier", "ask_approach", contact="sabine meier")
    assert answer["kind"] == "approach" and len(talk.answers) == 2
    assert talk.slots["running"]["name"] == "qualification"
