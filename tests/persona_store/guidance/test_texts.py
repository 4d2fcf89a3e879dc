"""Every role finds its texts, in both languages."""

import pytest

from persona_store.guidance.texts import text_key, text_keys
from persona_store.wording import say

FUNCTIONS = [
    "executive",
    "sales",
    "marketing",
    "it",
    "finance",
    "purchasing",
    "hr",
    "production",
    "logistics",
    "engineering",
    "legal",
    "support",
    "consulting",
    "student",
    "assistant",
    "other",
    "consumer",
]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("level", ["c_level", "head", "lead", "specialist", "junior", "unknown"])
def test_every_role_has_its_own_texts_in_both_languages(function: str, level: str) -> None:
    keys = [text_key(function, level, part) for part in ("tone", "opening")]
    lists = {part: text_keys(function, level, part) for part in ("goal", "pain", "avoid")}
    assert len(lists["goal"]) >= 2 and len(lists["pain"]) >= 2 and len(lists["avoid"]) >= 1
    for key in [*keys, *(key for part in lists.values() for key in part)]:
        assert key.startswith(f"guidance.{function}.")
        assert say(key, "de") != say(key, "en")


def test_board_deciders_and_experts_are_spoken_to_differently() -> None:
    tones = {text_key("it", level, "tone") for level in ("c_level", "head", "specialist")}
    assert len(tones) == 3
    assert text_keys("it", "c_level", "goal") == text_keys("it", "head", "goal")


def test_an_unknown_function_gets_the_general_texts() -> None:
    assert text_key("astronaut", "head", "tone") == "guidance.other.any.tone"
    assert text_keys("astronaut", "head", "goal")[0] == "guidance.other.any.goal_1"
