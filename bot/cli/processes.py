"""`personabot demo`, `train`, `up` and `doctor`: set up, start, look after."""

import asyncio
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import httpx
import typer
from sqlalchemy import Engine, func, select

from bot.cli.common import AsJson, console, errors, print_json, progress, store, text
from bot.cli.supervisor import Service, Supervisor, run_until_signal, services
from bot.render.terminal import visible
from persona_store.database import session_scope
from persona_store.database.models import Build, Contact, User
from persona_store.settings import PROJECT_ROOT, Settings, settings
from persona_store.users import add_user, check_password, remove_user

DEMO_CONTACTS = 5_000
DEMO_SEED = 1
DEMO_USER = "demo"
PASSWORD_BYTES = 9
PROCESS_STYLES = {"actions": "cyan", "rasa": "magenta", "gateway": "green", "up": "yellow"}


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("demo", help=text("help.demo"))(demo)
    app.command("up", help=text("help.up"))(up)
    app.command("train", help=text("help.train"))(train)
    app.command("doctor", help=text("help.doctor"))(doctor)


def demo() -> None:
    """Makes what is missing of the demo and starts it."""
    config = settings()
    with store() as engine:
        _demo_data(engine, config)
        password = _demo_login(engine, config)
    train_apart()
    _serve(config, [text("demo.login", name=DEMO_USER, password=password), text("demo.questions")])


def up() -> None:
    """Starts the three processes and keeps them running."""
    with store() as engine, session_scope(engine) as session:
        hints = [] if session.scalar(select(User.id).limit(1)) else [text("up.no_users")]
        if not session.scalar(select(Build.id).limit(1)):
            hints.append(text("up.no_build"))
    train_apart()
    _serve(settings(), hints)


def train(
    force: Annotated[bool, typer.Option("--force", help=text("option.force"))] = False,
) -> None:
    """Trains the assistant if what it is taught has changed."""
    from bot.assistant.training import train_if_changed  # imports Rasa, which takes seconds

    with progress() as advance:
        advance("train", 0.0)
        train_if_changed(force=force)


def doctor(as_json: AsJson = False) -> None:
    """Says what of the installation works and what to do about the rest."""
    from persona_store.live.status import live_status

    config = settings()
    findings: dict[str, bool] = {}
    with store() as engine, session_scope(engine) as session:
        findings["contacts"] = bool(session.scalar(select(Contact.id).limit(1)))
        findings["build"] = bool(session.scalar(select(Build.id).limit(1)))
        findings["users"] = bool(session.scalar(select(User.id).limit(1)))
        findings["current"] = not live_status(session).rebuild_due
    findings["model"] = any((PROJECT_ROOT / "models").glob("*.tar.gz"))
    for service in services(config):
        findings[service.name] = _answers(service)
    if as_json:
        print_json(findings)
        return
    for name, good in findings.items():
        console.print(f"{'✓' if good else '✗'} {text(f'doctor.{name}')}", style="green" if good else "red")
        if not good:
            console.print(f"  → {text(f'doctor.mend.{name}')}", markup=False)


def train_apart() -> None:
    """Trains in a process that ends with it, as training leaves two gigabytes behind; raises Exit where it fails."""
    done = subprocess.run((sys.executable, "-m", "bot.cli.entry", "train"), check=False)
    if done.returncode:
        raise typer.Exit(done.returncode)


def _demo_data(engine: Engine, config: Settings) -> None:
    from persona_store.build import build  # the three take seconds to import; only the demo pays for them
    from persona_store.crm import import_files
    from persona_store.crm.sample import write_sample

    folder: Path = config.var / "sample"
    with session_scope(engine) as session:
        contacts = session.scalar(select(func.count()).select_from(Contact))
        built = session.scalar(select(Build.id).limit(1))
    with progress() as advance:
        if not contacts:
            errors.print(text("demo.sample"), markup=False)
            write_sample(folder, DEMO_CONTACTS, DEMO_SEED, None, advance)
            errors.print(text("demo.import"), markup=False)
            import_files(engine, [folder], progress=advance)
        if not built:
            errors.print(text("demo.build"), markup=False)
            build(engine, progress=advance)


def _demo_login(engine: Engine, config: Settings) -> str:
    path = config.var / "secrets" / "demo_password"
    password = path.read_text(encoding="ascii").strip() if path.exists() else ""
    with session_scope(engine, writes=True) as session:
        if password and check_password(session, DEMO_USER, password):
            return password
        if session.scalar(select(User.id).where(User.name == DEMO_USER)):
            remove_user(session, DEMO_USER)
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        add_user(session, DEMO_USER, password, "marketing")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(password, encoding="ascii")
    return password


def _serve(config: Settings, hints: list[str]) -> None:
    address = f"http://{'localhost' if config.host in ('127.0.0.1', '::1') else config.host}:{config.port}"

    def ready() -> None:
        console.print(text("up.ready", address=address), style="bold green", markup=False)
        for hint in hints:
            console.print(hint, markup=False, soft_wrap=True)
        console.print(text("up.stop"), style="dim", markup=False)

    def echo(name: str, line: str) -> None:
        console.print(f"[{PROCESS_STYLES[name]}]{name:<8}|[/] ", end="")
        console.print(visible(line), markup=False, soft_wrap=True)

    errors.print(text("up.starting"), markup=False)
    asyncio.run(run_until_signal(Supervisor(services(config), config, echo), ready))


def _answers(service: Service) -> bool:
    try:
        return httpx.get(service.url, timeout=2.0, trust_env=False).is_success
    except httpx.HTTPError:
        return False
