"""What all commands share: the store, the language, progress, and one way to print a result."""

import dataclasses
import getpass
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine

from bot.render.terminal import render_terminal
from persona_store.answer import Answer
from persona_store.database import connect, migrate
from persona_store.errors import InputError
from persona_store.full_disk import disk_full
from persona_store.privacy.identity import Identity
from persona_store.privacy.rights import on_behalf_of
from persona_store.settings import Language, settings
from persona_store.wording import label, say

OPERATOR_RIGHTS = "admin"  # who may run the command may read the store anyway
READABLE = 0o644  # a report is there to be passed on

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def text(key: str, count: int | None = None, **values: object) -> str:
    """The text `cli.<key>` in the language of the installation."""
    return say(f"cli.{key}", language(), count=count, **values)


def language() -> Language:
    """The language in which the terminal speaks."""
    return settings().language


AsJson = Annotated[bool, typer.Option("--json", help=text("option.json"))]


@contextmanager
def store() -> Iterator[Engine]:
    """The migrated persona store of this installation, opened for the operator."""
    engine = connect(settings().store_url)
    try:
        migrate(engine)
        yield on_behalf_of(engine, Identity(operator(), OPERATOR_RIGHTS))
    finally:
        engine.dispose()


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """A progress line on the terminal; the function takes the step's name and how much of it is done, 0 to 1."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
    ) as bar:
        tasks: dict[str, Any] = {}

        def advance(step: str, share: float) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(label("progress", step, language()), total=1.0)
            bar.update(tasks[step], completed=share)

        yield advance


def show(answer: Answer, data: Any, *, as_json: bool) -> None:
    """Prints the data behind an answer as JSON, or the answer for people."""
    if as_json:
        print_json(data)
    else:
        render_terminal(dataclasses.replace(answer, choices=()).as_dict(), console)  # nobody waits for a choice


def print_json(data: Any) -> None:
    """Prints `data` (data classes, dates and paths included) as one JSON document on standard output."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def operator() -> str:
    """Who sits at the terminal, for the audit log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    if hasattr(value, "item"):  # a NumPy scalar
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def write_whole(path: Path, pieces: Iterable[bytes], *, private: bool = False) -> None:
    """Writes the file as a whole or not at all; with `private` readable for nobody else. Raises InputError."""
    part: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.absolute().parent, prefix=".", delete=False) as file:
            part = Path(file.name)
            file.writelines(pieces)
        if not private:  # temporary files are
            part.chmod(READABLE)
        part.replace(path)
    except OSError as error:
        raise disk_full(error, path) or InputError(say("report.not_writable", language(), path=path)) from None
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
