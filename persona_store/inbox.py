"""What a channel delivered and is not answered yet: kept before its arrival is confirmed, so that no crash loses it.

An update is known by its number, so a second delivery of it changes nothing. Whoever works on one holds it for some
seconds and holds on while it lives; what nobody holds any longer is taken over by whoever asks first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.database.models import Update

REMEMBERED_DAYS = 7  # longer than any channel delivers again (Telegram: 24 hours)


@dataclass(slots=True)
class Taken:
    """An update to work on; `sent` messages of its answer have arrived already, which grows as more do."""

    number: int
    payload: dict[str, Any]
    sent: int = 0


def receive(
    session: Session, channel: str, updates: Mapping[int, dict[str, Any]], worker: str, seconds: float
) -> list[Taken]:
    """Keeps those of the updates (by number) that are new, held by `worker` for `seconds`; returns them in order."""
    if not updates:
        return []
    now = utc_now()
    rows = [
        {
            "channel": channel,
            "number": number,
            "received_at": now,
            "payload": updates[number],
            "claimed_by": worker,
            "claimed_until": now + timedelta(seconds=seconds),
            "sent": 0,
        }
        for number in sorted(updates)
    ]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    kept = session.scalars(insert(Update).values(rows).on_conflict_do_nothing().returning(Update.number)).all()
    return [Taken(number, updates[number]) for number in sorted(kept)]


def note_sent(session: Session, channel: str, number: int, sent: int) -> None:
    """`sent` messages of the answer have arrived."""
    session.execute(update(Update).where(Update.channel == channel, Update.number == number).values(sent=sent))


def finish(session: Session, channel: str, numbers: Sequence[int]) -> None:
    """These are answered: what they said is forgotten, their numbers are remembered."""
    done = {"payload": None, "claimed_by": None, "claimed_until": None}
    session.execute(update(Update).where(Update.channel == channel, Update.number.in_(numbers)).values(done))


def before(session: Session, channel: str, number: int, worker: str) -> list[dict[str, Any]]:
    """The updates before `number` that are still to be answered, and not by `worker`."""
    others = (Update.channel == channel, Update.number < number, Update.claimed_by != worker)
    left = session.scalars(select(Update.payload).where(*others, Update.claimed_until.is_not(None)))
    return [payload for payload in left if payload is not None]


def hold_on(session: Session, channel: str, worker: str, seconds: float) -> None:
    """`worker` is alive and goes on holding what it holds."""
    until = utc_now() + timedelta(seconds=seconds)
    session.execute(_held_by(channel, worker).values(claimed_until=until))


def anything_left(session: Session, channel: str) -> bool:
    """Whether there is something that nobody holds any longer."""
    left = select(Update.number).where(Update.channel == channel, Update.claimed_until <= utc_now()).limit(1)
    return session.scalar(left) is not None


def let_go(session: Session, channel: str, worker: str) -> None:
    """`worker` stops; what it holds may be taken over at once."""
    session.execute(_held_by(channel, worker).values(claimed_until=utc_now()))


def take_over(session: Session, channel: str, worker: str, seconds: float) -> list[Taken]:
    """What nobody holds any longer, in order, held by `worker` from now on; forgets what is long answered."""
    now = utc_now()
    session.execute(delete(Update).where(Update.received_at < now - timedelta(days=REMEMBERED_DAYS)))
    left = select(Update).where(Update.channel == channel, Update.claimed_until <= now).order_by(Update.number)
    found = session.scalars(left.with_for_update(skip_locked=True)).all()
    for one in found:
        one.claimed_by, one.claimed_until = worker, now + timedelta(seconds=seconds)
    session.flush()
    return [Taken(one.number, one.payload, one.sent) for one in found if one.payload is not None]


def _held_by(channel: str, worker: str) -> Any:
    return update(Update).where(
        Update.channel == channel, Update.claimed_by == worker, Update.claimed_until.is_not(None)
    )
