"""What is not understood: choices, then menus, never twice the same; doubt where words contradict; several people."""

import asyncio
import json
from itertools import pairwise
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from persona_store.privacy.identity import sign
from persona_store.settings import settings


def ranked(talk: Any, text: str, intent: str, ranking: list[tuple[str, float]], **named: str) -> dict[str, Any]:
    """Says `text`, which the classifier takes for `intent` at the top of `ranking`."""
    token = sign("rep", "sales", talk.conversation, "m-1", text, settings().secret("identity"), 60)
    entities = [
        {"entity": kind, "value": name, "start": text.index(name), "end": text.index(name) + len(name)}
        for kind, name in named.items()
    ]
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": ranking[0][1]},
        "intent_ranking": [{"name": name, "confidence": share} for name, share in ranking],
        "entities": entities,
        "message_id": "m-1",
        "metadata": {"identity": token, "language": "de"},
    }
    tracker = Tracker(talk.conversation, dict(talk.slots), message, [], False, None, {}, None)
    dispatcher = CollectingDispatcher()
    name = "default_fallback" if intent == "nlu_fallback" else intent
    events = asyncio.run(talk.executor.actions[f"action_{name}"](dispatcher, tracker, {}))
    talk.slots |= {event["name"]: event["value"] for event in json.loads(json.dumps(events))}
    talk.answers = [json.loads(json.dumps(message["custom"])) for message in dispatcher.messages]
    return dict(talk.answers[0])


RANKING = [("nlu_fallback", 0.4), ("show_chart", 0.3), ("ask_statistics", 0.2), ("list_personas", 0.1), ("greet", 0.1)]


def test_the_likeliest_wishes_are_offered(talk: Any) -> None:
    answer = ranked(talk, "zeig mal so was mit balken", "nlu_fallback", RANKING)
    assert answer["text"].endswith("Meintest du:")
    assert talk.labels() == ["Ein Diagramm", "Zahlen zu den Personas", "Alle Personas"]


def test_the_choice_keeps_who_was_named(talk: Any) -> None:
    ranking = [("nlu_fallback", 0.4), ("match_persona", 0.3), ("ask_data_basis", 0.2)]
    answer = ranked(talk, "dings von Qwertz Zuiop bitte", "nlu_fallback", ranking, contact="Qwertz Zuiop")
    sent = [choice["send"] for choice in answer["choices"]]
    assert sent[0] == '/match_persona{"contact": "Qwertz Zuiop"}'


def test_never_the_same_twice_in_a_row(talk: Any) -> None:
    said = [ranked(talk, "blubb", "nlu_fallback", RANKING)["text"] for _ in range(7)]
    assert all(one != other for one, other in pairwise(said))


def test_after_an_answer_it_begins_anew(talk: Any) -> None:
    first = ranked(talk, "blubb", "nlu_fallback", RANKING)["text"]
    talk.say("welche personas gibt es", "list_personas")
    assert ranked(talk, "blubb", "nlu_fallback", RANKING)["text"] == first


def test_a_description_that_was_not_recognised_is_one_nevertheless(talk: Any) -> None:
    answer = ranked(talk, "IT-Leiter, Maschinenbau, 80 Mitarbeiter", "nlu_fallback", RANKING)
    assert answer["kind"] == "lead"


def test_words_that_contradict_an_unsure_understanding_are_asked_about(talk: Any) -> None:
    ranking = [("match_persona", 0.4), ("ask_approach", 0.3)]
    answer = ranked(talk, "wie erreiche ich thomas weber", "match_persona", ranking, contact="thomas weber")
    assert answer["kind"] == "choices"
    assert talk.labels() == ["Wie ansprechen? (thomas weber)", "Welche Persona? (thomas weber)"]


def test_a_sure_understanding_is_not_doubted(talk: Any) -> None:
    ranking = [("match_persona", 0.9), ("ask_approach", 0.05)]
    answer = ranked(talk, "wie erreiche ich thomas weber", "match_persona", ranking, contact="thomas weber")
    assert answer["kind"] == "match"


@pytest.mark.parametrize("intent", ["match_persona", "check_anti_persona", "ask_approach"])
def test_two_people_in_one_question_get_both_answers(talk: Any, intent: str) -> None:
    talk.say("thomas weber oder jan schulze?", intent, contact=["thomas weber", "jan schulze"])
    text = talk.read()
    assert "Thomas Weber" in text
    assert "Jan Schulze" in text
    assert len(talk.answers) == 2


def test_of_the_two_the_first_can_be_picked_afterwards(talk: Any) -> None:
    talk.say("thomas weber oder jan schulze?", "match_persona", contact=["thomas weber", "jan schulze"])
    talk.say("wie erreiche ich den", "ask_approach")
    assert "Thomas Weber" in talk.say("den ersten", "choose_option")["text"]


def test_a_number_is_asked_again_for_another_branch(talk: Any) -> None:
    talk.say("wie viele kontakte haben wir im handel", "ask_statistics")
    first = talk.answers[0]["text"]
    second = talk.say("und im maschinenbau?", "follow_up")
    assert second["kind"] == "statistics"
    assert second["text"] != first


def test_a_list_of_personas_stays_one_after_a_look_at_a_role(talk: Any) -> None:
    talk.say("welche personas gibt es", "list_personas")
    talk.say("die zweite", "choose_option")
    talk.say("und der CFO?", "follow_up")
    assert talk.say("die dritte", "choose_option")["kind"] == "persona"


def test_the_other_one_is_picked_even_where_it_was_not_understood(talk: Any) -> None:
    talk.say("thomas weber oder jan schulze?", "match_persona", contact=["thomas weber", "jan schulze"])
    assert "Thomas Weber" in ranked(talk, "und der andere?", "nlu_fallback", RANKING)["text"]


@pytest.mark.parametrize("intent", ["default_fallback", "choose_option", "follow_up"])
def test_the_other_one_of_that_name_is_not_the_one_chosen(talk: Any, intent: str) -> None:
    talk.say("sabine meier oder jan schulze?", "match_persona", contact=["sabine meier", "jan schulze"])
    talk.say("die erste", "choose_option")
    talk.say("nein, die andere meier", intent, contact="meier")
    assert "Meier" in talk.read() and "Sabine" not in talk.read()


@pytest.mark.parametrize(("word", "intent"), [("nein", "deny"), ("ja", "affirm")])
def test_yes_or_no_to_nothing_is_never_answered_twice_alike(talk: Any, word: str, intent: str) -> None:
    said = [talk.say(word, intent)["text"] for _ in range(4)]
    assert all(one != other for one, other in pairwise(said))


def test_a_bare_number_picks_one_of_those_offered_though_it_was_not_understood(english: Any) -> None:
    english.say("which personas do we have", "list_personas")
    english.say("the second one", "choose_option")
    english.say("how do i approach them", "ask_approach")
    assert english.say("and the third?", "default_fallback")["kind"] == "approach"
