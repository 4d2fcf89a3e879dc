"""A message is read once more with its personas called by number."""

import asyncio
from typing import Any

import pytest

from bot.assistant.launcher import prepare

prepare()

from bot.assistant.rereading import by_number  # noqa: E402 - Rasa needs the compatibility layer


def found(text: str, *names: str, entity: str = "persona") -> list[dict[str, Any]]:
    """What the `names` in `text` are, as the pipeline says it."""
    return [{"entity": entity, "start": text.index(name), "end": text.index(name) + len(name)} for name in names]


@pytest.mark.parametrize(
    ("text", "names", "read"),
    [
        ("wie tickt Excel-Tina", ["Excel-Tina"], "wie tickt persona 2"),
        ("Excel-Tina or Cautious Carl?", ["Cautious Carl", "Excel-Tina"], "persona 2 or persona 3?"),
        ("wie tickt Excel-Tina", ["Tina"], "wie tickt persona 2"),
        ("was will die Persona Sparfuchs", ["Sparfuchs"], "was will die persona 2"),
        ("Persona 4 und Sparfuchs", ["Persona 4", "Sparfuchs"], "Persona 4 und persona 2"),
        ("Persona 4", ["Persona 4"], "Persona 4"),
        ("the persona persona", [], "the persona persona"),
    ],
)
def test_names_of_personas_become_numbers(text: str, names: list[str], read: str) -> None:
    assert by_number(text, found(text, *names)) == read


def test_one_persona_named_twice_has_one_number() -> None:
    text = "Tina gegen Carl, oder doch Tina?"
    entities = [*found(text, "Tina", "Carl"), {"entity": "persona", "start": 27, "end": 31}]
    assert by_number(text, entities) == "persona 2 gegen persona 3, oder doch persona 2?"


def test_other_names_stay() -> None:
    text = "frau weber von bosch"
    assert by_number(text, [*found(text, "weber", entity="contact"), *found(text, "bosch", entity="company")]) == text


def test_the_intent_is_that_of_the_numbers_and_all_else_that_of_the_names(agent: Any) -> None:
    text = "best channel for persona Excel-Tina"
    named, numbered = (asyncio.run(agent.parse_message(one)) for one in (text, "best channel for persona 2"))
    assert by_number(text, named["entities"]) == numbered["text"]
    assert (named["text"], named["intent_ranking"]) == (text, numbered["intent_ranking"])
    assert any("Excel-Tina" in one["value"] for one in named["entities"])


def test_what_a_button_says_stays_as_it_is(agent: Any) -> None:
    payload = '/ask_approach{"persona": "Excel-Tina"}'
    parsed = asyncio.run(agent.parse_message(payload))
    assert (parsed["intent"]["name"], parsed["entities"][0]["value"]) == ("ask_approach", "Excel-Tina")
