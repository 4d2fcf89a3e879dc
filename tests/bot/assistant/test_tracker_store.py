"""The tracker store, on SQLite and PostgreSQL: what is kept, what is loaded, and what fails loudly."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, func, select, text


@pytest.fixture
def store(engine: Engine, agent: Any) -> Iterator[Any]:
    from bot.assistant.tracker_store import SqlTrackerStore

    store = SqlTrackerStore(engine.url.render_as_string(hide_password=False), agent.domain)
    yield store
    store._engine.dispose()


@pytest.fixture
def conversation() -> str:
    return uuid4().hex


def turn(number: int, **slots: Any) -> list[Any]:
    from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered

    heard = UserUttered(f"question {number}", {"name": "match_persona", "confidence": 1.0})
    said = [ActionExecuted("action_echo"), BotUttered(f"answer {number}")]
    return [heard, *said, *(SlotSet(name, value) for name, value in slots.items()), ActionExecuted("action_listen")]


def session_start() -> list[Any]:
    from rasa.shared.core.events import ActionExecuted, SessionStarted

    return [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


async def hold(store: Any, conversation: str, events: list[Any]) -> Any:
    """One turn as Rasa's processor does it: retrieve, add, save; then what the next turn sees."""
    tracker = await store.get_or_create_tracker(conversation, append_action_listen=False)
    for new in events:
        tracker.update(new, store.domain)
    await store.save(tracker)
    return await store.retrieve(conversation)


async def test_an_unknown_conversation_is_none(store: Any, conversation: str) -> None:
    assert await store.retrieve(conversation) is None
    assert not await store.exists(conversation)


async def test_a_conversation_comes_back_as_it_was(store: Any, conversation: str) -> None:
    events = [*session_start(), *turn(1, contact_name="Weber"), *turn(2, language="en")]
    tracker = await hold(store, conversation, events)
    assert [event.as_dict() for event in tracker.events] == [event.as_dict() for event in events]
    assert tracker.get_slot("contact_name") == "Weber"
    assert list(await store.keys()) == [conversation]


async def test_hostile_text_comes_back_as_it_was(store: Any, conversation: str) -> None:
    hostile = "'; DROP TABLE conversation; -- \x00 \ud800 😀 ü"
    tracker = await hold(store, conversation, [*session_start(), *turn(1, contact_name=hostile)])
    assert tracker.get_slot("contact_name") == hostile


async def test_only_the_current_session_is_loaded(store: Any, conversation: str) -> None:
    await hold(store, conversation, [*session_start(), *turn(1)])
    second = [*session_start(), *turn(2)]
    tracker = await hold(store, conversation, second)
    assert len(tracker.events) == len(second)
    full = await store.retrieve_full_tracker(conversation)
    assert len(full.events) == len(second) * 2


async def test_a_restart_begins_anew(store: Any, conversation: str) -> None:
    from rasa.shared.core.events import Restarted

    await hold(store, conversation, [*session_start(), *turn(1, contact_name="Weber")])
    tracker = await hold(store, conversation, [Restarted(), *session_start()])
    assert len(tracker.events) == len(session_start())
    assert tracker.get_slot("contact_name") is None


async def test_a_long_session_stays_bounded_and_forgets_nothing_that_counts(store: Any, conversation: str) -> None:
    from rasa.shared.core.events import ActiveLoop

    from bot.assistant.tracker_store import MAX_EVENTS

    await hold(store, conversation, [*session_start(), *turn(0, contact_name="Weber", language="en")])
    tracker = await hold(store, conversation, [ActiveLoop("lead_form")])
    for number in range(1, 60):
        tracker = await hold(store, conversation, turn(number, language="de" if number % 2 else None))
        assert len(tracker.events) <= MAX_EVENTS
    assert tracker.get_slot("contact_name") == "Weber"
    assert tracker.get_slot("language") == "de"
    assert tracker.active_loop_name == "lead_form"
    assert tracker.latest_message.text == "question 59"
    full = await store.retrieve_full_tracker(conversation)
    assert sum(type(event).__name__ == "UserUttered" for event in full.events) == 60


async def test_a_turn_is_one_transaction_that_writes(store: Any, conversation: str) -> None:
    await hold(store, conversation, [*session_start(), *turn(1)])
    writing: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE")):
            writing.append("write")

    event.listen(store._engine, "before_cursor_execute", note)
    event.listen(store._engine, "commit", lambda connection: writing.append("commit"))
    tracker = await store.retrieve(conversation)
    for new in turn(2):
        tracker.update(new, store.domain)
    writing.clear()
    await store.save(tracker)
    assert writing.count("commit") == 1
    assert writing[-1] == "commit"


async def test_nothing_new_writes_nothing(store: Any, conversation: str) -> None:
    tracker = await hold(store, conversation, [*session_start(), *turn(1)])
    before = len(tracker.events)
    await store.save(tracker)
    assert len((await store.retrieve(conversation)).events) == before


async def test_two_processes_cannot_mix_their_turns(store: Any, conversation: str) -> None:
    from bot.assistant.tracker_store import ConversationConflictError, EventRow

    await hold(store, conversation, [*session_start(), *turn(1)])
    first, second = await store.retrieve(conversation), await store.retrieve(conversation)
    for tracker in (first, second):
        for new in turn(2):
            tracker.update(new, store.domain)
    await store.save(first)
    with pytest.raises(ConversationConflictError, match="send the message again"):
        await store.save(second)
    with store._engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(EventRow))
    assert count == len(first.events)


async def test_a_tracker_from_elsewhere_is_continued(store: Any, conversation: str) -> None:
    from rasa.shared.core.trackers import DialogueStateTracker

    loaded = await hold(store, conversation, [*session_start(), *turn(1)])
    longer = DialogueStateTracker.from_events(conversation, [*loaded.events, *turn(2)], store.domain.slots)
    await store.save(longer)
    assert len((await store.retrieve(conversation)).events) == len(longer.events)


async def test_a_failing_store_raises(store: Any, conversation: str, agent: Any) -> None:
    from sqlalchemy.exc import DBAPIError

    await hold(store, conversation, [*session_start(), *turn(1)])
    with store._engine.begin() as connection:
        connection.execute(text("DROP TABLE conversation_event"))
    with pytest.raises(DBAPIError):
        await store.retrieve(conversation)


def test_a_store_that_cannot_be_opened_says_which_and_hides_the_password(tmp_path: Path) -> None:
    from rasa.shared.exceptions import RasaException

    from bot.assistant.tracker_store import SqlTrackerStore

    with pytest.raises(RasaException, match=r"127\.0\.0\.1") as raised:
        SqlTrackerStore("postgresql://user:secret@127.0.0.1:1/nothing")
    assert "secret" not in str(raised.value)
