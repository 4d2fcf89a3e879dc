"""Failed logins lock a name for a growing while, the same for all replicas and for names that do not exist.

Tries are counted by where they come from, so that a stranger locks out the stranger: first those of a name from one
network, more patiently those of a name from anywhere. A device on which the user has logged in before is counted by
itself (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"), so nobody else can keep it out.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.database.models import LoginFailure
from persona_store.privacy.audit import record
from persona_store.privacy.rights import demand
from persona_store.settings import settings
from persona_store.users import normal_name

FORGOTTEN = timedelta(hours=24)  # without another failure; a typo a day locks nobody
MOST_DOUBLINGS = 20  # beyond, every wait is the longest anyway


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures in a row are free, and how long the first and the longest wait after them are."""

    free: int
    first: timedelta
    longest: timedelta


# One network is one guesser or one office. From everywhere together (a botnet) 50 tries and then four an hour lead
# nowhere with passwords of twelve letters, and the wait is short enough for the user who comes by a new way.
FROM_ONE_PLACE = Patience(5, timedelta(seconds=30), timedelta(hours=1))
FROM_ANYWHERE = Patience(50, timedelta(minutes=1), timedelta(minutes=15))
ON_A_KNOWN_DEVICE = Patience(10, timedelta(seconds=30), timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Try:
    """One try to log in as `name` from `place` (a network), on `device` when the user has been there before."""

    name: str
    place: str
    device: str | None = None

    def counted(self) -> Iterable[tuple[str, Patience]]:
        """Under which keys the try counts."""
        name = normal_name(self.name)
        if self.device is not None:
            return ((_hash("device", name, self.device), ON_A_KNOWN_DEVICE),)
        return ((_hash("place", name, self.place), FROM_ONE_PLACE), (_hash("name", name), FROM_ANYWHERE))


def begin_try(session: Session, tried: Try, now: datetime | None = None) -> int:
    """Seconds to wait, or 0: then the try is counted as failed until `forgive` says otherwise.

    So many tries at once do not slip through. Tries during a wait are not counted, so that nobody prolongs it.
    """
    now = now or utc_now()
    session.execute(delete(LoginFailure).where(LoginFailure.last_at < now - FORGOTTEN))
    rows = [(_failure(session, key, tried.name), patience) for key, patience in tried.counted()]
    waits = [row.locked_until - now for row, _ in rows if row.locked_until is not None and row.locked_until > now]
    if waits:
        return max(1, int(max(waits).total_seconds()))
    for row, patience in rows:
        row.failures += 1
        row.last_at = now
        row.locked_until = _until(row.failures, patience, now)
    session.flush()
    return 0


def forgive(session: Session, tried: Try) -> None:
    """The password was right: what was counted under the keys of this try is forgotten."""
    keys = [key for key, _ in tried.counted()]
    session.execute(delete(LoginFailure).where(LoginFailure.key.in_(keys)))


def unlock(session: Session, name: str) -> bool:
    """Forgets all failed tries of a name, wherever they came from; whether there were any. For admins."""
    asker = demand(session, "administer")
    of_name = LoginFailure.name_hash == _hash("of", normal_name(name))
    gone: CursorResult[object] = session.execute(delete(LoginFailure).where(of_name))  # type: ignore[assignment]
    if gone.rowcount:
        record(session, asker.user, "unlock_user", detail=normal_name(name))
    return bool(gone.rowcount)


def locks(session: Session, names: Iterable[str]) -> dict[str, datetime]:
    """Which of these users are locked somewhere at this moment, and until when (UTC). For admins."""
    demand(session, "administer")
    hashes = {_hash("of", normal_name(name)): name for name in names}
    rows = session.execute(
        select(LoginFailure.name_hash, LoginFailure.locked_until).where(LoginFailure.locked_until > utc_now())
    )
    found: dict[str, datetime] = {}
    for name_hash, until in rows:
        name = hashes.get(name_hash)
        if name is not None and until is not None:
            found[name] = max(until, found.get(name, until))
    return found


def _failure(session: Session, key: str, name: str) -> LoginFailure:
    """The row of a key, locked against others; a new one where there is none."""
    row = session.get(LoginFailure, key, with_for_update=True)
    if row is None:
        row = LoginFailure(key=key, name_hash=_hash("of", normal_name(name)), failures=0, last_at=utc_now())
        session.add(row)
    return row


def _until(failures: int, patience: Patience, now: datetime) -> datetime | None:
    over = failures - patience.free
    if over < 0:
        return None
    wait: timedelta = patience.first * 2 ** min(over, MOST_DOUBLINGS)
    return now + min(wait, patience.longest)


def _hash(*parts: str) -> str:
    """Keyed, for people type their password into the wrong field, and names shall not be read off the table."""
    said = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(settings().secret("lockout").encode(), said, hashlib.sha256).hexdigest()
