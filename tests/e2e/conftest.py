"""The whole product, once a run: a generated CRM, imported and built by the command line, all processes started."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.e2e.product import ROOT, Product, Talk, personabot

CONTACTS = 5_000
GUESTS = Path(__file__).parent / "guests"  # people to whom things are done that the sample's people are spared
BLOCKED = "Rosalinde Sperrmann"  # objected to profiling before any conversation begins
USER, PASSWORD = "sales", "a long enough passphrase"
MARKETER, ADMIN = "marketing", "admin"
COLLEAGUES = tuple(f"colleague{number}" for number in range(20))  # each may send but so many messages a minute
START_SECONDS = 120
LONGEST_TEST_SECONDS = 900  # the first test of all waits for the product to be built, trained and started


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives the tests of the whole product more time than others."""
    for item in items:
        if item.get_closest_marker("e2e"):
            item.add_marker(pytest.mark.timeout(LONGEST_TEST_SECONDS))


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with a sample CRM of 5,000 contacts, ready to talk."""
    folder = tmp_path_factory.mktemp("product")
    ports = _free_ports(3)
    names = ("PERSONABOT_PORT", "PERSONABOT_RASA_PORT", "PERSONABOT_ACTIONS_PORT")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PERSONABOT_")}
    environment |= dict(zip(names, map(str, ports), strict=True))
    environment |= {"PERSONABOT_VAR": str(folder / "var"), "PERSONABOT_NEW_PASSWORD": PASSWORD}
    crm = folder / "crm"
    personabot("sample", "--contacts", str(CONTACTS), "--seed", "1", "--out", str(crm), environment=environment)
    personabot("import", str(crm), environment=environment)
    personabot("build", environment=environment)
    personabot("import", str(GUESTS), environment=environment)
    personabot("privacy", "object", BLOCKED, environment=environment)
    users = {USER: "sales", MARKETER: "marketing", ADMIN: "admin"} | dict.fromkeys(COLLEAGUES, "sales")
    for name, rights in users.items():
        personabot("users", "add", name, "--rights", rights, environment=environment)
    personabot("train", environment=environment)
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "personabot"), "up"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log: list[str] = []
    reader = threading.Thread(target=lambda: log.extend(process.stdout or ()), daemon=True)
    reader.start()
    url = f"http://127.0.0.1:{ports[0]}"
    _wait_until_healthy(url, process, log)
    yield Product(url, environment, crm, log)
    process.terminate()
    process.wait(timeout=30)


@pytest.fixture(scope="session")
def clients(product: Product) -> Iterator[dict[str, list[httpx.Client]]]:
    """The HTTP clients of all who talk, logged in, by their rights."""
    with ExitStack() as stack:
        users = {"sales": COLLEAGUES, "marketing": (MARKETER,), "admin": (ADMIN,)}
        yield {
            rights: [stack.enter_context(log_in(product, name)) for name in names] for rights, names in users.items()
        }


@pytest.fixture
def talk(clients: dict[str, list[httpx.Client]]) -> Talk:
    """A fresh conversation, of each colleague in turn."""
    clients["sales"].append(clients["sales"].pop(0))
    return Talk(clients["sales"][0])


@contextmanager
def log_in(product: Product, name: str) -> Iterator[httpx.Client]:
    """The HTTP client of this user, logged in."""
    with httpx.Client(base_url=product.url, timeout=15, trust_env=False, headers={"Origin": product.url}) as client:
        response = client.post("/api/login", json={"name": name, "password": PASSWORD})
        assert response.status_code == 200, response.text
        yield client


def _wait_until_healthy(url: str, process: subprocess.Popen[str], log: list[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    process.terminate()
    process.wait(timeout=30)
    pytest.fail("the product did not come up:\n" + "".join(log[-60:]))


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports
