"""`personabot privacy`: what people may demand of us."""

from datetime import UTC, datetime

import typer

from bot.cli.common import console, operator, store, text
from bot.cli.people import Name, the_contact
from persona_store.database import session_scope

app = typer.Typer(help=text("help.privacy"), no_args_is_help=True)


@app.callback()
def privacy() -> None:
    """Makes `object` a subcommand also while it is the only one."""


@app.command("object", help=text("help.privacy_object"))
def object_(name: Name) -> None:
    """Records that a contact objects to profiling."""
    from persona_store.privacy.objection import object_to_profiling

    with store() as engine, session_scope(engine, writes=True) as session:
        contact = the_contact(session, name, as_json=False)
        entries = object_to_profiling(session, contact, f"terminal:{operator()}", datetime.now(UTC).date())
    console.print(text("privacy.objected", count=entries), markup=False)
