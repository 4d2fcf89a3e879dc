"""A first import takes the store's place: what else that holds survives, whoever has it open loses nothing."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from persona_store.clock import utc_now
from persona_store.crm import first_store, import_files
from persona_store.database import connect, session_scope
from persona_store.database.models import Contact, Import, Suppressed, User
from tests.persona_store.crm.test_all_or_nothing import counts, export

# Opens the store as said, then runs each statement that comes by its input.
OTHER = """
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=1)
if sys.argv[2] == "read":
    store.execute("SELECT count(*) FROM users").fetchall()
print("open", flush=True)
for statement in sys.stdin:
    try:
        print(store.execute(statement).fetchall(), flush=True)
    except sqlite3.Error as error:
        print(type(error).__name__, flush=True)
store.close()
"""
# Is killed at one moment of the take-over.
KILLED = """
import os, sys
from pathlib import Path
from persona_store.crm import first_store, import_files
from persona_store.database import connect

replace, copy = Path.replace, first_store._copy

def end(*_):
    os.kill(os.getpid(), 9)

def end_after(self, target):
    replace(self, target)
    end()

def end_amid(connection, tables, source, target):
    copy(connection, list(tables)[:6], source, target)
    end()

{moment}
import_files(connect(sys.argv[1]), [Path(sys.argv[2])], rejects=Path(sys.argv[3]))
"""
MOMENTS = {
    "before the others are shut out": ("first_store.FirstStore._shut_others_out = end", False),
    "before it is replaced": ("Path.replace = end", False),
    "right after": ("Path.replace = end_after", True),
    "while rows are copied": (
        "first_store.FirstStore._take_place = lambda _: False; first_store._copy = end_amid",
        False,
    ),
}
FILLED = (4, 8, 8)


@pytest.fixture
def store(sqlite_engine: Engine) -> Iterator[Engine]:
    """A store without contacts, but with a user, somebody erased, and an import that brought nothing."""
    with session_scope(sqlite_engine, writes=True) as session:
        session.add(User(name="anna", rights="sales", created_at=utc_now(), ended_sessions=[]))
        session.add(Suppressed(digest="d", kind="mail", since=utc_now().date()))
        session.add(Import(at=utc_now(), files=[], mapping={}, report={}))
        session.flush()
        session.connection().exec_driver_sql("ANALYZE")  # makes a table of SQLite's own
    sqlite_engine.dispose()
    yield sqlite_engine


def place(engine: Engine) -> Path:
    return Path(str(engine.url.database))


def whole(engine: Engine, filled: bool) -> bool:
    """Whether the store is as it was, or holds all of the import beside what it held; sound and closed to others."""
    with connect(str(engine.url)).connect() as connection:
        sound = connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        kept = connection.scalars(select(User.name)).all() == ["anna"]
        kept &= connection.scalars(select(Suppressed.digest)).all() == ["d"]
        kept &= connection.scalar(select(func.count()).select_from(Import)) == 1 + filled
        filled_so = connection.scalar(select(func.count()).select_from(Contact)) == FILLED[0] * filled
    return sound and kept and filled_so and counts(engine) == (FILLED if filled else (0, 0, 0))


@pytest.mark.parametrize("rights", [0o600, 0o640])
def test_what_else_the_store_holds_stays_with_its_rights(store: Engine, tmp_path: Path, rights: int) -> None:
    place(store).chmod(rights)
    before = place(store).stat()
    import_files(store, [export(tmp_path / "e", 4, 2)])
    assert whole(store, True)
    after = place(store).stat()
    assert after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    with store.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        newest = connection.scalars(select(Import.files).order_by(Import.id.desc())).first()
    assert newest is not None and [file["file"] for file in newest] == ["contacts.csv", "interactions.csv"]


def test_a_store_with_two_names_is_filled_under_both(store: Engine, tmp_path: Path) -> None:
    (tmp_path / "second.db").hardlink_to(place(store))
    import_files(store, [export(tmp_path / "e", 4, 2)])
    assert whole(store, True)
    assert place(store).samefile(tmp_path / "second.db")


def test_a_store_behind_a_link_is_replaced_and_not_the_link(store: Engine, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(place(store))
    engine = connect(f"sqlite:///{link}")
    import_files(engine, [export(tmp_path / "e", 4, 2)])
    engine.dispose()
    assert link.is_symlink()
    assert whole(store, True)


@pytest.mark.parametrize("how", ["open", "read"])
def test_nobody_who_has_the_store_open_loses_or_breaks_anything(store: Engine, tmp_path: Path, how: str) -> None:
    command = [sys.executable, "-c", OTHER, str(place(store)), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as other:
        assert other.stdin and other.stdout
        assert other.stdout.readline() == "open\n"
        import_files(store, [export(tmp_path / "e", 4, 2)])
        with store.begin() as writer:  # the log of the new file is there, its first page too
            writer.exec_driver_sql("CREATE TABLE later (a)")
            writer.exec_driver_sql("CREATE TABLE other (a)")
        answers = []
        for statement in ("SELECT count(*) FROM contacts", "INSERT INTO later VALUES (1)", "CREATE TABLE mine (a)",
                          "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode=DELETE"):  # fmt: skip
            other.stdin.write(statement + "\n")
            answers.append(other.stdout.readline().strip())
        other.stdin.close()
    if how == "open":  # it got hold of the old file, which is none any more
        assert answers == ["DatabaseError"] * 5
    else:
        assert answers[:3] == ["[(4,)]", "[]", "[]"]
    assert whole(store, True)
    with store.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM later").scalar() == int(how == "read")


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_while_it_is_taken_over_the_store_is_the_old_or_the_new_one(
    store: Engine, tmp_path: Path, moment: str
) -> None:
    how, filled = MOMENTS[moment]
    folder = export(tmp_path / "e", 4, 2)
    arguments = [str(store.url), str(folder), str(tmp_path / "rejects.csv")]
    done = subprocess.run([sys.executable, "-c", KILLED.format(moment=how), *arguments], check=False)
    assert done.returncode == -signal.SIGKILL
    assert whole(store, filled)
    import_files(store, [folder])
    assert counts(store) == FILLED
    assert not list(tmp_path.glob(".import-*"))


def test_nobody_reads_or_writes_between_the_look_and_the_change(
    store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []
    make_like = first_store._make_like

    def meanwhile(path: Path, old: int) -> None:
        with sqlite3.connect(place(store), timeout=0) as other:
            try:
                other.execute("SELECT * FROM users")
            except sqlite3.OperationalError as error:
                refused.append(str(error))
        make_like(path, old)

    monkeypatch.setattr(first_store, "_make_like", meanwhile)
    import_files(store, [export(tmp_path / "e", 4, 2)])
    assert refused == ["database is locked"]
    assert whole(store, True)
