"""`personabot sample`, `import` and `build`: from a CRM export to personas.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.common import AsJson, console, language, print_json, progress, store, text
from bot.render.terminal import visible
from persona_store.errors import InputError
from persona_store.wording import number

if TYPE_CHECKING:
    from persona_store.segmentation.workplace import Workplace

DEFAULT_CONTACTS = 5_000
DEFAULT_SEED = 1
LOCAL = "local"
MOST_CONTACTS = 10_000_000


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("sample", help=text("help.sample"))(sample)
    app.command("import", help=text("help.import"))(import_)
    app.command("build", help=text("help.build"))(build)


def sample(
    out: Annotated[Path, typer.Option("--out", "-o", help=text("option.out"))],
    contacts: Annotated[int, typer.Option(min=100, max=MOST_CONTACTS, help=text("option.contacts"))] = DEFAULT_CONTACTS,
    seed: Annotated[int, typer.Option(min=0, help=text("option.seed"))] = DEFAULT_SEED,
    form: Annotated[Literal["csv", "parquet"] | None, typer.Option("--format", help=text("option.format"))] = None,
    as_json: AsJson = False,
) -> None:
    """Writes a sample CRM with planted truth."""
    from persona_store.crm.sample import write_sample

    if out.exists() and not out.is_dir():
        raise InputError(text("error.not_a_folder", path=out))
    with progress() as advance:
        report = write_sample(out, contacts, seed, form, advance)
    if as_json:
        print_json(report)
    else:
        console.print(text("sample.done", contacts=number(contacts, language()), out=out), markup=False)


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help=text("option.paths"))],
    mapping: Annotated[Path | None, typer.Option(help=text("option.mapping"))] = None,
    write_mapping_to: Annotated[Path | None, typer.Option("--write-mapping", help=text("option.write_mapping"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("option.dry_run"))] = False,
    rejects: Annotated[Path | None, typer.Option(help=text("option.rejects"))] = None,
    as_json: AsJson = False,
) -> None:
    """Imports CRM files, all or nothing."""
    from bot.cli.reports import import_lines
    from persona_store.crm import import_files, read_mapping, recognise, write_mapping
    from persona_store.crm.readers import check_target, find_files

    if write_mapping_to is not None:
        check_target(write_mapping_to, find_files(paths))
        write_mapping(recognise(paths), write_mapping_to)
        console.print(text("import.mapping_written", path=write_mapping_to), markup=False)
        return
    chosen = read_mapping(mapping) if mapping else None
    with store() as engine, progress() as advance:
        report = import_files(engine, paths, mapping=chosen, dry_run=dry_run, rejects=rejects, progress=advance)
    if as_json:
        print_json(report.as_dict())
        return
    for line in import_lines(report, language()):
        console.print(visible(line), markup=False)


def build(
    seed: Annotated[int, typer.Option(min=0, help=text("option.seed"))] = DEFAULT_SEED,
    engine: Annotated[
        str, typer.Option("--engine", metavar="local|dask://HOST:PORT", help=text("option.engine"))
    ] = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Builds the personas anew, here or on a cluster."""
    from bot.cli.reports import build_lines
    from persona_store.build import build as build_personas

    with store() as where, _workplace(engine) as workplace, progress() as advance:
        report = build_personas(where, seed=seed, progress=advance, workplace=workplace)
    if as_json:
        print_json(report)
        return
    for line in build_lines(report, language()):
        console.print(visible(line), markup=False)


@contextmanager
def _workplace(engine: str) -> Iterator["Workplace | None"]:
    """The cluster that `engine` names; None for this machine."""
    if engine == LOCAL:
        yield None
        return
    from persona_store.segmentation.cluster import cluster

    with cluster(engine) as workers:
        yield workers
