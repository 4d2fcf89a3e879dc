"""Topics and content for a persona: from the data, by phase and channel, own or sample."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, delete

from persona_store.database import session_scope
from persona_store.database.models import Content
from persona_store.guidance.content import load_content


@pytest.fixture
def own_content(store_with_personas: Engine) -> Iterator[None]:
    with session_scope(store_with_personas, writes=True) as session:
        load_content(
            session,
            [
                {
                    "title": "Rechner für <b>Kosten</b>",
                    "link": "https://example.org/r",
                    "persona": "2",
                    "phase": "decision",
                }
            ],
        )
    yield
    with session_scope(store_with_personas, writes=True) as session:
        session.execute(delete(Content))


def test_content_of_a_persona_names_phases_and_says_that_it_is_a_sample(talk: Any) -> None:
    answer = talk.say("welche themen ziehen bei persona 2", "ask_content", persona="persona 2")
    assert answer["kind"] == "content"
    assert "Persona 2" in answer["text"]
    assert len({row[0] for row in answer["table"]["rows"]}) > 1
    assert {row[3] for row in answer["table"]["rows"]} == {"Muster"}
    assert any("Mustertexte" in line for line in answer["evidence"])


def test_a_phase_named_shows_that_phase_only(talk: Any) -> None:
    text = "Was für Inhalte braucht Persona 1 in der Entscheidungsphase?"
    answer = talk.say(text, "ask_content", persona="Persona 1")
    assert {row[0] for row in answer["table"]["rows"]} == {"Entscheidung"}


def test_topics_come_with_share_base_and_n_or_their_lack_is_said(english: Any) -> None:
    answer = english.say("which topics interest persona 1", "ask_content", persona="persona 1")
    assert "do not tell" in answer["text"] or ("% of all; n = " in answer["text"])


def test_content_of_the_teams_own_goes_before_samples(talk: Any, own_content: None) -> None:
    text = "Inhalte für Persona 2 in der Entscheidungsphase"
    answer = talk.say(text, "ask_content", persona="Persona 2")
    assert answer["table"]["rows"][0][1] == "Rechner für <b>Kosten</b>"
    assert answer["table"]["rows"][0][3] == "eigen"
    assert answer["table"]["rows"][0][4] == "https://example.org/r"


def test_the_persona_last_spoken_of_is_meant(talk: Any) -> None:
    talk.say("beschreib persona 3", "describe_persona", persona="persona 3")
    assert talk.say("und welche inhalte passen?", "ask_content")["details"]["persona"] == 3


def test_no_persona_offers_them_and_keeps_the_phase(talk: Any) -> None:
    talk.say("inhalte für die entscheidungsphase", "ask_content")
    answer = talk.press("Persona 1")
    assert {row[0] for row in answer["table"]["rows"]} == {"Entscheidung"}


def test_an_unknown_persona_is_said_to_be_missing(english: Any) -> None:
    answer = english.say("content for Xanthippe", "ask_content", persona="Xanthippe")
    assert "Xanthippe" in answer["text"]
