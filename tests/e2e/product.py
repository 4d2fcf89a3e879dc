"""The product as the end-to-end tests use it: the command line, the running processes, a talk over HTTP."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

ROOT = Path(__file__).parents[2]
LONGEST_COMMAND_SECONDS = 600  # training takes a minute or two, more where others compute beside it


@dataclass(frozen=True)
class Product:
    """A running installation: its address and environment, its CRM export, and what its processes have printed."""

    url: str
    environment: dict[str, str]
    crm: Path
    log: list[str]

    def personabot(
        self, *arguments: str, check: bool = True, typed: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs the command line in this installation."""
        return personabot(*arguments, environment=self.environment, check=check, typed=typed)

    def kill(self, module: str) -> None:
        """Kills one of the processes without warning, as a crash would."""
        for pid in _children(module, self.environment):
            os.kill(pid, 9)


class Talk:
    """One conversation of one logged-in user over HTTP."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.conversation = uuid4().hex

    def say(self, text: str) -> list[dict[str, Any]]:
        """Sends one message and returns the answers."""
        response = self._client.post("/api/chat", json={"text": text, "conversation": self.conversation})
        assert response.status_code == 200, response.text
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages


def personabot(
    *arguments: str, environment: dict[str, str], check: bool = True, typed: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs the console command as a person would."""
    return subprocess.run(
        [str(Path(sys.executable).parent / "personabot"), *arguments],
        cwd=ROOT,
        env=environment,
        check=check,
        input=typed,
        capture_output=True,
        text=True,
        timeout=LONGEST_COMMAND_SECONDS,
    )


def words(answers: list[dict[str, Any]]) -> str:
    """Everything a person can read in the answers."""
    parts: list[str] = []
    for answer in answers:
        parts += [answer["text"], *answer.get("reasons", []), answer.get("next_step", ""), *answer.get("evidence", [])]
        parts += [choice["label"] for choice in answer.get("choices", [])]
        card, table = answer.get("card") or {}, answer.get("table") or {}
        parts += [card.get("title", ""), card.get("subtitle", "")]
        parts += [f"{fact['label']} {fact['value']}" for fact in card.get("facts", [])]
        parts += [" ".join(row) for row in table.get("rows", [])]
    return "\n".join(parts)


def _children(module: str, environment: dict[str, str]) -> list[int]:
    """The ids of the processes of this installation that run `module`."""
    marker = f"PERSONABOT_VAR={environment['PERSONABOT_VAR']}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not re.fullmatch(r"\d+", entry.name):
            continue
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0")
            if module.encode() in command and marker in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    assert found, f"no process runs {module}"
    return found
