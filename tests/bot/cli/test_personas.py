"""`personabot builds`, `diff`, `persona`, `target` and `hypothesis` from the terminal, in both languages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from bot.cli.main import app
from persona_store.build import build
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Audit
from persona_store.errors import InputError
from persona_store.privacy.rights import on_behalf_of
from persona_store.settings import settings
from tests.conftest import OPERATOR
from tests.persona_store.segmentation.conftest import fill


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store with two builds."""
    var = tmp_path_factory.mktemp("installation")
    engine = on_behalf_of(connect(f"sqlite:///{var / 'personabot.db'}"), OPERATOR)
    migrate(engine)
    fill(engine, contacts=300)
    build(engine)
    build(engine, seed=2)
    engine.dispose()
    return var


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, built: Path) -> Iterator[Path]:
    monkeypatch.setenv("PERSONABOT_VAR", str(built))
    monkeypatch.setenv("PERSONABOT_DATABASE_URL", f"sqlite:///{built / 'personabot.db'}")
    monkeypatch.setenv("PERSONABOT_LANGUAGE", "en")
    settings.cache_clear()
    yield built
    settings.cache_clear()


def run(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(app, list(arguments), input=said)


def as_json(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def looked_up(folder: Path) -> int:
    engine = on_behalf_of(connect(f"sqlite:///{folder / 'personabot.db'}"), OPERATOR)
    with session_scope(engine) as session:
        return session.scalar(select(func.count()).select_from(Audit)) or 0


def test_builds_and_their_difference(here: Path) -> None:
    assert [one["id"] for one in as_json("builds")] == [2, 1]
    drift = as_json("diff")
    assert (drift["old_build"], drift["new_build"], drift["moved"]["n"]) == (1, 2, 0)
    assert as_json("diff", "2", "1", "--contacts")["contacts"] == []
    assert "no contact has changed its persona" in " ".join(run("diff").output.split())
    assert isinstance(run("diff", "7").exception, InputError)


def test_a_persona_is_shown_named_noted_and_pinned(here: Path) -> None:
    profile = as_json("persona", "show", "1")
    assert sum(profile["weight_by_kind"].values()) == pytest.approx(1.0)
    assert profile["standing"] in ("stands", "weak", None)
    assert run("persona", "rename", "1", "--en", "Builders", "--de", "Bauleute").exit_code == 0
    assert run("persona", "note", "builders", "call them").exit_code == 0
    assert run("persona", "pin", "Bauleute").exit_code == 0
    shown = " ".join(run("persona", "show", "Builders").output.split())
    assert "pinned" in shown
    assert "Note: call them" in shown
    assert run("persona", "unpin", "1").exit_code == 0
    for wrong in (("show", "nobody at all"), ("rename", "1"), ("rename", "2", "--en", "builders")):
        assert isinstance(run("persona", *wrong).exception, InputError)


def test_typical_contacts_have_no_names_unless_asked_for_and_then_it_is_recorded(here: Path) -> None:
    before = looked_up(here)
    nameless = as_json("persona", "typical", "1")
    assert nameless
    assert all(one["name"] is None and one["contact_id"] is None for one in nameless)
    assert looked_up(here) == before
    named = as_json("persona", "typical", "1", "--names")
    assert all(one["name"].startswith("Name") for one in named)
    assert looked_up(here) == before + len(named)


def test_a_target_group_from_proposal_to_removal(here: Path) -> None:
    proposal = as_json("target", "propose", "--save", "where they are")
    assert proposal["inside"]["share"] > proposal["everyone"]["share"]
    assert as_json("target", "use", "where they are")["active"] is True
    made = as_json("target", "set", "small", "--size", "SME", "--industry", "Bau", "--where", "source=web")
    assert made["group"]["filters"]["industry"] == ["construction"]
    assert 0 < made["inside"] < made["contacts"]
    assert "small" in run("target", "list").output
    assert run("target", "off").exit_code == 0
    assert not any(one["active"] for one in as_json("target", "list"))
    assert run("target", "remove", "small").exit_code == 0
    for wrong in (("use", "small"), ("set", "x"), ("set", "x", "--where", "source"), ("propose", "--market", "b3b")):
        assert isinstance(run("target", *wrong).exception, InputError)


def test_a_hypothesis_is_asked_for_and_checked(here: Path, tmp_path: Path) -> None:
    path = tmp_path / "builder.yml"
    answers = ["Builder", "b2b", "", "CEO", "gibberish", "construction", "11-50", "", "", "phone often", "", "", ""]
    asked = run("hypothesis", "ask", "-o", str(path), said="\n".join(answers) + "\n")
    assert asked.exit_code == 0, asked.output
    assert "I do not understand “gibberish”" in " ".join(asked.output.split())
    report = as_json("hypothesis", "check", str(path))
    assert {one["attribute"] for one in report["checked"]} == {"level", "industry", "company_size", "response_phone"}
    assert {one["finding"] for one in report["checked"]} == {"borne_out"}
    assert "are borne out" in run("hypothesis", "check", str(path)).output
    assert isinstance(run("hypothesis", "ask", "-o", str(path)).exception, InputError)
