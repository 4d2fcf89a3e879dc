"""Takes in a batch of events: each once, in any order, all in one transaction; the personas follow at once."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.database import session_scope
from persona_store.database.models import Contact, Import, LiveEvent
from persona_store.live.clocks import Clocks
from persona_store.live.contacts import Changes, add_contacts, write_contacts
from persona_store.live.doubles import link_touched
from persona_store.live.events import (
    ContactEvent,
    DealEvent,
    EventReport,
    EventResult,
    InteractionEvent,
    OutcomeEvent,
    read_event,
    refs_of,
)
from persona_store.live.following import follow_touched, note_touched
from persona_store.live.people import Known, Origin, find_contacts, origin, persons
from persona_store.live.rows import Row, contact_rows, deal_rows, interaction_rows
from persona_store.live.store import add, batches, only_writer, rows_of
from persona_store.live.touchpoints import write_deals, write_interactions
from persona_store.names import index_people
from persona_store.privacy.suppression import suppressed_refs
from persona_store.settings import settings
from persona_store.text_hits import index_texts

MOST_WAITING = 100_000  # events of unknown contacts that are kept; more are a feed of somebody else's contacts
PURGE_SECONDS = 3600.0

AnyEvent = InteractionEvent | ContactEvent | OutcomeEvent | DealEvent

_purged: dict[str, float] = {}
_imports: dict[str, int] = {}


@dataclass(slots=True)
class _Batch:
    """The events of a batch on their way: whom they are about, and what became of each by its event id."""

    session: Session
    crm: Origin
    known: dict[str, Known] = field(default_factory=dict)
    results: dict[str, EventResult] = field(default_factory=dict)

    def contact(self, event: AnyEvent) -> Known | None:
        """The contact an event is about, if the store knows it."""
        return next((self.known[ref] for ref in event.refs if ref in self.known), None)


def apply_events(engine: Engine, events: Sequence[object], *, follow: bool = True) -> EventReport:
    """Applies `events` (parsed JSON) to the store and lets personas and memberships follow.

    Without `follow` contacts, touchpoints and deals are written, and whose classes have to follow: the next call that
    follows, or `catch_up`, does it for all of them.

    An event that is wrong is refused alone; an event id that was there before changes nothing; events about contacts
    not known yet wait for them; events about people who objected are dropped. The rest is applied in one transaction.
    Raises StoreUnavailable when the store is busy or away; nothing is applied then, and the batch may be sent again.
    """
    read = [read_event(place, event) for place, event in enumerate(events)]
    first: dict[str, AnyEvent] = {}
    for event in read:
        if not isinstance(event, EventResult):
            first.setdefault(event.id, event)
    with session_scope(engine, writes=True) as session:
        only_writer(session)
        _purge(session)
        seen = _seen(session, first)
        fresh = [event for id_, event in first.items() if id_ not in seen]
        released = _released(session, _awaited(fresh))
        batch = _Batch(session, origin(session))
        if fresh or released:
            _apply(batch, fresh, released)
        if follow:
            follow_touched(session)
    return EventReport(tuple(_results(read, batch.results)), len(released))


def apply_waiting(engine: Engine) -> int:
    """Applies the events that waited for contacts which are there by now, as after an import; returns how many."""
    with session_scope(engine, writes=True) as session:
        only_writer(session)
        released = _released(session, _arrived(session))
        if released:
            _apply(_Batch(session, origin(session)), [], released)
        follow_touched(session)
    return len(released)


def _apply(batch: _Batch, fresh: Sequence[AnyEvent], released: Sequence[AnyEvent]) -> None:
    session, changes, clocks = batch.session, Changes(), Clocks(batch.session)
    events = [*fresh, *released]
    refs = {ref for event in events for ref in _all_refs(event)}
    batch.known |= find_contacts(session, refs, batch.crm.system)
    events = _without_blocked(batch, events)
    rows = _contact_rows(batch, events, changes)
    ready = [(contact.id, event) for event in events if (contact := batch.contact(event)) is not None]
    outcomes = [(contact, event) for contact, event in ready if isinstance(event, OutcomeEvent)]
    write_contacts(session, rows, outcomes, clocks, batch.crm.system, changes)
    touches = [(contact, event) for contact, event in ready if isinstance(event, InteractionEvent)]
    deals = [(contact, event) for contact, event in ready if isinstance(event, DealEvent)]
    made = interaction_rows([event for _, event in touches], batch.crm.system)
    write_interactions(session, _stated(batch, touches, made), clocks, changes)
    made = deal_rows([event for _, event in deals], batch.crm.system)
    write_deals(session, _stated(batch, deals, made), clocks, batch.crm, changes)
    clocks.write()
    for _, outcome in outcomes:
        batch.results[outcome.id] = EventResult(0, outcome.id, "applied")
    _derive(session, changes, Counter(contact for contact, _ in ready))
    _wait(batch, events)
    _remember(batch, fresh, released)


def _derive(session: Session, changes: Changes, events: Mapping[int, int]) -> None:
    """Brings doubles, names and findings in texts up to date, and writes down whose classes have to follow.

    `events` counts them by contact.
    """
    session.flush()
    session.expire_all()
    moved = link_touched(session, changes.identity)
    if changes.named:
        index_people(session, sorted(changes.named))
    if changes.texts:
        index_texts(session, sorted(changes.texts))
    touched = changes.touched | changes.identity | moved
    for some in batches(sorted(changes.companies)):
        touched |= set(session.scalars(select(Contact.id).where(Contact.company_id.in_(some))))
    people = persons(session, touched)
    note_touched(session, {contact: events.get(contact, 0) for contact in sorted(touched | people)})


def _contact_rows(batch: _Batch, events: Sequence[AnyEvent], changes: Changes) -> list[tuple[int, Row, ContactEvent]]:
    """What contact events state, each with its contact; contacts that are not known are added."""
    stated = [event for event in events if isinstance(event, ContactEvent)]
    rows = contact_rows(stated, batch.crm.system)
    new: list[Row] = []
    for event, row in zip(stated, rows, strict=True):
        known = batch.contact(event)
        if row.key is None and known is None:
            batch.results[event.id] = EventResult(0, event.id, "refused", "nobody", {"where": "contact"})
        elif row.key is not None and (known is None or _another(batch, event)):
            new.append(row)
    ids = add_contacts(batch.session, new, changes)
    for key_row in new:
        made = Known(ids[key_row.key or ""], key_row.values.get("external_id") is not None, False)
        for ref in refs_of(key_row.values.get("external_id"), key_row.values.get("email")):
            batch.known.setdefault(ref, made)
    found = []
    for event, row in zip(stated, rows, strict=True):
        known = batch.contact(event)
        if known is not None and event.id not in batch.results:
            found.append((known.id, row, event))
            batch.results[event.id] = EventResult(0, event.id, "applied", left_out=row.left_out)
    return found


def _another(batch: _Batch, event: ContactEvent) -> bool:
    """Whether the event names an id of its own, and the address it also names is that of a contact with another id."""
    first = event.refs[0]
    known = batch.contact(event)
    return first.startswith("id:") and first not in batch.known and known is not None and known.own_id


def _stated(batch: _Batch, events: Sequence[tuple[int, Any]], rows: Sequence[Row]) -> list[tuple[int, Row, Any]]:
    for (_, event), row in zip(events, rows, strict=True):
        batch.results[event.id] = EventResult(0, event.id, "applied", left_out=row.left_out)
    return [(contact, row, event.clock) for (contact, event), row in zip(events, rows, strict=True)]


def _all_refs(event: AnyEvent) -> tuple[str, ...]:
    """All names of whom an event is about, an address it states included."""
    own = event.data.email if isinstance(event, ContactEvent) else None
    return (*event.refs, *refs_of(None, own))


def _without_blocked(batch: _Batch, events: Sequence[AnyEvent]) -> list[AnyEvent]:
    kept = []
    erased = suppressed_refs(batch.session, {ref for event in events for ref in _all_refs(event)}, batch.crm.system)
    for event in events:
        refs = _all_refs(event)
        if not erased.isdisjoint(refs) or any(ref in batch.known and batch.known[ref].blocked for ref in refs):
            batch.results[event.id] = EventResult(0, event.id, "dropped", "blocked")
        else:
            kept.append(event)
    return kept


def _wait(batch: _Batch, events: Sequence[AnyEvent]) -> None:
    """Events of unknown contacts wait, as long as not too many do."""
    unknown = [event for event in events if event.id not in batch.results]
    if not unknown:
        return
    waiting = batch.session.scalar(select(func.count()).where(LiveEvent.waits_for.is_not(None))) or 0
    room = max(0, MOST_WAITING - waiting)
    for place, event in enumerate(unknown):
        status = EventResult(0, event.id, "waiting") if place < room else EventResult(0, event.id, "refused", "crowded")
        batch.results[event.id] = status


def _remember(batch: _Batch, fresh: Sequence[AnyEvent], released: Sequence[AnyEvent]) -> None:
    now = utc_now()
    rows = []
    for event in fresh:
        status = batch.results[event.id].status
        if status == "refused":
            continue
        waits = status == "waiting"
        rows.append(
            {
                "id": event.id,
                "kind": event.kind,
                "received_at": now,
                "dropped": status == "dropped",
                "waits_for": event.refs[0] if waits else None,
                "payload": event.model_dump(mode="json", exclude_unset=True) if waits else None,
            }
        )
    add(batch.session, LiveEvent, rows)
    done = [
        {"id": event.id, "waits_for": None, "payload": None, "dropped": batch.results[event.id].status == "dropped"}
        for event in released
        if batch.results[event.id].status != "waiting"
    ]
    if done:
        batch.session.execute(update(LiveEvent), done)


def _seen(session: Session, events: Iterable[str]) -> set[str]:
    return {
        id_
        for some in batches(sorted(events))
        for id_ in session.scalars(rows_of(LiveEvent, "id", ("id",)), {"some": some})
    }


def _awaited(fresh: Sequence[AnyEvent]) -> set[str]:
    return {ref for event in fresh if isinstance(event, ContactEvent) for ref in _all_refs(event)}


def _arrived(session: Session) -> set[str]:
    """The names that events wait for and contacts bear by now."""
    waiting = set(session.scalars(select(LiveEvent.waits_for).where(LiveEvent.waits_for.is_not(None)).distinct()))
    return set(find_contacts(session, {ref for ref in waiting if ref}, origin(session).system))


def _released(session: Session, refs: set[str]) -> list[AnyEvent]:
    """The events that waited for any of `refs`; after an import for anyone who came with it."""
    url = str(session.get_bind().engine.url)
    newest = session.scalar(select(func.max(Import.id))) or 0
    if _imports.get(url) != newest:
        _imports[url] = newest
        refs = refs | _arrived(session)
    found: list[AnyEvent] = []
    for some in batches(sorted(refs)):
        payloads = session.scalars(select(LiveEvent.payload).where(LiveEvent.waits_for.in_(some)))
        for payload in payloads:
            event = read_event(0, payload)
            if not isinstance(event, EventResult):
                found.append(event)
    return found


def _purge(session: Session) -> None:
    """Forgets events after the time the settings say, those that waited in vain with what they hold."""
    url = str(session.get_bind().engine.url)
    if time.monotonic() - _purged.get(url, -PURGE_SECONDS) < PURGE_SECONDS:
        return
    _purged[url] = time.monotonic()
    oldest = utc_now() - timedelta(days=settings().event_days)
    session.execute(delete(LiveEvent).where(LiveEvent.received_at < oldest))


def _results(read: Sequence[AnyEvent | EventResult], results: dict[str, EventResult]) -> Iterable[EventResult]:
    told: set[str] = set()
    for place, event in enumerate(read):
        if isinstance(event, EventResult):
            yield event
        elif event.id in told or event.id not in results:
            yield EventResult(place, event.id, "known")
        else:
            told.add(event.id)
            yield replace(results[event.id], place=place)
