"""Entry of the `personabot` command, before anything that reads the settings."""

import sys

from persona_store.errors import InputError

BAD_INPUT = 2


def run() -> None:
    """Runs the command line; settings that are not allowed are bad input like any other."""
    try:
        from bot.cli.main import run as run_commands  # its help texts are in the language of the settings
    except InputError as error:
        print(error, file=sys.stderr)
        sys.exit(BAD_INPUT)
    run_commands()


if __name__ == "__main__":
    run()
