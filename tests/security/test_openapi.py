"""The whole HTTP surface by its own OpenAPI document: whatever is sent, the answer is one that the document names.

Schemathesis sends what fits the document and what does not: borders, wrong types, broken bodies, methods that no route
has, with and without a login. An answer of 5xx, or one with a status, a content type or a form that the document does
not name, fails.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.gateway.app import create_app
from persona_store.database import connect, migrate, session_scope
from persona_store.privacy.rights import on_behalf_of
from persona_store.users import add_user
from tests.bot.conftest import PASSWORD, RasaPlace, new_installation, served
from tests.conftest import OPERATOR
from tests.ports import free_port

EXAMPLES = 3  # random ones of each route, beside the hundred or so that the document's borders give
NAME = "chief"  # may everything, so that every route is reached
# What JSON Schema cannot say is refused too, such as a message of nothing but blanks: a refusal of what fits the
# document is no fault as long as it is a described one.
NOT_CHECKED = "positive_data_acceptance"
# With a valid token in each request forged cookies beside it do not matter, and logging out would end it.
LEFT_OUT = {
    False: [f"--exclude-checks={NOT_CHECKED}"],
    True: [f"--exclude-checks={NOT_CHECKED},ignored_auth", "--exclude-path=/api/logout"],
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A gateway with a store of its own, and its URL; in Rasa's place is a server that repeats what it hears."""
    folder = tmp_path_factory.mktemp("openapi")
    path, var = folder / "personabot.db", folder / "var"
    var.mkdir()
    engine = on_behalf_of(connect(f"sqlite:///{path}"), OPERATOR)
    migrate(engine)
    with session_scope(engine, writes=True) as session:
        add_user(session, NAME, PASSWORD, "admin")
    engine.dispose()
    known = new_installation(var, path)
    place = RasaPlace(known.rasa_port)
    with served(place.app(), place.port), served(create_app(known), free_port()) as url:
        yield url


@pytest.mark.parametrize("logged_in", [False, True], ids=["nobody", "admin"])
def test_every_answer_is_one_that_the_document_names(gateway: str, tmp_path: Path, logged_in: bool) -> None:
    header = f"Authorization: Bearer {_token(gateway)}" if logged_in else "Accept-Language: de"
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "schemathesis"), "run", f"{gateway}/openapi.json", "--checks=all",
            "--phases=examples,coverage,fuzzing", f"--max-examples={EXAMPLES}", "--generation-deterministic",
            "--continue-on-failure", "--no-color", "--header", header,
            *LEFT_OUT[logged_in],
        ],
        cwd=tmp_path,
        env=os.environ | {"NO_PROXY": "127.0.0.1"},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr


def _token(url: str) -> str:
    answer = httpx.post(f"{url}/api/login", json={"name": NAME, "password": PASSWORD}, trust_env=False)
    token: str = answer.json()["token"]
    return token
