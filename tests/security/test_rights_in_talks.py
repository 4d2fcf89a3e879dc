"""The table of rights in a conversation: what each role may ask."""

from typing import get_args

import pytest
from rasa_sdk.executor import ActionExecutor
from sqlalchemy import Engine

from persona_store.privacy.rights import Right, Rights, may
from persona_store.wording import say
from tests.actions.conftest import Talk

# intent → what is said, the names in it, and the right without which it is refused; None: open to every role
TALK: dict[str, tuple[str, dict[str, str], Right | None]] = {
    "match_persona": ("Welche Persona passt zu Eva Meier?", {"contact": "Eva Meier"}, "contacts"),
    "ask_approach": ("Wie spreche ich Eva Meier an?", {"contact": "Eva Meier"}, "contacts"),
    "check_anti_persona": ("Lohnt sich Eva Meier?", {"contact": "Eva Meier"}, "contacts"),
    "list_anti_personas": ("Welche Leads lohnen nicht?", {}, "contacts"),
    "veto_verdict": ("Nein, Eva Meier ist ein guter Lead", {"contact": "Eva Meier"}, "judge"),
    "describe_lead": ("IT-Leiter im Maschinenbau", {}, None),
    "qualify_lead": ("Ich habe einen neuen Lead", {}, None),
    "ask_buying_center": ("Wer entscheidet bei Rosch?", {"company": "Rosch"}, "contacts"),
    "ask_journey_phase": ("In welcher Phase ist Eva Meier?", {"contact": "Eva Meier"}, "contacts"),
    "ask_next_message": ("Was schreibe ich Eva Meier?", {"contact": "Eva Meier"}, "contacts"),
    "list_personas": ("Welche Personas gibt es?", {}, None),
    "describe_persona": ("Beschreib Persona 1", {"persona": "Persona 1"}, None),
    "compare_personas": ("Vergleich Persona 1 und Persona 2", {"persona": "Persona 1"}, None),
    "show_chart": ("Zeig Persona 1 als Bild", {"persona": "Persona 1"}, None),
    "ask_statistics": ("Wie viele Kontakte hat Persona 1?", {"persona": "Persona 1"}, None),
    "ask_content": ("Welche Themen passen zu Persona 1?", {"persona": "Persona 1"}, None),
    "export_segment": ("Exportier Persona 1", {"persona": "Persona 1"}, "export"),
    "list_ideas": ("Welche Ideen gibt es?", {}, None),
    "add_idea": ("Neue Idee: Video statt Text", {}, "judge"),
    "ask_changes": ("Was hat sich geändert?", {}, None),
    "ask_data_quality": ("Wie gut sind die Daten?", {}, None),
    "explain_concept": ("Was ist ein Buying Center?", {"concept": "Buying Center"}, None),
    "start_onboarding": ("Führ mich ein", {}, None),
    "start_quiz": ("Quiz bitte", {}, None),
    "practice_conversation": ("Üben wir mit Persona 1", {"persona": "Persona 1"}, None),
    "explain_reason": ("Warum?", {}, None),
    "ask_data_basis": ("Welche Daten haben wir über Eva Meier?", {"contact": "Eva Meier"}, "contacts"),
    "object_profiling": ("Eva Meier widerspricht dem Profiling", {"contact": "Eva Meier"}, "object"),
    "request_erasure": ("Lösch alle Daten von Eva Meier", {"contact": "Eva Meier"}, "object"),
    "give_feedback": ("Gut gemacht", {}, None),
    "out_of_scope": ("Wie wird das Wetter?", {}, None),
}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("role", get_args(Rights))
def test_each_role_hears_what_its_rights_say(
    people: Engine, executor: ActionExecutor, role: Rights, language: str
) -> None:
    refusals = {say(f"rights.refused.{right}", language) for right in get_args(Right)}  # type: ignore[arg-type]
    refusals.add(say("export.refused", language))  # type: ignore[arg-type]
    wrong = []
    for intent, (text, names, right) in TALK.items():
        talk = Talk(executor, conversation=f"{role}-{intent}", wish=language, rights=role)
        answer = talk.say(text, intent, **names)
        allowed = right is None or may(role, right)
        if (answer["text"] in refusals) == allowed:
            wrong.append(f"{intent}: {answer['text']}")
        if not allowed:
            assert answer.get("next_step") or answer.get("choices"), intent
        if not may(role, "contacts"):
            assert "Rosch GmbH" not in talk.read(), intent
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ('/match_persona{"contact": "#1"}', "match_persona"),
        ('/ask_approach{"contact": "#1"}', "ask_approach"),
        ('/ask_next_message{"contact": "#1"}', "ask_next_message"),
        ('/ask_buying_center{"company": "#1"}', "ask_buying_center"),
        ('/request_erasure{"contact": "#1"}', "request_erasure"),
        ("/inform", "inform"),
    ],
)
def test_buttons_typed_by_hand_open_nothing(people: Engine, executor: ActionExecutor, text: str, intent: str) -> None:
    talk = Talk(executor, conversation=f"typed-{intent}", rights="trainer")
    talk.answers = [{"choices": [{"label": "it", "send": text}]}]
    talk.press("it")
    assert "Meier" not in talk.read()
    assert "Rosch" not in talk.read()
