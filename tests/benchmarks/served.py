"""Servers as processes of their own: started, talked to, and measured in time, processor time and memory (Linux)."""

import http.client
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 600.0  # on a machine with much else to do
ANSWER_SECONDS = 120.0
POLL_SECONDS = 0.05
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command took: wall-clock and processor seconds with its children, highest resident memory in MB."""

    seconds: float
    cpu_seconds: float
    megabytes: float


def spent_by(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Spent:
    """Runs a command to its end; raises SystemExit with the end of its output when it fails."""
    log = folder / "command.log"
    start = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=dict(environment), stdout=output, stderr=output)
        _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed:\n{log.read_text(errors='replace')[-2000:]}")
    return Spent(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


class Served:
    """A server on 127.0.0.1, ready once `health` answers with 200. `start_seconds` is how long that took."""

    def __init__(
        self, command: Sequence[str], port: int, health: str, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self.port = port
        self.log = folder / f"server-{port}.log"
        start = time.perf_counter()
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(command, cwd=folder, env=dict(environment), stdout=output, stderr=output)
        while not self._answers(health):
            if self._process.poll() is not None or time.perf_counter() - start > START_SECONDS:
                self.end()
                raise SystemExit(f"{command[0]} did not start:\n{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(POLL_SECONDS)
        self.start_seconds = time.perf_counter() - start

    def end(self) -> None:
        """Stops the server."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def cpu_seconds(self) -> float:
        """Processor time of the process since its start."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def megabytes(self) -> float:
        """Resident memory of the process."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _answers(self, health: str) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("GET", health)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


class Line:
    """One open connection to Rasa's REST channel."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)

    def ask(self, sender: str, text: str, metadata: Mapping[str, Any]) -> tuple[list[dict[str, Any]], float]:
        """The answers to a message, and the seconds they took."""
        body = json.dumps({"sender": sender, "message": text, "metadata": dict(metadata)})
        start = time.perf_counter()
        self._connection.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse().read()
        seconds = time.perf_counter() - start
        answers: list[dict[str, Any]] = json.loads(answer)
        return answers, seconds
