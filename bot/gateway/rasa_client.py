"""Hands a person's message to Rasa with a signed proof of who is asking, and brings back answers, come what may."""

import asyncio
import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from uuid import uuid4

import httpx

from bot.gateway.line import Line, LineTooLong
from bot.gateway.replies import apology, read_replies
from bot.written import written_in
from persona_store.answer import Answer
from persona_store.privacy.identity import sign
from persona_store.settings import Language, Settings

LONGEST_MESSAGE = 2000  # characters; beyond it a message is a document, not a question
LARGEST_REPLY = 1024 * 1024
IDENTITY_SECONDS = 60  # longer than the longest turn, too short to be of use to anyone else
SLACK_SECONDS = 0.9  # what a turn needs beside its actions, so that Rasa's own apology arrives before ours
AWAY = 503  # status by which Rasa says that it could not answer, and that nothing was kept
UP_SECONDS = 1.0
COMMAND = re.compile(r"/[a-z_]{1,60}(\{.{0,1000}\})?")


class RasaClient:
    """A connection to Rasa's REST channel; use it as an async context manager or close it with `aclose`."""

    def __init__(self, known: Settings) -> None:
        self._known = known
        self._secret = known.secret("identity")
        self.turn_seconds = known.action_timeout_seconds + SLACK_SECONDS
        self._line = Line()
        self._http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{known.rasa_port}",
            timeout=self.turn_seconds,  # to connect as well: where Rasa is away that fails at once, but it may be busy
            trust_env=False,  # a proxy of the environment must not see what people ask
        )

    async def ask(
        self,
        user: str,
        rights: str,
        conversation: str,
        text: str,
        language: Language | None = None,
        message_id: str | None = None,
    ) -> list[Answer]:
        """The answers to what `user` says in `conversation`: at least one, an apology when Rasa fails.

        `conversation` is Rasa's sender id (see `sender_id`); `language` is None when the person's is not known. A
        message sent again with the same `message_id` is not asked again: the first answers come once more. A turn takes
        `turn_seconds` at most, from when the message's place in the line is free.
        """
        message, spoken = clean_message(text), self.spoken(text, language)
        said = message_id or uuid4().hex
        try:
            async with self._line.place(user), asyncio.timeout(self.turn_seconds):
                identity = sign(user, rights, conversation, said, message, self._secret, IDENTITY_SECONDS)
                metadata = {"identity": identity, "language": language, "message": said}
                posted = {"sender": conversation, "message": message, "metadata": metadata}
                replies = read_replies(await self._post(posted), spoken)
        except LineTooLong:
            return [apology("crowded", spoken, message)]
        except httpx.ConnectError:
            return [apology("down", spoken, message)]
        except (TimeoutError, httpx.TimeoutException):
            return [apology("slow", spoken, message)]
        except httpx.HTTPStatusError as error:
            return [apology("down" if error.response.status_code == AWAY else "garbled", spoken, message)]
        except (httpx.HTTPError, ValueError, RecursionError):
            return [apology("garbled", spoken, message)]
        return replies or [apology("silent", spoken)]

    def spoken(self, text: str, language: Language | None) -> Language:
        """The language to speak of a message in: its own, else that of the person, else the installation's."""
        return written_in(clean_message(text)) or language or self._known.language

    async def is_up(self) -> bool:
        """Whether Rasa's REST channel answers."""
        try:
            return (await self._http.get("/webhooks/rest/", timeout=UP_SECONDS)).is_success
        except httpx.HTTPError:
            return False

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        """The client itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes the connections."""
        await self.aclose()

    async def _post(self, body: Mapping[str, object]) -> object:
        async with self._http.stream("POST", "/webhooks/rest/webhook", json=body) as response:
            response.raise_for_status()
            received = bytearray()
            async for chunk in response.aiter_bytes():
                received += chunk
                if len(received) > LARGEST_REPLY:
                    raise ValueError("Rasa's reply is larger than any answer")
        return json.loads(received)


def sender_id(secret: str, account: str, conversation: str) -> str:
    """Rasa's name for a person's conversation; nobody else can reach it by naming the same `conversation`.

    `account` identifies the person for good, `secret` keeps the names from being computed by others.
    """
    named = json.dumps([account, conversation]).encode()
    return hmac.new(secret.encode(), named, hashlib.sha256).hexdigest()[:40]


def clean_message(text: str) -> str:
    """The message without control characters and surplus blanks, at most LONGEST_MESSAGE long.

    Rasa takes a leading slash as a command. Only the form that buttons send stays one; else the slash goes.
    """
    visible = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} else letter
        for letter in text[:LONGEST_MESSAGE]
        if unicodedata.category(letter) != "Cs"
    )
    message = " ".join(visible.split())
    return message if _is_command(message) else message.lstrip("/ ")


def _is_command(message: str) -> bool:
    if not COMMAND.fullmatch(message):
        return False
    entities = message.partition("{")[2]
    try:
        return not entities or all(isinstance(value, str) for value in json.loads("{" + entities).values())
    except (ValueError, RecursionError):
        return False
