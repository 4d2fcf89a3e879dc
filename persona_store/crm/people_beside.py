"""What rests on the people alone, who is a double and the index of names, made while it is read what they did."""

from concurrent.futures import Future, ThreadPoolExecutor

import polars as pl
from sqlalchemy import Connection, select

from persona_store.crm.duplicates import SCHEMA, find_originals, link
from persona_store.database.bulk import indexes_later, insert_frames, read_rows
from persona_store.database.models import Company, Contact
from persona_store.names.index import PEOPLE, TABLES, index_frames

COLUMNS = SCHEMA | {"company": pl.String}


class PeopleBeside:
    """The people of a store that is ALONE, read once; a thread of its own works on them.

    `begin` starts it once they are all there, `finish` waits for it and writes. `close` ends it whatever came of it.
    """

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1)
        self._originals: Future[pl.DataFrame] | None = None
        self._index: Future[list[tuple[str, pl.DataFrame]]] | None = None

    def begin(self, connection: Connection) -> None:
        """Starts the work; nobody may come or change name, company or address afterwards."""
        query = select(*(getattr(Contact, name) for name in SCHEMA), Company.name)
        query = query.outerjoin(Company, Company.id == Contact.company_id).order_by(Contact.id)
        people = read_rows(connection, query, COLUMNS)
        named = people.rename({"first_name": "first", "last_name": "last"}).select(*PEOPLE)
        self._originals = self._worker.submit(find_originals, people.drop("company"))
        self._index = self._worker.submit(lambda: list(index_frames(named)))

    def finish(self, connection: Connection) -> int:
        """Links the doubles and fills the empty index; returns how many doubles there are."""
        if self._originals is None or self._index is None:
            return 0
        originals = self._originals.result()
        link(connection, originals)
        with indexes_later(connection, *TABLES):
            insert_frames(connection, self._index.result())
        return originals.height

    def close(self) -> None:
        """Waits for the end of what is under way."""
        self._worker.shutdown(cancel_futures=True)
