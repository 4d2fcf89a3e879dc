"""Messages that nobody signed, or that were signed for something else, open nothing; conversations stay one's own."""

from typing import Any

import httpx
import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from sqlalchemy import Engine, select

from bot.gateway.rasa_client import IDENTITY_SECONDS, sender_id
from persona_store.database import session_scope
from persona_store.database.models import Audit
from persona_store.privacy.identity import sign
from persona_store.settings import settings
from persona_store.wording import say
from tests.bot.conftest import PASSWORD, RasaPlace

TEXT = "Welche Persona passt zu Eva Meier?"
TALK = "conversation-1"


async def asked(
    executor: ActionExecutor,
    token: Any,
    *,
    text: str = TEXT,
    talk: str = TALK,
    turn: str | None = "turn-1",
    **more: Any,
) -> str:
    """What is answered to a message with this proof, as Rasa would hand it to the action."""
    start = text.find("Eva Meier")
    entities = [{"entity": "contact", "start": start, "end": start + 9, "value": "Eva Meier"}] if start >= 0 else []
    message = {
        "text": text,
        "intent": {"name": "match_persona"},
        "entities": entities,
        "message_id": turn,
        "metadata": {"identity": token, "language": "de"} | more,
    }
    dispatcher = CollectingDispatcher()
    await executor.actions["action_match_persona"](
        dispatcher, Tracker(talk, {}, message, [], False, None, {}, None), {}
    )
    return str(dispatcher.messages)


def proof(
    rights: str = "sales",
    text: str = TEXT,
    talk: str = TALK,
    turn: str = "turn-1",
    secret: str | None = None,
    seconds: int = 60,
) -> str:
    return sign("anna", rights, talk, turn, text, secret or settings().secret("identity"), seconds)


async def test_a_signed_message_is_answered(people: Engine, executor: ActionExecutor) -> None:
    assert "IT-Leitung" in await asked(executor, proof())


@pytest.mark.parametrize("token", [None, "", "x.y.z", 7, {"user": "anna"}, ["admin"], "x" * 100_000])
async def test_an_unsigned_message_is_not(people: Engine, executor: ActionExecutor, token: Any) -> None:
    answer = await asked(executor, token, user="anna", rights="admin")
    assert say("talk.not_allowed", "de") in answer
    assert "Rosch" not in answer
    assert "IT-Leitung" not in answer


async def test_forged_expired_and_foreign_proofs_open_nothing_and_are_no_look_up(
    people: Engine, executor: ActionExecutor
) -> None:
    refused = say("talk.not_allowed", "de")
    assert refused in await asked(executor, proof(secret="a secret of somebody else, long enough"))
    assert refused in await asked(executor, proof(seconds=-1))
    assert refused in await asked(executor, proof(talk="conversation-2"))
    assert refused in await asked(executor, proof(), talk="conversation-2")
    with session_scope(people) as session:
        assert session.scalars(select(Audit)).all() == []


async def test_a_proof_replayed_with_another_text_is_refused(people: Engine, executor: ActionExecutor) -> None:
    taken = proof(text="Hallo")
    assert say("talk.not_allowed", "de") in await asked(executor, taken)


async def test_a_proof_replayed_in_another_turn_is_refused_and_a_retry_of_its_own_is_not(
    people: Engine, executor: ActionExecutor
) -> None:
    taken = proof()
    assert "IT-Leitung" in await asked(executor, taken)
    assert "IT-Leitung" in await asked(executor, taken)
    for turn in ("turn-2", "", None):
        replayed = await asked(executor, taken, turn=turn)
        assert say("talk.not_allowed", "de") in replayed
        assert "IT-Leitung" not in replayed


async def test_a_proof_replayed_to_a_process_that_has_not_seen_it_is_refused_in_another_turn(
    people: Engine, executor: ActionExecutor
) -> None:
    """Of several actions processes none remembers what another was shown: the proof itself names its turn."""
    taken = proof()
    assert say("talk.not_allowed", "de") in await asked(executor, taken, turn="turn-2")
    assert "IT-Leitung" in await asked(executor, taken)


async def test_rights_that_there_are_not_open_nothing(people: Engine, executor: ActionExecutor) -> None:
    for rights in ("", "root", "Sales", "administer", "sales admin"):
        assert say("rights.refused.contacts", "de") in await asked(executor, proof(rights=rights))


def test_a_proof_is_short_lived() -> None:
    assert IDENTITY_SECONDS <= 60


def test_conversation_ids_cannot_be_guessed_or_confused() -> None:
    """Neither from the name and the conversation, nor by shifting letters between the two."""
    ids = {
        sender_id(secret, account, conversation)
        for secret in ("one secret", "another")
        for account, conversation in (("anna", "b"), ("ann", "ab"), ("anna b", ""), ('anna", "b', ""), ("", "annab"))
    }
    assert len(ids) == 10
    assert all(len(one) == 40 for one in ids)


async def test_what_another_person_was_told_cannot_be_asked_for(client: httpx.AsyncClient, rasa: RasaPlace) -> None:
    """Not by their conversation's name, not by the id behind it, not by sending their message's id again."""
    message = {"text": "Hallo", "conversation": "mine", "id": "m-1"}
    await client.post("/api/login", json={"name": "anna", "password": PASSWORD})
    await client.post("/api/chat", json=message)
    annas = rasa.received[-1]["sender"]
    await client.post("/api/login", json={"name": "berta", "password": PASSWORD})
    for conversation in ("mine", annas):
        await client.post("/api/chat", json=message | {"conversation": conversation})
        assert rasa.received[-1]["sender"] != annas
    for unfit in ("../mine", "a b", "", "x" * 65, "mine\n", 7, None):
        response = await client.post("/api/chat", json=message | {"conversation": unfit})
        assert response.status_code == 422
