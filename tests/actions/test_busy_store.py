"""Questions while an import holds the store."""

from typing import Any

from sqlalchemy import Engine, text

from persona_store.database import session_scope
from persona_store.wording import say


def test_a_look_up_that_cannot_be_recorded_is_no_answer_but_says_when_to_come_back(
    english: Any, store_with_personas: Engine
) -> None:
    with session_scope(store_with_personas, writes=True) as session:
        session.execute(text("SELECT 1"))
        answer = english.say("persona of mia sommerfeld", "match_persona", contact="mia sommerfeld")
    assert (answer["kind"], answer["text"]) == ("error", say("error.actions_down", "en"))
    assert english.say("which personas are there?", "list_personas")["kind"] == "personas"


def test_a_question_back_is_asked_while_another_holds_the_store(english: Any, store_with_personas: Engine) -> None:
    with session_scope(store_with_personas, writes=True) as session:
        session.execute(text("SELECT 1"))
        assert english.say("i have an idea", "add_idea")["kind"] != "error"
        assert english.say("stop profiling somebody", "object_profiling")["text"] != say("error.actions_down", "en")
