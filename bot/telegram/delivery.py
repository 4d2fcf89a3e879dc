"""Messages on their way to a chat: each at most once, however often the update they answer is worked on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
from sqlalchemy import Engine
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError
from telegram.ext import ExtBot

from bot.render.telegram import plain
from persona_store.database import session_scope
from persona_store.errors import StoreUnavailable
from persona_store.inbox import Taken, note_sent
from persona_store.links import TELEGRAM

logger = logging.getLogger(__name__)

TRIES = 3
FIRST_PAUSE_SECONDS = 0.5
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)  # an address in the data must not be fetched by anyone
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

Buttons = Sequence[tuple[str, str]]


class Unreachable(Exception):
    """The chat is gone, or the person has blocked the bot."""


@dataclass
class Delivery:
    """What is said to one chat in answer to one update; messages that arrived before a crash are not sent again."""

    bot: ExtBot[None]
    engine: Engine
    taken: Taken
    chat: int
    reply_to: int | None = None
    said: int = field(default=0, init=False)

    async def say(self, text: str, buttons: Buttons = ()) -> None:
        """Sends a text in Telegram's HTML with buttons below it, (label, key) each."""

        async def send(mode: ParseMode | None) -> None:
            await self.bot.send_message(
                self.chat,
                text if mode else plain(text),
                parse_mode=mode,
                reply_markup=keyboard(buttons),
                link_preview_options=NO_PREVIEW,
                reply_parameters=self._reply(),
            )

        await self._once(lambda: _marked_else_plain(send))

    async def aside(self, text: str) -> None:
        """Says that the answer takes a while; no part of the answer, so never said again."""
        with suppress(NetworkError, Forbidden):
            await self.bot.send_message(self.chat, text, parse_mode=ParseMode.HTML)

    async def show(self, picture: bytes, caption: str, name: str) -> None:
        """Sends a picture."""

        async def send() -> None:
            await self.bot.send_photo(
                self.chat,
                picture,
                caption=caption,
                parse_mode=ParseMode.HTML,
                filename=name,
                reply_parameters=self._reply(),
            )

        await self._once(send)

    async def hand_over(self, name: str, content: bytes, caption: str) -> None:
        """Sends a file."""

        async def send() -> None:
            await self.bot.send_document(
                self.chat, content, filename=name, caption=caption, parse_mode=ParseMode.HTML,
                reply_parameters=self._reply(),
            )  # fmt: skip

        await self._once(send)

    @property
    def is_behind(self) -> bool:
        """Whether the next message arrived before a crash already."""
        return self.said < self.taken.sent

    async def _once(self, send: Callable[[], Awaitable[None]]) -> None:
        self.said += 1
        if self.said <= self.taken.sent:
            return
        await self._through(send)
        self.taken.sent = self.said
        with suppress(StoreUnavailable):  # then a crash right now would repeat it; better than silence
            await asyncio.to_thread(self._note)

    async def _through(self, send: Callable[[], Awaitable[None]]) -> None:
        """Sends in spite of a shaky network; what may have arrived is not sent again."""
        for pause in (*(FIRST_PAUSE_SECONDS * 2**number for number in range(TRIES - 1)), None):
            try:
                return await send()
            except ChatMigrated as moved:
                self.chat = moved.new_chat_id
            except Forbidden:
                raise Unreachable from None
            except BadRequest as refusal:
                if "not found" in refusal.message.lower():
                    raise Unreachable from None
                raise
            except NetworkError as failure:
                if isinstance(failure.__cause__, httpx.HTTPError) and not isinstance(failure.__cause__, NEVER_LEFT):
                    logger.warning("Telegram did not confirm a message: %s", type(failure.__cause__).__name__)
                    return None
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        return None

    def _reply(self) -> ReplyParameters | None:
        return ReplyParameters(self.reply_to, allow_sending_without_reply=True) if self.reply_to else None

    def _note(self) -> None:
        with session_scope(self.engine, writes=True) as session:
            note_sent(session, TELEGRAM, self.taken.number, self.said)


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    """One button a row, so that labels are read in full on a phone."""
    if not buttons:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=key)] for label, key in buttons])


async def _marked_else_plain(send: Callable[[ParseMode | None], Awaitable[None]]) -> None:
    try:
        await send(ParseMode.HTML)
    except BadRequest as refusal:
        if "can't parse entities" not in refusal.message.lower():
            raise
        logger.error("Telegram could not read our markup")
        await send(None)
