"""`personabot report`: one page for people who decide.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.common import console, language, store, write_whole
from persona_store.database import session_scope
from persona_store.drawing import drawn
from persona_store.errors import InputError
from persona_store.wording import say


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command("report", help=say("report.help", language()))(report)


def report(
    out: Annotated[Path, typer.Option("--out", "-o", help=say("report.option_out", language()))],
    spoken: Annotated[
        Literal["de", "en"] | None, typer.Option("--language", help=say("report.option_language", language()))
    ] = None,
    pictures: Annotated[Path | None, typer.Option(help=say("report.option_pictures", language()))] = None,
) -> None:
    """Writes the report on the newest build as one self-contained page."""
    from bot.render.report import compose, gather, render_report

    _check(out)
    if pictures is not None and pictures.exists() and not pictures.is_dir():
        raise InputError(say("report.no_folder", language(), path=pictures))
    with store() as engine, session_scope(engine) as session:
        facts = gather(session, spoken or language())
    sections = compose(facts, spoken or language())
    write_whole(out, [render_report(facts, sections, spoken or language()).encode()])
    console.print(say("report.done", language(), path=out), markup=False)
    if pictures is None:
        return
    charts = [
        (f"{section.key}-{place + 1}", chart) for section in sections for place, chart in enumerate(section.charts)
    ]
    try:
        pictures.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise InputError(say("report.not_writable", language(), path=pictures)) from None
    for (name, chart), picture in zip(charts, drawn("png", [chart for _, chart in charts]), strict=True):
        write_whole(pictures / f"{name}.png", [picture])
        write_whole(pictures / f"{name}.vl.json", [json.dumps(chart, ensure_ascii=False, indent=1).encode()])
    console.print(say("report.pictures_done", language(), n=len(charts), path=pictures), markup=False)


def _check(out: Path) -> None:
    """Before minutes are spent: whether the page can be written at all."""
    if out.is_dir():
        raise InputError(say("report.is_folder", language(), path=out))
    if not out.absolute().parent.is_dir():
        raise InputError(say("report.no_folder", language(), path=out.absolute().parent))
