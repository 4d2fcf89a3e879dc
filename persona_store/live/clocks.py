"""Which event has the last word on a field: the one that happened last, whenever it arrives.

A last-writer-wins register per field, with (time, event id) as a total order: any order and any repetition of the
same events leads to the same values (Shapiro, Preguiça, Baquero, Zawirski 2011, conflict-free replicated data types).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from persona_store.database.models import LiveClock
from persona_store.live.store import batches, rows_of, upsert

Clock = tuple[int, str]


class Clocks:
    """The clocks of the rows that a batch touches: read at first need, written once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, dict[str, list[Any]]] = {}
        self._contacts: dict[str, int | None] = {}

    def read(self, subjects: Iterable[str]) -> None:
        """Fetches the clocks of `subjects`, those already here left alone."""
        for some in batches(sorted({subject for subject in subjects if subject not in self._known})):
            self._known |= {subject: {} for subject in some}
            rows = self._session.execute(rows_of(LiveClock, "subject", ("subject", "fields")), {"some": some})
            self._known |= {subject: dict(fields) for subject, fields in rows}

    def newer(self, subject: str, contact_id: int | None, values: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
        """Those of `values` that no later event has stated; they are this event's from now on."""
        fields = self._known.setdefault(subject, {})
        won = {name: value for name, value in values.items() if tuple(fields.get(name, (-1 << 62, ""))) <= clock}
        if won:
            fields.update({name: list(clock) for name in won})
            self._contacts[subject] = contact_id
        return won

    def stated(self, subject: str, field: str) -> bool:
        """Whether any event has stated the field."""
        return field in self._known.get(subject, {})

    def note(self, subject: str, contact_id: int | None, field: str, value: list[Any]) -> None:
        """Keeps something else about the row beside its clocks."""
        self._known.setdefault(subject, {})[field] = value
        self._contacts[subject] = contact_id

    def noted(self, subject: str, field: str) -> list[Any] | None:
        """What `note` kept."""
        return self._known.get(subject, {}).get(field)

    def write(self) -> None:
        """Stores the clocks that moved."""
        rows = [
            {"subject": subject, "contact_id": contact, "fields": self._known[subject]}
            for subject, contact in self._contacts.items()
        ]
        upsert(self._session, LiveClock, rows, ("subject",))
        self._contacts.clear()
