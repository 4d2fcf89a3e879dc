"""Commands for which there is no room end in one sentence, and the store is as it was."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.event import listen, remove

from bot.cli.main import BAD_INPUT, run
from persona_store.crm import first_store, import_files
from persona_store.crm.first_store import is_empty
from persona_store.database import bulk, connect, migrate, session_scope
from persona_store.database.models import Interaction, LiveEvent
from persona_store.errors import DiskFull
from persona_store.live.apply import apply_events
from persona_store.settings import Settings

ROOM = "PRAGMA max_page_count=150"  # pages of SQLite: for the tables, and little more


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    """A file of some hundred kilobytes."""
    lines = (f"{number};Nachname{number};{'x' * 200}" for number in range(2_000))
    path = tmp_path / "leads.csv"
    path.write_text("\n".join(("Kontakt-ID;Nachname;Notizen", *lines)), encoding="utf-8")
    return path


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    known = Settings(_env_file=None, var=tmp_path / "var", language="en")
    monkeypatch.setattr("bot.cli.common.settings", lambda: known)
    engine = connect(known.store_url)
    migrate(engine)
    return engine


def test_an_import_without_room(
    store: Engine, leads: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as full:
        full.setattr(first_store, "ALONE_PRAGMAS", (*first_store.ALONE_PRAGMAS, ROOM))
        full.setattr(bulk, "FAST_PRAGMAS", (*bulk.FAST_PRAGMAS, ROOM))
        full.setattr("sys.argv", ["personabot", "import", str(leads)])
        with pytest.raises(SystemExit) as ended:
            run()
    assert ended.value.code == BAD_INPUT
    said = " ".join(capsys.readouterr().err.split())
    assert said.count(". ") == 2
    assert "Make room" in said or "Schaffe Platz" in said
    with store.connect() as connection:
        assert is_empty(connection)
    assert {path.name for path in Path(str(store.url.database)).parent.iterdir()} <= {
        "personabot.db", "personabot.db-wal", "personabot.db-shm", "rejects", "secrets",
    }  # fmt: skip
    assert import_files(store, [leads]).tables


def test_events_without_room_count_nowhere_and_can_be_sent_again(store: Engine, leads: Path) -> None:
    import_files(store, [leads])
    store.dispose()
    told = [
        {
            "id": f"e{number}", "kind": "interaction", "at": "2026-06-01T10:00:00Z", "contact": {"id": str(number)},
            "data": {"kind": "call", "text": "teuer " * 2_000},
        }
        for number in range(200)
    ]  # fmt: skip

    def leave_no_room(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # as many as there are now

    listen(store, "connect", leave_no_room)
    with pytest.raises(DiskFull):
        apply_events(store, told)
    with session_scope(store) as session:
        assert [session.scalar(select(func.count()).select_from(model)) for model in (Interaction, LiveEvent)] == [0, 0]
    remove(store, "connect", leave_no_room)
    store.dispose()
    assert apply_events(store, told).count("applied") == len(told)


def test_output_without_room() -> None:
    script = "from bot.cli.main import run; import sys; sys.argv[1:] = ['attributes', '--json']; run()"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-c", script], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == BAD_INPUT
    assert "Traceback" not in done.stderr
