"""A real store with personas, and talks that run the real actions turn by turn, as Rasa would."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from sqlalchemy import Engine

from actions import background, context
from persona_store.build import build
from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import connect, migrate
from persona_store.lexicon import find_terms
from persona_store.privacy.identity import sign
from persona_store.privacy.rights import on_behalf_of
from persona_store.settings import settings
from tests.conftest import OPERATOR

CONTACTS = 700
NAMES = ("contact", "company", "persona")
MESSAGE = "m-1"


@dataclass
class Talk:
    """One conversation; `wish` is the language that comes with the messages."""

    executor: ActionExecutor
    conversation: str = "talk"
    wish: str | None = "de"
    trusted: bool = True
    rights: str = "sales"
    slots: dict[str, Any] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def say(self, text: str, intent: str, written: str | None = None, **names: str | list[str]) -> dict[str, Any]:
        """Says `text`, understood as `intent` with these names in it; returns the first answer."""
        entities = _named(text, names) + [
            {"entity": term.entity, "start": term.start, "end": term.end, "value": term.value}
            for term in find_terms(text)
        ]
        detected = {"language": written, "confidence": 0.95} if written else None
        return self._turn(text, intent, entities, detected)

    def press(self, label: str) -> dict[str, Any]:
        """Presses the button whose label holds `label`; returns the first answer."""
        sent = next(c["send"] for a in self.answers for c in a.get("choices", []) if label in c["label"])
        intent, _, said = sent.removeprefix("/").partition("{")
        entities = json.loads("{" + said) if said else {}
        payload = [{"entity": name, "value": value, "start": 6, "end": len(sent)} for name, value in entities.items()]
        return self._turn(sent, intent, payload, None)

    def read(self) -> str:
        """Everything a person can read in the answers of the last turn."""
        return json.dumps(self.answers, ensure_ascii=False)

    def labels(self) -> list[str]:
        """The labels of the buttons of the last turn."""
        return [choice["label"] for answer in self.answers for choice in answer.get("choices", [])]

    def _turn(
        self, text: str, intent: str, entities: list[dict[str, Any]], detected: dict[str, Any] | None
    ) -> dict[str, Any]:
        token = (
            sign("rep", self.rights, self.conversation, MESSAGE, text, settings().secret("identity"), 60)
            if self.trusted
            else "forged"
        )
        message = {
            "text": text,
            "intent": {"name": intent},
            "entities": entities,
            "message_id": MESSAGE,
            "metadata": {"identity": token, "language": self.wish},
            "detected_language": detected,
        }
        tracker = Tracker(self.conversation, dict(self.slots), message, [], False, None, {}, None)
        dispatcher = CollectingDispatcher()
        events = asyncio.run(self.executor.actions[f"action_{intent}"](dispatcher, tracker, {}))
        for event in json.loads(json.dumps(events)):
            if event["event"] == "restart":
                self.slots.clear()
            elif event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
        ends = {event["event"] for event in events} & {"restart", "followup"}
        assert ends or intent != "restart", "without either Rasa goes on looking for what to do"
        self.answers = [json.loads(json.dumps(message["custom"])) for message in dispatcher.messages]
        assert self.answers, "the assistant must never be silent"
        return self.answers[0]


def _named(text: str, names: dict[str, str | list[str]]) -> list[dict[str, Any]]:
    found = []
    for entity, values in names.items():
        for value in [values] if isinstance(values, str) else values:
            start = text.index(value)
            found.append({"entity": entity, "start": start, "end": start + len(value), "value": value})
    return found


@pytest.fixture(scope="session")
def store_with_personas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A store with the sample CRM and a build; the actions of this process work on it."""
    folder: Path = tmp_path_factory.mktemp("actions")
    write_sample(folder / "crm", contacts=CONTACTS, seed=7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PERSONABOT_VAR", str(folder))
        settings.cache_clear()
        context.store.cache_clear()
        engine = on_behalf_of(connect(settings().store_url), OPERATOR)
        migrate(engine)
        import_files(engine, [folder / "crm"])
        build(engine)
        yield engine
        engine.dispose()
    settings.cache_clear()
    context.store.cache_clear()


@pytest.fixture(scope="session")
def executor() -> ActionExecutor:
    """rasa-sdk's executor with all actions of the package."""
    loaded = ActionExecutor()
    loaded.register_package("actions")
    return loaded


@pytest.fixture
def talk(store_with_personas: Engine, executor: ActionExecutor) -> Talk:
    """A new conversation in German."""
    return Talk(executor)


@pytest.fixture
def english(store_with_personas: Engine, executor: ActionExecutor) -> Talk:
    """A new conversation in English."""
    return Talk(executor, wish="en")


@pytest.fixture
def new_talk(store_with_personas: Engine, executor: ActionExecutor) -> Callable[..., Talk]:
    """Makes conversations with other settings."""
    return lambda **settings_: Talk(executor, **settings_)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not decide what a test sees."""
    monkeypatch.setattr(background, "LONGEST_WAIT_SECONDS", 60.0)
