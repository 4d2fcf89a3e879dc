"""`personabot veto` and `vetoes`: every contact that is named is recorded as looked up."""

from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli.main import app
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Audit, Contact
from persona_store.names import index_people
from persona_store.privacy.rights import on_behalf_of
from persona_store.settings import settings
from tests.conftest import OPERATOR


def test_who_is_listed_counts_as_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("PERSONABOT_DATABASE_URL", url)
    settings.cache_clear()
    engine = on_behalf_of(connect(url), OPERATOR)
    migrate(engine)
    with session_scope(engine, writes=True) as session:
        session.add(Contact(key="1", first_name="Sabine", last_name="Meier", custom={}))
        session.flush()
        index_people(session)
    runner = CliRunner()
    vetoed = runner.invoke(app, ["veto", "Sabine Meier", "--good"])
    assert vetoed.exit_code == 0, vetoed.output
    listed = runner.invoke(app, ["vetoes"])
    assert (listed.exit_code, "Sabine Meier" in listed.output) == (0, True)
    with session_scope(engine) as session:
        assert session.scalars(select(Audit.action).order_by(Audit.id)).all() == ["veto", "list_vetoes"]
    engine.dispose()
    monkeypatch.undo()
    settings.cache_clear()
