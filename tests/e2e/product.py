"""The product as the end-to-end tests use it: the command line, the running processes, a talk over HTTP."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import Engine

from persona_store.database import connect, session_scope
from persona_store.privacy.rights import Rights, on_behalf_of
from persona_store.settings import Settings
from persona_store.users import add_user
from tests.conftest import OPERATOR
from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
STOP_SECONDS = 30
LONGEST_COMMAND_SECONDS = 1200  # training takes some minutes, more where others compute beside it


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
        for pid in self.processes(module):
            os.kill(pid, 9)

    def processes(self, module: str) -> list[int]:
        """The ids of the processes of this installation that run `module`."""
        return _children(module, self.environment)


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


def new_environment(var: Path) -> dict[str, str]:
    """The environment of an installation of its own: free ports, its data below `var`, no setting from outside."""
    names = ("PERSONABOT_PORT", "PERSONABOT_RASA_PORT", "PERSONABOT_ACTIONS_PORT")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PERSONABOT_")}
    return kept | dict(zip(names, map(str, free_ports(len(names))), strict=True)) | {"PERSONABOT_VAR": str(var)}


def store_of(environment: Mapping[str, str]) -> Engine:
    """The store of an installation, opened for its operator."""
    return on_behalf_of(connect(Settings(var=Path(environment["PERSONABOT_VAR"])).store_url), OPERATOR)


def add_people(environment: Mapping[str, str], names: Iterable[str], password: str, rights: Rights = "sales") -> None:
    """Lets people log in, all with one password, without a start of the command line for each of them."""
    engine = store_of(environment)
    with session_scope(engine, writes=True) as session:
        for name in names:
            add_user(session, name, password, rights)
    engine.dispose()


@contextmanager
def served(environment: dict[str, str], crm: Path) -> Iterator[Product]:
    """The installation with all its processes started; raises RuntimeError when it does not come up."""
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "personabot"), "up"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log: list[str] = []
    threading.Thread(target=lambda: log.extend(process.stdout or ()), daemon=True).start()
    url = f"http://127.0.0.1:{environment['PERSONABOT_PORT']}"
    try:
        _wait_until_healthy(url, process, log)
        yield Product(url, environment, crm, log)
    finally:
        process.terminate()
        process.wait(timeout=STOP_SECONDS)


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


def _wait_until_healthy(url: str, process: subprocess.Popen[str], log: list[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise RuntimeError("The product did not come up:\n" + "".join(log[-60:]))


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
