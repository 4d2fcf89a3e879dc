"""`personabot personas`, `role`, `describe`, `match`, `antipersona` and `approach`: one question, one answer.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from sqlalchemy.orm import Session

from bot.cli.common import AsJson, console, language, operator, print_json, show, store, text
from bot.render.terminal import render_terminal
from persona_store.answer import Answer
from persona_store.database import session_scope
from persona_store.privacy.audit import record
from persona_store.settings import Language
from persona_store.wording import label

if TYPE_CHECKING:
    from persona_store.names import Person

NOT_FOUND = 2

Result = TypeVar("Result")

Name = Annotated[str, typer.Argument(metavar="NAME|ID", help=text("option.contact"))]


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("personas", help=text("help.personas"))(personas)
    app.command("role", help=text("help.role"))(role)
    app.command("describe", help=text("help.describe"))(describe)
    app.command("match", help=text("help.match"))(match)
    app.command("antipersona", help=text("help.antipersona"))(antipersona)
    app.command("approach", help=text("help.approach"))(approach)


def personas(as_json: AsJson = False) -> None:
    """Lists the personas of the newest build."""
    from actions.answers import personas_answer
    from persona_store.segmentation.profiles import list_profiles

    with store() as engine, session_scope(engine) as session:
        profiles = list_profiles(session)
        show(personas_answer(profiles, language()), profiles, as_json=as_json)


def role(title: Annotated[str, typer.Argument(help=text("option.title"))], as_json: AsJson = False) -> None:
    """Says which function and level a job title means."""
    from persona_store.lexicon import normalise_title

    found = normalise_title(title)
    if as_json:
        print_json({"function": found.function, "level": found.level})
        return
    console.print(
        f"{label('function', found.function, language())}, {label('level', found.level, language())}", markup=False
    )


def describe(
    description: Annotated[str, typer.Argument(metavar="TEXT", help=text("option.description"))],
    as_json: AsJson = False,
) -> None:
    """Says what a description in free words says about a lead."""
    from persona_store.lexicon import describe as describe_text

    found = describe_text(description).as_dict()
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        if value not in (None, [], ()):
            console.print(f"{label('attribute', name, language())}: {value}", markup=False)


def match(name: Name, as_json: AsJson = False) -> None:
    """Says which persona a contact matches and why."""
    from actions.answers import match_answer
    from persona_store.matching import match_contact

    _about(name, "match", match_contact, match_answer, as_json=as_json)


def antipersona(name: Name, as_json: AsJson = False) -> None:
    """Says whether a contact is an anti-persona and why."""
    from actions.answers import antipersona_answer
    from persona_store.antipersona import judge_contact

    _about(name, "antipersona", judge_contact, antipersona_answer, as_json=as_json)


def approach(
    who: Annotated[str, typer.Argument(metavar="ROLE|NAME", help=text("option.role_or_name"))], as_json: AsJson = False
) -> None:
    """Says how to reach and address a role or a contact."""
    from actions.answers import approach_answer
    from actions.state import Subject
    from persona_store.guidance import approach_contact, approach_role
    from persona_store.lexicon import normalise_title

    meant = normalise_title(who)
    if meant.function == "other":
        _about(who, "approach", approach_contact, approach_answer, as_json=as_json)
        return
    with store() as engine, session_scope(engine) as session:
        advice = approach_role(session, meant.function, meant.level)
        show(
            approach_answer(advice, language(), subject=Subject("role", f"{meant.function}/{meant.level}", who)),
            advice,
            as_json=as_json,
        )


def _about(
    name: str,
    action: str,
    question: Callable[[Session, int], Result],
    compose: Callable[[Result, Language], Answer],
    *,
    as_json: bool,
) -> None:
    from persona_store.names import find_people, is_clear

    with store() as engine, session_scope(engine, writes=True) as session:
        people = find_people(session, name)
        if not is_clear(people):
            _unclear(name, people, as_json=as_json)
            raise typer.Exit(NOT_FOUND)
        contact = people[0].contact_id
        record(session, f"terminal:{operator()}", action, contact_id=contact)
        result = question(session, contact)
    show(compose(result, language()), result, as_json=as_json)


def _unclear(name: str, people: Sequence["Person"], *, as_json: bool) -> None:
    from actions.answers import choose_person_answer, nobody_answer

    if as_json:
        print_json({"candidates": people})
        return
    alike = any(person.exact for person in people)
    answer = choose_person_answer(people, language()) if alike else nobody_answer(name, people, language())
    render_terminal(answer.as_dict(), console)
