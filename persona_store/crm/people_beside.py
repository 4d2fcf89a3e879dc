"""What rests on the people alone, who is a double and the index of names, made while it is read what they did."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, select

from persona_store.crm.duplicates import SCHEMA, find_originals, link
from persona_store.crm.staging import SqliteStage
from persona_store.database.bulk import read_rows
from persona_store.database.models import Company, Contact
from persona_store.names.index import PEOPLE, TABLES, index_frames

COLUMNS = SCHEMA | {"company": pl.String}


class PeopleBeside:
    """The people of a store that is to be taken over, read once; a thread of its own works on them.

    `begin` starts it once they are all there, `finish` waits for it and writes. `close` ends it whatever came of it.
    """

    def __init__(self, connection: Connection, folder: Path) -> None:
        """`folder` takes the index until the store is taken over."""
        self._connection = connection
        self._stage = SqliteStage(connection, folder / "names.db", *TABLES)
        self._worker = ThreadPoolExecutor(1)
        self._originals: Future[pl.DataFrame] | None = None
        self._index: Future[None] | None = None

    def begin(self) -> None:
        """Starts the work; nobody may come or change name, company or address afterwards."""
        query = select(*(getattr(Contact, name) for name in SCHEMA), Company.name)
        query = query.outerjoin(Company, Company.id == Contact.company_id).order_by(Contact.id)
        people = read_rows(self._connection, query, COLUMNS)
        named = people.rename({"first_name": "first", "last_name": "last"}).select(*PEOPLE)
        self._originals = self._worker.submit(find_originals, people.drop("company"))
        self._index = self._worker.submit(self._stage.fill, index_frames(named))

    def finish(self) -> int:
        """Links the doubles and puts the index in its place; returns how many doubles there are."""
        if self._originals is None or self._index is None:
            return 0
        originals = self._originals.result()
        link(self._connection, originals)
        self._index.result()
        self._stage.move(self._connection)
        return originals.height

    def close(self) -> None:
        """Waits for the end of what is under way."""
        self._worker.shutdown(cancel_futures=True)
