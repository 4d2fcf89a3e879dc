"""A message goes to Rasa with a proof of who asks, answers come back, and failures are said, never hidden."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response

from bot.gateway.limits import MESSAGES_OF_A_PERSON
from bot.gateway.rasa_client import LONGEST_MESSAGE
from persona_store.privacy.identity import Identity, verify
from persona_store.settings import Settings

PASSWORD = "leuchtturm-gabel-november"
ANSWER = {
    "kind": "match",
    "language": "de",
    "text": "Passt zu <b>Persona 2</b>.",
    "reasons": ["Leitet den Einkauf"],
    "next_step": "Ruf an.",
    "card": {"title": "Eva Weber", "subtitle": "", "facts": [{"label": "Branche", "value": "Bau", "share": 0.4}]},
    "table": {"columns": ["a"], "rows": [["1"]], "caption": ""},
    "choices": [{"label": "Warum?", "send": "warum?"}],
    "evidence": ["5.000 Kontakte"],
}


async def say(client: httpx.AsyncClient, text: str, conversation: str = "talk-1", **headers: str) -> httpx.Response:
    return await client.post("/api/chat", json={"text": text, "conversation": conversation}, headers=headers)


async def answers(client: httpx.AsyncClient, text: str = "Hallo", **headers: str) -> list[dict[str, Any]]:
    response = await say(client, text, **headers)
    assert response.status_code == 200, response.text
    messages: list[dict[str, Any]] = response.json()["messages"]
    return messages


async def test_an_answer_arrives_as_rasa_sent_it(anna: httpx.AsyncClient, rasa: Any) -> None:
    rasa.reply = lambda _message: [{"recipient_id": "x", "custom": ANSWER}]
    assert await answers(anna) == [ANSWER]


async def test_plain_text_becomes_talk_and_buttons_become_choices(anna: httpx.AsyncClient, rasa: Any) -> None:
    buttons = [{"title": "Ja", "payload": "/affirm"}]
    rasa.reply = lambda _message: [{"text": "Hallo!"}, {"text": "Sicher?", "buttons": buttons}]
    assert await answers(anna, **{"Accept-Language": "de"}) == [
        {"kind": "talk", "language": "de", "text": "Hallo!"},
        {"kind": "talk", "language": "de", "text": "Sicher?", "choices": [{"label": "Ja", "send": "/affirm"}]},
    ]


async def test_pages_are_packed_and_answers_are_not(anna: httpx.AsyncClient, rasa: Any) -> None:
    rasa.reply = lambda _message: [{"text": "lang " * 400}]
    packed = {path: (await anna.get(path)).headers.get("content-encoding") for path in ("/", "/web/texts/de.json")}
    assert packed == dict.fromkeys(packed, "gzip")
    assert "content-encoding" not in (await say(anna, "Hallo")).headers


async def test_a_text_beside_an_answer_is_not_said_twice(anna: httpx.AsyncClient, rasa: Any) -> None:
    rasa.reply = lambda _message: [{"text": ANSWER["text"], "custom": ANSWER}]
    assert await answers(anna) == [ANSWER]


async def test_rasa_learns_who_asks_and_in_which_language(anna: httpx.AsyncClient, rasa: Any, known: Settings) -> None:
    await answers(anna, "Welche Personas gibt es?", **{"Accept-Language": "en-US,en;q=0.9"})
    (message,) = rasa.received
    assert message["message"] == "Welche Personas gibt es?"
    assert message["metadata"]["language"] == "en"
    proof, number = message["metadata"]["identity"], message["metadata"]["message"]
    identity = verify(proof, known.secret("identity"), message["sender"], number, message["message"])
    assert identity == Identity("anna", "sales")


async def test_without_a_wanted_language_the_users_own_holds(client: httpx.AsyncClient, rasa: Any) -> None:
    await client.post("/api/login", json={"name": "berta", "password": PASSWORD})

    await answers(client)
    assert rasa.received[0]["metadata"]["language"] == "en"


async def test_conversations_of_one_person_stay_apart_and_are_found_again(anna: httpx.AsyncClient, rasa: Any) -> None:
    for conversation in ("one", "two", "one"):
        await say(anna, "Hallo", conversation)
    first, second, third = (message["sender"] for message in rasa.received)
    assert first == third != second


async def test_nobody_reaches_anothers_conversation(anna: httpx.AsyncClient, rasa: Any) -> None:
    await say(anna, "Hallo", "shared-name")
    await anna.post("/api/login", json={"name": "berta", "password": PASSWORD})
    await say(anna, "Hallo", "shared-name")
    annas = rasa.received[0]["sender"]
    assert rasa.received[1]["sender"] != annas
    await say(anna, "Hallo", annas)
    assert rasa.received[2]["sender"] != annas


async def test_who_is_not_logged_in_does_not_reach_rasa(client: httpx.AsyncClient, rasa: Any) -> None:
    assert (await say(client, "Hallo")).status_code == 401
    assert rasa.received == []


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("  Wer ist\tdas?\r\n", "Wer ist das?"),
        ("\x00\x1b[31mrot\x7f", "[31mrot"),
        ('/choose_option{"ordinal": "2"}', '/choose_option{"ordinal": "2"}'),
        ("/affirm", "/affirm"),
        ("/Hilfe bitte", "Hilfe bitte"),
        ('/inform{"x": {"y": 1}}', 'inform{"x": {"y": 1}}'),
        ('/inform{"x": ', 'inform{"x":'),
        ("//// weg", "weg"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("😀 ﷺ \u202eümläut", "😀 ﷺ \u202eümläut"),
    ],
)
async def test_what_is_typed_reaches_rasa_clean(anna: httpx.AsyncClient, rasa: Any, typed: str, heard: str) -> None:
    await answers(anna, typed)
    assert rasa.received[0]["message"] == heard


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "///", "\n\n"])
async def test_an_empty_message_gets_a_sentence(anna: httpx.AsyncClient, rasa: Any, text: str) -> None:
    response = await say(anna, text)
    assert (response.status_code, response.json()["error"]) == (422, "text_empty")
    assert rasa.received == []


async def test_a_message_too_long_gets_a_sentence_with_the_limit(anna: httpx.AsyncClient, rasa: Any) -> None:
    assert (await say(anna, "ä" * LONGEST_MESSAGE)).status_code == 200
    response = await say(anna, "ä" * (LONGEST_MESSAGE + 1))
    assert response.status_code == 422
    assert str(LONGEST_MESSAGE) in response.json()["message"]
    assert len(rasa.received) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"text": "x"}',
        b'{"text": 5, "conversation": "a"}',
        b'{"text": "x", "conversation": 7}',
        b'{"text": "x", "conversation": ""}',
        b'{"text": "x", "conversation": "a b"}',
        b'{"text": "x", "conversation": "a\\n"}',
        b'{"text": "\\ud800", "conversation": "a"}',
        b'{"text": "x", "conversation": "a", "metadata": {"identity": "x"}}',
        b'{"text": "x", "conversation": "' + b"a" * 65 + b'"}',
    ],
)
async def test_bad_json_is_refused_in_a_sentence(anna: httpx.AsyncClient, rasa: Any, body: bytes) -> None:
    response = await anna.post("/api/chat", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= response.status_code < 500
    assert response.json()["message"]
    assert rasa.received == []


async def test_what_a_form_of_another_site_could_send_is_refused(anna: httpx.AsyncClient, rasa: Any) -> None:
    body = b'{"text": "x", "conversation": "a"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        response = await anna.post("/api/chat", content=body, headers={"Content-Type": kind})
        assert response.status_code == 422
    assert rasa.received == []


async def test_when_rasa_is_down_the_person_hears_it_and_can_ask_again(anna: httpx.AsyncClient) -> None:
    (answer,) = await answers(anna, "Wer ist Eva?", **{"Accept-Language": "de"})
    assert answer["kind"] == "error"
    assert "nicht erreichbar" in answer["text"]
    assert answer["choices"] == [{"label": "Noch einmal fragen", "send": "Wer ist Eva?"}]


async def test_apologies_speak_the_persons_language(anna: httpx.AsyncClient) -> None:
    (answer,) = await answers(anna, "Who is Eva?", **{"Accept-Language": "en"})
    assert (answer["language"], "can't be reached" in answer["text"]) == ("en", True)


async def test_when_rasa_is_slow_the_person_hears_it_and_nothing_is_sent_twice(
    anna: httpx.AsyncClient, rasa: Any
) -> None:
    rasa.delay_seconds = 3
    (answer,) = await answers(anna, **{"Accept-Language": "de"})
    assert answer["kind"] == "error"
    assert "länger als gewöhnlich" in answer["text"]
    assert len(rasa.received) == 1


async def test_when_rasa_cannot_reach_its_stores_the_person_hears_that_it_is_away(
    anna: httpx.AsyncClient, rasa: Any
) -> None:
    rasa.reply = lambda _message: Response(status_code=503)
    (answer,) = await answers(anna, **{"Accept-Language": "de"})
    assert (answer["kind"], "nicht erreichbar" in answer["text"]) == ("error", True)
    assert len(rasa.received) == 1


async def test_the_id_of_a_message_reaches_rasa(anna: httpx.AsyncClient, rasa: Any) -> None:
    said = {"text": "Hallo", "conversation": "talk-1", "id": "m-1"}
    assert (await anna.post("/api/chat", json=said)).status_code == 200
    assert rasa.received[0]["metadata"]["message"] == "m-1"
    assert (await anna.post("/api/chat", json=said | {"id": "m 1"})).status_code == 422


async def test_when_rasa_says_nothing_the_person_hears_it(anna: httpx.AsyncClient, rasa: Any) -> None:
    rasa.reply = lambda _message: []
    (answer,) = await answers(anna, **{"Accept-Language": "de"})
    assert (answer["kind"], "keine Antwort" in answer["text"]) == ("error", True)


@pytest.mark.parametrize(
    "reply",
    [
        Response(status_code=500),
        PlainTextResponse("no JSON"),
        PlainTextResponse("[" * 100_000),
        PlainTextResponse('["' + "x" * 2_000_000 + '"]'),
        [{"custom": {"kind": "unheard of", "language": "de", "text": "x"}}],
        [{"custom": {"kind": "talk", "language": "de"}}],
        [{"custom": "text"}],
        [{"custom": ANSWER | {"choices": [{"label": "x"}]}}],
        ["x"],
    ],
)
async def test_what_rasa_garbles_becomes_one_apology(anna: httpx.AsyncClient, rasa: Any, reply: Any) -> None:
    rasa.reply = lambda _message: reply
    (answer,) = await answers(anna)
    assert answer["kind"] == "error"


@pytest.mark.parametrize("reply", [{}, None, 5, [{}], [{"text": ""}], [{"text": None}], [{"image": "https://x"}]])
async def test_replies_that_hold_nothing_become_one_apology(anna: httpx.AsyncClient, rasa: Any, reply: Any) -> None:
    rasa.reply = lambda _message: reply
    (answer,) = await answers(anna)
    assert answer["kind"] == "error"


async def test_an_answer_with_one_broken_message_keeps_the_others(anna: httpx.AsyncClient, rasa: Any) -> None:
    rasa.reply = lambda _message: [{"custom": ANSWER}, {"custom": {"kind": 5}}]
    assert [answer["kind"] for answer in await answers(anna)] == ["match", "error"]


async def test_a_flood_of_messages_is_braked_for_its_sender_only(
    anna: httpx.AsyncClient, rasa: Any, app: FastAPI
) -> None:
    await answers(anna)
    (account,) = app.state.brakes.messages._events
    for _ in range(MESSAGES_OF_A_PERSON):
        app.state.brakes.messages.count(account)
    braked = await say(anna, "Hallo")
    assert (braked.status_code, braked.json()["error"]) == (429, "too_many")
    await anna.post("/api/login", json={"name": "berta", "password": PASSWORD})
    assert (await say(anna, "Hallo")).status_code == 200
