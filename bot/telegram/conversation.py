"""What somebody does in Telegram, and what becomes of it: a link, a question, a press of a button, a polite word."""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import replace

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update, User
from telegram import Contact as SharedContact
from telegram.error import TelegramError

from bot.render.telegram import sentence
from bot.telegram.address_book import question_about
from bot.telegram.addressing import addressed_text, is_group
from bot.telegram.askers import Asker, app_language, find_asker
from bot.telegram.commands import Typed, as_message, typed_command
from bot.telegram.delivery import Delivery, Unreachable
from bot.telegram.services import Services
from bot.telegram.turns import Place, Turns
from persona_store.answer import Choice
from persona_store.buttons import keep_buttons, pressed
from persona_store.database import session_scope
from persona_store.inbox import Taken
from persona_store.links import CODE_MINUTES, TELEGRAM, redeem, unlink
from persona_store.settings import Language
from persona_store.wording import say

PRESSED = "✓ "
SHAKY_SECONDS = 0.5  # a press so soon after the answer to the same button was meant for the first
MOST_PRESSES = 1_000  # remembered
LANGUAGE_NAMES = ("Deutsch", "English")
EXAMPLES = ("personas", "role", "help")
# What a phone can send beside texts, and what we cannot read, each with a sentence of its own.
UNREAD = ("voice", "audio", "video_note", "video", "photo", "sticker", "animation", "location", "document", "poll")
UNREAD_AS = {"audio": "voice", "video_note": "voice", "animation": "sticker", "video": "photo"}


