"""Keeps the three processes running: starts them in order, restarts one that dies, stops them all together."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr

from persona_store.errors import PersonaBotError
from persona_store.settings import PROJECT_ROOT, Settings
from persona_store.wording import say

LOCAL = "127.0.0.1"
READY_TIMEOUT_SECONDS = 120.0
POLL_SECONDS = 0.2
STOP_TIMEOUT_SECONDS = 10.0
STEADY_SECONDS = 60.0  # a process that ran this long was healthy: its next fall starts a new count
MOST_RESTARTS = 5
LOG_LINE_BYTES = 1 << 20

Echo = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Service:
    """One process: the module it runs, the port it listens on, and the URL path that answers when it is ready."""

    name: str
    module: tuple[str, ...]
    host: str
    port: int
    health: str

    @property
    def url(self) -> str:
        """Where to ask whether it is ready."""
        host = LOCAL if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.port}{self.health}"


def services(settings: Settings, *, gateway: bool = True) -> tuple[Service, ...]:
    """The processes in the order in which they start; without `gateway` only what answers questions."""
    behind = (
        Service(
            "actions",
            ("bot.assistant.action_server", "--port", str(settings.actions_port)),
            LOCAL,
            settings.actions_port,
            "/health",
        ),
        Service(
            "rasa",
            ("bot.assistant.launcher", "run", "--port", str(settings.rasa_port)),
            LOCAL,
            settings.rasa_port,
            "/",
        ),
    )
    front = Service("gateway", ("bot.gateway", "--port", str(settings.port)), settings.host, settings.port, "/health")
    return (*behind, front) if gateway else behind


@dataclass(slots=True)
class _Running:
    service: Service
    process: asyncio.subprocess.Process
    started: float
    falls: int = 0
    pump: asyncio.Task[None] | None = field(default=None)


class Supervisor:
    """Runs `services` until `stop` is called; every line they print goes to `echo(name, line)`."""

    def __init__(self, services: Sequence[Service], settings: Settings, echo: Echo) -> None:
        self._services = services
        self._settings = settings
        self._echo = echo
        self._running: dict[str, _Running] = {}
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Starts everything and returns when all are ready.

        Raises PersonaBotError when a port is taken or a process does not come up; what was started is stopped then.
        """
        for service in self._services:
            self._check_port(service)
        try:
            async with asyncio.TaskGroup() as group:
                for service in self._services[:2]:
                    group.create_task(self._start_one(service))
            for service in self._services[2:]:
                await self._start_one(service)
        except BaseException as error:
            await self.stop()
            if isinstance(error, ExceptionGroup):
                raise error.exceptions[0] from None
            raise

    async def watch(self) -> None:
        """Restarts what dies until `stop`; raises PersonaBotError when one process cannot be kept alive."""
        try:
            async with asyncio.TaskGroup() as group:
                for service in self._services:
                    group.create_task(self._keep_alive(service))
        except ExceptionGroup as group_error:
            await self.stop()
            raise group_error.exceptions[0] from None

    async def stop(self) -> None:
        """Ends all processes, the ones that face people first; kills what does not end in time."""
        self._stopping.set()
        for running in reversed(list(self._running.values())):
            if running.process.returncode is None:
                running.process.send_signal(signal.SIGTERM)
        for running in self._running.values():
            try:
                await asyncio.wait_for(running.process.wait(), STOP_TIMEOUT_SECONDS)
            except TimeoutError:
                running.process.kill()
                await running.process.wait()
            if running.pump:
                await running.pump

    def _check_port(self, service: Service) -> None:
        family = socket.AF_INET6 if ":" in service.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((service.host, service.port))
            except OSError as error:
                variable = {"gateway": "PORT", "rasa": "RASA_PORT", "actions": "ACTIONS_PORT"}[service.name]
                raise PersonaBotError(
                    say(
                        "cli.up.port_taken",
                        self._settings.language,
                        host=service.host,
                        port=service.port,
                        name=service.name,
                        variable=f"PERSONABOT_{variable}",
                    )
                ) from error

    async def _start_one(self, service: Service, falls: int = 0) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *service.module,
            cwd=PROJECT_ROOT,
            env=environment_of(self._settings),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=LOG_LINE_BYTES,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the others in order
        )
        running = _Running(service, process, time.monotonic(), falls)
        running.pump = asyncio.create_task(self._pump(service.name, process))
        self._running[service.name] = running
        await self._ready(running)

    async def _pump(self, name: str, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # it was opened with a pipe
        while line := await _line(process.stdout):
            self._echo(name, line.decode("utf-8", "replace").rstrip())

    async def _ready(self, running: _Running) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as client:
            while time.monotonic() < deadline and running.process.returncode is None:
                try:
                    if (await client.get(running.service.url)).status_code < 500:
                        return
                except httpx.HTTPError:
                    pass
                if await _happens(self._stopping, POLL_SECONDS):
                    return
        raise PersonaBotError(say("cli.up.not_ready", self._settings.language, name=running.service.name))

    async def _keep_alive(self, service: Service) -> None:
        while True:
            running = self._running[service.name]
            code = await running.process.wait()
            if self._stopping.is_set():
                return
            steady = time.monotonic() - running.started > STEADY_SECONDS
            falls = 1 if steady else running.falls + 1
            if falls > MOST_RESTARTS:
                raise PersonaBotError(say("cli.up.gave_up", self._settings.language, name=service.name, count=falls))
            self._echo("up", say("cli.up.restarting", self._settings.language, name=service.name, code=code))
            if await _happens(self._stopping, 2.0 ** (falls - 1) - 1):
                return
            try:
                await self._start_one(service, falls)
            except PersonaBotError:  # it fell while starting, or hangs: one more fall, not the end
                fallen = self._running[service.name].process
                if fallen.returncode is None:
                    fallen.kill()


async def _line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:  # longer than LOG_LINE_BYTES; the reader has dropped it
        return b"...\n"


async def _happens(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment of a process that is to work with `settings`, wherever they come from."""
    given = {name: value for name, value in settings.model_dump().items() if value is not None}
    fixed = {
        f"PERSONABOT_{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in given.items()
    }
    return os.environ | fixed | {"PYTHONUNBUFFERED": "1"}


async def run_until_signal(supervisor: Supervisor, ready: Callable[[], Awaitable[None] | None]) -> None:
    """Starts, calls `ready`, and watches until Ctrl-C or a termination signal; then stops everything."""
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()
    assert main is not None  # this is a coroutine, so there is a task
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, main.cancel)
    try:
        await supervisor.start()
        outcome = ready()
        if outcome is not None:
            await outcome
        await supervisor.watch()
    except asyncio.CancelledError:
        await supervisor.stop()
