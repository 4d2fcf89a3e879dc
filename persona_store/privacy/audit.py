"""The record of look-ups and changes: who, what and when, never the data themselves."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.database.models import KEY_LENGTH, NAME_LENGTH, WORD_LENGTH, Audit


def record(session: Session, actor: str, action: str, contact_id: int | None = None, detail: str | None = None) -> None:
    """Adds an entry to the audit trail, in the transaction of `session`, so that neither is kept without the other.

    `detail` is for words such as an attribute's name; it must hold no personal data.
    """
    session.add(
        Audit(
            at=utc_now(),
            actor=actor[:KEY_LENGTH],
            action=action[:WORD_LENGTH],
            contact_id=contact_id,
            detail=None if detail is None else detail[:NAME_LENGTH],
        )
    )


def done_lately(session: Session, actor: str, action: str, within: timedelta) -> int:
    """How often `actor` has done this `within` the time just past, wherever it was recorded."""
    since = utc_now() - within
    lately = (Audit.at > since, Audit.actor == actor[:KEY_LENGTH], Audit.action == action[:WORD_LENGTH])
    return session.scalar(select(func.count()).where(*lately)) or 0
