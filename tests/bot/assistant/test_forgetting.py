"""Conversations forget people who were erased, and themselves after the time the settings say."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from bot.assistant.forgetting import forget_old, forget_person
from persona_store.database import session_scope
from persona_store.privacy.memory import Traces
from persona_store.settings import settings

TRACES = Traces((17,), ("Jörg Quittenbaum",), ("j.quittenbaum@muster.example",), ("T-9",))
BUTTON = '/choose_option{"contact": "contact:17"}'
SUBJECT = {"kind": "contact", "key": "17", "name": "x", "company": None}


@pytest.fixture
def store(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A tracker store on a database of its own, which the settings name."""
    from rasa.shared.core.domain import Domain

    from bot.assistant.tracker_store import SqlTrackerStore

    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("PERSONABOT_TRACKER_URL", url)
    settings.cache_clear()
    opened = SqlTrackerStore(url, Domain.empty())
    yield opened
    opened._engine.dispose()
    settings.cache_clear()


async def say(store: Any, conversation: str, *events: Any) -> None:
    tracker = await store.get_or_create_tracker(conversation, append_action_listen=False)
    for event in events:
        tracker.update(event, store.domain)
    await store.save(tracker)


def heard(text: str) -> Any:
    from rasa.shared.core.events import UserUttered

    return UserUttered(text, {"name": "match_persona", "confidence": 1.0})


def slot(name: str, value: Any) -> Any:
    from rasa.shared.core.events import SlotSet

    return SlotSet(name, value)


def kept(store: Any) -> str:
    from bot.assistant.tracker_store import ConversationRow, EventRow

    with session_scope(store._engine) as session:
        data = [*session.scalars(select(EventRow.data)), *session.scalars(select(ConversationRow.summary))]
    return "\n".join(json.dumps(json.loads(one), ensure_ascii=False) for one in data)


@pytest.mark.parametrize(
    "said",
    [
        lambda: heard("wer ist jörg quittenbaum?"),
        lambda: heard("J.Quittenbaum@muster.example"),
        lambda: heard("Kontakt #T-9"),
        lambda: heard(BUTTON),
        lambda: slot("contact_id", 17),
        lambda: slot("last_question", {"kinds": ["match"], "subject": SUBJECT}),
    ],
    ids=["name", "address", "number", "button", "slot", "question"],
)
async def test_where_the_person_was_spoken_of_nothing_is_left(store: Any, said: Any) -> None:
    await say(store, "spoke", heard("hallo"), said())
    await say(store, "other", heard("hallo"))
    assert forget_person(TRACES) == 1
    assert list(await store.keys()) == ["other"]
    await say(store, "spoke", heard("da bin ich wieder"))


@pytest.mark.parametrize(
    "said",
    [
        lambda: slot("contact_id", 170),
        lambda: slot("persona", {"kind": "persona", "key": "17"}),
        lambda: heard("contact:171 #T-91 jörg quittenbaumann"),
        lambda: heard("quittenbaum 100% _ lohnt"),
    ],
)
async def test_others_are_remembered(store: Any, said: Any) -> None:
    await say(store, "other", said())
    assert forget_person(TRACES) == 0
    assert list(await store.keys()) == ["other"]


async def test_the_running_conversation_forgets_when_it_begins_anew(store: Any) -> None:
    from rasa.shared.core.events import BotUttered, Restarted

    await say(store, "running", heard("lösch Jörg Quittenbaum"), slot("contact_id", 17))
    assert forget_person(TRACES, "running") == 0
    await say(store, "running", heard("ja"), BotUttered("Erledigt"), Restarted(), slot("language", "de"))
    assert "Quittenbaum" not in kept(store)
    assert "contact_id" not in kept(store)
    tracker = await store.retrieve("running")
    assert [event.type_name for event in tracker.events] == ["restart", "slot"]
    await say(store, "running", heard("weiter geht es"))
    assert "weiter geht es" in kept(store)


async def test_without_conversations_there_is_nothing_to_forget(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERSONABOT_TRACKER_URL", engine.url.render_as_string(hide_password=False))
    settings.cache_clear()
    assert forget_person(TRACES) == 0
    settings.cache_clear()


async def test_conversations_go_after_their_time(store: Any) -> None:
    from bot.assistant.tracker_store import EventRow

    past = time.time() - 91 * 86_400
    await say(store, "old", heard("damals"))
    await say(store, "new", heard("damals auch"))
    with session_scope(store._engine, writes=True) as session:
        session.execute(update(EventRow).values(timestamp=past))
    await say(store, "new", heard("heute"))
    assert forget_old(store._engine) == 1
    assert list(await store.keys()) == ["new"]
    assert "damals auch" in kept(store)  # the running session is needed whole
