"""What `personabot role` and `describe` print: words, in the language of the installation, never keys."""

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from persona_store.settings import settings


@pytest.mark.parametrize(
    ("language", "arguments", "said"),
    [
        ("de", ["role", "Leiterin IT"], ["IT, Bereichs- oder Abteilungsleitung"]),
        ("en", ["role", "Leiterin IT"], ["IT, Head of department"]),
        ("de", ["role", "qqq"], ["„qqq“"]),
        (
            "de",
            ["describe", "Leiter Vertrieb, 200+ Leute, Whitepaper geladen"],
            ["Vertrieb", "ab 200", "heruntergeladen"],
        ),
        (
            "en",
            ["describe", "student, no budget, bought and complained"],
            ["Student: yes", "Budget: low", "complained"],
        ),
        ("en", ["describe", "qqq"], ["nothing about a lead"]),
    ],
)
def test_answers_are_words(
    monkeypatch: pytest.MonkeyPatch, language: str, arguments: list[str], said: list[str]
) -> None:
    monkeypatch.setenv("PERSONABOT_LANGUAGE", language)
    settings.cache_clear()
    result = CliRunner().invoke(app, arguments)
    settings.cache_clear()
    assert result.exit_code == 0
    assert [words for words in said if words not in result.output] == []
