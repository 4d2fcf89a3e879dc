"""The import as a whole: look at the files, recognise or take the mapping, load all of it in one transaction."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.crm.derived import LOADED, Progress, derive, derive_first, outcomes
from persona_store.crm.fields import TABLE_KINDS
from persona_store.crm.first_store import first_store, rows_of, set_for_load
from persona_store.crm.mapping import FileMapping, LayoutMapping
from persona_store.crm.notes import column_notes, unclear_notes
from persona_store.crm.pieces import Early
from persona_store.crm.problems import problem, sentence
from persona_store.crm.readers import check_target, find_files, open_tables
from persona_store.crm.recognition import (
    GENERIC,
    Recognised,
    Surveyed,
    add_outcome,
    holds_touchpoints,
    recognise_tables,
)
from persona_store.crm.rejects import MAX_LINES, RejectsFile
from persona_store.crm.report import FileReport, ImportReport
from persona_store.crm.survey import survey
from persona_store.crm.tables import Loader
from persona_store.database import connect, session_scope
from persona_store.database.bulk import ALONE, few_collections
from persona_store.database.models import Contact, Import, Suppressed
from persona_store.errors import StoreUnavailable
from persona_store.settings import settings
from persona_store.wording import say

SURVEY_SHARE = 0.15  # of the whole work, as measured, for an even progress bar
LOAD_SHARE = LOADED - SURVEY_SHARE
WORKSHOP = ".import-"  # begins the name of the folder for temporary files, followed by the number of the process
FILES_AT_ONCE = 2  # looked at side by side; each has a block or two in memory


def import_files(
    engine: Engine,
    paths: Sequence[Path],
    *,
    mapping: LayoutMapping | None = None,
    dry_run: bool = False,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Loads the tables in `paths` (files, or folders of files) into the store, all or nothing.

    `mapping` replaces what would be recognised, for the files it names; `dry_run` does everything but keep it.
    Raises InputError with one clear sentence where a file or the mapping can't be read; the store is then as before.
    """
    start = time.monotonic()
    tell = progress or _silent
    tables, recognised = _look(paths, mapping, tell)
    used = [(table, found) for table, found in zip(tables, recognised.mapping.tables, strict=True)]
    used = [(table, found) for table, found in used if found.table != "ignore"]
    used.sort(key=lambda pair: TABLE_KINDS.index(pair[1].table))
    if not used:
        raise problem("nothing", "")
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    place = rejects or settings().var / "rejects" / f"rejects-{stamp}.csv"
    check_target(place, [table.source.path for table in tables])
    bad = RejectsFile(place, max(len(table.source.headers) for table, _ in used))
    try:
        with few_collections(), _workshop(engine) as (bulk, folder), first_store(bulk, folder) as own:
            with closing(_loader(used, bad, folder)) as loader, ThreadPoolExecutor(1) as beside:
                checksums = beside.map(_checksum, [table.source.path for table, _ in used])
                early = _prepare(bulk, loader, used, tell) if own is None else None
                with session_scope(bulk if own is None else own.engine, writes=True) as session:
                    report = _load(session, loader, used, recognised, early, folder, tell)
                    report = _finish(session, report, checksums, dry_run, time.monotonic() - start)
                    if dry_run:
                        session.rollback()
            if own is not None and not dry_run:
                engine.dispose()  # its idle connections would count as others that have the store open
                own.take_over()
    except BaseException:
        bad.drop()
        raise
    if dry_run and rejects is None:
        bad.drop()
        return report
    bad.finish()
    return report


