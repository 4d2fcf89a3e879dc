"""What rests on the people alone, made while it is written what they did: doubles, index of names, hits in notes."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, select

from persona_store.crm.duplicates import SCHEMA, find_originals, link
from persona_store.crm.staging import SqliteStage
from persona_store.database.bulk import read_rows
from persona_store.database.models import Company, Contact
from persona_store.names.index import PEOPLE, TABLES, index_frames
from persona_store.text_hits import note_hits

COLUMNS = SCHEMA | {"notes": pl.String, "company": pl.String}


class PeopleBeside:
    """The people of a store that is ALONE, read once, when they are all there; a thread of its own works on them.

    `finish` waits for it and writes. `close` ends it whatever came of it.
    """

    def __init__(self, connection: Connection, folder: Path) -> None:
        """Starts the work; nobody may come or change name, company or address afterwards.

        `folder` takes the index for the time being.
        """
        self._connection = connection
        self._stage = SqliteStage(connection, folder / "names.db", *TABLES)
        columns = (getattr(Contact, name) for name in (*SCHEMA, "notes"))
        query = select(*columns, Company.name).outerjoin(Company, Company.id == Contact.company_id)
        people = read_rows(connection, query.order_by(Contact.id), COLUMNS)
        self._worker = ThreadPoolExecutor(1)
        self._done = self._worker.submit(self._work, people)

    def finish(self) -> tuple[int, pl.DataFrame]:
        """Links the doubles and fills the empty index; returns how many doubles there are, and the hits in notes."""
        originals, hits = self._done.result()
        link(self._connection, originals)
        self._stage.move(self._connection)
        return originals.height, hits

    def close(self) -> None:
        """Waits for the end of what is under way."""
        self._worker.shutdown(cancel_futures=True)

    def _work(self, people: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        named = people.rename({"first_name": "first", "last_name": "last"}).select(*PEOPLE)
        self._stage.fill(index_frames(named))
        hits = note_hits(people.select(pl.col("id").alias("contact_id"), text="notes"))
        return find_originals(people.select(*SCHEMA)), hits
