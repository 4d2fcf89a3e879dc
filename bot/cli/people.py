"""`personabot personas`, `role`, `match`, `antipersona` and `approach`: one question, one answer.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from sqlalchemy.orm import Session

from bot.cli.common import AsJson, console, language, operator, print_json, show, store, text
from bot.cli.entry import BAD_INPUT
from bot.render.terminal import render_terminal, visible
from persona_store.answer import Answer
from persona_store.database import session_scope
from persona_store.privacy.audit import record
from persona_store.settings import Language

if TYPE_CHECKING:
    from persona_store.names import Person

Result = TypeVar("Result")

Name = Annotated[str, typer.Argument(metavar="NAME|ID", help=text("option.contact"))]


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("personas", help=text("help.personas"))(personas)
    app.command("role", help=text("help.role"))(role)
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
    from actions.answers.common import role_name
    from persona_store.lexicon import normalise_title

    found = normalise_title(title)
    if as_json:
        print_json({"function": found.function, "level": found.level})
    elif found.function == "other" and found.level == "unknown":
        console.print(text("role_unknown", title=visible(title)), markup=False)
    else:
        console.print(role_name(f"{found.function}/{found.level}", language()), markup=False)


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
    with store() as engine, session_scope(engine, writes=True) as session:
        contact = the_contact(session, name, as_json=as_json)
        record(session, f"terminal:{operator()}", action, contact_id=contact)
        result = question(session, contact)
    show(compose(result, language()), result, as_json=as_json)


def the_contact(session: Session, name: str, *, as_json: bool) -> int:
    """The id of the one contact that `name` clearly means; else says who may be meant and ends with code 2."""
    from persona_store.names import find_people, is_clear

    people = find_people(session, name)
    if is_clear(people):
        return people[0].contact_id
    _unclear(name, people, as_json=as_json)
    raise typer.Exit(BAD_INPUT)


def _unclear(name: str, people: Sequence["Person"], *, as_json: bool) -> None:
    from actions.answers import choose_person_answer, nobody_answer

    if as_json:
        print_json({"candidates": people})
        return
    alike = any(person.exact for person in people)
    answer = choose_person_answer(people, language()) if alike else nobody_answer(name, people, language())
    if answer.choices:  # the command has ended, nobody waits for a choice
        found = "\n".join((answer.text, *(f"  · {choice.label}" for choice in answer.choices)))
        answer = replace(answer, text=found, choices=(), next_step=text("which_of_them"))
    render_terminal(answer.as_dict(), console)
