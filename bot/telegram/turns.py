"""One question of a linked person: asked, answered, and sent with its picture, file and buttons."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from telegram import User as Account
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError

from bot.gateway.files import offered_file
from bot.gateway.rasa_client import LONGEST_MESSAGE, clean_message, sender_id
from bot.gateway.refusals import Refused
from bot.render.telegram import picture_caption, render_telegram, sentence
from bot.telegram.askers import Asker, find_asker, remember_language
from bot.telegram.commands import LANGUAGES
from bot.telegram.delivery import Delivery
from bot.telegram.services import Services
from persona_store.answer import Answer, Choice, File
from persona_store.buttons import keep_buttons, retire_buttons
from persona_store.database import session_scope
from persona_store.errors import StoreUnavailable
from persona_store.links import TELEGRAM
from persona_store.privacy.rights import RIGHTS
from persona_store.wording import say

PATIENCE_SECONDS = 4.0  # after which the person hears that it takes a while
LEAST_PATIENCE_SECONDS = 0.5  # also where an earlier question of the chat used up the time: mostly that is enough
TYPING_SECONDS = 4.5  # the indicator goes out after five
MOST_BUTTONS = 8  # more would fill a phone's screen
LONGEST_LABEL = 60
LARGEST_FILE = 45_000_000  # bytes; Telegram takes 50 MB in all
RIGHTS_IN_GROUPS = "trainer"  # aggregates: nobody's data before others who read along
FILES = "/api/files/"


class TooLarge(Exception):
    """A file is larger than Telegram takes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody writes: the account, whether others read along, and when the message came in (monotonic)."""

    account: Account
    chat: int
    in_group: bool
    since: float


class Turns:
    """Asks for linked people."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def ask(self, asker: Asker, place: Place, text: str, delivery: Delivery) -> None:
        """Answers what `asker` said; whatever happens the person hears something."""
        refused = self._refusal(asker, text)
        if refused is not None:
            await delivery.say(sentence(refused))
            return
        answers = await self._answers(asker, place, text, delivery)
        still = await asyncio.to_thread(self._still_linked, asker, place)
        if not still:  # unlinked while the assistant was thinking
            return
        spoken = answers[-1].language
        if spoken != asker.spoken and not place.in_group:
            with suppress(StoreUnavailable):
                await asyncio.to_thread(remember_language, self._services.gateway.engine, place.account, spoken)
        for number, answer in enumerate(answers, start=1):
            await self._deliver(answer, asker, place, delivery, first=number == 1)

    def _refusal(self, asker: Asker, text: str) -> str | None:
        brake = self._services.gateway.brakes.messages
        if len(text) > LONGEST_MESSAGE:
            return say("gateway.text_long", asker.spoken, maximum=LONGEST_MESSAGE)
        if not clean_message(text):
            return say("gateway.text_empty", asker.spoken)
        if brake.wait(asker.person.account):
            return say("gateway.too_many", asker.spoken)
        brake.count(asker.person.account)
        return None

    async def _answers(self, asker: Asker, place: Place, text: str, delivery: Delivery) -> list[Answer]:
        metrics = self._services.gateway.metrics
        async with self._typing(place.chat):
            asked = asyncio.create_task(self._asked(asker, place, text, delivery.taken.number))
            try:
                left = PATIENCE_SECONDS - (time.monotonic() - place.since)
                done, _ = await asyncio.wait({asked}, timeout=max(LEAST_PATIENCE_SECONDS, left))
                if not done and not delivery.is_behind:
                    await delivery.aside(sentence(say("telegram.moment", asker.spoken)))
                answers = await asked
            finally:
                asked.cancel()
        metrics.turns.labels("error" if any(answer.kind == "error" for answer in answers) else "answered").inc()
        return answers

    async def _asked(self, asker: Asker, place: Place, text: str, number: int) -> list[Answer]:
        rights = RIGHTS_IN_GROUPS if place.in_group else asker.person.rights
        with self._services.gateway.metrics.turn_seconds.time():
            return await self._services.gateway.rasa.ask(
                asker.person.name, rights, self.conversation(asker, place), text, asker.wished, f"telegram-{number}"
            )

    def conversation(self, asker: Asker, place: Place) -> str:
        """Rasa's name for what the person says in this chat."""
        return sender_id(self._services.gateway.session_secret, asker.person.account, f"telegram{place.chat}")

    def _still_linked(self, asker: Asker, place: Place) -> bool:
        with session_scope(self._services.gateway.engine) as session:
            found = find_asker(session, place.account, asker.spoken)
        return found is not None and found.person.account == asker.person.account

    @asynccontextmanager
    async def _typing(self, chat: int) -> AsyncIterator[None]:
        async def show() -> None:
            while True:
                with suppress(TelegramError):
                    await self._services.bot.send_chat_action(chat, ChatAction.TYPING)
                await asyncio.sleep(TYPING_SECONDS)

        task = asyncio.create_task(show())
        try:
            yield
        finally:
            task.cancel()

    async def _deliver(self, answer: Answer, asker: Asker, place: Place, delivery: Delivery, *, first: bool) -> None:
        answer = _for_group(answer) if place.in_group else answer
        texts = render_telegram(answer)
        keys: list[tuple[str, str]] = []
        with suppress(StoreUnavailable):  # the answer is there; rather without buttons than not at all
            keys = await asyncio.to_thread(self._keep, answer.choices, asker, place, first)
        for text in texts[:-1]:
            await delivery.say(text)
        for text in texts[-1:]:
            await delivery.say(text, keys)
        if answer.chart is not None:
            await self._show(answer, place, delivery)
        if answer.file is not None:
            await self._hand_over(answer, answer.file, asker, place, delivery)

    def _keep(self, choices: Sequence[Choice], asker: Asker, place: Place, first: bool) -> list[tuple[str, str]]:
        """Labels and keys of the choices; the earlier answer's buttons end with this one's first words."""
        chosen, chat = choices[:MOST_BUTTONS], str(place.chat)
        with session_scope(self._services.gateway.engine, writes=True) as session:
            if first:
                retire_buttons(session, TELEGRAM, chat, asker.user)
            keys = keep_buttons(session, TELEGRAM, chat, asker.user, [choice.send for choice in chosen])
        return [(_short(choice.label), key) for choice, key in zip(chosen, keys, strict=True)]

    async def _show(self, answer: Answer, place: Place, delivery: Delivery) -> None:
        if answer.chart is None or delivery.is_behind:
            return
        with suppress(TelegramError):
            await self._services.bot.send_chat_action(place.chat, ChatAction.UPLOAD_PHOTO)
        picture = await self._services.drawing.drawn(answer.chart)
        try:
            if picture is not None:
                name = say("telegram.picture_name", answer.language)
                await delivery.show(picture, picture_caption(answer), f"{name}.png")
                return
        except BadRequest:  # a picture that Telegram refuses is told like one that failed
            delivery.said -= 1
        await delivery.say(sentence(say("telegram.no_picture", answer.language)))

    async def _hand_over(self, answer: Answer, file: File, asker: Asker, place: Place, delivery: Delivery) -> None:
        """The file that the answer offers, made by the code that serves it on the web, under the same rights."""
        if delivery.is_behind:
            delivery.said += 1
            return
        token = file.link.removeprefix(FILES)
        with suppress(TelegramError):
            await self._services.bot.send_chat_action(place.chat, ChatAction.UPLOAD_DOCUMENT)
        try:
            sender = self.conversation(asker, place)
            name, content = await offered_file(self._services.gateway, token, asker.person, sender)
            whole = await asyncio.to_thread(_whole, content)
        except Refused as refused:
            await delivery.say(sentence(say(f"gateway.{refused.name}", answer.language, **refused.values)))
            return
        except TooLarge:
            await delivery.say(sentence(say("telegram.file_large", answer.language, command=file.command)))
            return
        caption = say("telegram.file", answer.language, count=file.rows)
        await delivery.hand_over(name, whole, sentence(caption))


def _for_group(answer: Answer) -> Answer:
    """Without files; a refusal that comes of others reading along says so."""
    refusals = {say(f"rights.refused.{right}", language) for right in RIGHTS["admin"] for language in LANGUAGES}
    if answer.text in refusals:
        return Answer("error", answer.language, say("telegram.group_personal", answer.language))
    return replace(answer, file=None)


def _short(label: str) -> str:
    named = " ".join(label.split()) or "…"
    return named if len(named) <= LONGEST_LABEL else f"{named[: LONGEST_LABEL - 1].rstrip()}…"


def _whole(pieces: Iterator[bytes]) -> bytes:
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > LARGEST_FILE:
            raise TooLarge
    return bytes(content)