class Conversation:
    """Handles one update after the other of each chat; those of different chats run side by side."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._turns = Turns(services)
        self._presses: dict[str, float] = {}  # until when pressing the same button again means nothing

    async def handle(self, taken: Taken, since: float) -> None:
        """Answers the update; raises TelegramError or StoreUnavailable when it must be tried again later.

        `since` is when it came in (monotonic).
        """
        update = Update.de_json(taken.payload, self._services.bot)
        message = update.message or update.edited_message
        with suppress(Unreachable):
            if update.callback_query is not None:
                await self._pressed(update.callback_query, taken, since)
            elif message is not None and message.from_user is not None and not message.from_user.is_bot:
                await self._said(message, message.from_user, taken, since, edited=update.edited_message is not None)

    async def apologise(self, taken: Taken, key: str) -> None:
        """Says in a sentence of the catalogue that something went wrong."""
        update = Update.de_json(taken.payload, self._services.bot)
        account, chat = update.effective_user, update.effective_chat
        if account is None or chat is None or (is_group(chat) and not self._is_for_us(update)):
            return
        language = app_language(account) or self._services.gateway.settings.language
        with suppress(TelegramError, Unreachable):
            await self._services.bot.send_message(chat.id, say(f"gateway.{key}", language))

    def _is_for_us(self, update: Update) -> bool:
        message = update.message or update.edited_message
        return message is not None and self._addressed(message) is not None

    def _addressed(self, message: Message) -> str | None:
        return addressed_text(message, self._services.bot.id, self._services.username)

    async def _said(self, message: Message, account: User, taken: Taken, since: float, *, edited: bool) -> None:
        text = self._addressed(message)
        if text is None or not _has_content(message):
            return
        in_group = is_group(message.chat)
        reply_to = message.message_id if in_group or edited else None
        delivery = Delivery(self._services.bot, self._services.gateway.engine, taken, message.chat_id, reply_to)
        place = Place(account, message.chat_id, in_group, since)
        typed = typed_command(text)
        if typed is not None and typed.key == "start" and typed.argument and not in_group:
            await self._link(typed.argument, place, delivery)
            return
        asker = await asyncio.to_thread(self._asker, account)
        if asker is None:
            await self._to_stranger(place, delivery)
        elif message.contact is not None:
            await self._shared(message.contact, asker, place, delivery)
        elif message.text is None:
            await delivery.say(sentence(_polite(message, asker.spoken)))
        elif typed is not None:
            await self._command(typed, asker, place, delivery)
        else:
            await self._turns.ask(asker, place, text, delivery)

    async def _link(self, code: str, place: Place, delivery: Delivery) -> None:
        brake, key = self._services.codes, str(place.account.id)
        language = app_language(place.account) or self._services.gateway.settings.language
        if brake.wait(key):
            await delivery.say(sentence(say("telegram.codes_braked", language)))
            return
        brake.count(key)
        asker = await asyncio.to_thread(self._redeemed, code, place.account)
        if asker is None:
            await delivery.say(sentence(say("telegram.bad_code", language, minutes=CODE_MINUTES)))
            return
        brake.forget(key)
        self._services.strangers.forget(key)
        await self._hello(asker, place, delivery, "telegram.linked")

    async def _hello(self, asker: Asker, place: Place, delivery: Delivery, key: str) -> None:
        language = asker.spoken
        examples = [Choice(say(f"telegram.example.{one}", language), _example(one, language)) for one in EXAMPLES]
        buttons = [] if place.in_group else await asyncio.to_thread(self._kept, examples, asker, place)
        await delivery.say(sentence(say(key, language, name=asker.person.name)), buttons)

    async def _to_stranger(self, place: Place, delivery: Delivery) -> None:
        """One sentence that says how to link, and not too often."""
        brake, key = self._services.strangers, str(place.account.id)
        if brake.wait(key):
            return
        brake.count(key)
        language = app_language(place.account) or self._services.gateway.settings.language
        await delivery.say(sentence(say("telegram.not_linked", language)))

    async def _command(self, typed: Typed, asker: Asker, place: Place, delivery: Delivery) -> None:
        language = asker.spoken
        if typed.key == "":
            await delivery.say(sentence(say("telegram.unknown_command", language)))
        elif typed.key == "start":
            await self._hello(asker, place, delivery, "telegram.hello")
        elif typed.key == "unlink":
            await asyncio.to_thread(self._unlinked, place.account)
            await delivery.say(sentence(say("telegram.unlinked", language)))
        elif typed.key == "privacy" and not typed.argument:
            await delivery.say(sentence(say("telegram.privacy", language)))
        elif typed.key == "language" and not typed.argument:
            choices = [Choice(name, as_message(replace(typed, argument=name))) for name in LANGUAGE_NAMES]
            buttons = await asyncio.to_thread(self._kept, choices, asker, place)
            await delivery.say(sentence(say("telegram.which_language", language)), buttons)
        else:
            await self._turns.ask(asker, place, as_message(typed), delivery)

    async def _shared(self, shared: SharedContact, asker: Asker, place: Place, delivery: Delivery) -> None:
        if place.in_group:
            await delivery.say(sentence(say("telegram.group_personal", asker.spoken)))
            return
        question = await asyncio.to_thread(self._question_about, shared, asker)
        await self._turns.ask(asker, place, question, delivery)

    async def _pressed(self, query: CallbackQuery, taken: Taken, since: float) -> None:
        """Every press is answered at once, or the app would show a clock until it gives up."""
        message, account = query.message, query.from_user
        asker = await asyncio.to_thread(self._asker, account)
        language = asker.spoken if asker else app_language(account) or self._services.gateway.settings.language
        if asker is None or message is None:
            await self._answer(query, say("telegram.not_linked", language))
            return
        press = f"{account.id} {query.data}"
        if since < self._presses.get(press, 0.0):
            await self._answer(query, "")
            return
        send = await asyncio.to_thread(self._said_by, query.data or "", asker, message.chat.id)
        if send is None:
            await self._answer(query, say("telegram.expired", language))
            return
        await self._answer(query, "")
        await self._mark(query)
        in_group = is_group(message.chat)
        reply_to = message.message_id if in_group else None
        delivery = Delivery(self._services.bot, self._services.gateway.engine, taken, message.chat.id, reply_to)
        await self._turns.ask(asker, Place(account, message.chat.id, in_group, since), send, delivery)
        if len(self._presses) >= MOST_PRESSES:
            self._presses.clear()
        self._presses[press] = time.monotonic() + SHAKY_SECONDS

    async def _answer(self, query: CallbackQuery, text: str) -> None:
        with suppress(TelegramError):  # pressed while we were away: too old to be answered
            await query.answer(text or None)

    async def _mark(self, query: CallbackQuery) -> None:
        """Shows which button was pressed, as nothing else in the chat would."""
        message = query.message
        if not isinstance(message, Message) or message.reply_markup is None:
            return
        rows = [
            [
                InlineKeyboardButton(f"{PRESSED}{one.text.removeprefix(PRESSED)}", callback_data=one.callback_data)
                if one.callback_data == query.data
                else one
                for one in row
            ]
            for row in message.reply_markup.inline_keyboard
        ]
        with suppress(TelegramError):  # marked before, or the message is too old: the answer comes all the same
            await message.edit_reply_markup(InlineKeyboardMarkup(rows))

    def _asker(self, account: User) -> Asker | None:
        with session_scope(self._services.gateway.engine) as session:
            return find_asker(session, account, self._services.gateway.settings.language)

    def _redeemed(self, code: str, account: User) -> Asker | None:
        with session_scope(self._services.gateway.engine, writes=True) as session:
            if redeem(session, code, TELEGRAM, str(account.id)) is None:
                return None
            return find_asker(session, account, self._services.gateway.settings.language)

    def _unlinked(self, account: User) -> None:
        with session_scope(self._services.gateway.engine, writes=True) as session:
            unlink(session, TELEGRAM, str(account.id))

    def _said_by(self, key: str, asker: Asker, chat: int) -> str | None:
        with session_scope(self._services.gateway.engine) as session:
            return pressed(session, TELEGRAM, str(chat), asker.user, key)

    def _kept(self, choices: list[Choice], asker: Asker, place: Place) -> list[tuple[str, str]]:
        with session_scope(self._services.gateway.engine, writes=True) as session:
            sends = [choice.send for choice in choices]
            keys = keep_buttons(session, TELEGRAM, str(place.chat), asker.user, sends)
        return [(choice.label, key) for choice, key in zip(choices, keys, strict=True)]

    def _question_about(self, shared: SharedContact, asker: Asker) -> str:
        with session_scope(self._services.gateway.engine, asker=asker.person.asker) as session:
            return question_about(session, shared)


def _has_content(message: Message) -> bool:
    """Whether a person says something; not that they joined, pinned or changed the title."""
    return message.text is not None or message.contact is not None or any(getattr(message, one) for one in UNREAD)


def _polite(message: Message, language: Language) -> str:
    kind = next(one for one in UNREAD if getattr(message, one))
    return say(f"telegram.unread.{UNREAD_AS.get(kind, kind)}", language)


def _example(name: str, language: Language) -> str:
    """What an example's button sends."""
    if name == "role":
        role = {"role": say("telegram.example.role_named", language)}
        return f"/ask_approach{json.dumps(role, ensure_ascii=False)}"
    return {"personas": "/list_personas", "help": "/help"}[name]
