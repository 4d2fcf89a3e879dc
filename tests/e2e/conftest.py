"""The whole product, once a run: a generated CRM, imported and built by the command line, all processes started."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.e2e.product import Product, Talk, add_people, new_environment, personabot, served

CONTACTS = 5_000
GUESTS = Path(__file__).parent / "guests"  # people to whom things are done that the sample's people are spared
BLOCKED = "Rosalinde Sperrmann"  # objected to profiling before any conversation begins
USER, PASSWORD = "sales", "a long enough passphrase"
MARKETER, ADMIN = "marketing", "admin"
COLLEAGUES = tuple(f"colleague{number}" for number in range(20))  # each may send but so many messages a minute
LONGEST_TEST_SECONDS = 1800  # the first test of all waits for the product to be built, trained and started


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives the tests of the whole product more time than others."""
    for item in items:
        if item.get_closest_marker("e2e"):
            item.add_marker(pytest.mark.timeout(LONGEST_TEST_SECONDS))


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with a sample CRM of 5,000 contacts, ready to talk."""
    folder = tmp_path_factory.mktemp("product")
    environment = new_environment(folder / "var") | {"PERSONABOT_NEW_PASSWORD": PASSWORD}
    crm = folder / "crm"
    personabot("sample", "--contacts", str(CONTACTS), "--seed", "1", "--out", str(crm), environment=environment)
    personabot("import", str(crm), environment=environment)
    personabot("build", environment=environment)
    personabot("import", str(GUESTS), environment=environment)
    personabot("privacy", "object", BLOCKED, environment=environment)
    personabot("users", "add", ADMIN, "--rights", "admin", environment=environment)
    add_people(environment, [MARKETER], PASSWORD, "marketing")
    add_people(environment, [USER, *COLLEAGUES], PASSWORD)
    personabot("train", environment=environment)
    with served(environment, crm) as running:
        yield running


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
