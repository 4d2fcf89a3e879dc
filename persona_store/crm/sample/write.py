"""From size and seed to the files of a sample CRM."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from persona_store.crm.sample.batch import BatchMaker, Tables
from persona_store.crm.sample.cast import COMPANY_HEADS
from persona_store.crm.sample.companies import CompanyMaker
from persona_store.crm.sample.people import name_pools
from persona_store.crm.sample.places import places
from persona_store.crm.sample.tables import TABLES, Form, is_sample_or_empty, sample_writer
from persona_store.errors import InputError
from persona_store.settings import Language
from persona_store.wording import say

CSV_LIMIT: Final = 100_000  # above, CSV takes too much room and time
BATCH: Final = 50_000  # contacts made at once: some 500,000 interactions, well under a gigabyte
SMALLEST: Final = 50
LARGEST: Final = 20_000_000
LARGEST_SEED: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What was written: the files, and how many rows each table has."""

    out: Path
    form: Form
    seed: int
    files: tuple[Path, ...]
    contacts: int
    companies: int
    interactions: int
    deals: int


def write_sample(
    out: Path,
    contacts: int,
    seed: int,
    form: Form | None = None,
    progress: Callable[[str, float], None] | None = None,
    language: Language = "de",
) -> SampleReport:
    """Write a sample CRM with `contacts` contacts to the folder `out`; the same seed gives the same bytes.

    `form` is CSV up to 100,000 contacts and Parquet above, unless given. `progress` is called with "sample" and the
    part done (0 to 1). An earlier sample in `out` is replaced; raises InputError (in `language`) for a folder that
    holds other files or cannot be written to, and for a size or seed out of range; then nothing is written.
    """
    _check(contacts, seed, language)
    try:
        if not is_sample_or_empty(out):
            raise InputError(say("sample.folder", language, folder=out))
        return _write(out, contacts, seed, form, progress)
    except OSError as error:
        raise InputError(say("sample.disk", language, folder=out, reason=error.strerror or error)) from error


def _write(
    out: Path, contacts: int, seed: int, form: Form | None, progress: Callable[[str, float], None] | None
) -> SampleReport:
    chosen: Form = form or ("csv" if contacts <= CSV_LIMIT else "parquet")
    pools, cities = name_pools(seed), places()
    maker = BatchMaker(seed, pools, cities, CompanyMaker(seed, pools, cities, COMPANY_HEADS))
    rows = dict.fromkeys(TABLES, 0)
    with sample_writer(out, chosen) as writer:
        for start in range(0, contacts, BATCH):
            tables = maker.make(min(BATCH, contacts - start))
            writer.write(tables)
            _count(rows, tables)
            if progress:
                progress("sample", min(start + BATCH, contacts) / contacts)
        writer.close()
    files = tuple(out / f"{name}.{chosen}" for name in TABLES)
    return SampleReport(out, chosen, seed, files, **rows)


def _check(contacts: int, seed: int, language: Language) -> None:
    if not SMALLEST <= contacts <= LARGEST:
        raise InputError(say("sample.size", language, contacts=contacts, smallest=SMALLEST, largest=LARGEST))
    if not 0 <= seed <= LARGEST_SEED:
        raise InputError(say("sample.seed", language, seed=seed, largest=LARGEST_SEED))


def _count(rows: dict[str, int], tables: Tables) -> None:
    for name in rows:
        rows[name] += len(getattr(tables, name))
