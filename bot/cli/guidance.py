"""`personabot centre`, `journey`, `next` and `ideas`: who decides, where a lead stands, what to do and to try next.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy.orm import Session

from bot.cli.common import AsJson, console, language, operator, print_json, show, store, text
from bot.cli.people import Name, the_contact
from bot.render.terminal import visible
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.privacy.audit import record
from persona_store.wording import say

if TYPE_CHECKING:
    from persona_store.database.models import Company

SHARE = re.compile(r"\s*(\d{1,10})\s*/\s*(\d{1,10})\s*")

NAMES_SHOWN = 5

app = typer.Typer(help=text("help.ideas"), invoke_without_command=True, no_args_is_help=False)
Persona = Annotated[str | None, typer.Option("--persona", help=text("option.idea_persona"))]


def register(target: typer.Typer) -> None:
    """Adds the commands of this module."""
    target.command("centre", help=text("help.centre"))(centre)
    target.command("journey", help=text("help.journey"))(journey)
    target.command("next", help=text("help.next"))(next_)
    target.add_typer(app, name="ideas")


def centre(
    company: Annotated[str, typer.Argument(metavar="COMPANY", help=text("option.company"))], as_json: AsJson = False
) -> None:
    """Shows who takes part in the purchase at a company and who is missing."""
    from actions.answers.centre import centre_answer
    from persona_store.guidance.buying_centre import buying_centre

    with store() as engine, session_scope(engine, writes=True) as session:
        meant = _the_company(session, company)
        found = buying_centre(session, meant.id)
        for member in found.members:
            record(session, f"terminal:{operator()}", "centre", contact_id=member.contact_id)
    show(centre_answer(found, language()), found, as_json=as_json)


def journey(name: Name, as_json: AsJson = False) -> None:
    """Says in which phase a contact is, why, and whether sales should take over."""
    from actions.answers.journey import journey_answer
    from persona_store.guidance.journey import contact_journey

    with store() as engine, session_scope(engine, writes=True) as session:
        contact = the_contact(session, name, as_json=as_json)
        record(session, f"terminal:{operator()}", "journey", contact_id=contact)
        found = contact_journey(session, contact)
    show(journey_answer(found, language()), found, as_json=as_json)


def next_(
    name: Annotated[str | None, typer.Argument(metavar="[NAME|ID]", help=text("option.contact"))] = None,
    persona: Annotated[str | None, typer.Option("--persona", help=text("option.next_persona"))] = None,
    phase: Annotated[str | None, typer.Option("--phase", help=text("option.next_phase"))] = None,
    channel: Annotated[str | None, typer.Option("--channel", help=text("option.next_channel"))] = None,
    as_json: AsJson = False,
) -> None:
    """Says what to do next for a contact, or for a persona in a phase, and with which message."""
    from actions.answers.journey import next_answer
    from persona_store.guidance.journey import next_step
    from persona_store.lexicon import normalise_channel

    meant = normalise_channel(channel) if channel else None
    if channel and meant is None:
        raise InputError(text("error.no_channel", channel=channel))
    if (name is None) == (persona is None) or (persona is None) != (phase is None):
        raise InputError(text("error.next_for_whom"))
    if persona is not None and phase is not None:
        _next_for_persona(persona, phase, meant, as_json=as_json)
        return
    with store() as engine, session_scope(engine, writes=True) as session:
        contact = the_contact(session, name or "", as_json=as_json)
        record(session, f"terminal:{operator()}", "next", contact_id=contact)
        found = next_step(session, contact, language(), channel=meant)
    show(next_answer(found, language(), channel=meant), found, as_json=as_json)


def _next_for_persona(persona: str, phase: str, channel: str | None, *, as_json: bool) -> None:
    from actions.answers.journey import next_answer
    from persona_store.guidance.journey import next_for_persona
    from persona_store.guidance.phases import PHASES
    from persona_store.lexicon import normalise_phase
    from persona_store.names import find_personas

    said = phase.strip().lower()
    stage = next((one for one in PHASES if one in (said, normalise_phase(phase))), None)
    if stage is None:
        names = ", ".join(say(f"stage.{one}", language()) for one in PHASES)
        raise InputError(text("error.no_phase", phase=phase, names=names))
    with store() as engine, session_scope(engine) as session:
        meant = find_personas(session, persona)
        if len(meant) != 1:
            raise InputError(text("error.no_persona", persona=persona))
        found = next_for_persona(session, meant[0].id, stage, language(), channel=channel)
    show(next_answer(found, language(), channel=channel), found, as_json=as_json)


@app.callback()
def ideas(context: typer.Context, persona: Persona = None, as_json: AsJson = False) -> None:
    """Lists the ideas, the most worthwhile first."""
    if context.invoked_subcommand is not None:
        return
    from actions.answers.ideas import ideas_answer
    from persona_store.guidance.ideas import list_ideas
    from persona_store.guidance.people import find_persona

    with store() as engine, session_scope(engine) as session:
        found = list_ideas(session, language(), persona=persona)
        meant = find_persona(session, persona) if persona else None
        name = meant.name(language()) if meant else None
    show(ideas_answer(found, language(), persona=name), found, as_json=as_json)


@app.command("add", help=text("help.ideas_add"))
def add(
    idea: Annotated[str, typer.Argument(metavar="TEXT", help=text("option.idea"))],
    impact: Annotated[int, typer.Option(help=text("option.impact"))],
    effort: Annotated[int, typer.Option(help=text("option.effort"))],
    persona: Persona = None,
    as_json: AsJson = False,
) -> None:
    """Records an idea."""
    from persona_store.guidance.ideas import add_idea

    with store() as engine, session_scope(engine, writes=True) as session:
        added = add_idea(session, idea, impact, effort, persona=persona, language=language(), actor=operator())
    if as_json:
        print_json(asdict(added))
    else:
        console.print(visible(say("idea_list.added", language(), id=added.id, text=added.text)), markup=False)


@app.command("measure", help=text("help.ideas_measure"))
def measure(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help=text("option.idea_number"))],
    tried: Annotated[str, typer.Option(help=text("option.tried"))],
    before: Annotated[str, typer.Option(help=text("option.before"))],
    as_json: AsJson = False,
) -> None:
    """Records what an idea brought, as successes of attempts with it and without it."""
    from actions.answers.ideas import proof_line
    from persona_store.guidance.ideas import measure_idea

    counts = {name: _share(value) for name, value in (("tried", tried), ("before", before))}
    with store() as engine, session_scope(engine, writes=True) as session:
        measured = measure_idea(session, number, **counts)
    if as_json:
        print_json(asdict(measured))
    else:
        told = say("idea_list.measured", language(), id=number, proof=proof_line(measured, language()))
        console.print(visible(told), markup=False)


def _share(value: str) -> tuple[int, int]:
    found = SHARE.fullmatch(value)
    if found is None:
        raise InputError(say("ideas.error.counts", language()))
    return int(found[1]), int(found[2])


def _the_company(session: Session, name: str) -> "Company":
    """The one company that `name` means; raises InputError where it means none or several."""
    from persona_store.names import company_meant

    meant = company_meant(session, name)
    if meant.company is not None:
        return meant.company
    if meant.several:
        names = ", ".join(one.name for one in meant.several[:NAMES_SHOWN])
        raise InputError(say("centre.error.several", language(), company=name, names=names))
    raise InputError(say("centre.error.unknown", language(), company=name))