def _look(paths: Sequence[Path], mapping: LayoutMapping | None, tell: Progress) -> tuple[list[Surveyed], Recognised]:
    """Opens every table and goes through it once, so that hardly anything damaged is found out half-way."""
    files = find_files(list(paths))
    tables: list[Surveyed] = []
    with ThreadPoolExecutor(FILES_AT_ONCE) as lookers:
        for number, looked in enumerate(lookers.map(partial(_surveyed, early=mapping is None), files)):
            tables += looked
            tell(sentence("progress.survey", file=files[number].name), SURVEY_SHARE * number / len(files))
    found = recognise_tables(tables)
    if mapping is None:
        return tables, found
    given = [_given(table, own, mapping) for table, own in zip(tables, found.mapping.tables, strict=True)]
    return tables, Recognised(LayoutMapping(tables=tuple(given)), found.unclear)


def _surveyed(path: Path, early: bool) -> list[Surveyed]:
    """The tables of a file; `early` says that of touchpoints the first ones are enough."""
    return [
        Surveyed(source, survey(source, partial(holds_touchpoints, source) if early else None))
        for source in open_tables(path)
    ]


def _given(table: Surveyed, own: FileMapping, mapping: LayoutMapping) -> FileMapping:
    """What the mapping says of a table, completed by what was recognised; raises InputError where they don't fit."""
    headers = set(table.source.headers)
    named = [node for node in mapping.tables if node.file == table.source.path.name and node.sheet in (None, own.sheet)]
    alike = [node for node in mapping.tables if set(node.columns) == headers]
    chosen = next(iter(named or alike), None)
    if chosen is None or chosen.table == "ignore":
        return own if chosen is None else chosen
    unknown = [header for header in chosen.columns if header not in headers]
    if unknown:
        raise problem(
            "mapping.unknown_columns", table.source.path,
            columns=", ".join(unknown), present=", ".join(table.source.headers),
        )  # fmt: skip
    columns = dict(chosen.columns)
    outcome = chosen.header_of("outcome") or chosen.header_of("won")
    if outcome is not None and not columns[outcome].yes:
        add_outcome(columns, chosen.table, table.survey)
        if not columns[outcome].yes:
            raise problem("mapping.no_yes", table.source.path, column=outcome)
    rest = {
        header: column
        for header, column in own.columns.items()
        if header not in chosen.columns and (column.field is None or column.field == "ignore")
    }
    return chosen.model_copy(update={"columns": columns | rest})


