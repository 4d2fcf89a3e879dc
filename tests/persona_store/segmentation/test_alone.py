"""The benchmark's measure is honest: DuckDB alone comes to the very attributes that a build computes."""

from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import select

from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Contact
from persona_store.segmentation.attributes import attribute_frame
from persona_store.segmentation.registry import BUILT_IN
from tests.benchmarks.alone import aggregate_alone

# Titles, sectors and companies told by name only are understood by the import.
AS_WRITTEN = ("function", "level", "industry", "source", "region", "company_size")


@pytest.mark.parametrize("market", ["b2b", "b2c"])
def test_duckdb_alone_comes_to_the_same_attributes(sample: tuple[Path, Path], market: str) -> None:
    files, store = sample
    with session_scope(connect(f"sqlite:///{store}")) as session:
        ours = attribute_frame(session, market)
        people = session.execute(select(Contact.id, Contact.key, Contact.duplicate_of)).all()
    doubles = {one.duplicate_of for one in people if one.duplicate_of}
    keys = {one.id: one.key.rpartition(":")[2] for one in people if one.id not in doubles}
    wanted = [one.key for one in BUILT_IN if market in one.markets and one.key not in AS_WRITTEN]
    ours = ours.with_columns(pl.col("contact_id").replace_strict(keys, default=None)).drop_nulls("contact_id")
    with duckdb.connect() as database:
        aggregate_alone(files, database)
        theirs = pl.from_arrow(database.table("one_row_per_contact").to_arrow_table())
    assert isinstance(theirs, pl.DataFrame)
    theirs = theirs.join(ours.select("contact_id"), on="contact_id", how="semi")
    theirs = theirs.select("contact_id", *(pl.col(key).cast(ours.schema[key]) for key in wanted))
    assert ours.height > 100
    assert_frame_equal(theirs.sort("contact_id"), ours.select(theirs.columns).sort("contact_id"), rel_tol=1e-5)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The files of a small sample CRM and the store they were imported into."""
    folder = tmp_path_factory.mktemp("alone")
    write_sample(folder / "files", contacts=1_000, seed=1, form="csv")
    engine = connect(f"sqlite:///{folder / 'personas.db'}")
    migrate(engine)
    import_files(engine, [folder / "files"], rejects=folder / "rejects.csv")
    return folder / "files", folder / "personas.db"
