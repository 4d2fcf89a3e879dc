"""Rasa's own command line, as `personabot rasa …` runs it, for people who know Rasa."""

import json
from typing import Any


def test_exit_codes(training: Any) -> None:
    assert training.codes == [0, 0, 0, 0, 0, 2, 0]


def test_version(training: Any) -> None:
    assert "3.6.21" in training.output


def test_stories_are_tested(training: Any) -> None:
    report = json.loads((training.folder / "results" / "story_report.json").read_text())
    assert report["conversation_accuracy"]["accuracy"] == 1.0


def test_stories_are_drawn(training: Any) -> None:
    assert "utter_hello" in (training.folder / "graph.html").read_text()


def test_the_shell_answers(training: Any) -> None:
    assert "Hallo" in training.output


def test_nothing_is_left_in_home_or_beside_the_results(training: Any) -> None:
    assert [*training.home.iterdir()] == []
    assert {path.name for path in training.folder.iterdir()} == {"models", "results", "graph.html", "stories.yml"}
