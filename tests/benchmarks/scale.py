"""Measures import and build of a large sample CRM against DuckDB alone on the same CSV files, in time and memory."""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import duckdb

from persona_store.build import build
from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import connect, migrate
from tests.benchmarks.alone import aggregate_alone

CURVE = (100_000, 300_000, 1_000_000)
SEED = 1
WATCH_SECONDS = 0.2
STEPS = ("few_sums", "attributes", "import", "build")
FEW_SUMS = """
    WITH touch AS (
        SELECT "Kontakt-ID" AS id, count(*) AS n, count(DISTINCT "Art") AS kinds,
            count(*) FILTER ("Beantwortet" = 'ja') AS answered, count(*) FILTER ("Richtung" = 'ausgehend') AS tried,
            sum(try_cast(replace("Dauer (Min.)", ',', '.') AS DOUBLE)) AS minutes,
            max(try_strptime("Zeitpunkt", '%d.%m.%Y %H:%M')) AS newest
        FROM {interactions} GROUP BY 1
    ), sold AS (
        SELECT "Kontakt-ID" AS id, count(*) AS deals,
            sum(try_cast(replace("Betrag", ',', '.') AS DOUBLE)) FILTER ("Gewonnen" = 'ja') AS revenue
        FROM {deals} GROUP BY 1
    )
    SELECT c.*, f.*, t.*, s.* FROM {contacts} c
    LEFT JOIN {companies} f USING ("Firma-ID")
    LEFT JOIN touch t ON t.id = c."Kontakt-ID" LEFT JOIN sold s ON s.id = c."Kontakt-ID"
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One size: rows, seconds of each step, highest resident memory in GB with all child processes.

    Seconds are those of the clock and of the processors (all threads and child processes); the latter say the same on a
    machine that has other work to do.
    """

    contacts: int
    interactions: int
    few_sums_seconds: float
    attributes_seconds: float
    import_seconds: float
    build_seconds: float
    few_sums_cpu: float
    attributes_cpu: float
    import_cpu: float
    build_cpu: float
    import_gb: float
    build_gb: float

    @property
    def times(self) -> float:
        """How many times what DuckDB alone needs for all attributes of each contact import and build take together."""
        return (self.import_seconds + self.build_seconds) / self.attributes_seconds

    @property
    def times_cpu(self) -> float:
        """The same of processor time."""
        return (self.import_cpu + self.build_cpu) / self.attributes_cpu

    @property
    def times_few(self) -> float:
        """As `times`, of what DuckDB alone needs to read the files and for a handful of sums."""
        return (self.import_seconds + self.build_seconds) / self.few_sums_seconds


def few_sums_alone(folder: Path, _store: Path) -> None:
    """Reads the four files and aggregates them to one row per contact, of seven sums: the least one could do."""
    tables = {
        name: f"read_csv('{folder / name}.csv', delim=';', header=true, all_varchar=true)"
        for name in ("contacts", "companies", "interactions", "deals")
    }
    with duckdb.connect() as database:
        database.execute("CREATE TABLE one_row_per_contact AS " + FEW_SUMS.format(**tables))


def attributes_alone(folder: Path, _store: Path) -> None:
    """Reads the four files and aggregates them to one row per contact, of the attributes a build computes."""
    with duckdb.connect() as database:
        aggregate_alone(folder, database)


def import_all(folder: Path, store: Path) -> None:
    """The import as the command line does it, into a new store."""
    engine = connect(f"sqlite:///{store}")
    migrate(engine)
    import_files(engine, [folder], rejects=folder.parent / "rejects.csv")


def build_all(_folder: Path, store: Path) -> None:
    """The build as the command line does it."""
    build(connect(f"sqlite:///{store}"))


RUN: dict[str, Callable[[Path, Path], None]] = dict(
    zip(STEPS, (few_sums_alone, attributes_alone, import_all, build_all), strict=True)
)


def measured(step: str, folder: Path, store: Path) -> tuple[float, float, float]:
    """Seconds by the clock and of the processors, and peak memory in GB, of a step in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.scale", "--step", step, str(folder), str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak = [0]
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, peak, done))
        watcher.start()
        out, _ = process.communicate()
        done.set()
        watcher.join()
    if process.returncode:
        raise SystemExit(f"{step} failed")
    took = json.loads(out.splitlines()[-1])
    return float(took["seconds"]), float(took["cpu"]), peak[0] / 1e9


def _processor_seconds() -> float:
    """What this process and its ended children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _watch(pid: int, peak: list[int], done: threading.Event) -> None:
    while not done.wait(WATCH_SECONDS):
        peak[0] = max(peak[0], sum(map(_resident, _family(pid))))


def _family(pid: int) -> list[int]:
    """The process and all below it (Linux)."""
    found = [pid]
    for one in found:
        try:
            tasks = Path(f"/proc/{one}/task").iterdir()
            found += [int(child) for task in tasks for child in (task / "children").read_text().split()]
        except OSError:
            continue  # it has ended meanwhile
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def scale(contacts: int, files: Path | None) -> Measured:
    """All steps on one sample of `contacts` contacts, or on the files of `files`."""
    with tempfile.TemporaryDirectory() as place:
        folder = files or Path(place) / "sample"
        if files is None:
            write_sample(folder, contacts=contacts, seed=SEED, form="csv")
        store = Path(place) / "store" / "personas.db"
        results = {step: measured(step, folder, store) for step in STEPS}
        rows = {name: _rows(folder / f"{name}.csv") for name in ("contacts", "interactions")}
    seconds = {f"{step}_seconds": round(results[step][0], 1) for step in STEPS}
    processors = {f"{step}_cpu": round(results[step][1], 1) for step in STEPS}
    memory = {f"{step}_gb": round(results[step][2], 2) for step in STEPS[2:]}
    return Measured(**rows, **seconds, **processors, **memory)  # type: ignore[arg-type]  # counts and floats by their names


def _rows(path: Path) -> int:
    with duckdb.connect() as database:
        query = f"SELECT count(*) FROM read_csv('{path}', delim=';', header=true, all_varchar=true)"
        found = database.execute(query).fetchone()
    return int(found[0]) if found else 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints one CSV line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, nargs="+", default=CURVE)
    parser.add_argument("--files", type=Path, help="a folder with contacts.csv, companies.csv, ... of the sample")
    parser.add_argument("--step", nargs=3, metavar=("STEP", "FOLDER", "STORE"), help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.step:
        step, folder, store = asked.step
        start, used = time.perf_counter(), _processor_seconds()
        RUN[step](Path(folder), Path(store))
        print(json.dumps({"seconds": time.perf_counter() - start, "cpu": _processor_seconds() - used}))
        return
    writer = csv.writer(sys.stdout)
    writer.writerow([*(field.name for field in fields(Measured)), "times", "times_cpu", "times_few"])
    for contacts in [0] if asked.files else asked.contacts:
        one = scale(contacts, asked.files)
        writer.writerow(
            [*asdict(one).values(), *(round(each, 1) for each in (one.times, one.times_cpu, one.times_few))]
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
