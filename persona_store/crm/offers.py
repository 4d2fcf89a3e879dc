"""What marketers offer: tables of content and of ideas, which refer to no contact and go to the guidance room."""

from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from persona_store.crm.fields import TableKind
from persona_store.settings import settings
from persona_store.wording import say

if TYPE_CHECKING:
    from persona_store.guidance.content import ContentReport


def load_offers(connection: Connection, kind: TableKind, cells: pl.DataFrame) -> "ContentReport":
    """Stores the rows of a chunk within the import's transaction."""
    from persona_store.guidance.content import load_content  # only few imports need that room, which needs many others
    from persona_store.guidance.ideas import load_ideas

    rows = cells.to_dicts()
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        report = load_content(session, rows) if kind == "content" else load_ideas(session, rows)
        session.commit()
    return report


def offer_reason(kind: TableKind, reason: str) -> str:
    """Why a row was left out, in the language of the installation."""
    return say(f"{kind}.reason.{reason}", settings().language)
