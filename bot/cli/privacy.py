"""`personabot privacy`: what people may demand of us.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from bot.cli.common import AsJson, console, language, operator, print_json, show, store, text
from bot.cli.people import Name
from bot.render.terminal import visible
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.wording import day, say

NAMES_SHOWN = 5

app = typer.Typer(help=text("help.privacy"), no_args_is_help=True)


@app.command("show", help=text("help.privacy_show"))
def show_(name: Name, as_json: AsJson = False) -> None:
    """Shows what is stored about a person, where it comes from and what of it is used."""
    from actions.answers.privacy import data_basis_answer
    from persona_store.privacy.audit import record
    from persona_store.privacy.basis import data_basis

    with store() as engine, session_scope(engine, writes=True) as session:
        contact, _ = _the_person(session, name)
        record(session, _actor(), "data_basis", contact_id=contact)
        basis = data_basis(session, contact)
    show(data_basis_answer(basis, language()), basis, as_json=as_json)


@app.command("object", help=text("help.privacy_object"))
def object_(
    name: Name, withdraw: Annotated[bool, typer.Option("--withdraw", help=text("option.withdraw"))] = False
) -> None:
    """Records that a contact objects to profiling, or takes that back."""
    from persona_store.privacy.objection import object_to_profiling, withdraw_objection

    with store() as engine, session_scope(engine, writes=True) as session:
        contact, called = _the_person(session, name)
        if withdraw:
            done = withdraw_objection(session, contact, _actor())
            told = say("privacy.withdrawn.text", language(), name=called) if done else None
            console.print(visible(told or say("privacy.no_objection", language())), markup=False)
            return
        entries = object_to_profiling(session, contact, _actor(), datetime.now(UTC).date())
    console.print(text("privacy.objected", count=entries), markup=False)


@app.command("erase", help=text("help.privacy_erase"))
def erase(name: Name, yes: Annotated[bool, typer.Option("--yes", help=text("option.erase_yes"))] = False) -> None:
    """Erases all data of a person, after a question."""
    from actions.answers.privacy import erased_answer, held_line
    from bot.assistant.forgetting import remember_to_forget
    from persona_store.privacy.erasure import erase_person, holdings

    remember_to_forget()
    with store() as engine:
        with session_scope(engine) as session:
            contact, called = _the_person(session, name)
            what = held_line(holdings(session, contact), language())
        if not yes and not _agreed(say("privacy.cli.asks", language(), name=called, what=what)):
            console.print(say("privacy.cli.kept", language()), markup=False)
            return
        with session_scope(engine, writes=True) as session:
            erased = erase_person(session, contact, _actor())
    show(erased_answer(erased, language()), erased, as_json=False)


@app.command("export", help=text("help.privacy_export"))
def export(
    name: Name,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=text("option.export_output"))] = None,
) -> None:
    """Prints everything that is stored about a person as JSON."""
    from persona_store.privacy.audit import record
    from persona_store.privacy.export import export_person

    with store() as engine, session_scope(engine, writes=True) as session:
        contact, _ = _the_person(session, name)
        record(session, _actor(), "export", contact_id=contact)
        data = export_person(session, contact)
    if output is None:
        print_json(data)
        return
    try:
        output.touch(mode=0o600, exist_ok=False)  # personal data: for the owner's eyes
        output.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except FileExistsError:
        raise InputError(say("privacy.cli.exists", language(), path=output)) from None
    except OSError as error:
        reason = error.strerror or ""
        raise InputError(say("privacy.cli.unwritable", language(), path=output, reason=reason)) from None
    console.print(visible(say("privacy.cli.exported", language(), path=output)), markup=False)


@app.command("requests", help=text("help.privacy_requests"))
def requests(as_json: AsJson = False) -> None:
    """Shows whose data are still to be erased on demand."""
    from persona_store.privacy.erasure import open_requests

    with store() as engine, session_scope(engine) as session:
        found = open_requests(session)
    if as_json:
        print_json(
            [
                {"contact_id": contact.id, "name": contact.name, "on": request.at.date(), "actor": request.actor}
                for contact, request in found
            ]
        )
        return
    for contact, request in found:
        told = say(
            "privacy.cli.request",
            language(),
            name=contact.name,
            id=f"#{contact.id}",
            day=day(request.at.date(), language()),
            actor=request.actor,
        )
        console.print(visible(told), markup=False)
    if not found:
        console.print(say("privacy.cli.no_requests", language()), markup=False)


def _the_person(session: Session, name: str) -> tuple[int, str]:
    """Id and name of the one person that `name` clearly means, people who objected included; raises InputError."""
    from persona_store.names import find_people, is_clear
    from persona_store.privacy.finding import blocked_people

    people, objected = find_people(session, name), blocked_people(session, name)
    exact = [*(one for one in people if one.exact), *objected]
    if len(exact) == 1:
        return exact[0].contact_id, exact[0].name
    if not exact and is_clear(people):
        return people[0].contact_id, people[0].name
    several = exact or people
    if not several:
        raise InputError(say("privacy.cli.nobody", language(), name=name))
    names = "; ".join(
        f"{one.name}, {one.company or '–'} (#{one.contact_id})"  # a dash, as in the tables
        for one in several[:NAMES_SHOWN]
    )
    raise InputError(say("privacy.cli.several", language(), name=name, names=names))


def _agreed(question: str) -> bool:
    """The answer of the person at the terminal; raises InputError where nobody sits there."""
    if not sys.stdin.isatty():
        raise InputError(say("privacy.cli.needs_yes", language()))
    return typer.confirm(visible(question))


def _actor() -> str:
    return f"terminal:{operator()}"
