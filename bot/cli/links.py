"""`personabot users link|unlink|links`: which accounts of other channels speak for a user."""

from typing import Annotated

import typer

from bot.cli.common import AsJson, console, language, print_json, store
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.links import CODE_MINUTES, TELEGRAM, links_of, new_code, unlink
from persona_store.users import user_called
from persona_store.wording import say


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("link", help=_text("link_help"))(link)
    app.command("unlink", help=_text("unlink_help"))(unlink_user)
    app.command("links", help=_text("links_help"))(links)


def _text(key: str, count: int | None = None, **values: object) -> str:
    return say(f"links.{key}", language(), count=count, **values)


Name = Annotated[str, typer.Argument(help=_text("name"))]


def link(name: Name, as_json: AsJson = False) -> None:
    """Prints a one-time code for Telegram."""
    with store() as engine, session_scope(engine, writes=True) as session:
        code = new_code(session, name)
    if as_json:
        print_json({"code": code, "minutes": CODE_MINUTES})
    else:
        console.print(_text("code", code=code, minutes=CODE_MINUTES), markup=False)


def unlink_user(
    name: Name, account: Annotated[str | None, typer.Option("--account", help=_text("account"))] = None
) -> None:
    """Ends the links of a user, or one of them; it holds at once."""
    with store() as engine, session_scope(engine, writes=True) as session:
        user = user_called(session, name)
        known = {one.external_id for one in links_of(session, user)}
        if account is not None and account not in known:
            raise InputError(_text("unknown_account", account=account[:100], name=user.name))
        ended = unlink(session, TELEGRAM, user if account is None else account)
    console.print(_text("unlinked", count=ended, name=name) if ended else _text("none_of", name=name), markup=False)


def links(as_json: AsJson = False) -> None:
    """Lists who speaks for whom, and since when."""
    with store() as engine, session_scope(engine) as session:
        found = [
            {"name": one.user.name, "channel": one.channel, "account": one.external_id, "since": one.linked_at}
            for one in links_of(session)
        ]
    if as_json:
        print_json(found)
        return
    for one in found:
        console.print(f"{one['name']}  {one['channel']}  {one['account']}  {one['since']:%Y-%m-%d %H:%M}", markup=False)
    if not found:
        console.print(_text("none"), markup=False)
