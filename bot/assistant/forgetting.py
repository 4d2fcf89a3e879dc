"""Lets Rasa's conversations forget: people who are erased, at once, and everything after the time the settings say."""

import json
import re
import time
from collections.abc import Collection

from sqlalchemy import ColumnElement, Engine, column, delete, func, inspect, or_, select, table, text
from sqlalchemy.orm import Session

from persona_store.database import connect, session_scope
from persona_store.privacy.memory import MEMORIES, Traces
from persona_store.settings import settings

# The tables of the tracker store, by name: the command line erases without loading Rasa.
CONVERSATIONS = table("conversation", column("id"), column("summary"))
EVENTS = table("conversation_event", column("conversation"), column("number"), column("timestamp"), column("data"))
NAME = "conversations"
AT_ONCE = 500  # conversations in one statement
DAY_SECONDS = 86_400


def remember_to_forget() -> None:
    """From now on erasing somebody in this process empties the conversations too."""
    MEMORIES[NAME] = forget_person


def forget_person(traces: Traces, running: str | None = None) -> int:
    """Deletes every conversation in which the person was spoken of, all but the `running` one; returns how many.

    Whoever talks there begins anew with the next message. Known again are the contact's ids in slots, buttons and
    answers, the full name, the e-mail address and the number in the CRM.
    """
    engine = connect(settings().tracker_store_url)
    try:
        if not inspect(engine).has_table(CONVERSATIONS.name):
            return 0
        with session_scope(engine, writes=True) as session:
            found = sorted(one for one in _mentioning(session, traces) if one != running)
            overwrite_deleted(session)
            _delete(session, found)
            return len(found)
    finally:
        engine.dispose()


def forget_old(engine: Engine) -> int:
    """Deletes conversations that ended before the time the settings say; returns how many.

    Of longer ones the events go that are older and that no turn needs any more.
    """
    oldest = time.time() - settings().conversation_days * DAY_SECONDS
    with session_scope(engine, writes=True) as session:
        newest = (
            select(EVENTS.c.conversation).group_by(EVENTS.c.conversation).having(func.max(EVENTS.c.timestamp) < oldest)
        )
        ended = list(session.scalars(newest))
        overwrite_deleted(session)
        _delete(session, ended)
        first = table("conversation", column("id"), column("first_event"))
        needed = select(first.c.first_event).where(first.c.id == EVENTS.c.conversation).scalar_subquery()
        session.execute(delete(EVENTS).where(EVENTS.c.timestamp < oldest, EVENTS.c.number < needed))
    return len(ended)


def overwrite_deleted(session: Session) -> None:
    """On SQLite what is deleted from now on is overwritten in the file."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete=ON"))


def _delete(session: Session, conversations: Collection[str]) -> None:
    ids = list(conversations)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        session.execute(delete(EVENTS).where(EVENTS.c.conversation.in_(some)))
        session.execute(delete(CONVERSATIONS).where(CONVERSATIONS.c.id.in_(some)))


def _mentioning(session: Session, traces: Traces) -> set[str]:
    """The conversations in which the person is named; the database finds candidates, the exact look decides."""
    needles = _needles(traces)
    exactly = re.compile("|".join(_patterns(traces)), re.IGNORECASE)
    found: set[str] = set()
    for owner, data in ((EVENTS.c.conversation, EVENTS.c.data), (CONVERSATIONS.c.id, CONVERSATIONS.c.summary)):
        query = select(owner, data).where(_holds_any(data, needles))
        for conversation, said in session.execute(query.execution_options(yield_per=AT_ONCE)):
            if conversation not in found and exactly.search(said):
                found.add(conversation)
    return found


def _holds_any(data: ColumnElement[str], needles: Collection[str]) -> ColumnElement[bool]:
    return or_(*(func.lower(data).contains(needle, autoescape=True) for needle in needles))


def _words(traces: Traces) -> list[str]:
    """Names as they stand in JSON, where letters beyond ASCII are escaped."""
    numbers = [f"#{number}" for number in traces.external_ids]
    return [json.dumps(word)[1:-1].lower() for word in (*traces.full_names, *traces.emails, *numbers)]


def _needles(traces: Traces) -> list[str]:
    ids = [str(contact) for contact in traces.contact_ids]
    marks = ("contact:{}", '"contact_id", "value": {}', '"contact_id": {}', '"kind": "contact", "key": "{}"')
    return [mark.format(contact) for contact in ids for mark in marks] + _words(traces)


def _patterns(traces: Traces) -> list[str]:
    """What the needles are, but no longer numbers and no longer names."""
    return [rf"{re.escape(needle)}(?![0-9a-z_]|\\u)" for needle in _needles(traces)]
