"""`personabot quality`: how good the data are, and what to mend first.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from typing import TYPE_CHECKING

import typer
from rich.table import Table

from bot.cli.common import AsJson, console, language, print_json, store
from bot.render.terminal import visible
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.wording import day, label, number, percent, say

if TYPE_CHECKING:
    from persona_store.data_quality import DataQuality

GAPS_SHOWN = 8


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command("quality", help=say("quality.help", language()))(quality)


def quality(as_json: AsJson = False) -> None:
    """Shows completeness, duplicates, stale and contradictory records, and what each gap costs the personas."""
    from actions.answers.quality import finding_lines, gap_lines
    from persona_store.data_quality import data_quality

    with store() as engine, session_scope(engine) as session:
        found = data_quality(session)
    if not found.contacts:
        raise InputError(say("quality.empty", language()))
    if as_json:
        print_json(found)
        return
    console.print(_head(found), markup=False)
    for title, lines in (
        ("first", gap_lines(found, language(), GAPS_SHOWN)),
        ("findings", finding_lines(found, language())),
    ):
        console.print()
        console.print(say(f"quality.{title}", language()), style="bold", markup=False)
        for line in lines:
            console.print(visible(f"  · {line}"), markup=False)
    console.print()
    console.print(_table(found))


def _head(found: "DataQuality") -> str:
    return say(
        "quality.head",
        language(),
        contacts=number(found.contacts, language()),
        companies=number(found.companies, language()),
        interactions=number(found.interactions, language()),
        deals=number(found.deals, language()),
        day=day(found.data_on, language()) if found.data_on else "–",
    )


def _table(found: "DataQuality") -> Table:
    spoken = language()
    columns = [say(f"quality.column.{name}", spoken) for name in ("field", "share", "known", "n")]
    table = Table(*columns, title=say("quality.completeness", spoken), title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for one in found.completeness:
        name = f"{label('quality.field', one.field, spoken)} ({label('market', one.market, spoken)})"
        table.add_row(name, percent(one.share, spoken), number(one.known, spoken), number(one.n, spoken))
    return table
