"""Settings mean the same to every process, and secrets are whole and private."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from persona_store.settings import PROJECT_ROOT, Settings

READ_SECRET = "from persona_store.settings import Settings; print(Settings(_env_file=None).secret('identity'))"
TOGETHER = 4


def test_relative_folder_is_below_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings(_env_file=None, var=Path("elsewhere")).var == PROJECT_ROOT / "elsewhere"
    assert Settings(_env_file=None, var=tmp_path).var == tmp_path


def test_settings_file_is_the_projects_not_the_current_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PERSONABOT_SESSION_HOURS", raising=False)
    Path(".env").write_text("PERSONABOT_SESSION_HOURS=77\n", encoding="utf-8")
    assert Settings().session_hours != 77


def test_processes_that_start_together_share_one_whole_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PERSONABOT_VAR", str(tmp_path))
    command = [sys.executable, "-c", READ_SECRET]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT) for _ in range(TOGETHER)]
    read = {process.communicate()[0].strip() for process in running}
    assert len(read) == 1
    assert len(read.pop()) > 40
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["identity"]


def test_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    Settings(_env_file=None, var=tmp_path).secret("session")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "secrets" / "session").stat().st_mode) == 0o600
