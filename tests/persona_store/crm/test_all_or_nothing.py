"""An import that is killed, or fails late, leaves the store as it was and locks it briefly; big ones sort in files."""

import csv
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, func, select

from persona_store.crm import blocks, derived, import_files, staging, survey
from persona_store.crm.staging import Sorted
from persona_store.crm.tables import Loader
from persona_store.database import connect, session_scope
from persona_store.database.models import Contact, ContactToken, Import, Interaction, Suppressed, TextHit
from persona_store.errors import StoreUnavailable
from persona_store.text_hits import fill_hits

# Says on its output where it is, then waits to be killed.
KILLED = """
import sys, time
from pathlib import Path
from persona_store.crm import derived, import_files, staging
from persona_store.database import connect

def wait(*_):
    print("now", flush=True)
    time.sleep(60)

{moment} = wait
import_files(connect(sys.argv[1]), [Path(sys.argv[2])], rejects=Path(sys.argv[3]))
"""
MOMENTS = {
    "touchpoints sorted": "staging.SqliteStage.fill",
    "touchpoints staged": "staging.SqliteStage.move",
    "all but the names": "derived.index_people",
}


def export(folder: Path, contacts: int, each: int) -> Path:
    folder.mkdir()
    with (folder / "contacts.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Kontakt-ID", "Vorname", "Nachname", "E-Mail"])
        writer.writerows([f"K{n}", "Anna", f"Meier{n}", f"a{n}@x.de"] for n in range(contacts))
    with (folder / "interactions.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Aktivität-ID", "Kontakt-ID", "Art", "Richtung", "Zeitpunkt"])
        rows = [(f"A{n}-{at}", f"K{n}", "Anruf", "ausgehend", f"{at + 1:02}.05.2025 08:30") for at in range(each)
                for n in range(contacts)]  # fmt: skip
        writer.writerows(rows)
    return folder


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_import_leaves_the_store_as_before(sqlite_engine: Engine, tmp_path: Path, moment: str) -> None:
    first = export(tmp_path / "first", 3, 2)
    second = export(tmp_path / "second", 40, 5)
    url = str(sqlite_engine.url)
    if moment == "touchpoints staged":  # only what goes into an empty store is moved as a whole
        first = export(tmp_path / "none", 3, 0)
        (first / "interactions.csv").unlink()
    import_files(sqlite_engine, [first])
    before = counts(sqlite_engine)
    program = KILLED.format(moment=MOMENTS[moment])
    rejects = tmp_path / "rejects.csv"
    with subprocess.Popen(
        [sys.executable, "-c", program, url, str(second), str(rejects)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        process.send_signal(signal.SIGKILL)
    assert counts(connect(url)) == before
    import_files(sqlite_engine, [second])
    assert counts(sqlite_engine) == (40, 200, 40 * 2)
    assert not list(tmp_path.glob(".import-*"))


def counts(engine: Engine) -> tuple[int, ...]:
    with engine.connect() as connection:
        return tuple(
            connection.scalar(select(func.count()).select_from(model)) or 0
            for model in (Contact, Interaction, ContactToken)
        )


def test_rows_come_back_sorted_from_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "PART_ROWS", 10)
    rows = Sorted(tmp_path, "contact_id", highest=50, rows=100)
    frame = pl.DataFrame({"contact_id": [(n * 37) % 50 + 1 for n in range(100)], "order": range(100)})
    for piece in frame.iter_slices(30):
        rows.add(piece)
    parts = list(rows.parts())
    assert len(parts) > 5
    assert pl.concat(parts).equals(frame.sort("contact_id", maintain_order=True))
    assert not list(tmp_path.iterdir())


def test_sorting_outside_memory_changes_nothing_in_the_store(
    engine: Engine, sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = export(tmp_path / "e", 30, 4)
    monkeypatch.setattr(staging, "PART_ROWS", 20)
    report = import_files(engine, [folder])
    assert report.tables["interactions"].new == 120
    with engine.connect() as connection:
        owners = connection.scalars(select(Interaction.contact_id).order_by(Interaction.id)).all()
    assert owners == sorted(owners)
    again = import_files(engine, [folder])
    assert again.unchanged and again.tables["interactions"].unchanged == 120


def test_touchpoints_are_judged_by_the_first_ones_and_loaded_all(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (blocks, survey):
        monkeypatch.setattr(module, "BLOCK_BYTES", 4_000)
    monkeypatch.setattr(blocks, "HEAD_BYTES", 200)
    monkeypatch.setattr(survey, "ENOUGH_ROWS", 150)
    monkeypatch.setattr(survey, "RECORDS_AT_ONCE", 50)
    looked: list[int] = []
    monkeypatch.setattr("persona_store.crm.importing.holds_touchpoints", lambda _, look: not looked.append(look.rows))
    folder = export(tmp_path / "e", 100, 9)
    import_files(sqlite_engine, [folder / "contacts.csv"])
    report = import_files(sqlite_engine, [folder / "interactions.csv"])
    assert looked and 150 <= looked[0] < 400
    assert report.tables["interactions"].new == 900
    with sqlite_engine.connect() as connection:
        newest = connection.scalars(select(Import.files).order_by(Import.id.desc())).first()
    assert [file["rows"] for file in newest] == [900]


def test_others_write_while_a_first_import_is_under_way(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def meanwhile(*given: Any) -> int:
        with session_scope(connect(str(sqlite_engine.url)), writes=True) as other:
            other.add(Suppressed(digest="d", kind="mail", since=date(2026, 1, 1)))
            written.append("here")
            other.rollback()
        return fill_hits(*given)

    monkeypatch.setattr(derived, "fill_hits", meanwhile)
    import_files(sqlite_engine, [export(tmp_path / "e", 4, 2)])
    assert written == ["here"]
    assert counts(sqlite_engine) == (4, 8, 8)


def test_others_write_while_a_later_import_reads(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_files(sqlite_engine, [export(tmp_path / "first", 4, 2)])
    prepared = Loader.prepared

    def meanwhile(loader: Loader) -> None:
        prepared(loader)
        with session_scope(connect(str(sqlite_engine.url)), writes=True) as other:
            other.add(Contact(key="other", market="b2b"))

    monkeypatch.setattr(Loader, "prepared", meanwhile)
    import_files(sqlite_engine, [export(tmp_path / "second", 5, 3)])
    assert counts(sqlite_engine) == (4 + 1 + 1, 5 * 3, 5 * 2)


def test_a_later_import_gives_way_to_an_erasure_meanwhile(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_files(sqlite_engine, [export(tmp_path / "first", 4, 2)])
    folder = export(tmp_path / "second", 5, 3)

    def meanwhile(_loader: Loader) -> None:
        with session_scope(connect(str(sqlite_engine.url)), writes=True) as other:
            other.add(Suppressed(digest="d", kind="mail", since=date(2026, 1, 1)))

    monkeypatch.setattr(Loader, "prepared", meanwhile)
    with pytest.raises(StoreUnavailable):
        import_files(sqlite_engine, [folder])
    assert counts(sqlite_engine) == (4, 8, 8)


def test_later_touchpoints_count_as_new_changed_unchanged_and_nobodys(engine: Engine, tmp_path: Path) -> None:
    import_files(engine, [export(tmp_path / "first", 3, 2)])
    folder = export(tmp_path / "second", 4, 2)
    rows = (folder / "interactions.csv").read_text(encoding="utf-8").splitlines()
    changed = [row.replace("Anruf", "E-Mail") if row.startswith("A0-0;") else row for row in rows]
    more = ["A9-1;K1;Anruf;ausgehend;09.05.2025 08:30", "A9-2;K77;Anruf;ausgehend;09.05.2025 08:30", rows[1]]
    (folder / "interactions.csv").write_text("\n".join([*changed, *more]) + "\n", encoding="utf-8")
    told = import_files(engine, [folder], rejects=tmp_path / "rejects.csv").tables["interactions"]
    assert (told.read, told.new, told.changed, told.unchanged, told.rejected, told.repeated) == (11, 3, 1, 5, 1, 1)
    assert "K77" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    with engine.connect() as connection:
        kinds = connection.execute(select(Interaction.key, Interaction.kind, Interaction.contact_id)).all()
    assert len(kinds) == 9
    assert [kind for key, kind, _ in kinds if key.endswith("A0-0")] == ["email"]


def test_what_was_found_in_a_text_goes_with_the_touchpoint_to_another_person(engine: Engine, tmp_path: Path) -> None:
    folder = export(tmp_path / "e", 2, 1)
    for owner in ("K0", "K1"):
        (folder / "interactions.csv").write_text(
            "Aktivität-ID;Kontakt-ID;Art;Richtung;Zeitpunkt;Text\n"
            f"A1;{owner};Anruf;eingehend;01.05.2025 08:30;Das ist uns zu teuer, der Preis muss runter.\n"
            "A2;K0;Anruf;eingehend;02.05.2025 08:30;Guten Tag.\n",
            encoding="utf-8",
        )
        import_files(engine, [folder])
        with engine.connect() as connection:
            query = select(Contact.external_id).join(TextHit, TextHit.contact_id == Contact.id).distinct()
            assert connection.scalars(query).all() == [owner]


@pytest.mark.parametrize("open_elsewhere", [False, True])
def test_after_a_first_import_others_read_while_one_writes(
    sqlite_engine: Engine, tmp_path: Path, open_elsewhere: bool
) -> None:
    other = connect(str(sqlite_engine.url))
    if open_elsewhere:
        counts(other)
    import_files(sqlite_engine, [export(tmp_path / "e", 4, 2)])
    with session_scope(sqlite_engine, writes=True) as writer:
        writer.add(Contact(key="new", market="b2b"))
        writer.flush()
        assert counts(other) == (4, 8, 8)


@pytest.mark.parametrize("what", ["filled", "erased"])
def test_a_first_import_gives_way_to_what_others_did_meanwhile(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def meanwhile(*given: Any) -> int:
        new = (
            Contact(key="other", market="b2b")
            if what == "filled"
            else Suppressed(digest="d", kind="mail", since=date(2026, 1, 1))
        )
        with session_scope(connect(str(sqlite_engine.url)), writes=True) as other:
            other.add(new)
        return fill_hits(*given)

    monkeypatch.setattr(derived, "fill_hits", meanwhile)
    folder = export(tmp_path / "e", 4, 2)
    with pytest.raises(StoreUnavailable):
        import_files(sqlite_engine, [folder])
    assert counts(sqlite_engine) == (int(what == "filled"), 0, 0)
    assert not list(tmp_path.glob(".import-*"))
    monkeypatch.undo()
    import_files(sqlite_engine, [folder])
    assert counts(sqlite_engine) == (4 + int(what == "filled"), 8, 8)