def _loader(used: list[tuple[Surveyed, FileMapping]], bad: RejectsFile, folder: Path) -> Loader:
    system = next((found.system for _, found in used if found.system != GENERIC), GENERIC)
    touchpoints = [table.survey.rows for table, found in used if found.table == "interactions"]
    return Loader(system, bad, folder, sum(touchpoints))


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What was read of each table before the store was locked, and who must not come back as of then."""

    tables: tuple[Early, ...]
    suppressed: list[dict[str, Any]]


def _prepare(
    store: Engine, loader: Loader, used: list[tuple[Surveyed, FileMapping]], tell: Progress
) -> _Prepared | None:
    """Reads all tables while others may write, for a SQLite store that holds something; None for others."""
    if store.dialect.name != "sqlite" or store.url.database in (None, "", ":memory:"):
        return None
    with session_scope(store) as session:
        loader.open(session.connection())
        gone = rows_of(session.connection(), Suppressed)
        tables = [loader.prepare(table.source, found, part) for table, found, part in _parts(used, tell)]
        loader.prepared()
    return _Prepared(tuple(tables), gone)


def _load(
    session: Session,
    loader: Loader,
    used: list[tuple[Surveyed, FileMapping]],
    recognised: Recognised,
    prepared: _Prepared | None,
    folder: Path,
    tell: Progress,
) -> ImportReport:
    connection = session.connection()
    if (
        prepared is not None and rows_of(connection, Suppressed) != prepared.suppressed
    ):  # ids of the erased may be another's
        raise StoreUnavailable(say("store.busy", settings().language))
    loader.open(connection)
    alone = connection.get_execution_options().get(ALONE, False)
    last_touchpoints = max((at for at, (_, found) in enumerate(used, 1) if found.table == "interactions"), default=0)
    files: list[FileReport] = []
    parts = _parts(used, tell if prepared is None else _silent)
    for (table, found, part), early in zip_longest(parts, prepared.tables if prepared else ()):
        name = table.source.name
        read, notes = loader.load(table.source, found, part, early)
        notes = unclear_notes(recognised.unclear.get(name, {}), found) + notes + column_notes(table, found)
        files.append(FileReport(name, read, found, tuple(notes)))
        if not alone and len(files) == last_touchpoints:
            loader.begin_touchpoints()
    loader.finish()
    notes = outcomes(connection, loader, {found.table for _, found in used})
    follow = partial(derive_first, folder) if alone else derive
    linked, held_back = follow(session, loader, tell)
    if held_back:
        notes.append(sentence("note.erased", n=held_back))
    bad = loader.rejects
    if bad.lines > MAX_LINES:
        notes.append(sentence("note.rejects_cut", n=MAX_LINES))
    counted = connection.execute(select(Contact.market, func.count()).group_by(Contact.market).order_by(Contact.market))
    markets = {market: n for market, n in counted}  # noqa: C416  # rows are no pairs to dict()
    if not markets:
        notes.append(sentence("note.no_people"))
    path = bad.path if bad.lines else None
    return ImportReport(
        tuple(files), loader.counts, tuple(notes), linked, loader.cells_left_out, path, False, 0.0, markets
    )


def _finish(
    session: Session, report: ImportReport, checksums: Iterator[str], dry_run: bool, seconds: float
) -> ImportReport:
    """The report with its last figures, kept in the store too."""
    done = replace(report, dry_run=dry_run, seconds=seconds)
    files = [
        {"file": file.name, "sha256": checksum, "rows": file.rows}
        for file, checksum in zip(done.files, checksums, strict=True)
    ]
    mapping = done.mapping.model_dump(mode="json", exclude_none=True)
    now = utc_now()
    session.execute(insert(Import).values(at=now, files=files, mapping=mapping, report=done.as_dict()))
    return done


@contextmanager
def _workshop(engine: Engine) -> Iterator[tuple[Engine, Path]]:
    """An engine whose connections are set for one big load, and a folder for what does not fit in memory.

    The folder lies beside the store and is readable by its owner only.
    """
    sqlite = engine.dialect.name == "sqlite"
    place = Path(engine.url.database or "").parent if sqlite else settings().var
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(place)
    with tempfile.TemporaryDirectory(prefix=f"{WORKSHOP}{os.getpid()}-", dir=place) as folder:
        if not sqlite:
            yield engine, Path(folder)
            return
        bulk = connect(engine.url.render_as_string(hide_password=False))
        set_for_load(bulk)
        try:
            yield bulk, Path(folder)
        finally:
            bulk.dispose()


def _sweep(place: Path) -> None:
    """Removes what imports that were killed have left: folders of processes that are no more."""
    for folder in place.glob(f"{WORKSHOP}*"):
        number = folder.name.removeprefix(WORKSHOP).partition("-")[0]
        if number.isdigit() and not _runs(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parts(
    used: list[tuple[Surveyed, FileMapping]], tell: Progress
) -> Iterator[tuple[Surveyed, FileMapping, Callable[[int], None]]]:
    """Each table with what tells the progress of its loading, given the rows done."""
    total = sum(table.survey.rows for table, _ in used) or 1
    done = SURVEY_SHARE
    for table, found in used:
        share = LOAD_SHARE * table.survey.rows / total
        yield table, found, _part(tell, table.source.name, done, share / max(table.survey.rows, 1))
        done += share


def _part(tell: Progress, name: str, start: float, step: float) -> Callable[[int], None]:
    """Tells the progress of one table, given the rows done; `step` is the share of one row."""
    text = sentence("progress.load", file=name)
    return lambda rows: tell(text, min(1.0, start + step * rows))


def _silent(_text: str, _share: float) -> None:
    return None
