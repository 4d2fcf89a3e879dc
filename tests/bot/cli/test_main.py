"""Errors of the command are one sentence, and nothing in it can steer the terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.main import BAD_INPUT, run
from persona_store.settings import Settings


def failing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    monkeypatch.setattr("sys.argv", ["personabot", *arguments])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == BAD_INPUT
    return capsys.readouterr().err


def test_file_names_cannot_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said = failing(monkeypatch, capsys, "import", str(tmp_path / "a\x1b[2Jb\u202e.csv"), "--write-mapping", "x.yml")
    assert "a[2Jb.csv" in said
    assert not {"\x1b", "\u202e"} & set(said)


def test_mapping_never_replaces_the_file_it_was_read_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text("Vorname;Nachname\nAnna;Meier\n", encoding="utf-8")
    assert "leads.csv" in failing(monkeypatch, capsys, "import", str(leads), "--write-mapping", str(leads))
    assert leads.read_text(encoding="utf-8") == "Vorname;Nachname\nAnna;Meier\n"


@pytest.mark.parametrize("command", [["report", "-o", "report.html"], ["scorecard"], ["quality"]])
def test_an_empty_store_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.cli.common.settings", lambda: Settings(_env_file=None, var=tmp_path))
    assert "personabot import" in " ".join(failing(monkeypatch, capsys, *command).split())
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize("command", [["users", "list"], ["users", "links"]])
def test_what_needs_no_data_loads_nothing_that_computes(tmp_path: Path, command: list[str]) -> None:
    heavy = {"numpy", "polars", "scipy", "spacy", "sklearn", "rasa", "fastapi", "telegram"}
    script = f"import sys; from bot.cli.main import app; app({command!r}, standalone_mode=False); print(*sys.modules)"
    known = os.environ | {"PERSONABOT_VAR": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", script], env=known, check=True, capture_output=True, text=True)
    loaded = set(run.stdout.splitlines()[-1].split())
    assert "sqlalchemy" in loaded
    assert not heavy & loaded
