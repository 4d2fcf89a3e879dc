"""The people of a test: what they do in Telegram becomes updates for the bot, what they hear is what it sent."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.bot.telegram.html import Mark, units

if TYPE_CHECKING:
    from tests.bot.telegram.bot_api import BotApi, Chat

OWN_ID, USERNAME = 4711, "persona_test_bot"
CALLBACK_SECONDS = 15.0  # after which a pressed button can no longer be answered
PATIENCE_SECONDS = 30.0  # of a test, far more than any answer takes
QUIET_SECONDS = 0.3  # for which nothing more must come before a test calls it silence
_queries = count(1)
_COMMAND = re.compile(r"/[A-Za-z0-9_]+(@[A-Za-z0-9_]+)?")


@dataclass
class Heard:
    """One message of a chat: `text` as people read it, `markup` as it was sent."""

    id: int
    who: str
    text: str
    markup: str = ""
    marks: list[Mark] = field(default_factory=list)
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    reply_to: int | None = None
    photo: bytes = b""
    document: tuple[str, bytes] | None = None
    at: float = 0.0

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons in reading order."""
        return [button["text"] for row in self.keyboard for button in row]


@dataclass
class Person:
    """Somebody on a phone, in their private chat unless a group is named."""

    api: "BotApi"
    id: int
    name: str
    language: str
    read: int = 0

    @property
    def chat(self) -> "Chat":
        """Their private chat with the bot."""
        return self.api.chats[self.id]

    def says(self, text: str, chat: "Chat | None" = None, reply_to: Heard | None = None) -> Heard:
        """Writes a text; mentions and commands in it are marked as the app marks them."""
        place = chat or self.chat
        said = Heard(next(self.api.next_id), self.name, text, at=time.monotonic())
        message = self._message(said, place) | {"text": text, "entities": _entities(text)}
        if reply_to is not None:
            message["reply_to_message"] = self._earlier(reply_to, place)
        self.api.deliver(message=message)
        return said

    def edits(self, said: Heard, text: str) -> None:
        """Corrects what they wrote."""
        said.text = text
        message = self._message(said, self.chat, add=False) | {
            "text": text, "entities": _entities(text), "edit_date": int(time.time()),
        }  # fmt: skip
        self.api.deliver(edited_message=message)

    def sends(self, kind: str, chat: "Chat | None" = None, shown: str = "", caption: str = "", **content: Any) -> Heard:
        """Sends anything but text: voice, sticker, photo, location, contact, ..."""
        place = chat or self.chat
        said = Heard(next(self.api.next_id), self.name, shown or f"[{kind}]", at=time.monotonic())
        words = {"caption": caption, "caption_entities": _entities(caption)} if caption else {}
        self.api.deliver(message=self._message(said, place) | words | {kind: content.pop("value", None) or content})
        return said

    def shares(self, first_name: str, last_name: str = "", phone: str = "+49 89 1234567", vcard: str = "") -> Heard:
        """Shares somebody from the phone's address book."""
        card = {"phone_number": phone, "first_name": first_name, "last_name": last_name, "vcard": vcard}
        shown = f"[{' '.join(filter(None, (first_name, last_name)))}, {phone}]"
        return self.sends("contact", shown=shown, value={name: value for name, value in card.items() if value})

    def presses(self, message: Heard, label: str, chat: "Chat | None" = None, query: str | None = None) -> str:
        """Presses the button with this label; the id of the query."""
        data = next(one["callback_data"] for row in message.keyboard for one in row if one["text"] == label)
        return self.presses_data(message, data, chat, query)

    def presses_data(self, message: Heard, data: str, chat: "Chat | None" = None, query: str | None = None) -> str:
        """Sends callback data, as an app may do whatever the bot sent."""
        number = query or f"q{next(_queries)}"
        if query is None:
            self.api.queries[number] = time.monotonic()
        asked = {
            "id": number, "from": self._me(), "chat_instance": "1", "data": data,
            "message": self._earlier(message, chat or self.chat),
        }  # fmt: skip
        self.api.deliver(callback_query=asked)
        return number

    async def hears(self, messages: int = 1, chat: "Chat | None" = None) -> list[Heard]:
        """The next messages of the bot, in order; fails when they do not come."""
        await eventually(lambda: len(self._unread(chat)) >= messages)
        fresh = self._unread(chat)[:messages]
        self.read = fresh[-1].id
        return fresh

    async def asks(self, text: str, messages: int = 1) -> Heard:
        """Says something and hears the answer: the first of its messages."""
        self.says(text)
        return (await self.hears(messages))[0]

    async def hears_nothing_more(self, chat: "Chat | None" = None) -> bool:
        """Whether it stays quiet."""
        await asyncio.sleep(QUIET_SECONDS)
        return not self._unread(chat)

    async def query_answered(self, query: str) -> str:
        """The text with which the press of a button was answered ("" for none); fails when it was not."""
        await eventually(lambda: query in self.api.answered)
        return str(self.api.answered[query].get("text", ""))

    def _unread(self, chat: "Chat | None" = None) -> list[Heard]:
        return [one for one in list((chat or self.chat).heard) if one.who == "bot" and one.id > self.read]

    def _message(self, said: Heard, chat: "Chat", *, add: bool = True) -> dict[str, Any]:
        if add:
            chat.heard.append(said)
        return {"message_id": said.id, "date": int(time.time()), "chat": chat.as_dict(), "from": self._me()}

    def _earlier(self, message: Heard, chat: "Chat") -> dict[str, Any]:
        bot = {"id": OWN_ID, "is_bot": True, "first_name": "Persona Bot"}
        told = {"message_id": message.id, "date": int(time.time()), "chat": chat.as_dict(), "text": message.text}
        told["from"] = bot if message.who == "bot" else self._me()
        return told | ({"reply_markup": {"inline_keyboard": message.keyboard}} if message.keyboard else {})

    def _me(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language}


async def eventually(holds: Any, seconds: float = PATIENCE_SECONDS) -> None:
    """Waits until `holds()`; fails when that takes too long."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not happen"
        await asyncio.sleep(0.005)


def _entities(text: str) -> list[dict[str, Any]]:
    found = []
    command = _COMMAND.match(text)
    if command:
        found.append({"type": "bot_command", "offset": 0, "length": units(command.group())})
    for mention in re.finditer(r"(?<![\w/])@[A-Za-z0-9_]{4,}", text):
        start = units(text[: mention.start()])
        found.append({"type": "mention", "offset": start, "length": units(mention.group())})
    return found
