"""A small assistant: trained once, loaded once, and served by real processes on free ports."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from persona_store.privacy.identity import sign
from persona_store.settings import Settings
from tests.ports import free_port

SMALL = Path(__file__).parent / "small"
ROOT = Path(__file__).parents[3]
COMMANDS = """
import json, sys
from bot.assistant.launcher import rasa_main
print(json.dumps([rasa_main(argv) for argv in json.loads(sys.argv[1])]))
"""
STORIES = """
version: "3.1"
stories:
  - story: greeting
    steps:
      - user: hallo
        intent: greet
      - action: utter_hello
"""
QUESTION = "welche persona ist frau schneider?"
START_SECONDS = 120  # on a machine with much else to do
IMPORTABLE = os.pathsep.join([str(ROOT), str(SMALL), os.environ.get("PYTHONPATH", "")])
ANSWER_SECONDS = 5  # longest a person waits for an answer or an apology


@pytest.fixture(scope="session", autouse=True)
def compatibility() -> None:
    from bot.assistant import compat

    compat.install()


@dataclass(frozen=True)
class Training:
    """What Rasa's commands, run one after another in a process, a folder and a home of its own, left."""

    model: Path
    home: Path
    folder: Path
    codes: list[int]
    output: str


@pytest.fixture(scope="session")
def training(tmp_path_factory: pytest.TempPathFactory) -> Training:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("training")
    (folder / "stories.yml").write_text(STORIES)
    source = [
        "--domain",
        str(SMALL / "domain.yml"),
        "--data",
        str(SMALL / "data"),
        "--config",
        str(ROOT / "config.yml"),
    ]
    model = folder / "models" / "small.tar.gz"
    commands = [
        ["--version"],
        ["train", *source, "--fixed-model-name", "small"],
        ["data", "validate", *source],
        ["test", "core", "--model", str(model), "--stories", "stories.yml", "--out", "results"],
        ["visualize", *source[:2], "--stories", "stories.yml", "--out", "graph.html"],
        ["no-such-command"],
        ["shell", "--model", str(model), "--port", str(free_port())],
    ]
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, json.dumps(commands)],
        cwd=folder,
        env={**os.environ, "HOME": str(home), "PYTHONPATH": IMPORTABLE},
        input="guten tag\n/stop\n",
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    return Training(model, home, folder, json.loads(done.stdout.splitlines()[-1]), done.stdout + done.stderr)


@pytest.fixture(scope="session")
def agent(training: Training) -> Any:
    """The small assistant without action server, with conversations in memory."""
    from rasa.core.agent import Agent

    return Agent.load(training.model)


@dataclass
class Process:
    """A server process with its log, to be killed and started again."""

    module: str
    options: list[str]
    ready: str
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", self.module, *self.options]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while True:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            try:
                httpx.get(self.ready).raise_for_status()
                return
            except httpx.HTTPError:
                time.sleep(0.1)

    def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=START_SECONDS)


@dataclass(frozen=True)
class Assistant:
    """The two processes, and how a gateway talks to them."""

    rasa: Process
    actions: Process
    port: int
    conversations: Path

    def post(self, body: Any) -> httpx.Response:
        address = f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"
        # json.dumps, because httpx cannot send a lone surrogate
        return httpx.post(address, content=json.dumps(body), timeout=ANSWER_SECONDS)

    def ask(self, text: str, conversation: str, **metadata: str) -> list[dict[str, Any]]:
        answer = self.post({"sender": conversation, "message": text, "metadata": metadata})
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()
        return messages


@pytest.fixture(scope="session")
def assistant(training: Training, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("served")
    rasa_port, actions_port = free_port(), free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": IMPORTABLE,
        "PERSONABOT_VAR": str(folder),
        "PERSONABOT_ACTIONS_PORT": str(actions_port),
        "PERSONABOT_ACTION_TIMEOUT_SECONDS": "2.5",
    }
    actions = Process(
        "bot.assistant.action_server",
        ["--port", str(actions_port), "--actions", "small_actions"],
        f"http://127.0.0.1:{actions_port}/health",
        environment,
        folder / "actions.log",
    )
    rasa = Process(
        "bot.assistant.launcher",
        ["run", "--port", str(rasa_port), "--model", str(training.model)],
        f"http://127.0.0.1:{rasa_port}/webhooks/rest/",
        environment,
        folder / "rasa.log",
    )
    actions.start()
    rasa.start()
    yield Assistant(rasa, actions, rasa_port, folder / "tracker.db")
    for process in (rasa, actions):
        process.end(signal.SIGTERM)


def signed(
    assistant: Assistant, conversation: str, message: str = "m-1", text: str = QUESTION, seconds: int = 60
) -> dict[str, str]:
    """What comes with a message from the gateway: its id, and the proof of who sends it."""
    secret = Settings(_env_file=None, var=assistant.conversations.parent).secret("identity")
    return {"message": message, "identity": sign("anna", "sales", conversation, message, text, secret, seconds)}
