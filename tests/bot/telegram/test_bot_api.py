"""The Bot API of the tests refuses what Telegram refuses, in the same words."""

import json
from typing import Any

import httpx
import pytest

from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.html import BadMarkup, parse
from tests.bot.telegram.people import Heard

CHAT = 5
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 8 + (300).to_bytes(4, "big") + (200).to_bytes(4, "big")


def call(api: BotApi, method: str, files: Any = None, **parameters: Any) -> Any:
    values = {name: one if isinstance(one, str | int) else json.dumps(one) for name, one in parameters.items()}
    url = f"{api.url}/bot{api.token}/{method}"
    return httpx.post(url, data=values, files=files, trust_env=False).json()


def refusal(api: BotApi, method: str, files: Any = None, **parameters: Any) -> str:
    answer = call(api, method, files, **parameters)
    assert not answer["ok"]
    return str(answer["description"])


@pytest.mark.parametrize(
    ("markup", "error"),
    [
        ("<< x>", 'Unsupported start tag "<" at byte offset 0'),
        ("<script>x</script>", 'Unsupported start tag "script" at byte offset 0'),
        ("ä<br/>", 'Unsupported start tag "br/" at byte offset 2'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</b   ", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<i   =a>", 'Empty attribute name in the tag "i" at byte offset 0'),
    ],
)
def test_markup_is_refused_in_telegrams_words(markup: str, error: str) -> None:
    with pytest.raises(BadMarkup) as raised:
        parse(markup)
    assert str(raised.value) == error


def test_markup_is_read_as_people_see_it() -> None:
    assert parse("A &amp; B &lt;b&gt; &ge; &#228; <blockquote expandable>x</blockquote>")[0] == "A & B <b> &ge; ä x"
    assert [(mark.kind, mark.offset, mark.length) for mark in parse("😀<b>x</b>")[1]] == [("bold", 2, 1)]


def test_texts_keyboards_and_edits(api: BotApi) -> None:
    api.person(CHAT)
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "k" * 65}]]}
    many = {"inline_keyboard": [[{"text": "x", "callback_data": "k"}]] * 101}
    dead = {"inline_keyboard": [[{"text": "x"}]]}
    assert refusal(api, "sendMessage", chat_id=CHAT, text=" ") == "Bad Request: message text is empty"
    assert refusal(api, "sendMessage", chat_id=CHAT, text="x" * 4097) == "Bad Request: message is too long"
    assert call(api, "sendMessage", chat_id=CHAT, text="x" * 4096)["ok"]
    assert "can't parse entities" in refusal(api, "sendMessage", chat_id=CHAT, text="<x>", parse_mode="HTML")
    assert "chat not found" in refusal(api, "sendMessage", chat_id=99, text="x")
    assert "BUTTON_DATA_INVALID" in refusal(api, "sendMessage", chat_id=CHAT, text="x", reply_markup=keyboard)
    assert "too long" in refusal(api, "sendMessage", chat_id=CHAT, text="x", reply_markup=many)
    assert "Text buttons" in refusal(api, "sendMessage", chat_id=CHAT, text="x", reply_markup=dead)
    said = call(api, "sendMessage", chat_id=CHAT, text="x")["result"]["message_id"]
    assert "is not modified" in refusal(api, "editMessageText", chat_id=CHAT, message_id=said, text="x")
    assert call(api, "editMessageText", chat_id=CHAT, message_id=said, text="y")["ok"]
    assert "not found" in refusal(api, "editMessageText", chat_id=CHAT, message_id=999, text="y")
    assert refusal(api, "sendNothing") == "Not Found"
    api.chats[CHAT].blocked = True
    assert refusal(api, "sendMessage", chat_id=CHAT, text="x") == "Forbidden: bot was blocked by the user"


def test_files_queries_commands_and_webhooks(api: BotApi) -> None:
    person = api.person(CHAT)
    assert "no photo" in refusal(api, "sendPhoto", chat_id=CHAT)
    assert "IMAGE_PROCESS_FAILED" in refusal(api, "sendPhoto", {"photo": ("x.png", b"text")}, chat_id=CHAT)
    long = refusal(api, "sendPhoto", {"photo": ("x.png", PNG)}, chat_id=CHAT, caption="x" * 1025)
    assert long == "Bad Request: message caption is too long"
    assert call(api, "sendPhoto", {"photo": ("x.png", PNG)}, chat_id=CHAT, caption="x")["ok"]
    assert call(api, "sendDocument", {"document": ("x.csv", b"a;b")}, chat_id=CHAT)["ok"]
    assert person.chat.heard[-1].document == ("x.csv", b"a;b")
    old = refusal(api, "answerCallbackQuery", callback_query_id="never")
    assert old == "Bad Request: query is too old and response timeout expired or query ID is invalid"
    pressed = person.presses_data(Heard(1, "bot", "x"), "k")
    assert call(api, "answerCallbackQuery", callback_query_id=pressed)["ok"]
    assert "COMMAND_INVALID" in refusal(api, "setMyCommands", commands=[{"command": "Ä", "description": "x"}])
    assert "HTTPS" in refusal(api, "setWebhook", url="http://example.org/x")
    assert call(api, "setWebhook", url="https://example.org/x", secret_token="s" * 64)["ok"]
    assert refusal(api, "getUpdates").startswith("Conflict: can't use getUpdates method while webhook is active")
