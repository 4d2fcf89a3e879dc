"""Holds the conversations of `conversations/*.yml` with the running product, each in a talk of its own."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.product import Product, Talk, words

FOLDER = Path(__file__).parent / "conversations"
PER_LANGUAGE = 15
TURN_KEYS = {"say", "press", "kind", "mentions", "lacks", "choices", "language"}


def _conversations() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yml")):
        for talk in yaml.safe_load(path.read_text(encoding="utf-8")):
            found.append(pytest.param(path.stem, talk["turns"], id=f"{path.stem}: {talk['name']}"))
    return found


@pytest.mark.e2e
@pytest.mark.parametrize(("language", "turns"), _conversations())
def test_conversation(talk: Talk, language: str, turns: list[dict[str, Any]]) -> None:
    answers: list[dict[str, Any]] = []
    for turn in turns:
        assert turn.keys() <= TURN_KEYS, f"unknown keys in {turn}"
        answers = talk.say(_message(turn, answers))
        said = words(answers)
        context = f"\n> {_message(turn, []) if 'say' in turn else turn['press']}\n{said}"
        assert answers and answers[0]["text"].strip(), f"silence{context}"
        assert {answer["language"] for answer in answers} == {turn.get("language", language)}, context
        if "kind" in turn:
            assert turn["kind"] in {answer["kind"] for answer in answers}, f"not {turn['kind']}{context}"
        for pattern in turn.get("mentions", []):
            assert re.search(pattern, said, re.IGNORECASE), f"lacks {pattern!r}{context}"
        for pattern in turn.get("lacks", []):
            assert not re.search(pattern, said, re.IGNORECASE), f"mentions {pattern!r}{context}"
        if "choices" in turn:
            assert sum(len(answer.get("choices", [])) for answer in answers) >= turn["choices"], context


def _message(turn: dict[str, Any], answers: list[dict[str, Any]]) -> str:
    """What is typed, or what the button whose label matches `press` sends."""
    if "say" in turn:
        return str(turn["say"])
    offered = [choice for answer in answers for choice in answer.get("choices", [])]
    pressed = next((choice for choice in offered if re.search(turn["press"], choice["label"], re.IGNORECASE)), None)
    assert pressed, f"no button {turn['press']!r} among {[choice['label'] for choice in offered]}"
    return str(pressed["send"])


@pytest.mark.e2e
def test_there_are_enough_conversations_in_both_languages(product: Product) -> None:
    by_language = [parameters.values[0] for parameters in _conversations()]
    assert min(by_language.count("de"), by_language.count("en")) >= PER_LANGUAGE
