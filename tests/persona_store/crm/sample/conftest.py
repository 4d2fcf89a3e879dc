"""Samples written once, and read back as the tables they are."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from persona_store.crm.sample import write_sample

CONTACTS = 4_000


@dataclass(frozen=True)
class Sample:
    folder: Path
    contacts: pl.DataFrame
    companies: pl.DataFrame
    interactions: pl.DataFrame
    deals: pl.DataFrame
    truth: pl.DataFrame


def read(folder: Path) -> Sample:
    """The CSV tables of a sample, read as a German spreadsheet would."""
    tables = {
        name: pl.read_csv(
            folder / f"{name}.csv", separator=";", decimal_comma=True, infer_schema_length=None,
            schema_overrides={"PLZ": pl.String, "Telefon": pl.String},
        )
        for name in ("contacts", "companies", "interactions", "deals")
    }  # fmt: skip
    truth = pl.read_csv(folder / "truth" / "contacts.csv", infer_schema_length=None)
    return Sample(folder, truth=truth, **tables)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A sample of 4,000 contacts."""
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, CONTACTS, seed=1)
    return read(folder)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The smallest sample there is."""
    folder = tmp_path_factory.mktemp("small")
    write_sample(folder, 50, seed=7)
    return read(folder)
