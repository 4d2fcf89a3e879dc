"""`personabot texts`: in both languages, as a table and as JSON, recorded, and without control characters."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli.main import app
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Audit, Contact
from persona_store.errors import InputError
from persona_store.names import index_people
from persona_store.privacy.rights import on_behalf_of
from persona_store.settings import settings
from persona_store.text_hits import index_texts
from tests.conftest import OPERATOR

NOTE = "Findet uns zu teuer.\x1b[2J Braucht <b>Referenzen</b>."


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A store with one contact who has wishes and one who has none."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("PERSONABOT_DATABASE_URL", url)
    engine = on_behalf_of(connect(url), OPERATOR)
    migrate(engine)
    with session_scope(engine, writes=True) as session:
        session.add(Contact(key="1", first_name="Sabine", last_name="Meier", notes=NOTE, custom={}))
        session.add(Contact(key="2", first_name="Thomas", last_name="Weber", custom={}))
        session.flush()
        index_people(session)
        index_texts(session)
    engine.dispose()
    yield url
    settings.cache_clear()


def run(monkeypatch: pytest.MonkeyPatch, language: str, *arguments: str) -> Result:
    monkeypatch.setenv("PERSONABOT_LANGUAGE", language)
    settings.cache_clear()
    return CliRunner().invoke(app, ["texts", *arguments])


@pytest.mark.parametrize(
    ("language", "said"),
    [("de", ["Problem: Preis", "»zu teuer«", "Wunsch: Referenzen", "Notiz"]), ("en", ["Problem: price", "note"])],
)
def test_hits_are_shown_with_their_words(
    store: str, monkeypatch: pytest.MonkeyPatch, language: str, said: list[str]
) -> None:
    result = run(monkeypatch, language, "Sabine Meier")
    assert result.exit_code == 0
    assert [words for words in said if words not in result.output] == []
    assert "\x1b[2J" not in result.output
    summary = run(monkeypatch, language, "--all")
    assert said[0] in summary.output


def test_nothing_found_says_what_next(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nichts" in run(monkeypatch, "de", "Thomas Weber").output


def test_json_holds_places_and_counts_and_a_look_up_is_recorded(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = json.loads(run(monkeypatch, "de", "Sabine Meier", "--json").output)
    assert [(hit["kind"], hit["term"]) for hit in found["hits"]] == [("problem", "price"), ("wish", "references")]
    counted = json.loads(run(monkeypatch, "de", "--all", "--json").output)
    assert (counted["people"], counted["terms"][0]["share"]["n"]) == (1, 1)
    engine = on_behalf_of(connect(store), OPERATOR)
    with session_scope(engine) as session:
        assert list(session.scalars(select(Audit.action))) == ["texts"]
    engine.dispose()


@pytest.mark.parametrize("arguments", [[], ["Sabine Meier", "--all"]])
def test_a_contact_or_all_is_needed(store: str, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    result = run(monkeypatch, "en", *arguments)
    assert isinstance(result.exception, InputError)
    assert "not both" in str(result.exception)
