"""Settings that are not allowed are named, by every process alike."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from persona_store.errors import InputError
from persona_store.settings import settings


@pytest.fixture(autouse=True)
def _read_anew() -> None:
    settings.cache_clear()


def test_a_setting_that_is_not_allowed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERSONABOT_LANGUAGE", "fr")
    with pytest.raises(InputError, match="PERSONABOT_LANGUAGE"):
        settings()


def test_the_command_says_so_in_one_sentence() -> None:
    command = [str(Path(sys.executable).parent / "personabot"), "--version"]
    environment = os.environ | {"PERSONABOT_PORT": "eighty"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "PERSONABOT_PORT" in result.stderr
    assert "Traceback" not in result.stderr
