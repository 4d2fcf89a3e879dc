"""The `personabot` command: one Typer application; errors become one sentence and an exit code."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from bot.cli import (
    antipersona,
    attributes,
    data,
    describe,
    events,
    guidance,
    hypothesis,
    links,
    people,
    personas,
    privacy,
    processes,
    quality,
    report,
    scorecard,
    talk,
    target,
    texts,
    users,
    versions,
)
from bot.cli.common import errors, text
from bot.cli.entry import BAD_INPUT
from bot.render.terminal import visible
from persona_store.errors import DiskFull, InputError, NoPersonas, PersonaBotError
from persona_store.full_disk import disk_full

FAILED = 1

app = typer.Typer(
    name="personabot",
    help=text("help.app"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback with local values could show personal data
    add_completion=False,
)
for module in (
    processes,
    data,
    attributes,
    people,
    describe,
    events,
    antipersona,
    quality,
    report,
    scorecard,
    talk,
    texts,
    versions,
    guidance,
):
    module.register(app)
links.register(users.app)
app.add_typer(users.app, name="users")
app.add_typer(privacy.app, name="privacy")
app.add_typer(personas.app, name="persona")
app.add_typer(target.app, name="target")
app.add_typer(hypothesis.app, name="hypothesis")


@app.command(
    "rasa",
    help=text("help.rasa"),
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)
def rasa(context: typer.Context) -> None:
    """Rasa's own command line, with our layer loaded."""
    from bot.assistant.launcher import rasa_main  # Rasa takes seconds to import; only this command pays for it

    raise typer.Exit(rasa_main(context.args))


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("personabot"))
        raise typer.Exit


@app.callback()
def main(
    show_version: Annotated[
        bool, typer.Option("--version", help=text("option.version"), is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Options before the command."""


def run() -> None:
    """Entry of the console command: 0 done, 1 failed, 2 bad input, none yet or a full disk, 130 broken off."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        told = disk_full(error) or error
        if not isinstance(told, PersonaBotError):
            raise
        errors.print(visible(told), style="bold red", markup=False)
        sys.exit(BAD_INPUT if isinstance(told, InputError | NoPersonas | DiskFull) else FAILED)
