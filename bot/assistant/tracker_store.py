"""Keeps Rasa's conversations in SQLite or PostgreSQL: one transaction a turn, only as much history as is needed.

Rasa replays all events of a conversation at every turn and posts them to the action server. So only the current
session is loaded, and of a long session only the last part, after a summary of what was known before it.
"""

import asyncio
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sqlalchemy import BigInteger, Engine, Float, String, Text, delete, insert, make_url, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bot.assistant.forgetting import forget_old, overwrite_deleted
from persona_store.database import connect, session_scope
from persona_store.settings import settings

MAX_EVENTS = 32  # a turn has some 8 events: beyond about 4 turns the older half is summed up
TIDY_SECONDS = 3_600.0  # between two looks for conversations that are too old to be kept
_STORED = "personabot_stored"  # attribute of a tracker: how much of it is in the store


class ConversationConflictError(RasaException):
    """Another process went on with the conversation meanwhile; nothing of this turn was written."""


class _Base(DeclarativeBase):
    """Tables of the tracker store, apart from those of the persona store."""


class ConversationRow(_Base):
    """A conversation: from which event on it is loaded, and the events that sum up what came before."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    first_event: Mapped[int] = mapped_column(BigInteger, default=1)
    last_event: Mapped[int] = mapped_column(BigInteger, default=0)
    summary: Mapped[str] = mapped_column(Text, default="[]")


class EventRow(_Base):
    """One event of a conversation as Rasa's JSON, numbered from 1 within its conversation."""

    __tablename__ = "conversation_event"

    conversation: Mapped[str] = mapped_column(String(255), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    timestamp: Mapped[float] = mapped_column(Float)
    kind: Mapped[str] = mapped_column(String(64))
    data: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Stored:
    """How much of a tracker is in the store: its first `events` events, the last of them numbered `last_event`."""

    events: int
    last_event: int


class SqlTrackerStore(TrackerStore):
    """Rasa's tracker store on `settings().tracker_store_url`, or on `url` of endpoints.yml.

    Never falls back to memory: whatever fails is raised and reaches the caller of the channel.
    """

    def __init__(self, host: str | None = None, domain: Domain | None = None, event_broker: Any = None) -> None:
        super().__init__(domain or Domain.empty(), event_broker)
        self._engine = _open(host or settings().tracker_store_url)
        self._tidied = time.monotonic() - TIDY_SECONDS

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The current session of the conversation, or None for a new one."""
        loaded = await asyncio.to_thread(_load, self._engine, sender_id)
        if loaded is None:
            return None
        events, last_event = loaded
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots, self.max_event_history)
        setattr(tracker, _STORED, Stored(len(tracker.events), last_event))
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions of the conversation, for reports; not meant to be saved again."""
        events = await asyncio.to_thread(_load_all, self._engine, conversation_id)
        return DialogueStateTracker.from_dict(conversation_id, events, self.domain.slots) if events else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what the turn added, in one transaction.

        Raises ConversationConflictError when the conversation went on elsewhere since it was retrieved.
        """
        stored = getattr(tracker, _STORED, None) or await self._stored(tracker.sender_id)
        events = list(tracker.events)
        new = events[stored.events :]
        if not new:
            return
        first, summary = self._bounds(tracker.sender_id, events, stored)
        last_event = await asyncio.to_thread(_append, self._engine, tracker.sender_id, new, stored, first, summary)
        setattr(tracker, _STORED, Stored(len(events), last_event))
        if time.monotonic() - self._tidied >= TIDY_SECONDS:
            self._tidied = time.monotonic()
            await asyncio.to_thread(forget_old, self._engine)
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)

    async def keys(self) -> Iterable[str]:
        """Ids of all conversations."""
        return await asyncio.to_thread(_ids, self._engine)

    async def _stored(self, sender_id: str) -> Stored:
        """What is stored of a conversation whose tracker was not loaded from here."""
        tracker = await self.retrieve(sender_id)
        return Stored(0, 0) if tracker is None else getattr(tracker, _STORED)

    def _bounds(self, sender_id: str, events: list[Event], stored: Stored) -> tuple[int | None, list[Event] | None]:
        """Index in `events` of the first one to load from now on, with the summary of those before; None: as before."""
        start = _last_beginning(events, stored.events)
        if start is not None:
            return start, []
        if len(events) <= MAX_EVENTS:
            return None, None
        cut = _turn_start(events, len(events) // 2)
        if cut is None:
            return None, None
        before = DialogueStateTracker.from_events(sender_id, events[:cut], self.domain.slots)
        return cut, _summary(before, events[cut].timestamp)


def _open(url: str) -> Engine:
    try:
        engine = connect(url)
        with engine.execution_options(writes=True).begin() as connection:
            _Base.metadata.create_all(connection)
    except SQLAlchemyError as error:
        shown = make_url(url).render_as_string(hide_password=True)
        raise RasaException(f"The conversations cannot be opened at {shown} ({type(error).__name__}).") from error
    return engine


def _load(engine: Engine, conversation: str) -> tuple[list[dict[str, Any]], int] | None:
    with session_scope(engine) as session:
        row = session.get(ConversationRow, conversation)
        if row is None:
            return None
        return json.loads(row.summary) + _events(session, conversation, row.first_event), row.last_event


def _load_all(engine: Engine, conversation: str) -> list[dict[str, Any]]:
    with session_scope(engine) as session:
        return _events(session, conversation, 1)


def _events(session: Session, conversation: str, first: int) -> list[dict[str, Any]]:
    query = select(EventRow.data).where(EventRow.conversation == conversation, EventRow.number >= first)
    return [json.loads(data) for data in session.scalars(query.order_by(EventRow.number))]


def _ids(engine: Engine) -> list[str]:
    with session_scope(engine) as session:
        return list(session.scalars(select(ConversationRow.id)))


def _append(
    engine: Engine,
    conversation: str,
    new: Sequence[Event],
    stored: Stored,
    first: int | None,
    summary: Sequence[Event] | None,
) -> int:
    """Write `new` behind event `stored.last_event`; the number of the last event written."""
    last_event = stored.last_event + len(new)
    try:
        with session_scope(engine, writes=True) as session:
            row = session.get(ConversationRow, conversation, with_for_update=True)
            if row is None:
                row = ConversationRow(id=conversation, first_event=1, last_event=0, summary="[]")
                session.add(row)
                session.flush()
            if row.last_event != stored.last_event:
                raise ConversationConflictError("The conversation went on elsewhere; send the message again.")
            row.last_event = last_event
            if first is not None:
                row.first_event = stored.last_event - stored.events + first + 1
                row.summary = json.dumps([event.as_dict() for event in summary or ()])
            numbered = enumerate(new, start=stored.last_event + 1)
            session.execute(insert(EventRow), [_row(conversation, number, event) for number, event in numbered])
            if any(isinstance(event, Restarted) for event in new):  # who begins anew leaves nothing behind
                overwrite_deleted(session)
                behind = EventRow.conversation == conversation, EventRow.number < row.first_event
                session.execute(delete(EventRow).where(*behind))
    except IntegrityError as error:
        raise ConversationConflictError("The conversation went on elsewhere; send the message again.") from error
    return last_event


def _row(conversation: str, number: int, event: Event) -> dict[str, Any]:
    return {
        "conversation": conversation,
        "number": number,
        "timestamp": event.timestamp,
        "kind": event.type_name,
        "data": json.dumps(event.as_dict()),
    }


def _last_beginning(events: Sequence[Event], since: int) -> int | None:
    """Where the newest session among the events from `since` on begins, if one does."""
    for index in range(len(events) - 1, since - 1, -1):
        if isinstance(events[index], Restarted):
            return index
        if isinstance(events[index], SessionStarted):
            before = events[index - 1] if index > since else None
            announced = isinstance(before, ActionExecuted) and before.action_name == ACTION_SESSION_START_NAME
            return index - 1 if announced else index
    return None


def _turn_start(events: Sequence[Event], after: int) -> int | None:
    """The first message of the person at or behind `after`."""
    return next((index for index in range(after, len(events)) if isinstance(events[index], UserUttered)), None)


def _summary(before: DialogueStateTracker, timestamp: float) -> list[Event]:
    """Events that bring a new tracker to where `before` stands: its slots, its active form, listening."""
    slots = [
        SlotSet(slot.name, slot.value, timestamp=timestamp)
        for slot in before.slots.values()
        if slot.value != slot.initial_value
    ]
    form = [ActiveLoop(before.active_loop_name, timestamp=timestamp)] if before.active_loop_name else []
    return [*slots, *form, ActionExecuted(ACTION_LISTEN_NAME, timestamp=timestamp)]
