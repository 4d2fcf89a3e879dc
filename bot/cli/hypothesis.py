"""`personabot hypothesis`: personas from workshops, asked for in the terminal and checked against the data.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import AsJson, console, errors, language, show, store, text
from bot.render.terminal import visible
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.wording import say

if TYPE_CHECKING:
    from persona_store.segmentation.hypothesis_file import Statement

app = typer.Typer(help=text("help.hypothesis"), no_args_is_help=True)

ASKED = {
    "b2b": ("function", "level", "industry", "company_size", "region", "source"),
    "b2c": ("age", "region", "source"),
}
EXAMPLES = 4


@app.command("check", help=text("help.hypothesis_check"))
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=text("option.hypothesis_file"))], as_json: AsJson = False
) -> None:
    """Checks what a workshop wrote down against the data."""
    from actions.answers.hypothesis import hypothesis_answer
    from persona_store.segmentation.hypothesis import check_hypothesis
    from persona_store.segmentation.hypothesis_file import read_hypothesis

    hypothesis = read_hypothesis(file)
    with store() as engine, session_scope(engine) as session:
        report = check_hypothesis(session, hypothesis, file)
    show(hypothesis_answer(report, language()), report, as_json=as_json)


@app.command("ask", help=text("help.hypothesis_ask"))
def ask(out: Annotated[Path, typer.Option("--out", "-o", help=text("option.hypothesis_out"))]) -> None:
    """Asks for a persona step by step and writes it down; statements that cannot be read are asked for again."""
    from persona_store.segmentation.hypothesis import statement_reader
    from persona_store.segmentation.hypothesis_file import Hypothesis, check_new, write_hypothesis
    from persona_store.segmentation.registry import MARKETS

    check_new(out)
    errors.print(say("hypothesis.ask.welcome", language()), markup=False)
    name = _prompt("name") or out.stem
    market = _prompt("market").casefold() or MARKETS[0]
    while market not in MARKETS:
        market = _prompt("market").casefold() or MARKETS[0]
    with store() as engine, session_scope(engine) as session:
        reader = statement_reader(session, market)
    statements = _statements(market, reader.examples, reader.understands)
    if not statements:
        raise InputError(say("hypothesis.ask.nothing", language()))
    write_hypothesis(Hypothesis(name, market, tuple(statements)), out)
    console.print(visible(say("hypothesis.ask.written", language(), path=out, n=len(statements))), markup=False)


def _statements(
    market: str, examples: Callable[[str], tuple[str, ...]], understands: "Callable[[Statement], bool]"
) -> "list[Statement]":
    from persona_store.segmentation.hypothesis_file import Statement
    from persona_store.segmentation.labels import attribute_label, level_label

    found: list[Statement] = []
    for key in ASKED[market]:
        label = attribute_label(key, language())
        question = say("hypothesis.ask.attribute", language(), attribute=label)
        shown = ", ".join(level_label(key, level, language()) for level in examples(key)[:EXAMPLES])
        hint = f" ({say('hypothesis.ask.examples', language(), levels=shown)})" if shown else ""
        found += _asked(question + hint, partial(Statement, attribute=label, line=0), understands)
    for topic in ("channel", "more"):
        question = say(f"hypothesis.ask.{topic}", language())
        while one := _asked(question, partial(Statement, attribute=None, line=0), understands):
            found += one
    return found


def _asked(
    question: str, statement: "Callable[[str], Statement]", understands: "Callable[[Statement], bool]"
) -> "list[Statement]":
    while words := _line(question):
        one = statement(words)
        if understands(one):
            return [one]
        errors.print(visible(say("hypothesis.ask.not_understood", language(), text=words)), markup=False)
    return []


def _prompt(key: str) -> str:
    return _line(say(f"hypothesis.ask.{key}", language()))


def _line(question: str) -> str:
    from persona_store.segmentation.hypothesis_file import LONGEST

    said = typer.prompt(visible(question), default="", show_default=False, prompt_suffix=" ", err=True)
    return " ".join(visible(said).split())[:LONGEST]
