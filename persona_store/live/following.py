"""The classes follow the contacts that events have touched: at once, or in one go for many events, and then to rest.

Who was touched is written down in the transaction that writes the events, so that nobody is forgotten when a process
ends before the classes have followed. Following somebody twice changes nothing.
"""

import time
from collections.abc import Mapping

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from persona_store.database import session_scope
from persona_store.database.models import LiveTouched
from persona_store.live.drift import judge
from persona_store.live.members import MOST_AT_ONCE, follow, has_members, refresh
from persona_store.live.state import MarketState, close_state, open_state
from persona_store.live.store import only_writer, upsert
from persona_store.segmentation.model import built_model
from persona_store.segmentation.registry import MARKETS

TOUCHED = select(LiveTouched.contact_id, LiveTouched.events)


def note_touched(session: Session, touched: Mapping[int, int]) -> None:
    """Writes down contacts that events have touched, each with the number of events about it."""
    rows = [{"contact_id": contact, "events": events} for contact, events in touched.items()]
    upsert(session, LiveTouched, rows, ("contact_id",), summed=("events",))


def follow_touched(session: Session) -> None:
    """Lets statistics, memberships and drift follow everyone written down."""
    touched = {contact: events for contact, events in session.execute(TOUCHED)}  # noqa: C416  # rows are no pairs to dict()
    if not touched:
        return
    states = _states(session)
    follow(session, states, touched)
    for state in states:
        state.events += sum(touched.values())
        refresh(session, state, len(touched))
        judge(session, state)
        close_state(session, state)
    session.execute(delete(LiveTouched))


def catch_up(engine: Engine) -> None:
    """Lets the classes follow what `apply_events` has left for later."""
    with session_scope(engine, writes=True) as session:
        only_writer(session)
        follow_touched(session)


def settle(engine: Engine, seconds: float) -> bool:
    """Goes on with EM where nothing else is to do, for about `seconds`; returns whether the classes are at rest.

    Step by step in transactions of their own, so that nobody waits for long.
    """
    end = time.monotonic() + seconds
    while True:
        with session_scope(engine, writes=True) as session:
            only_writer(session)
            follow_touched(session)
            restless = [state for state in _states(session) if not state.settled]
            for state in restless:
                refresh(session, state, MOST_AT_ONCE)
                judge(session, state)
                close_state(session, state)
        if not restless or time.monotonic() >= end:
            return not restless


def _states(session: Session) -> list[MarketState]:
    models = [built_model(session, market) for market in MARKETS]
    return [open_state(session, model) for model in models if model is not None and has_members(session, model)]
