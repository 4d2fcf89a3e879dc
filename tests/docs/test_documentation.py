"""The documentation is true: its commands and options exist, its settings are real, its links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from bot.cli.main import app
from persona_store.settings import Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"(?:^|\s{2,}|`)(personabot [^\n`#]+?)(?=\s{2,}|`|#|$)", re.MULTILINE)
MAKE = re.compile(r"^make (\w+)", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#)([^)]+)\)")
SETTING = re.compile(r"PERSONABOT_([A-Z_]+)")
COMMANDS_BY_OTHERS = {"rasa"}  # takes Rasa's own arguments
FOR_TESTS = {"NEW_PASSWORD", "PICTURES"}  # read by the command line and the tests, not settings


def _commands() -> list[tuple[str, str]]:
    found = {
        (path.name, match.group(1).strip())
        for path in DOCUMENTS
        for match in COMMAND.finditer(path.read_text(encoding="utf-8"))
        if not re.search(r"[…|]", match.group(1))
    }
    return sorted(found)


def test_there_are_commands_to_check() -> None:
    assert len(_commands()) > 10


@pytest.mark.parametrize(("document", "command"), _commands())
def test_commands_and_options_exist(document: str, command: str) -> None:
    words = shlex.split(command)[1:]
    known = typer.main.get_command(app)
    while words and hasattr(known, "commands") and words[0] in known.commands:
        known = known.commands[words.pop(0)]
        if known.name in COMMANDS_BY_OTHERS:
            return
    assert known.name != "personabot" or words == [], f"{document}: there is no command {command!r}"
    options = {option for parameter in known.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= options, f"{document}: {command!r}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(path: Path) -> None:
    missing = [link for link in LINK.findall(path.read_text(encoding="utf-8")) if not (path.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_exist(path: Path) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(MAKE.findall(path.read_text(encoding="utf-8"))) <= targets


def test_env_example_lists_every_setting_and_no_other() -> None:
    listed = set(SETTING.findall((ROOT / ".env.example").read_text(encoding="utf-8")))
    assert listed == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_documented_settings_exist(path: Path) -> None:
    named = {name.rstrip("_") for name in SETTING.findall(path.read_text(encoding="utf-8"))} - {""}
    assert named <= {name.upper() for name in Settings.model_fields} | FOR_TESTS
