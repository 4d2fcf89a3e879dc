"""Holds the conversations of `conversations/*/*.yml`, sorted by what happens in them, each in a talk of its own."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.e2e.product import Talk, words

FOLDER = Path(__file__).parent / "conversations"
SORTS = {"happy_paths", "corrections", "cancellations", "digressions", "disambiguation", "negations", "invalid_paths"}
PER_LANGUAGE = 75
PER_SORT = 8
# What one turn may say: `say` types a message, `press` presses the button with this label. The others are expected of
# the answers: their kind, patterns they match or lack, how many choices there are at least, how many answers, a chart,
# the language where it changes, and (`new`) that they differ from the ones before.
TURN_KEYS = {"say", "press", "kind", "mentions", "lacks", "choices", "answers", "chart", "language", "new"}


def _conversations() -> list[Any]:
    return [
        pytest.param(
            path.stem, talk.get("as", "sales"), talk["turns"], id=f"{path.parent.name}/{path.stem}: {talk['name']}"
        )
        for path in sorted(FOLDER.glob("*/*.yml"))
        for talk in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.e2e
@pytest.mark.parametrize(("language", "rights", "turns"), _conversations())
def test_conversation(
    talk: Talk, clients: dict[str, list[httpx.Client]], language: str, rights: str, turns: list[dict[str, Any]]
) -> None:
    if rights != "sales":
        talk = Talk(clients[rights][0])
    answers: list[dict[str, Any]] = []
    for turn in turns:
        assert turn.keys() <= TURN_KEYS, f"unknown keys in {turn}"
        message, before = _message(turn, answers), words(answers)
        answers = talk.say(message)
        said = words(answers)
        context = f"\n> {turn.get('say') or turn['press']}\n{said}"
        assert answers and all(answer["text"].strip() for answer in answers), f"silence{context}"
        assert {answer["language"] for answer in answers} == {turn.get("language", language)}, context
        assert not turn.get("new") or said != before, f"the same words again{context}"
        _expect(turn, answers, said, context)


def _expect(turn: dict[str, Any], answers: list[dict[str, Any]], said: str, context: str) -> None:
    kinds = {answer["kind"] for answer in answers}
    assert turn.get("kind") in {None, *kinds}, f"not {turn['kind']} but {kinds}{context}"
    for pattern in turn.get("mentions", []):
        assert re.search(pattern, said, re.IGNORECASE), f"lacks {pattern!r}{context}"
    for pattern in turn.get("lacks", []):
        assert not re.search(pattern, said, re.IGNORECASE), f"mentions {pattern!r}{context}"
    assert sum(len(answer.get("choices", [])) for answer in answers) >= turn.get("choices", 0), context
    assert not turn.get("chart") or any(answer.get("chart") for answer in answers), f"no chart{context}"
    if "answers" in turn:
        assert len(answers) == turn["answers"], f"{len(answers)} answers{context}"


def _message(turn: dict[str, Any], answers: list[dict[str, Any]]) -> str:
    """What is typed, or what the button whose label matches `press` sends."""
    if "say" in turn:
        return str(turn["say"])
    offered = [choice for answer in answers for choice in answer.get("choices", [])]
    pressed = next((choice for choice in offered if re.search(turn["press"], choice["label"], re.IGNORECASE)), None)
    assert pressed, f"no button {turn['press']!r} among {[choice['label'] for choice in offered]}"
    return str(pressed["send"])


@pytest.mark.parametrize("language", ["de", "en"])
def test_there_are_enough_conversations_of_every_sort(language: str) -> None:
    assert {path.name for path in FOLDER.iterdir()} == SORTS
    held = {sort: yaml.safe_load((FOLDER / sort / f"{language}.yml").read_text(encoding="utf-8")) for sort in SORTS}
    assert {sort for sort, talks in held.items() if len(talks) < PER_SORT} == set()
    assert sum(map(len, held.values())) >= PER_LANGUAGE
