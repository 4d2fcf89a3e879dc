"""`personabot builds` and `diff`: what changed from build to build.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.cli.common import AsJson, language, operator, print_json, show, store, text
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.wording import say

BuildA = Annotated[int | None, typer.Argument(metavar="A", help=text("option.build_a"))]
BuildB = Annotated[int | None, typer.Argument(metavar="B", help=text("option.build_b"))]


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("builds", help=text("help.builds"))(builds)
    app.command("diff", help=text("help.diff"))(diff)


def builds(as_json: AsJson = False) -> None:
    """Lists the builds, newest first."""
    from actions.answers.versions import builds_answer
    from persona_store.segmentation.versions import list_builds

    with store() as engine, session_scope(engine) as session:
        found = list_builds(session)
        show(builds_answer(found, language()), found, as_json=as_json)


def diff(
    a: BuildA = None,
    b: BuildB = None,
    contacts: Annotated[bool, typer.Option("--contacts", help=text("option.contacts_moved"))] = False,
    names: Annotated[bool, typer.Option("--names", help=text("option.names"))] = False,
    as_json: AsJson = False,
) -> None:
    """Compares two builds, by default the last two."""
    from actions.answers.versions import drift_answer, moves_answer
    from persona_store.database.models import Build, Contact
    from persona_store.privacy.audit import record
    from persona_store.segmentation.drift import compare_builds, moved_contacts

    with store() as engine, session_scope(engine, writes=names) as session:
        old, new = _two(session, a, b)
        drift = compare_builds(session, old, new)
        moves = moved_contacts(session, old, new) if contacts or names else []
        named: dict[int, str] | None = None
        if names:
            ids = [move.contact_id for move in moves]
            named = {one.id: one.name for one in session.scalars(select(Contact).where(Contact.id.in_(ids)))}
            for contact in ids:
                record(session, f"terminal:{operator()}", "diff", contact_id=contact)
        days = {build.id: build.data_on for build in session.scalars(select(Build).where(Build.id.in_((old, new))))}
    if as_json:
        listed: list[dict[str, Any]] = [
            {"contact_id": one.contact_id, "old_id": one.old_id, "new_id": one.new_id} for one in moves
        ]
        if named is not None:
            listed = [one | {"name": named[move.contact_id]} for one, move in zip(listed, moves, strict=True)]
        print_json(drift.as_json() | ({"contacts": listed} if contacts or names else {}))
        return
    show(drift_answer(drift, days, language()), None, as_json=False)
    if contacts or names:
        show(moves_answer(moves, drift, named, language()), None, as_json=False)


def _two(session: Session, a: int | None, b: int | None) -> tuple[int, int]:
    from persona_store.database.models import Build

    known = list(session.scalars(select(Build.id).order_by(Build.id)))
    for asked in (a, b):
        if asked is not None and asked not in known:
            builds = ", ".join(map(str, known)) or "–"
            raise InputError(say("versions.error.no_build", language(), build=asked, builds=builds))
    if b is None and a is not None:
        b = known[-1]
    if a is None:
        if len(known) < 2:
            raise InputError(say("versions.error.one_build", language(), known=len(known)))
        a, b = known[-2], known[-1]
    return a, b if b is not None else known[-1]
