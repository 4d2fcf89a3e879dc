"""`personabot users`: who may log in, with which rights, and how somebody gets an account."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli.common import AsJson, console, language, print_json, store, text
from persona_store.administration import change_rights, dismiss
from persona_store.database import session_scope
from persona_store.lockout import locks, unlock
from persona_store.privacy.rights import Rights
from persona_store.settings import Language, settings
from persona_store.users import INVITATION_HOURS, add_user, invite, list_users, open_invitations, set_password
from persona_store.wording import say

LINK = "{address}/#invitation={token}"
TIME = "%Y-%m-%d %H:%M"

app = typer.Typer(help=text("help.users"), no_args_is_help=True)


def _text(key: str, **values: object) -> str:
    return say(f"accounts.{key}", language(), count=None, **values)


Name = Annotated[str, typer.Argument(help=text("option.user_name"))]
RightsOption = Annotated[Rights, typer.Option("--rights", help=text("option.rights"))]
Password = Annotated[
    str,
    typer.Option(
        prompt=text("prompt.password"),
        hide_input=True,
        confirmation_prompt=True,
        envvar="PERSONABOT_NEW_PASSWORD",
        help=text("option.password"),
    ),
]


@app.command("add", help=text("help.users_add"))
def add(
    name: Name,
    rights: RightsOption = "sales",
    spoken: Annotated[Language | None, typer.Option("--language", help=_text("option_language"))] = None,
    password: Password = "",
) -> None:
    """Adds a user; the password is asked for and not shown."""
    with store() as engine, session_scope(engine, writes=True) as session:
        add_user(session, name, password, rights, spoken)
    console.print(text("users.added", name=name, rights=rights), markup=False)


@app.command("list", help=text("help.users_list"))
def list_all(as_json: AsJson = False) -> None:
    """Lists the users with their rights, who is locked, and the open invitations."""
    with store() as engine, session_scope(engine) as session:
        users, invitations = list_users(session), open_invitations(session)
        locked = locks(session, [user.name for user in users])
    if as_json:
        print_json(
            [
                {
                    "name": user.name,
                    "rights": user.rights,
                    "language": user.language,
                    "single_sign_on": user.password_hash is None,
                    "locked_until": locked.get(user.name),
                }
                for user in users
            ]
        )
        return
    for user in users:
        notes = [_text("elsewhere")] if user.password_hash is None else []
        notes += [_text("locked", until=_shown(locked[user.name]))] if user.name in locked else []
        console.print("  ".join((user.name, user.rights, *notes)), markup=False)
    for one in invitations:
        name = f"{one.name} " if one.name else ""
        until = _shown(one.expires_at)
        shown = _text("invitation", name=name, rights=one.rights, by=one.invited_by, until=until)
        console.print(shown, style="dim", markup=False)
    if not users:
        console.print(text("users.none"), markup=False)


@app.command("remove", help=text("help.users_remove"))
def remove(name: Name) -> None:
    """Removes a user with their logins and links."""
    with store() as engine, session_scope(engine, writes=True) as session:
        dismiss(session, name)
    console.print(text("users.removed", name=name), markup=False)


@app.command("rights", help=_text("help_rights"))
def rights_(name: Name, rights: Annotated[Rights, typer.Argument(help=text("option.rights"))]) -> None:
    """Gives a user other rights, from their next request on."""
    with store() as engine, session_scope(engine, writes=True) as session:
        change_rights(session, name, rights)
    console.print(_text("changed", name=name, rights=rights), markup=False)


@app.command("password", help=_text("help_password"))
def password_(name: Name, password: Password = "") -> None:
    """Sets a new password and ends all logins of the user."""
    with store() as engine, session_scope(engine, writes=True) as session:
        set_password(session, name, password)
        unlock(session, name)
    console.print(_text("password_set", name=name), markup=False)


@app.command("unlock", help=_text("help_unlock"))
def unlock_(name: Name) -> None:
    """Ends the wait after too many failed logins."""
    with store() as engine, session_scope(engine, writes=True) as session:
        done = unlock(session, name)
    console.print(_text("unlocked" if done else "not_locked", name=name), markup=False)


@app.command("invite", help=_text("help_invite"))
def invite_(
    rights: RightsOption = "sales",
    name: Annotated[str | None, typer.Option("--name", help=_text("option_name"))] = None,
    hours: Annotated[float, typer.Option("--hours", help=_text("option_hours"))] = INVITATION_HOURS,
    as_json: AsJson = False,
) -> None:
    """Prints a link by which somebody makes an account of their own, once."""
    with store() as engine, session_scope(engine, writes=True) as session:
        token = invite(session, rights, name, hours)
        until = open_invitations(session)[0].expires_at
    known = settings()
    address = known.public_url or f"http://{'localhost' if known.host == '127.0.0.1' else known.host}:{known.port}"
    link = LINK.format(address=address, token=token)
    if as_json:
        print_json({"link": link, "until": until})
        return
    console.print(_text("invited", until=_shown(until)), markup=False)
    typer.echo(link)  # whole, however narrow the terminal


def _shown(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).astimezone().strftime(TIME)
