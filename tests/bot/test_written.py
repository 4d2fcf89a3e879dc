"""The language of a message is told without Rasa, so that an apology comes in it, too."""

from pathlib import Path

import pytest

from bot.gateway.rasa_client import RasaClient
from bot.written import written_in
from persona_store.settings import Settings

NOBODY_LISTENS = 9  # the port "discard"


def test_the_language_that_a_text_is_written_in() -> None:
    assert written_in("which persona is Emily Clarke") == "en"
    assert written_in("welche Persona ist Emily Clarke") == "de"
    assert written_in("Siemens?") is None and written_in("/greet") is None


@pytest.mark.parametrize(
    ("text", "language"), [("which persona is Emily Clarke", "en"), ("welche Persona ist Emily Clarke", "de")]
)
async def test_an_apology_comes_in_the_language_of_the_message(text: str, language: str, tmp_path: Path) -> None:
    known = Settings(_env_file=None, var=tmp_path, rasa_port=NOBODY_LISTENS)
    async with RasaClient(known) as client:
        (answer,) = await client.ask("anna", "sales", "c", text, None)
    assert answer.kind == "error" and answer.language == language
