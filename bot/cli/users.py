"""`personabot users`: who may log in."""

from typing import Annotated

import typer

from bot.cli.common import AsJson, console, print_json, store, text
from persona_store.database import session_scope
from persona_store.privacy.rights import Rights
from persona_store.users import add_user, list_users, remove_user

app = typer.Typer(help=text("help.users"), no_args_is_help=True)

Name = Annotated[str, typer.Argument(help=text("option.user_name"))]


@app.command("add", help=text("help.users_add"))
def add(
    name: Name,
    rights: Annotated[Rights, typer.Option(help=text("option.rights"))] = "sales",
    password: Annotated[
        str,
        typer.Option(
            prompt=text("prompt.password"),
            hide_input=True,
            confirmation_prompt=True,
            envvar="PERSONABOT_NEW_PASSWORD",
            help=text("option.password"),
        ),
    ] = "",
) -> None:
    """Adds a user; the password is asked for and not shown."""
    with store() as engine, session_scope(engine, writes=True) as session:
        add_user(session, name, password, rights)
    console.print(text("users.added", name=name, rights=rights), markup=False)


@app.command("list", help=text("help.users_list"))
def list_all(as_json: AsJson = False) -> None:
    """Lists the users with their rights."""
    with store() as engine, session_scope(engine) as session:
        found = [{"name": user.name, "rights": user.rights} for user in list_users(session)]
    if as_json:
        print_json(found)
        return
    for user in found:
        console.print(f"{user['name']}  {user['rights']}", markup=False)
    if not found:
        console.print(text("users.none"), markup=False)


@app.command("remove", help=text("help.users_remove"))
def remove(name: Name) -> None:
    """Removes a user."""
    with store() as engine, session_scope(engine, writes=True) as session:
        remove_user(session, name)
    console.print(text("users.removed", name=name), markup=False)
