"""The whole product, once a run: a generated CRM, imported and built by the command line, all processes started."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.product import ROOT, Product, Talk, personabot

CONTACTS = 5_000
GUESTS = Path(__file__).parent / "guests"  # people to whom things are done that the sample's people are spared
BLOCKED = "Rosalinde Sperrmann"  # objected to profiling before any conversation begins
USER, PASSWORD = "rep", "a long enough passphrase"
START_SECONDS = 120


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
    personabot("users", "add", USER, environment=environment)
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


@pytest.fixture
def client(product: Product) -> Iterator[httpx.Client]:
    """A logged-in user's HTTP client."""
    with httpx.Client(base_url=product.url, timeout=15, trust_env=False, headers={"Origin": product.url}) as http:
        response = http.post("/api/login", json={"name": USER, "password": PASSWORD})
        assert response.status_code == 200, response.text
        yield http


@pytest.fixture
def talk(client: httpx.Client) -> Talk:
    """A fresh conversation."""
    return Talk(client)


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
