"""Personas side by side: what differs, by how much, and only what is borne out."""

import re
from typing import Any

from sqlalchemy import Engine

from persona_store.database import session_scope
from persona_store.segmentation.differences import differences
from persona_store.segmentation.profiles import list_profiles


def test_two_personas_stand_side_by_side_with_what_tells_them_apart(talk: Any) -> None:
    answer = talk.say("persona 1 vs persona 2", "compare_personas", persona=["persona 1", "persona 2"])
    assert answer["kind"] == "compare"
    assert "Persona 1" in answer["text"] and "Persona 2" in answer["text"]
    assert [column[:2] for column in answer["table"]["columns"][1:]] == ["1.", "2."]
    assert all(re.search(r"n = \d", reason) for reason in answer["reasons"])
    assert answer["chart"]["description"]


def test_size_conversion_value_and_channel_are_compared_with_intervals(english: Any) -> None:
    answer = english.say("compare persona 1 and persona 2", "compare_personas", persona=["persona 1", "persona 2"])
    rows = {row[0]: row[1:] for row in answer["table"]["rows"]}
    assert set(rows) >= {"size (share of its market)", "conversion", "mean revenue", "best channel"}
    assert all(re.search(r"n = \d", cell) for cell in rows["best channel"])


def test_three_personas_have_three_columns(talk: Any) -> None:
    names = ["persona 1", "persona 2", "persona 3"]
    answer = talk.say("vergleich persona 1, persona 2, persona 3", "compare_personas", persona=names)
    assert len(answer["table"]["columns"]) == 4


def test_all_personas_where_none_is_named(talk: Any, store_with_personas: Engine) -> None:
    answer = talk.say("alle personas nebeneinander bitte", "compare_personas")
    with session_scope(store_with_personas) as session:
        assert len(answer["details"]["personas"]) == len(list_profiles(session))


def test_a_measure_named_is_compared_alone(talk: Any) -> None:
    text = "vergleich persona 1 und persona 2 beim umsatz"
    answer = talk.say(text, "compare_personas", persona=["persona 1", "persona 2"])
    assert answer["details"]["measure"] == "revenue"
    assert len(answer["table"]["rows"]) == 2


def test_an_attribute_named_is_compared_alone(talk: Any) -> None:
    text = "persona 1 und persona 2 nach unternehmensgröße"
    answer = talk.say(text, "compare_personas", persona=["persona 1", "persona 2"])
    assert answer["details"]["attribute"] == "company_size"
    assert re.search(r"p: ", answer["text"])


def test_one_persona_is_compared_with_the_one_last_spoken_of(talk: Any) -> None:
    talk.say("beschreib persona 1", "describe_persona", persona="persona 1")
    answer = talk.say("und im vergleich zu persona 3?", "compare_personas", persona="persona 3")
    assert answer["details"]["personas"] == [1, 3]


def test_one_persona_alone_asks_with_which_other(talk: Any) -> None:
    talk.say("vergleich persona 1", "compare_personas", persona="persona 1")
    answer = talk.say("die erste", "choose_option")
    assert answer["details"]["personas"] == [1, 2]


def test_pressing_the_other_persona_compares_the_two(talk: Any) -> None:
    talk.say("vergleich persona 1", "compare_personas", persona="persona 1")
    assert talk.press("Persona 3")["details"]["personas"] == [1, 3]


def test_an_unknown_persona_is_said_to_be_missing(english: Any) -> None:
    answer = english.say("compare Xanthippe with others", "compare_personas", persona="Xanthippe")
    assert "Xanthippe" in answer["text"]
    assert answer["choices"]


def test_differences_by_chance_come_last_and_are_not_told(store_with_personas: Engine) -> None:
    with session_scope(store_with_personas) as session:
        profiles = [one for one in list_profiles(session) if one.info.market == "b2b"][:2]
    found = differences(profiles)
    told = [one.borne_out for one in found]
    assert told == sorted(told, reverse=True)
    assert all(0 <= one.divergence <= 1 for one in found)
    assert not any(one.borne_out for one in differences([profiles[0], profiles[0]]))
