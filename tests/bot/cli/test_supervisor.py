"""The supervisor, with real processes: Python's own web server stands for ours."""

import asyncio
import os
import signal
import socket

import httpx
import pytest
from pydantic import SecretStr

from bot.cli.supervisor import LOCAL, Service, Supervisor, environment_of
from persona_store.errors import PersonaBotError
from persona_store.settings import Settings
from tests.ports import free_port


def _web_server(name: str) -> Service:
    port = free_port()
    return Service(name, ("http.server", "--bind", LOCAL, str(port)), LOCAL, port, "/README.md")


def _no_server() -> Service:
    return Service("rasa", ("json.tool", "does-not-exist.json"), LOCAL, free_port(), "/")


async def _eventually(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(100):
            try:
                await client.get(url)
                return
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
    raise AssertionError(f"nothing answers at {url}")


async def test_all_are_ready_after_start_and_gone_after_stop() -> None:
    services = [_web_server("actions"), _web_server("rasa"), _web_server("gateway")]
    supervisor = Supervisor(services, Settings(), lambda name, line: None)
    await supervisor.start()
    async with httpx.AsyncClient(trust_env=False) as client:
        assert [(await client.get(service.url)).status_code < 500 for service in services] == [True] * 3
    await supervisor.stop()
    for service in services:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((service.host, service.port), timeout=1)


async def test_a_process_that_dies_is_restarted_and_said_so() -> None:
    lines: list[tuple[str, str]] = []
    service = _web_server("actions")
    supervisor = Supervisor([service], Settings(language="en"), lambda name, line: lines.append((name, line)))
    await supervisor.start()
    watch = asyncio.create_task(supervisor.watch())
    first = supervisor._running["actions"].process
    os.kill(first.pid, signal.SIGKILL)
    await first.wait()
    await asyncio.sleep(0.3)
    await _eventually(service.url)
    second = supervisor._running["actions"].process
    assert second.pid != first.pid
    await supervisor.stop()
    await watch
    assert any(name == "up" and "actions ended" in line for name, line in lines)


async def test_a_restart_that_fails_is_tried_again() -> None:
    lines: list[tuple[str, str]] = []
    service = _web_server("actions")
    supervisor = Supervisor([service], Settings(language="en"), lambda name, line: lines.append((name, line)))
    await supervisor.start()
    watch = asyncio.create_task(supervisor.watch())
    first = supervisor._running["actions"].process
    first.kill()
    await first.wait()
    with socket.create_server((LOCAL, service.port)):
        while sum("actions ended" in line for _, line in lines) < 2:
            await asyncio.sleep(0.1)
    await _eventually(service.url)
    assert not watch.done()
    await supervisor.stop()
    await watch


async def test_what_processes_print_comes_with_their_name() -> None:
    lines: list[tuple[str, str]] = []
    service = _web_server("gateway")
    supervisor = Supervisor([service], Settings(), lambda name, line: lines.append((name, line)))
    await supervisor.start()
    await supervisor.stop()
    assert any(name == "gateway" and "GET /README.md" in line for name, line in lines)


async def test_a_process_that_does_not_come_up_stops_the_others() -> None:
    good = _web_server("actions")
    supervisor = Supervisor([good, _no_server()], Settings(language="en"), lambda name, line: None)
    with pytest.raises(PersonaBotError, match="rasa did not come up"):
        await supervisor.start()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((good.host, good.port), timeout=1)


async def test_a_taken_port_is_named_with_the_setting_that_changes_it() -> None:
    service = _web_server("gateway")
    with socket.create_server((LOCAL, service.port)):
        supervisor = Supervisor([service], Settings(language="en"), lambda name, line: None)
        with pytest.raises(PersonaBotError, match=f"{service.port} is taken.*PERSONABOT_PORT"):
            await supervisor.start()


def test_the_processes_work_with_the_very_settings_secrets_included(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Settings(
        telegram_token=SecretStr("4711:AAEexample-token-of-nobody-0123456789abcd"),
        oidc_client_secret=SecretStr("nobody's secret"),
        port=8181,
    )
    for name, value in environment_of(given).items():
        monkeypatch.setenv(name, value)
    assert Settings() == given
