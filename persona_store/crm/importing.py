"""The import as a whole: look at the files, recognise or take the mapping, load all of it in one transaction."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, case, func, insert, select, update
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.crm.duplicates import link_duplicates
from persona_store.crm.fields import TABLE_KINDS
from persona_store.crm.first_store import first_store, set_for_load, suppressed
from persona_store.crm.mapping import FileMapping, LayoutMapping
from persona_store.crm.notes import column_notes, unclear_notes
from persona_store.crm.people_beside import PeopleBeside
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
from persona_store.database.models import Contact, Deal, Import
from persona_store.errors import StoreUnavailable
from persona_store.names import index_people
from persona_store.settings import settings
from persona_store.text_hits import fill_hits, index_texts, talk_hits, without_hits
from persona_store.wording import say

Progress = Callable[[str, float], None]

SURVEY_SHARE = 0.15  # shares of the whole work, as measured, for an even progress bar
LOAD_SHARE = 0.65
WORKSHOP = ".import-"  # begins the name of the folder for temporary files, followed by the number of the process
IDS_AT_ONCE = 10_000  # parameters of one statement


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
            with closing(_loader(used, bad, folder)) as loader:
                early = _prepare(bulk, loader, used, tell) if own is None else None
                with session_scope(bulk if own is None else own.engine, writes=True) as session:
                    report = _load(session, loader, used, recognised, early, folder, tell)
                    report = _finish(session, report, used, dry_run, time.monotonic() - start)
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
    for number, path in enumerate(files):
        tell(sentence("progress.survey", file=path.name), SURVEY_SHARE * number / len(files))
        for source in open_tables(path):
            enough = partial(holds_touchpoints, source) if mapping is None else None
            tables.append(Surveyed(source, survey(source, enough)))
    found = recognise_tables(tables)
    if mapping is None:
        return tables, found
    given = [_given(table, own, mapping) for table, own in zip(tables, found.mapping.tables, strict=True)]
    return tables, Recognised(LayoutMapping(tables=tuple(given)), found.unclear)


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
        gone = suppressed(session.connection())
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
    if prepared is not None and suppressed(connection) != prepared.suppressed:  # ids of the erased may be another's
        raise StoreUnavailable(say("store.busy", settings().language))
    loader.open(connection)
    alone = connection.get_execution_options().get(ALONE, False)
    with closing(PeopleBeside(connection, folder)) if alone else nullcontext() as beside:
        return _fill(session, loader, beside, used, recognised, prepared, tell)


def _fill(
    session: Session,
    loader: Loader,
    beside: PeopleBeside | None,
    used: list[tuple[Surveyed, FileMapping]],
    recognised: Recognised,
    prepared: _Prepared | None,
    tell: Progress,
) -> ImportReport:
    connection = session.connection()
    last_people, last_touchpoints = (_last_of(used, kind) for kind in ("contacts", "interactions"))
    files: list[FileReport] = []
    parts = _parts(used, tell if prepared is None else _silent)
    for (table, found, part), early in zip_longest(parts, prepared.tables if prepared else ()):
        name = table.source.name
        read, notes = loader.load(table.source, found, part, early)
        notes = unclear_notes(recognised.unclear.get(name, {}), found) + notes + column_notes(table, found)
        files.append(FileReport(name, read, found, tuple(notes)))
        if beside is not None and len(files) == last_people:
            beside.begin()
        if beside is None and len(files) == last_touchpoints:
            loader.begin_touchpoints()
    loader.finish()
    notes = _outcomes(connection, loader, used)
    derive = _derive if beside is None else partial(_derive_first, beside)
    linked, held_back = derive(session, loader, tell)
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


def _derive(session: Session, loader: Loader, tell: Progress) -> tuple[int, int]:
    """Brings what follows from the rows up to date; returns how many doubles there are, and who must not come back."""
    from persona_store.privacy.erasure import erase_returned  # it knows this room, through the live classes

    tell(sentence("progress.duplicates"), SURVEY_SHARE + LOAD_SHARE)
    linked = link_duplicates(session.connection())
    tell(sentence("progress.names"), 0.9)
    _index(session, loader)
    owners = loader.finish_touchpoints()
    touched = _new_and_changed(session, loader)
    held_back = erase_returned(session, touched)
    tell(sentence("progress.texts"), 0.95)
    if owners is None or loader.first_new_contact == 1:
        index_texts(session)
    else:
        index_texts(session, [*touched, *owners, *without_hits(session)])
    return linked, held_back


def _derive_first(beside: PeopleBeside, session: Session, loader: Loader, tell: Progress) -> tuple[int, int]:
    """The same in a store that was empty: texts are read from the touchpoints on their way there."""
    from persona_store.privacy.erasure import erase_returned

    tell(sentence("progress.names"), SURVEY_SHARE + LOAD_SHARE)
    linked, in_notes = beside.finish()
    tell(sentence("progress.texts"), 0.9)
    found = [] if in_notes is None else [in_notes]
    loader.fill_touchpoints(lambda rows: found.append(talk_hits(rows)))
    fill_hits(session.connection(), found)
    return linked, erase_returned(session, _new_and_changed(session, loader))


def _last_of(used: list[tuple[Surveyed, FileMapping]], kind: str) -> int:
    """The number, from 1, of the last table of a kind; 0 where there is none."""
    return max((at for at, (_, found) in enumerate(used, 1) if found.table == kind), default=0)


def _finish(
    session: Session, report: ImportReport, used: list[tuple[Surveyed, FileMapping]], dry_run: bool, seconds: float
) -> ImportReport:
    """The report with its last figures, kept in the store too."""
    done = replace(report, dry_run=dry_run, seconds=seconds)
    files = [
        {"file": file.name, "sha256": _checksum(table.source.path), "rows": file.rows}
        for file, (table, _) in zip(done.files, used, strict=True)
    ]
    mapping = done.mapping.model_dump(mode="json", exclude_none=True)
    now = utc_now()
    session.execute(insert(Import).values(at=now, files=files, mapping=mapping, report=done.as_dict()))
    return done


def _index(session: Session, loader: Loader) -> None:
    """Brings the index of names up to date for new and changed contacts."""
    if loader.first_new_contact == 1:
        index_people(session)
        return
    touched = _new_and_changed(session, loader)
    for start in range(0, len(loader.changed_companies), IDS_AT_ONCE):
        some = loader.changed_companies[start : start + IDS_AT_ONCE]
        touched += session.scalars(select(Contact.id).where(Contact.company_id.in_(some)))
    if touched:
        index_people(session, touched)


def _new_and_changed(session: Session, loader: Loader) -> list[int]:
    new = session.scalars(select(Contact.id).where(Contact.id >= loader.first_new_contact))
    return [*loader.changed_contacts, *new]


def _outcomes(connection: Connection, loader: Loader, used: list[tuple[Surveyed, FileMapping]]) -> list[str]:
    """Where no column tells the outcome of contacts, their deals do: one won is a customer, only lost ones are none."""
    kinds = {found.table for _, found in used}
    if loader.outcome_mapped or "deals" not in kinds:
        told = loader.outcome_mapped or not kinds & {"contacts"}
        return [] if told else [sentence("note.no_outcome")]
    is_won = Deal.won.is_(True)
    won = func.max(case((is_won, 1), else_=0))
    ended = (
        select(Deal.contact_id.label("id"), won.label("won"), func.min(case((is_won, Deal.closed_on))).label("on"))
        .where(Deal.won.is_not(None), Deal.contact_id.is_not(None))
        .group_by(Deal.contact_id)
        .subquery()
    )
    lost = connection.execute(
        update(Contact)
        .values(outcome=False)
        .where(Contact.outcome.is_(None), Contact.id == ended.c.id, ended.c.won == 0)
    ).rowcount
    gained = connection.execute(
        update(Contact)
        .values(outcome=True, outcome_on=func.coalesce(Contact.outcome_on, ended.c.on))
        .where(Contact.outcome.is_not(True), Contact.id == ended.c.id, ended.c.won == 1)
    ).rowcount
    return [sentence("note.outcome_deals", won=gained, lost=lost)] if gained or lost else []


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
