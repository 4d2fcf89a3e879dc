"""`personabot privacy`: show, object, erase and export, on a store of its own."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from persona_store.crm import import_files
from persona_store.database import connect, migrate
from persona_store.errors import InputError
from persona_store.privacy.memory import MEMORIES
from persona_store.privacy.rights import on_behalf_of
from persona_store.settings import settings
from tests.conftest import OPERATOR

PEOPLE = """Kontakt-ID;Vorname;Nachname;E-Mail;Position;Firma;Notizen
4711;Hildegunde;Quittenbaum;h.quittenbaum@muster.example;IT-Leiterin;Muster GmbH;mag es kurz
4712;Rolf;Beispiel;r.beispiel@muster.example;Einkäufer;Muster GmbH;
4713;Ralf;Beispiel;;Vertrieb;Andere AG;
"""


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit code as `personabot` gives it; `stderr` is the sentence of bad input."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def personabot(tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs the command on a store with three people."""
    (tmp_path / "kontakte.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "var").mkdir()
    shutil.copy(migrated_file, tmp_path / "var" / "personabot.db")
    monkeypatch.setenv("PERSONABOT_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("PERSONABOT_DATABASE_URL", raising=False)
    settings.cache_clear()
    take_in(tmp_path)

    def run(*arguments: str, language: str = "de") -> Done:
        monkeypatch.setenv("PERSONABOT_LANGUAGE", language)
        settings.cache_clear()
        result = CliRunner().invoke(app, arguments)
        if isinstance(result.exception, InputError):
            return Done(2, result.stdout, str(result.exception))
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return Done(result.exit_code, result.stdout, result.stderr)

    yield run
    MEMORIES.clear()
    settings.cache_clear()


def take_in(folder: Path) -> None:
    """Imports the three people."""
    engine = on_behalf_of(connect(settings().store_url), OPERATOR)
    migrate(engine)
    import_files(engine, [folder / "kontakte.csv"])
    engine.dispose()


def test_show_says_what_is_stored_and_from_where(personabot: Run) -> None:
    shown = personabot("privacy", "show", "Quittenbaum")
    assert shown.returncode == 0
    assert "kontakte.csv" in shown.stdout
    assert "Notizen" in shown.stdout
    english = personabot("privacy", "show", "hildegunde quittenbaum", "--json", language="en")
    assert json.loads(english.stdout)["fields"]


@pytest.mark.parametrize("command", [["show"], ["object"], ["erase", "--yes"], ["export"]], ids=lambda one: one[0])
def test_who_is_unknown_or_unclear_is_a_sentence_and_code_2(personabot: Run, command: list[str]) -> None:
    for name in ("Niemand Nirgends", "Beispiel", "#99999"):
        done = personabot("privacy", *command, name)
        assert done.returncode == 2
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr
        assert done.stdout.strip() == ""


def test_export_is_json_of_everything_and_never_overwrites(personabot: Run, tmp_path: Path) -> None:
    data = json.loads(personabot("privacy", "export", "4711").stdout)
    assert data["contacts"][0]["last_name"] == "Quittenbaum"
    assert data["contacts"][0]["notes"] == "mag es kurz"
    assert {"interactions", "deals", "personas", "looked_up", "sources"} <= set(data)
    target = tmp_path / "person.json"
    assert personabot("privacy", "export", "4711", "-o", str(target)).returncode == 0
    assert json.loads(target.read_text(encoding="utf-8"))["contacts"][0]["email"] == "h.quittenbaum@muster.example"
    assert oct(target.stat().st_mode)[-3:] == "600"
    again = personabot("privacy", "export", "4711", "--output", str(target))
    assert again.returncode == 2
    assert personabot("privacy", "export", "4711", "-o", str(tmp_path / "no" / "x.json")).returncode == 2


def test_erase_needs_a_yes_and_is_for_good(personabot: Run, tmp_path: Path) -> None:
    refused = personabot("privacy", "erase", "Quittenbaum")
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert personabot("privacy", "show", "Quittenbaum").returncode == 0
    erased = personabot("privacy", "erase", "Quittenbaum", "--yes")
    assert erased.returncode == 0
    assert "Quittenbaum" not in erased.stdout
    assert personabot("privacy", "show", "Quittenbaum").returncode == 2
    take_in(tmp_path)
    assert personabot("privacy", "show", "4711").returncode == 2
    assert personabot("privacy", "show", "4712").returncode == 0


def test_who_objected_is_found_by_the_full_name_only(personabot: Run) -> None:
    assert personabot("privacy", "object", "Quittenbaum").returncode == 0
    assert personabot("match", "Quittenbaum").returncode == 2
    assert personabot("privacy", "show", "Quittenbaum").returncode == 2
    shown = personabot("privacy", "show", "Hildegunde Quittenbaum")
    assert "widersprochen" in shown.stdout
    assert "IT" not in shown.stdout
    assert json.loads(personabot("privacy", "export", "4711").stdout)["objected_on"]
    assert personabot("privacy", "object", "4711", "--withdraw").returncode == 0
    assert personabot("privacy", "show", "Quittenbaum").returncode == 0


def test_open_requests_are_listed(personabot: Run) -> None:
    assert personabot("privacy", "requests").returncode == 0
    assert json.loads(personabot("privacy", "requests", "--json").stdout) == []
