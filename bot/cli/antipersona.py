"""`personabot antipersonas`, `veto` and `vetoes`: anti-personas of the whole pipeline, and contradicting a verdict.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy.orm import Session

from bot.cli.common import AsJson, console, language, operator, print_json, show, store
from bot.cli.people import Name, the_contact
from bot.render.terminal import visible
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.privacy.audit import record
from persona_store.wording import say

if TYPE_CHECKING:
    from persona_store.antipersona.vetoes import Holds

LIMIT = 20


def _help(key: str) -> str:
    return say(f"veto.cli.{key}", language())


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("antipersonas", help=_help("help_pipeline"))(antipersonas)
    app.command("veto", help=_help("help"))(veto)
    app.command("vetoes", help=_help("help_list"))(vetoes)


def antipersonas(
    stage: Annotated[str | None, typer.Option(help=_help("stage"))] = None,
    company: Annotated[str | None, typer.Option(help=_help("company"))] = None,
    market: Annotated[str | None, typer.Option(help=_help("market"))] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help=_help("limit"))] = LIMIT,
    as_json: AsJson = False,
) -> None:
    """Lists the anti-personas in the pipeline, the costliest first, and what all of them would cost."""
    from actions.answers.pipeline import pipeline_answer
    from persona_store.antipersona.pipeline import list_anti_personas

    with store() as engine:
        with session_scope(engine) as session:
            found = list_anti_personas(session, market, stage, company, limit=limit)
        with session_scope(engine, writes=True) as session:
            for lead in found.leads:
                record(session, _actor(), "list_anti_personas", contact_id=lead.contact_id)
    show(pipeline_answer(found, language()), found, as_json=as_json)


def veto(
    name: Name,
    good: Annotated[bool, typer.Option("--good", help=_help("good"))] = False,
    anti: Annotated[bool, typer.Option("--anti", help=_help("anti"))] = False,
    persona: Annotated[str | None, typer.Option(help=_help("persona"))] = None,
    reason: Annotated[str | None, typer.Option(help=_help("reason"))] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help=_help("withdraw"))] = False,
) -> None:
    """Contradicts a verdict on a contact, or takes that back."""
    from actions.answers.veto import noted_answer, withdrawn_answer
    from persona_store.antipersona.vetoes import ON_PERSONA, ON_VERDICT, record_veto, withdraw_veto
    from persona_store.originals import original

    if good + anti + withdraw > 1 or not (good or anti or withdraw or persona):
        raise InputError(_help("one_of"))
    with store() as engine, session_scope(engine, writes=True) as session:
        contact = original(session, the_contact(session, name, as_json=False))
        record(session, _actor(), "veto", contact_id=contact.id)
        if withdraw:
            about: tuple[tuple[Holds, ...], ...] = (ON_PERSONA,) if persona else (ON_VERDICT, ON_PERSONA)
            taken = [withdraw_veto(session, contact.id, one) for one in about]
            answers = [withdrawn_answer(contact.name, language(), there_was=any(taken))]
        else:
            wanted: list[tuple[Holds, int | None]] = []
            if good or anti:
                wanted.append(("good_lead" if good else "anti_persona", None))
            if persona:
                wanted.append(("other_persona", _persona(session, persona)))
            noted = [
                record_veto(session, contact.id, _actor(), holds, reason=reason, persona_id=persona_id)
                for holds, persona_id in wanted
            ]
            answers = [noted_answer(one, contact.name, language()) for one in noted]
    for answer in answers:
        console.print(visible(" ".join((answer.text, *answer.reasons))), markup=False)


def vetoes(as_json: AsJson = False) -> None:
    """Lists the vetoes in force, each recorded as a look-up, and how often people disagreed since the newest build."""
    from sqlalchemy import func, select

    from actions.answers.veto import vetoes_answer
    from persona_store.antipersona.vetoes import list_vetoes, veto_share
    from persona_store.database.models import Build

    with store() as engine, session_scope(engine, writes=True) as session:
        found = list_vetoes(session)
        for one, _, _ in found:
            record(session, _actor(), "list_vetoes", contact_id=one.contact_id)
        newest = session.scalar(select(func.max(Build.id)))
        shares = veto_share(session, newest) if newest is not None else ()
    if as_json:
        rows = [{"veto": one, "name": name, "company": company} for one, name, company in found]
        print_json({"vetoes": rows, "shares": shares})
    else:
        show(vetoes_answer(found, shares, language()), None, as_json=False)


def _persona(session: Session, named: str) -> int:
    from persona_store.names import find_personas

    found = find_personas(session, named)
    if not found:
        raise InputError(say("veto.cli.no_persona", language(), persona=named[:LIMIT]))
    return found[0].id


def _actor() -> str:
    return f"terminal:{operator()}"
