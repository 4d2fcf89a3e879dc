"""`personabot chat` and `ask`: a talk with the assistant in the terminal."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import uuid4

import typer

from bot.cli.common import OPERATOR_RIGHTS, AsJson, console, operator, print_json, text
from bot.cli.processes import train_apart
from bot.cli.supervisor import LOCAL, Supervisor, services
from bot.gateway.rasa_client import RasaClient, sender_id
from bot.render.terminal import render_terminal
from persona_store.errors import InputError
from persona_store.settings import Settings, settings

CONVERSATION = re.compile(r"[\w.-]{1,80}")
LEAVING = {"/quit", "/exit", "/ende"}
QUIET_LOG = 200

Conversation = Annotated[str | None, typer.Option("--conversation", help=text("option.conversation"))]
UserName = Annotated[str | None, typer.Option("--user", help=text("option.user"))]


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("ask", help=text("help.ask"))(ask)
    app.command("chat", help=text("help.chat"))(chat)


def ask(
    question: Annotated[str, typer.Argument(metavar="TEXT", help=text("option.question"))],
    conversation: Conversation = None,
    user: UserName = None,
    as_json: AsJson = False,
) -> None:
    """Asks one question; with the same conversation id the next one may refer to it."""
    answers = asyncio.run(_ask(question, _checked(conversation), user or operator()))
    if as_json:
        print_json({"messages": answers})
        return
    for answer in answers:
        render_terminal(answer, console)


def chat(conversation: Conversation = None, user: UserName = None) -> None:
    """Talks until the person leaves with /quit or Ctrl-D; a number picks one of the offered choices."""
    asyncio.run(_chat(_checked(conversation), user or operator()))


async def _ask(question: str, conversation: str, user: str) -> list[dict[str, Any]]:
    async with _assistant() as client:
        return await _say(client, question, conversation, user)


async def _chat(conversation: str, user: str) -> None:
    async with _assistant() as client:
        console.print(text("chat.welcome"), style="dim", markup=False)
        choices: list[dict[str, str]] = []
        while (line := await asyncio.to_thread(_read)) is not None:
            if line.strip().lower() in LEAVING:
                break
            picked = int(line) - 1 if line.strip().isascii() and line.strip().isdigit() and len(line) < 4 else -1
            message = choices[picked]["send"] if 0 <= picked < len(choices) else line
            for answer in await _say(client, message, conversation, user):
                render_terminal(answer, console)
                choices = answer.get("choices", [])
        console.print(text("chat.bye"), style="dim", markup=False)


def _read() -> str | None:
    try:
        return console.input("[bold]> [/bold]")
    except EOFError:
        return None


async def _say(client: RasaClient, message: str, conversation: str, user: str) -> list[dict[str, Any]]:
    config = settings()
    sender = sender_id(config.secret("conversations"), f"terminal:{user}", conversation)
    answers = await client.ask(f"terminal:{user}", OPERATOR_RIGHTS, sender, message)
    return [answer.as_dict() for answer in answers]


@asynccontextmanager
async def _assistant() -> AsyncIterator[RasaClient]:
    """A client of the running assistant; where none runs, one is started for as long as it is needed."""
    config = settings()
    async with RasaClient(config) as client:
        if await client.is_up():
            yield client
            return
    async with _own_assistant(config) as client:
        yield client


@asynccontextmanager
async def _own_assistant(config: Settings) -> AsyncIterator[RasaClient]:
    console.print(text("chat.starting"), style="dim", markup=False)
    await asyncio.to_thread(train_apart)
    rasa_port, actions_port = _free_ports(2)
    private = config.model_copy(update={"rasa_port": rasa_port, "actions_port": actions_port})
    log: list[str] = []

    def keep(name: str, line: str) -> None:
        log.append(f"{name}: {line}")
        del log[:-QUIET_LOG]

    supervisor = Supervisor(services(private, gateway=False), private, keep)
    await supervisor.start()
    try:
        async with RasaClient(private) as client:
            yield client
    finally:
        await supervisor.stop()


def _free_ports(count: int) -> list[int]:
    import socket

    probes = [socket.create_server((LOCAL, 0)) for _ in range(count)]
    ports: list[int] = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _checked(conversation: str | None) -> str:
    if conversation is None:
        return uuid4().hex
    if not CONVERSATION.fullmatch(conversation):
        raise InputError(text("error.conversation"))
    return conversation
