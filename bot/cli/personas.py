"""`personabot persona`: look at one persona, name it, note something, pin it, see typical contacts, export them.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from sqlalchemy.orm import Session

from bot.cli.common import AsJson, console, language, operator, show, store, text, write_whole
from bot.render.terminal import visible
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.wording import number, say

if TYPE_CHECKING:
    from persona_store.database.models import Persona
    from persona_store.segmentation.identities import Vanished

app = typer.Typer(help=text("help.persona"), no_args_is_help=True)

Which = Annotated[str, typer.Argument(metavar="N|NAME", help=text("option.persona"))]


@app.command("show", help=text("help.persona_show"))
def show_persona(which: Which, as_json: AsJson = False) -> None:
    """Shows everything the data say of a persona."""
    from actions.answers.persona_sheet import sheet_answer, vanished_answer
    from persona_store.segmentation.profiles import persona_profile

    with store() as engine, session_scope(engine) as session:
        persona, gone = _find(session, which)
        if persona is None and gone is not None:
            show(vanished_answer(gone, language()), gone, as_json=as_json)
        elif persona is not None:
            profile = persona_profile(session, persona.id)
            show(sheet_answer(profile, language()), profile, as_json=as_json)


@app.command("rename", help=text("help.persona_rename"))
def rename(
    which: Which,
    de: Annotated[str | None, typer.Option("--de", help=text("option.name_de"))] = None,
    en: Annotated[str | None, typer.Option("--en", help=text("option.name_en"))] = None,
) -> None:
    """Gives a persona a name that lasts."""
    from persona_store.segmentation.identities import rename as rename_persona

    if de is None and en is None:
        raise InputError(say("persona_edit.error.nothing", language()))
    with store() as engine, session_scope(engine, writes=True) as session:
        found = rename_persona(session, _present(session, which).id, de=de, en=en)
        told = say("persona_edit.renamed", language(), number=found.number, de=found.name_de, en=found.name_en)
    console.print(visible(told), markup=False)


@app.command("note", help=text("help.persona_note"))
def note(which: Which, words: Annotated[str, typer.Argument(metavar="TEXT", help=text("option.note"))]) -> None:
    """Keeps a note with a persona."""
    from persona_store.segmentation.identities import annotate

    with store() as engine, session_scope(engine, writes=True) as session:
        persona = _present(session, which)
        annotate(session, persona.id, words)
        _tell("noted" if words.strip() else "note_removed", persona)


@app.command("pin", help=text("help.persona_pin"))
def pin(which: Which) -> None:
    """Pins a persona."""
    from persona_store.segmentation.identities import pin as pin_persona

    with store() as engine, session_scope(engine, writes=True) as session:
        persona = _present(session, which)
        pin_persona(session, persona.id)
        _tell("pinned", persona)


@app.command("unpin", help=text("help.persona_unpin"))
def unpin(which: Which) -> None:
    """Lets go of a pinned persona, also of one that vanished."""
    from persona_store.segmentation.identities import pin as pin_persona

    with store() as engine, session_scope(engine, writes=True) as session:
        persona, gone = _find(session, which)
        if persona is not None:
            pin_persona(session, persona.id, pinned=False)
            _tell("unpinned", persona)
        elif gone is not None:
            pin_persona(session, gone.persona_id, pinned=False)
            _tell("unpinned", gone)


@app.command("typical", help=text("help.persona_typical"))
def typical(
    which: Which,
    names: Annotated[bool, typer.Option("--names", help=text("option.names"))] = False,
    as_json: AsJson = False,
) -> None:
    """Shows typical contacts; with names every one of them is recorded as looked up."""
    from actions.answers.persona_sheet import typical_answer
    from persona_store.privacy.audit import record
    from persona_store.segmentation.profiles import persona_profile
    from persona_store.segmentation.typical import describe_typical

    with store() as engine, session_scope(engine, writes=names) as session:
        persona = _present(session, which)
        contacts = describe_typical(session, persona.id, named=names)
        for contact in contacts:
            if contact.contact_id is not None:
                record(session, f"terminal:{operator()}", "typical", contact_id=contact.contact_id)
        answer = typical_answer(persona_profile(session, persona.id), contacts, language())
    show(answer, contacts, as_json=as_json)


@app.command("export", help=say("export.help", language()))
def export(
    which: Which,
    out: Annotated[Path, typer.Option("--out", "-o", help=say("export.option_out", language()))],
    spoken: Annotated[
        Literal["de", "en"] | None, typer.Option("--language", help=say("export.option_language", language()))
    ] = None,
) -> None:
    """Writes the contacts of a persona as CSV and records that."""
    from persona_store.exports import segment_csv, segment_of
    from persona_store.privacy.audit import record

    if out.is_dir():
        raise InputError(say("report.is_folder", language(), path=out))
    with store() as engine:
        with session_scope(engine, writes=True) as session:
            segment = segment_of(session, _present(session, which).id)
            if segment is None:
                raise InputError(say("export.gone", language()))
            record(session, f"terminal:{operator()}", "export_segment", detail=segment.summary)
        write_whole(out, segment_csv(engine, segment, spoken or language()), private=True)
    persona = say("answer.persona_name", language(), number=segment.number, name=segment.name(language()))
    told = say("export.written", language(), path=out, n=number(segment.n, language()), persona=persona)
    console.print(visible(told), markup=False)


def _tell(key: str, persona: "Persona | Vanished") -> None:
    from actions.answers.common import persona_name

    told = say(f"persona_edit.{key}", language(), persona=persona_name(persona, language()))
    console.print(visible(told), markup=False)


def _present(session: Session, which: str) -> "Persona":
    """The persona of the newest build that is meant; raises InputError when there is none or it has vanished."""
    from actions.answers.common import persona_name

    persona, gone = _find(session, which)
    if persona is None:
        name = persona_name(gone, language()) if gone else which
        build = gone.last_build if gone else 0
        raise InputError(say("persona_edit.error.gone", language(), persona=name, build=build))
    return persona


def _find(session: Session, which: str) -> "tuple[Persona | None, Vanished | None]":
    """The one persona meant, or the pinned one that vanished; raises InputError when it is none or not clear."""
    from persona_store.names import find_personas
    from persona_store.segmentation.identities import vanished
    from persona_store.segmentation.profiles import list_profiles

    found = find_personas(session, which)
    exact = [one for one in found if which.strip().casefold() in (one.name_de.casefold(), one.name_en.casefold())]
    found = exact if len(exact) == 1 else found
    if len(found) == 1:
        return found[0], None
    if found:
        names = ", ".join(f"{one.number} „{one.name(language())}“" for one in found)
        raise InputError(say("persona_edit.error.several", language(), name=which, names=names))
    wanted = which.strip().casefold()
    for gone in vanished(session):
        if wanted in (str(gone.number), gone.name_de.casefold(), gone.name_en.casefold()):
            return None, gone
    names = ", ".join(f"{one.info.number} „{one.info.name(language())}“" for one in list_profiles(session)) or "–"
    raise InputError(say("persona_edit.error.unknown", language(), name=which, names=names))
