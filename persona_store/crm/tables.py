"""Loads the tables of one import into the store, chunk by chunk, what is referred to first."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, func, select

from persona_store.crm import builders
from persona_store.crm.builders import Rows
from persona_store.crm.cells import Cells, Flaw, as_json, read_cells
from persona_store.crm.fields import TableKind
from persona_store.crm.keys import Occurrences, Seen
from persona_store.crm.loading import Upsert
from persona_store.crm.lookups import Companies, Contacts
from persona_store.crm.mapping import FileMapping
from persona_store.crm.offers import load_offers, offer_reason
from persona_store.crm.people import company_keys
from persona_store.crm.pieces import Early, Piece
from persona_store.crm.problems import sentence
from persona_store.crm.quality import same_name
from persona_store.crm.readers import ROW, Chunk, Source
from persona_store.crm.recognition import OFFERS
from persona_store.crm.rejects import RejectsFile
from persona_store.crm.report import TableCounts
from persona_store.crm.staging import Touchpoints
from persona_store.crm.table_notes import MAX_LISTED, TableNotes
from persona_store.database.bulk import ahead, indexes_later
from persona_store.database.models import Base, Contact, Product

STORE_TABLES: dict[TableKind, str] = {
    "companies": "companies",
    "products": "products",
    "sellers": "sellers",
    "contacts": "contacts",
    "interactions": "interactions",
    "deals": "deals",
    "content": "contents",
    "ideas": "ideas",
}
COMPANY_COLUMNS = ("industry", "employees", "revenue", "website")
PERSONAL = frozenset({"first_name", "last_name", "name", "email", "phone"})


class Loader:
    """The state of one import: lookups, keys seen, counts, notes, rejects; all writes go to one connection."""

    def __init__(self, system: str, rejects: RejectsFile, folder: Path, rows: int) -> None:
        """`folder` is for temporary files; `rows` says how many touchpoints there are to come at most."""
        self.counts: dict[str, TableCounts] = {}
        self.changed_contacts: list[int] = []
        self.changed_companies: list[int] = []
        self.cells_left_out = 0
        self.outcome_mapped = False
        self._system = system
        self.rejects = rejects
        self._occurrences: dict[str, Occurrences] = {}
        self._seen: dict[str, Seen] = {}
        self._products: list[str] | None = None
        self._product_names: dict[str, str | None] = {}
        self._fresh: dict[TableKind, bool] = {}
        self._indexes = ExitStack()  # those of the table that is being filled, made when the next one begins
        self._early = Touchpoints(folder, "early", rows)
        self._touchpoints = Touchpoints(folder, "stage", rows)

    def open(self, connection: Connection) -> None:
        """From now on `connection` is read from and written to."""
        self.connection = connection
        self.first_new_contact = 1 + (connection.scalar(select(func.max(Contact.id))) or 0)
        self._companies: Companies | None = None
        self._contacts: Contacts | None = None

    def prepare(self, source: Source, mapping: FileMapping, progress: Callable[[int], None]) -> Early:
        """Reads a table before the store is locked; touchpoints of people it knows by their id are staged already."""
        kind: TableKind = mapping.table  # type: ignore[assignment]  # tables to ignore are left out before
        counts, notes = self.counts.setdefault(kind, TableCounts()), TableNotes()
        if kind != "interactions":
            return Early(0, notes, list(self._pieces(source, mapping)))
        read, rest = 0, []
        self._contacts = self._contacts or Contacts(self.connection, self._system)
        for piece in self._pieces(source, mapping):
            assert piece.rows is not None
            refs = piece.rows.frame
            if builders.CONTACT_ID not in refs.columns:
                rest.append(piece)
                continue
            known = self._contacts.by_id.find(refs[builders.CONTACT_ID]).is_not_null()
            staged = replace(piece.part(known), chunk=replace(piece.chunk, frame=piece.chunk.frame.filter(known)))
            read += self._piece(source, mapping, staged, counts, notes, self._early)
            if not known.all():
                rest.append(piece.part(~known))
            progress(read)
        return Early(read, notes, rest)

    def prepared(self) -> None:
        """All tables have been read: of the touchpoints staged those are left that change the store."""
        self._early.begin(self.connection)
        self._early.keep_changes()

    def load(
        self, source: Source, mapping: FileMapping, progress: Callable[[int], None], early: Early | None = None
    ) -> tuple[int, list[str]]:
        """Loads one table, or what is left of it; returns the rows read in all and the notes on it."""
        early = early or Early(0, TableNotes(), self._pieces(source, mapping))
        kind: TableKind = mapping.table  # type: ignore[assignment]  # tables to ignore are left out before
        counts = self.counts.setdefault(kind, TableCounts())
        read = early.read
        for piece in early.pieces:
            read += self._piece(source, mapping, piece, counts, early.notes, self._touchpoints)
            progress(read)
        self._product_notes(early.notes)
        return read, early.notes.texts()

    def _pieces(self, source: Source, mapping: FileMapping) -> Iterator[Piece]:
        """The pieces of a table: one is worked on, the cells of the next are read, and the one after that is parsed."""
        return ahead(self._piece_of(chunk, mapping) for chunk in ahead(source.chunks()))

    def _piece_of(self, chunk: Chunk, mapping: FileMapping) -> Piece:
        kind: TableKind = mapping.table  # type: ignore[assignment]  # as above
        cells = read_cells(chunk.frame, mapping)
        return Piece(chunk, cells, None if kind in OFFERS else self._build(kind, cells))

    def _piece(
        self, source: Source, mapping: FileMapping, piece: Piece, counts: TableCounts, notes: TableNotes,
        touchpoints: Touchpoints,
    ) -> int:  # fmt: skip
        """Writes a piece; returns how many rows of the file it was."""
        kind: TableKind = mapping.table  # type: ignore[assignment]  # as above
        chunk, cells, rows = piece.chunk, piece.cells, piece.rows
        counts.read += (read := chunk.frame.height + len(chunk.ragged))
        for ragged in chunk.ragged:
            reason = sentence("reason.ragged", found=len(ragged.cells), expected=len(source.headers))
            self._reject(source, ragged.row, "", reason, ragged.cells, counts)
        notes.look(cells)
        if rows is None:
            self._offers(source, kind, chunk, cells, counts)
            return read
        headers = {column.field: header for header, column in mapping.columns.items()}
        flaws = [*cells.flaws, *(Flaw(f.row, headers.get(f.column) or f.column, f.reason) for f in rows.flaws)]
        frame, lost = self._resolved(kind, rows.frame, notes)
        self._report_bad(source, chunk.frame, flaws, [*rows.rejected, *lost], counts, notes)
        if rows.keyless:
            notes.keyless = True
        elif kind == "contacts" and not PERSONAL & set(cells.frame.columns):
            content = cells.frame.drop(ROW, "id", strict=False).hstack(cells.attributes).hash_rows(seed=7)
            notes.identical += content.len() - int(self._seen.setdefault("content", Seen()).first(content).sum())
        fresh = self._seen.setdefault(kind, Seen()).first(frame["key"])
        repeated = len(fresh) - int(fresh.sum())
        counts.repeated += repeated
        notes.repeated += repeated
        self._write(kind, frame.filter(fresh), counts, touchpoints)
        return read

    def _offers(self, source: Source, kind: TableKind, chunk: Chunk, cells: Cells, counts: TableCounts) -> None:
        report = load_offers(self.connection, kind, cells.frame)
        counts.new += report.new
        counts.changed += report.changed
        counts.unchanged += report.unchanged
        for place, reason in report.rejected:
            row = cells.frame[ROW][place]
            original = chunk.frame.filter(pl.col(ROW) == row).drop(ROW).row(0)
            self._reject(source, row, "", offer_reason(kind, reason), original, counts)

    def _build(self, kind: TableKind, cells: Cells) -> Rows:
        json = as_json(cells.attributes)
        occurrences = self._occurrences.setdefault(kind, Occurrences())
        if kind == "contacts":
            return builders.build_contacts(cells.frame, json, self._system, occurrences)
        if kind == "companies":
            return builders.build_companies(cells.frame, json, self._system)
        if kind == "interactions":
            return builders.build_interactions(cells.frame, self._system, occurrences)
        if kind == "deals":
            return builders.build_deals(cells.frame, json, self._system, occurrences)
        return builders.build_named(cells.frame)

    def _resolved(
        self, kind: TableKind, frame: pl.DataFrame, notes: TableNotes
    ) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
        """References replaced by ids; rows that can't be kept without one are returned apart."""
        if kind == "contacts":
            return self._with_companies(frame, notes), []
        if kind == "interactions":
            frame = self._with_contacts(frame, notes)
            lost = frame.filter(pl.col("contact_id").is_null())[ROW].to_list()
            return frame.filter(pl.col("contact_id").is_not_null()), [(row, "no_contact") for row in lost]
        if kind == "deals":
            refs = [name for name in (builders.CONTACT_ID, builders.CONTACT_EMAIL) if name in frame.columns]
            if refs:
                named = frame.select(pl.any_horizontal(pl.col(refs).is_not_null()))
                frame = self._with_contacts(frame.with_columns(named.to_series().alias("_named")), notes)
                notes.unknown_contacts += frame.filter(pl.col("_named") & pl.col("contact_id").is_null()).height
            frame = self._with_companies(frame, notes)
            if "company_id" in frame.columns:
                notes.without_company += frame["company_id"].null_count()
            return self._with_products(frame), []
        return frame, []

    def _with_companies(self, frame: pl.DataFrame, notes: TableNotes) -> pl.DataFrame:
        """`company_id` from the id in the CRM, else the name; companies known by name only are added."""
        there = set(frame.columns)
        if not there & {builders.COMPANY_ID, builders.COMPANY_NAME}:
            return frame
        if self._companies is None:
            self._companies = Companies(self.connection, self._system)
        companies = self._companies
        ids = pl.Series([None] * frame.height, dtype=pl.Int64)
        if builders.COMPANY_ID in there:
            ids = companies.by_id.find(frame[builders.COMPANY_ID])
        if builders.COMPANY_NAME in there:
            keys = company_keys(frame[builders.COMPANY_NAME])
            unknown = ids.is_null() & keys.is_not_null() & companies.by_name.find(keys).is_null()
            implied = ids.is_null() & companies.by_id.find("name:" + keys).is_not_null()
            self._imply_companies(frame, keys, unknown, implied)
            notes.unknown_companies += int(unknown.sum())
            companies.refresh()
            ids = pl.select(pl.coalesce(pl.lit(ids), pl.lit(companies.by_name.find(keys))).alias("id"))["id"]
        if builders.COMPANY_ID in there:
            notes.lost_companies += int((ids.is_null() & frame[builders.COMPANY_ID].is_not_null()).sum())
        return frame.with_columns(ids.alias("company_id"))

    def _imply_companies(self, frame: pl.DataFrame, keys: pl.Series, unknown: pl.Series, implied: pl.Series) -> None:
        """Adds the companies that no table lists, and updates those added so before where the rows describe them."""
        details = [name for name in COMPANY_COLUMNS if f"_company_{name}" in frame.columns]
        wanted = unknown | implied if details else unknown
        rows = frame.select(
            ("name:" + keys).str.slice(0, 200).alias("key"),
            pl.col(builders.COMPANY_NAME).alias("name"),
            keys.str.slice(0, 300).alias("name_key"),
            *(pl.col(f"_company_{name}").alias(name) for name in details),
        ).filter(wanted)
        if rows.is_empty():
            return
        rows = rows.filter(self._seen.setdefault("implied", Seen()).first(rows["key"]))
        if "industry" in details:
            rows = rows.with_columns(
                pl.col("industry").alias("industry_text"), builders.industries(rows["industry"]).alias("industry")
            )
        upsert = Upsert(self.connection, "companies", rows.columns, frozenset({"name"}))
        written = upsert.write(rows)
        upsert.close()
        counts = self.counts.setdefault("companies", TableCounts())
        counts.new += written.new
        counts.changed += len(written.changed)
        counts.unchanged += rows.height - written.new - len(written.changed)

    def _with_contacts(self, frame: pl.DataFrame, notes: TableNotes) -> pl.DataFrame:
        if self._contacts is None:
            self._contacts = Contacts(self.connection, self._system)
        contacts, there = self._contacts, set(frame.columns)
        found = [pl.Series([None], dtype=pl.Int64).new_from_index(0, frame.height)]
        if builders.CONTACT_ID in there:
            found.append(contacts.by_id.find(frame[builders.CONTACT_ID]))
        if builders.CONTACT_EMAIL in there:
            found.append(contacts.by_email.find(frame[builders.CONTACT_EMAIL]))
        if builders.CONTACT_NAME in there:
            found.append(contacts.by_name.find(frame[builders.CONTACT_NAME].str.to_lowercase()))
        ids = pl.select(pl.coalesce([pl.lit(values) for values in found]).alias("contact_id"))["contact_id"]
        return frame.with_columns(ids)

    def _with_products(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Product names as the product list writes them."""
        if "product" not in frame.columns:
            return frame
        if self._products is None:
            self._products = list(self.connection.scalars(select(Product.name)))
            self._product_names = {name: name for name in self._products}
            self._product_rows: Counter[str] = Counter()
        for name, count in frame["product"].drop_nulls().value_counts(name="n").iter_rows():
            if name not in self._product_names:
                self._product_names[name] = same_name(name, self._products)
            if self._product_names[name] != name:
                self._product_rows[name] += count
        known = {name: meant for name, meant in self._product_names.items() if meant is not None}
        return frame.with_columns(pl.col("product").replace(known))

    def _product_notes(self, notes: TableNotes) -> None:
        if not self._products:
            return
        for name, count in self._product_rows.most_common(MAX_LISTED):
            meant = self._product_names[name]
            key = "note.deals_unknown_product" if meant is None else "note.product"
            notes.more.append(sentence(key, found=name, meant=meant, n=count))
        self._product_rows.clear()

    def _write(self, kind: TableKind, frame: pl.DataFrame, counts: TableCounts, touchpoints: Touchpoints) -> None:
        columns = [name for name in frame.columns if name != ROW and not name.startswith("_")]
        if kind == "interactions":
            touchpoints.add(self.connection, frame.select(columns))
            return
        only_new = frozenset[str]()
        if kind == "contacts":
            if not {builders.COMPANY_ID, builders.COMPANY_NAME, "job_title"} & set(frame.columns):
                only_new = frozenset({"market"})
            self.outcome_mapped |= "outcome" in columns
            self._contacts = None
        elif kind == "companies":
            self._companies = None
        upsert = Upsert(self.connection, STORE_TABLES[kind], columns, only_new, fresh=self._is_fresh(kind))
        written = upsert.write(frame)
        upsert.close()
        if kind == "contacts":
            self.changed_contacts += written.changed
        elif kind == "companies":
            self.changed_companies += written.changed
        counts.new += written.new
        counts.changed += len(written.changed)
        counts.unchanged += frame.height - written.new - len(written.changed)

    def _is_fresh(self, kind: TableKind) -> bool:
        """Whether the table was empty before this import; on SQLite, which has no quicker way for this case."""
        if kind not in self._fresh:
            table = Base.metadata.tables[STORE_TABLES[kind]]
            empty = self.connection.scalar(select(table.c.id).limit(1)) is None
            self._fresh[kind] = empty and self.connection.dialect.name == "sqlite"
            self._indexes.close()
            if self._fresh[kind]:
                self._indexes.enter_context(indexes_later(self.connection, table.name))
        return self._fresh[kind]

    def finish(self) -> None:
        """All tables have their indexes again; only the touchpoints are still on their way."""
        self._indexes.close()

    def begin_touchpoints(self) -> None:
        """All tables of touchpoints have been read: begins to write them, beside what else is to do."""
        self._touchpoints.begin(self.connection)

    def fill_touchpoints(self, look: Callable[[pl.DataFrame], None]) -> None:
        """Writes the touchpoints into the empty table of a store that is ALONE; `look` sees all rows as they go."""
        self.counts.setdefault("interactions", TableCounts()).new += self._touchpoints.fill(self.connection, look)

    def finish_touchpoints(self) -> Collection[int] | None:
        """Moves the touchpoints into the store; returns whose are new or changed, None for anybody's."""
        counts = self.counts.setdefault("interactions", TableCounts())
        for written, rows in chain(self._early.finish(self.connection), self._touchpoints.finish(self.connection)):
            counts.new += written.new
            counts.changed += len(written.changed)
            counts.unchanged += rows - written.new - len(written.changed)
        early, late = self._early.owners, self._touchpoints.owners
        return None if early is None or late is None else early | late

    def close(self) -> None:
        """Ends what still runs beside; to be called whatever came of the import."""
        self._early.close()
        self._touchpoints.close()

    def _report_bad(
        self, source: Source, frame: pl.DataFrame, flaws: list[Flaw], lost: list[tuple[int, str]],
        counts: TableCounts, notes: TableNotes,
    ) -> None:  # fmt: skip
        if not flaws and not lost:
            return
        wanted = {flaw.row for flaw in flaws[: self.rejects.room]} | {row for row, _ in lost[: self.rejects.room]}
        original = {row[0]: row[1:] for row in frame.filter(pl.col(ROW).is_in(list(wanted))).iter_rows()}
        gone = {row for row, _ in lost}
        for row, reason in lost:
            self._reject(source, row, "", sentence(f"reason.{reason}"), original.get(row, ()), counts)
        for flaw in flaws:
            if flaw.row in gone:
                continue
            self.cells_left_out += 1
            notes.unreadable[(flaw.column, flaw.reason)] += 1
            cells = original.get(flaw.row, ())
            if flaw.reason == "birth_year" and flaw.column in source.headers and cells:
                notes.implausible[flaw.column][str(cells[source.headers.index(flaw.column)])] += 1
            text = sentence(f"reason.{flaw.reason}")
            self.rejects.add(source.name, flaw.row, flaw.column, text, True, cells)

    def _reject(
        self, source: Source, row: int, column: str, reason: str, cells: tuple[object, ...], counts: TableCounts
    ) -> None:
        counts.rejected += 1
        self.rejects.add(source.name, row, column, reason, False, cells)
