"""What changed between two builds: in short, of one persona, and who moved."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from actions import context
from persona_store.build import build
from persona_store.database import connect, session_scope
from persona_store.database.models import Audit, Persona
from persona_store.privacy.rights import on_behalf_of
from tests.conftest import OPERATOR


@pytest.fixture(scope="module")
def rebuilt(store_with_personas: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The same store, built a second time with another seed; the actions work on it."""
    folder: Path = tmp_path_factory.mktemp("rebuilt")
    with (
        sqlite3.connect(str(store_with_personas.url.database)) as old,
        sqlite3.connect(folder / "personabot.db") as new,
    ):
        old.backup(new)
    engine = on_behalf_of(connect(f"sqlite:///{folder / 'personabot.db'}"), OPERATOR)
    build(engine, seed=11)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(context, "store", lambda: engine)
        patch.setattr("actions.base.store", lambda: engine)
        yield engine
    engine.dispose()


def test_one_build_alone_cannot_be_compared(talk: Any) -> None:
    answer = talk.say("was hat sich verändert", "ask_changes")
    assert "erst einen" in answer["text"]


def test_the_drift_is_said_with_interval_and_drawn(rebuilt: Engine, new_talk: Any) -> None:
    answer = new_talk().say("was hat sich seit dem letzten build getan", "ask_changes")
    assert re.search(r"Seit Build 1 .*\d\s?%.* n = \d", answer["text"])
    assert answer["chart"]["description"]


def test_one_persona_is_followed(rebuilt: Engine, new_talk: Any) -> None:
    answer = new_talk(wish="en").say("has persona 2 changed?", "ask_changes", persona="persona 2")
    assert re.search(r"Persona 2.* (has stayed|is new)", answer["text"])
    assert answer["details"]["persona"] == 2


def test_who_moved_is_named_and_recorded(rebuilt: Engine, new_talk: Any) -> None:
    talk = new_talk()
    answer = talk.say("wer hat die persona gewechselt", "ask_changes")
    rows = answer.get("table", {}).get("rows", [])
    with session_scope(rebuilt) as session:
        recorded = session.scalars(select(Audit.contact_id).where(Audit.action == "changes")).all()
    assert len(recorded) == len(rows)
    if rows:
        assert rows[0][0] in talk.say("der erste", "choose_option")["text"]


def test_an_unknown_persona_is_said_to_be_missing(rebuilt: Engine, new_talk: Any) -> None:
    answer = new_talk().say("änderungen persona Xanthippe", "ask_changes", persona="Xanthippe")
    assert "Xanthippe" in answer["text"]


def test_a_persona_spoken_of_before_the_build_is_the_one_that_goes_on(rebuilt: Engine, new_talk: Any) -> None:
    with session_scope(rebuilt) as session:
        former, now = (
            {one.identity_id: one for one in session.scalars(select(Persona).where(Persona.build_id == build_id))}
            for build_id in (1, 2)
        )
    goes_on = next(iter(former.keys() & now.keys()))
    talk = new_talk(slots={"persona_id": str(former[goes_on].id)})
    assert talk.say("beschreib die persona", "describe_persona")["details"]["persona"] == now[goes_on].number
    assert talk.slots["persona_id"] == now[goes_on].id


def test_a_persona_that_is_gone_is_asked_for_anew(rebuilt: Engine, new_talk: Any) -> None:
    talk = new_talk(slots={"persona_id": "999999"})
    assert talk.say("beschreib die persona", "describe_persona")["kind"] == "choices"
    assert talk.labels()
