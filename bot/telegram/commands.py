"""The commands of the menu, in German and English, and what each of them asks the assistant."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from telegram import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.ext import ExtBot

from persona_store.settings import Language
from persona_store.wording import say

LONGEST_ARGUMENT = 200
LANGUAGES: tuple[Language, ...] = ("de", "en")
_COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@(?P<bot>[A-Za-z0-9_]+))?(?:\s+(?P<argument>.*))?", re.DOTALL)
_DESCRIBED = re.compile(r"[,;\d]|\S+(\s+\S+){4,}")  # a description has parts or figures or many words; a name has not


@dataclass(frozen=True, slots=True)
class Command:
    """A command by its names; `intent` is what it asks, `entity` what its argument is.

    `described` is the message for an argument that describes somebody instead of naming them.
    """

    names: Mapping[Language, str]
    intent: str
    entity: str | None = None
    described: str | None = None
    in_groups: bool = False


def _same(name: str) -> dict[Language, str]:
    return {"de": name, "en": name}


COMMANDS: Mapping[str, Command] = {
    "persona": Command(_same("persona"), "match_persona", "contact", "{argument}"),
    "lead": Command(_same("lead"), "check_anti_persona", "contact", "Lead: {argument}"),
    "role": Command({"de": "rolle", "en": "role"}, "ask_approach", "role", in_groups=True),
    "personas": Command(_same("personas"), "list_personas", in_groups=True),
    "learn": Command({"de": "lernen", "en": "learn"}, "start_onboarding", in_groups=True),
    "quiz": Command(_same("quiz"), "start_quiz", in_groups=True),
    "privacy": Command({"de": "datenschutz", "en": "privacy"}, "ask_data_basis", "contact"),
    "language": Command({"de": "sprache", "en": "language"}, "change_language", "language", in_groups=True),
    "stop": Command(_same("stop"), "stop"),
    "new": Command({"de": "neu", "en": "new"}, "restart"),
    "help": Command({"de": "hilfe", "en": "help"}, "help", in_groups=True),
    "unlink": Command({"de": "abmelden", "en": "unlink"}, "unlink"),
}
BY_NAME = {name: key for key, command in COMMANDS.items() for name in command.names.values()}


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as typed: which one ("" for one we do not know), for which bot, and what follows."""

    key: str
    bot: str
    argument: str


def typed_command(text: str) -> Typed | None:
    """The command that a message begins with; None for other messages."""
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return None
    name = found["name"].lower()
    argument = " ".join((found["argument"] or "").split())
    return Typed("start" if name == "start" else BY_NAME.get(name, ""), (found["bot"] or "").lower(), argument)


def as_message(typed: Typed) -> str:
    """What the command says to the assistant."""
    command, argument = COMMANDS[typed.key], typed.argument[:LONGEST_ARGUMENT]
    if command.described and _DESCRIBED.search(argument):
        return command.described.format_map({"argument": argument})
    if command.entity and argument:
        return f"/{command.intent}{json.dumps({command.entity: argument}, ensure_ascii=False)}"
    return f"/{command.intent}"


async def set_commands(bot: ExtBot[None], fallback: Language) -> None:
    """Puts the menu into people's apps, in their language; `fallback` for languages we do not speak."""
    for code in (*LANGUAGES, None):
        language: Language = code or fallback
        for scope, only_groups in ((BotCommandScopeAllPrivateChats(), False), (BotCommandScopeAllGroupChats(), True)):
            menu = [
                BotCommand(command.names[language], say(f"telegram.command.{key}", language))
                for key, command in COMMANDS.items()
                if command.in_groups or not only_groups
            ]
            await bot.set_my_commands(menu, scope=scope, language_code=code)
