"""The import as a whole: look at the files, recognise or take the mapping, load all of it in one transaction."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, case, func, insert, select, update
from sqlalchemy.orm import Session

from persona_store.crm.duplicates import link_duplicates
from persona_store.crm.fields import TABLE_KINDS
from persona_store.crm.mapping import FileMapping, LayoutMapping
from persona_store.crm.people import country_names, vocabulary
from persona_store.crm.problems import problem, sentence
from persona_store.crm.quality import level_notes, misspelt
from persona_store.crm.readers import find_files, open_tables
from persona_store.crm.recognition import GENERIC, Recognised, Surveyed, recognise_tables
from persona_store.crm.rejects import MAX_LINES, RejectsFile
from persona_store.crm.report import FileReport, ImportReport
from persona_store.crm.survey import survey
from persona_store.crm.tables import Loader
from persona_store.database import session_scope
from persona_store.database.models import Contact, Deal, Import
from persona_store.settings import settings

Progress = Callable[[str, float], None]

SURVEY_SHARE = 0.15  # shares of the whole work, as measured, for an even progress bar
LOAD_SHARE = 0.65
CACHE_KIB = 262_144  # SQLite's page cache while loading: indexes of millions of rows would thrash the default 2 MB


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
    used.sort(key=lambda pair: TABLE_KINDS.index(pair[1].table))  # type: ignore[arg-type]
    if not used:
        raise problem("nothing", "")
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    place = rejects or settings().var / "rejects" / f"rejects-{stamp}.csv"
    bad = RejectsFile(place, max(len(table.source.headers) for table, _ in used))
    try:
        with session_scope(engine, writes=True) as session, _big_cache(session.connection()):
            report = _load(session, used, recognised, bad, tell)
            link_seconds = time.monotonic() - start
            report = _finish(session, report, used, bad, dry_run, link_seconds)
            if dry_run:
                session.rollback()
    except BaseException:
        bad.drop()
        raise
    if dry_run and rejects is None:
        bad.drop()
        return report
    bad.finish()
    return report


def _look(
    paths: Sequence[Path], mapping: LayoutMapping | None, tell: Progress
) -> tuple[list[Surveyed], Recognised]:
    """Opens every table and goes through it once, so that nothing damaged is found out half-way."""
    files = find_files(list(paths))
    tables: list[Surveyed] = []
    for number, path in enumerate(files):
        tell(sentence("progress.survey", file=path.name), SURVEY_SHARE * number / len(files))
        tables += [Surveyed(source, survey(source.chunks())) for source in open_tables(path)]
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
    outcome = chosen.header_of("outcome")
    if outcome is not None and not chosen.columns[outcome].yes and outcome in own.columns:
        words = own.columns[outcome]
        if not words.yes:
            raise problem("mapping.no_yes", table.source.path, column=outcome)
        filled = chosen.columns[outcome].model_copy(update={"yes": words.yes, "no": words.no})
        chosen = chosen.model_copy(update={"columns": chosen.columns | {outcome: filled}})
    rest = {
        header: column
        for header, column in own.columns.items()
        if header not in chosen.columns and (column.field is None or column.field == "ignore")
    }
    return chosen.model_copy(update={"columns": {**chosen.columns, **rest}})


def _load(
    session: Session, used: list[tuple[Surveyed, FileMapping]], recognised: Recognised, bad: RejectsFile, tell: Progress
) -> ImportReport:
    connection = session.connection()
    system = next((found.system for _, found in used if found.system != GENERIC), GENERIC)
    loader = Loader(connection, system, bad)
    total = sum(table.survey.rows for table, _ in used) or 1
    done = 0
    files: list[FileReport] = []
    for table, found in used:
        name = table.source.name
        text = sentence("progress.load", file=name)
        read, notes = loader.load(
            table.source, found,
            lambda rows, text=text, done=done: tell(text, SURVEY_SHARE + LOAD_SHARE * min(1.0, (done + rows) / total)),
        )  # fmt: skip
        done += read
        notes = _unclear_notes(recognised.unclear.get(name, {}), found) + notes + _column_notes(table, found)
        files.append(FileReport(name, read, found, tuple(notes)))
    notes = _outcomes(connection, loader, used)
    tell(sentence("progress.duplicates"), SURVEY_SHARE + LOAD_SHARE)
    linked = link_duplicates(connection)
    tell(sentence("progress.names"), 0.9)
    _index(session, loader)
    if bad.lines > MAX_LINES:
        notes.append(sentence("note.rejects_cut", n=MAX_LINES))
    markets = dict(connection.execute(select(Contact.market, func.count()).group_by(Contact.market)).all())  # type: ignore[arg-type]
    if not markets:
        notes.append(sentence("note.no_people"))
    path = bad.path if bad.lines else None
    return ImportReport(
        tuple(files), loader.counts, tuple(notes), linked, loader.cells_left_out, path, False, 0.0, markets
    )


def _finish(
    session: Session, report: ImportReport, used: list[tuple[Surveyed, FileMapping]], bad: RejectsFile,
    dry_run: bool, seconds: float,
) -> ImportReport:  # fmt: skip
    """The report with its last figures, kept in the store too."""
    done = ImportReport(
        report.files, report.tables, report.notes, report.duplicates, report.cells_left_out,
        report.rejects, dry_run, seconds, report.markets,
    )  # fmt: skip
    files = [
        {"file": table.source.name, "sha256": _checksum(table.source.path), "rows": table.survey.rows}
        for table, _ in used
    ]
    mapping = done.mapping.model_dump(mode="json", exclude_none=True)
    now = datetime.now(UTC).replace(tzinfo=None)
    session.execute(insert(Import).values(at=now, files=files, mapping=mapping, report=done.as_dict()))
    return done


def _index(session: Session, loader: Loader) -> None:
    """Brings the index of names up to date for new and changed contacts."""
    if loader.first_new_contact == 1:
        return
    new = session.scalars(select(Contact.id).where(Contact.id >= loader.first_new_contact))
    touched = [*loader.changed_contacts, *new]
    if touched:
        return


def _outcomes(connection: Connection, loader: Loader, used: list[tuple[Surveyed, FileMapping]]) -> list[str]:
    """Where no column tells the outcome of contacts, their deals do: one won is a customer, only lost ones are none."""
    kinds = {found.table for _, found in used}
    if loader.outcome_mapped or "deals" not in kinds:
        told = loader.outcome_mapped or not kinds & {"contacts"}
        return [] if told else [sentence("note.no_outcome")]
    won = func.max(case((Deal.won, 1), else_=0))
    ended = (
        select(Deal.contact_id.label("id"), won.label("won"), func.min(case((Deal.won, Deal.closed_on))).label("on"))
        .where(Deal.won.is_not(None), Deal.contact_id.is_not(None))
        .group_by(Deal.contact_id)
        .subquery()
    )
    lost = connection.execute(
        update(Contact).values(outcome=False).where(Contact.outcome.is_(None), Contact.id == ended.c.id, ended.c.won == 0)
    ).rowcount
    gained = connection.execute(
        update(Contact)
        .values(outcome=True, outcome_on=func.coalesce(Contact.outcome_on, ended.c.on))
        .where(Contact.outcome.is_not(True), Contact.id == ended.c.id, ended.c.won == 1)
    ).rowcount
    return [sentence("note.outcome_deals", won=gained, lost=lost)] if gained or lost else []


def _unclear_notes(unclear: dict[str, str], found: FileMapping) -> list[str]:
    notes = []
    for header, reading in unclear.items():
        if reading in (",", "."):
            notes.append(sentence("note.unclear_numbers", column=header, sign=found.decimal_of(header)))
        else:
            notes.append(sentence("note.unclear_dates", column=header, order=found.dates_of(header)))
    return notes


def _column_notes(table: Surveyed, found: FileMapping) -> list[str]:
    """Notes on outcome, misspelt words, rare and constant values, and columns not taken over."""
    notes: list[str] = []
    for header, column in found.columns.items():
        look = table.survey.columns[header]
        levels = look.levels
        if column.attribute is not None:
            notes += level_notes(header, look, table.survey.rows)
        if column.field in ("outcome", "won") and levels is not None and column.yes is not None:
            won = sum(levels[word] for word in column.yes)
            lost = sum(levels[word] for word in column.no or ())
            unknown = table.survey.rows - won - lost
            notes.append(sentence("note.outcome", column=header, won=won, lost=lost, unknown=unknown))
        words = {"industry": vocabulary, "company_industry": vocabulary, "country": country_names}.get(column.field or "")
        if words:
            for value, meant in misspelt(levels, words()).items():
                count = (levels or {}).get(value, 0)
                notes.append(sentence("note.misspelt", column=header, found=value, meant=meant, n=count))
    ignored = [header for header, column in found.columns.items() if column.field == "ignore"]
    return [*notes, sentence("note.ignored", columns=", ".join(ignored))] if ignored else notes


@contextmanager
def _big_cache(connection: Connection) -> Iterator[None]:
    """A bigger page cache while millions of rows go into indexes; for SQLite only."""
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {before}")


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _silent(_text: str, _share: float) -> None:
    return None
