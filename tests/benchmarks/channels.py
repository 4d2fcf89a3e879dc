"""How the crowd reaches the product: over HTTP as the page does, or by Telegram's Bot API on loopback."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from persona_store.database import session_scope
from persona_store.links import TELEGRAM, new_code, redeem
from persona_store.settings import Language
from persona_store.wording import say
from tests.benchmarks.crowd import Person
from tests.bot.telegram.bot_api import BotApi
from tests.bot.telegram.people import Heard as Message
from tests.bot.telegram.people import Person as Phone
from tests.e2e.product import Product, store_of, words

PASSWORD = "a long enough passphrase"
LONGEST_WAIT_SECONDS = 120.0  # of the tool, not of the product, which answers within seconds
LOGINS_AT_ONCE = 8  # a password takes a core for a tenth of a second to check, and the talks are what is measured
LOOK_SECONDS = 0.05  # between two looks for a message in a chat
ON_ITS_WAY = 202  # the answer takes a while: asked again, it comes
LANGUAGES: tuple[Language, ...] = ("de", "en")
MOMENT = {say("telegram.moment", language) for language in LANGUAGES}
APOLOGIES = ("reply.down", "reply.slow", "reply.crowded", "reply.silent", "reply.garbled", "error.actions_down")


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a question: the words, the kinds of the answers where the channel tells them, and after how long.

    `first_seconds` is when the first word came, an answer or that it takes a moment; `failed` is an apology or worse.
    """

    text: str
    kinds: tuple[str, ...] | None
    first_seconds: float
    failed: bool


Ask = Callable[[str], Awaitable[Heard]]


def user_name(person: Person) -> str:
    """Under which name somebody of the crowd logs in."""
    return f"crowd{person.number}"


def link_chats(environment: Mapping[str, str], people: Sequence[Person]) -> None:
    """Links a Telegram account to each of these users; its number is the person's."""
    engine = store_of(environment)
    with session_scope(engine, writes=True) as session:
        for person in people:
            redeem(session, new_code(session, user_name(person)), TELEGRAM, str(account(person)))
    engine.dispose()


def account(person: Person) -> int:
    """The person's number at Telegram."""
    return 10_000 + person.number


@asynccontextmanager
async def web(product: Product, people: Sequence[Person]) -> AsyncIterator[list[Ask]]:
    """All of them logged in, each with a conversation of their own."""
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(_client(product)) for _ in people]
        door = asyncio.Semaphore(LOGINS_AT_ONCE)
        await asyncio.gather(*(_log_in(door, client, person) for client, person in zip(clients, people, strict=True)))
        yield [_web_asker(client) for client in clients]


def telegram(api: BotApi, people: Sequence[Person]) -> list[Ask]:
    """All of them with their chats open; their accounts are linked (`link_chats`)."""
    return [_chat_asker(api.person(account(one), user_name(one), one.language), one.language) for one in people]


def _client(product: Product) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=product.url, timeout=LONGEST_WAIT_SECONDS, trust_env=False, headers={"Origin": product.url}
    )


async def _log_in(door: asyncio.Semaphore, client: httpx.AsyncClient, person: Person) -> None:
    async with door:
        response = await client.post("/api/login", json={"name": user_name(person), "password": PASSWORD})
    response.raise_for_status()


def _web_asker(client: httpx.AsyncClient) -> Ask:
    conversation = uuid4().hex

    async def ask(text: str) -> Heard:
        body = {"text": text, "conversation": conversation, "id": uuid4().hex}
        start, first = time.perf_counter(), 0.0
        while True:
            response = await client.post("/api/chat", json=body)
            first = first or time.perf_counter() - start
            if response.status_code != ON_ITS_WAY:
                break
        if not response.is_success:
            return Heard(response.text, None, first, failed=True)
        answers: list[dict[str, Any]] = response.json()["messages"]
        kinds = tuple(answer["kind"] for answer in answers)
        return Heard(words(answers), kinds, first, failed="error" in kinds or not kinds)

    return ask


def _chat_asker(phone: Phone, language: Language) -> Ask:
    apologies = tuple(say(key, language) for key in APOLOGIES)

    async def ask(text: str) -> Heard:
        start, first, answer = time.perf_counter(), 0.0, ""
        phone.read = max((one.id for one in phone.chat.heard), default=0)  # what came late is not taken for the answer
        phone.says(text)
        while not answer and time.perf_counter() - start < LONGEST_WAIT_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            unread = _unread(phone)
            first = first or (time.perf_counter() - start if unread else 0.0)
            answer = "\n".join(one.text for one in unread if one.text not in MOMENT)
        failed = not answer or any(apology in answer for apology in apologies)
        return Heard(answer, None, first or LONGEST_WAIT_SECONDS, failed)

    return ask


def _unread(phone: Phone) -> list[Message]:
    return [one for one in phone.chat.heard[-8:] if one.who == "bot" and one.id > phone.read]
