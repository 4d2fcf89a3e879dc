"""Measures whole turns beside a stock Rasa bot of the same data and actions, in time, memory, training and start."""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from persona_store.build import build
from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Contact
from persona_store.privacy.identity import sign
from persona_store.privacy.rights import on_behalf_of
from persona_store.settings import Settings
from tests.benchmarks import stock
from tests.benchmarks.served import Line, Served, Spent, spent_by
from tests.conftest import OPERATOR
from tests.ports import free_ports

CONTACTS = 5_000
SEED = 1
QUESTIONS = {
    "match": "zu welcher Persona passt {name} und wie erreiche ich sie?",
    "anti-persona": "ist {name} eine Anti-Persona?",
    "role": "wie erreiche ich einen Vertriebsleiter?",
}
ROUNDS = 60  # of the three questions
TALKERS = 8  # people who talk at once
TALK_SECONDS = 15.0  # of each of the bursts
BURSTS = 2
LONG_TALK = 300  # turns
AROUND = 15  # turns before the last one with the last one: their median is "turn 300"
HOUR = 3600
BOTS = ("ours", "stock")
TRAIN_OURS = """
import sys
from pathlib import Path
from bot.assistant.training import train_if_changed
train_if_changed(models=Path(sys.argv[1]), force=True)
"""


@dataclass(slots=True)
class Bot:
    """A running bot and what was measured of it. Seconds; memory in MB."""

    name: str
    trained: Spent
    server: Served
    turns: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in QUESTIONS})
    kinds: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in QUESTIONS})
    idle_megabytes: float = 0.0
    rates: list[float] = field(default_factory=list)
    cpu_per_message: list[float] = field(default_factory=list)
    first_turns: list[float] = field(default_factory=list)
    first_cpu: list[float] = field(default_factory=list)
    long_talk: list[float] = field(default_factory=list)
    long_cpu: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Crm:
    """The store that both bots answer from: its settings, and names to ask for."""

    known: Settings
    names: tuple[str, ...]

    def question(self, kind: str, dice: random.Random) -> str:
        """A core question about somebody."""
        return QUESTIONS[kind].format(name=dice.choice(self.names))

    def ask(self, line: Line, sender: str, text: str) -> tuple[list[dict[str, Any]], float]:
        """The answers to a message with a proof of who asks, and how long they took."""
        message = uuid4().hex
        identity = sign("bench", "admin", sender, message, text, self.known.secret("identity"), HOUR)
        return line.ask(sender, text, {"identity": identity, "language": "de", "message": message})


def prepared(folder: Path) -> Crm:
    """A sample CRM, imported and built below `folder`, unless that was done before."""
    known = Settings(var=folder / "var")
    engine = on_behalf_of(connect(known.store_url), OPERATOR)
    if not (folder / "built").exists():
        migrate(engine)
        write_sample(folder / "crm", contacts=CONTACTS, seed=SEED)
        import_files(engine, [folder / "crm"], rejects=folder / "rejects.csv")
        build(engine)
        (folder / "built").touch()
    query = select(Contact.first_name, Contact.last_name).where(
        Contact.market == "b2b", Contact.duplicate_of.is_(None), Contact.first_name.is_not(None)
    )
    with session_scope(engine) as session:
        people = session.execute(query.order_by(Contact.id).limit(500)).all()
    return Crm(known, tuple(f"{first} {last}" for first, last in people))


def environment(folder: Path, actions_port: int) -> dict[str, str]:
    """Environment variables of our processes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PERSONABOT_", "PYTHON"))}
    # nobody waits here: how long an answer takes is what is measured
    return kept | {
        "PERSONABOT_VAR": str(folder / "var"),
        "PERSONABOT_ACTIONS_PORT": str(actions_port),
        "PERSONABOT_ACTION_TIMEOUT_SECONDS": "30",
        "PYTHONPATH": str(stock.ROOT),
    }


def ours(folder: Path, port: int, actions_port: int) -> Bot:
    """Our assistant, trained and served; with compiled modules, as after any first start."""
    known = environment(folder, actions_port)
    models = folder / "ours"
    models.mkdir(exist_ok=True)
    compiled(Path(sys.executable), known)
    trained = once(
        folder / "ours.json", lambda: spent_by([sys.executable, "-c", TRAIN_OURS, str(models)], models, known)
    )
    command = [sys.executable, "-m", "bot.assistant.launcher", "run", "--port", str(port), "--model", str(models)]
    return Bot("ours", trained, Served(command, port, "/webhooks/rest/", models, known))


def stock_bot(folder: Path, port: int, actions_port: int) -> Bot:
    """The stock bot, trained and served. Its training takes a quarter of an hour or more."""
    project = folder / "stock"
    rasa = [str(stock.stock_python()), "-m", "rasa"]
    stock.write_project(project, actions_port)
    train = [*rasa, "train", "--fixed-model-name", "stock"]
    compiled(stock.stock_python(), stock.environment())
    trained = once(folder / "stock.json", lambda: spent_by(train, project, stock.environment()))
    command = [*rasa, "run", "--interface", "127.0.0.1", "--port", str(port)]
    return Bot("stock", trained, Served(command, port, "/webhooks/rest/", project, stock.environment()))


def compiled(python: Path, known: Mapping[str, str]) -> None:
    """Compiles the modules of an environment, which is no part of training or of a start."""
    folder = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        env=dict(known),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    # some packages ship files for other versions of Python, which do not compile
    subprocess.run([python, "-m", "compileall", "-q", "-q", "-j", "0", folder], env=dict(known), check=False)


def once(kept: Path, measure: Callable[[], Spent]) -> Spent:
    """What was measured, kept in a file, so that a second run in the same folder need not train anew."""
    if not kept.exists():
        kept.write_text(json.dumps(asdict(measure())))
    return Spent(**json.loads(kept.read_text()))


def measure_questions(bots: Sequence[Bot], crm: Crm, rounds: int) -> None:
    """The three core questions in turn, one bot after the other, so that all meet the same machine."""
    dice = random.Random(SEED)
    lines = {bot.name: Line(bot.server.port) for bot in bots}
    for number in range(-2, rounds):  # two rounds to warm up
        senders = {bot.name: uuid4().hex for bot in bots}
        first = crm.question(list(QUESTIONS)[number % len(QUESTIONS)], dice)
        for bot in bots:  # the first turn of a talk also opens the session
            cpu = bot.server.cpu_seconds()
            _, seconds = crm.ask(lines[bot.name], senders[bot.name], first)
            if number >= 0:
                bot.first_turns.append(seconds)
                bot.first_cpu.append(bot.server.cpu_seconds() - cpu)
        for kind in QUESTIONS:
            text = crm.question(kind, dice)
            for bot in bots:
                answers, seconds = crm.ask(lines[bot.name], senders[bot.name], text)
                bot.kinds[kind].update(answer.get("custom", {}).get("kind", "nothing") for answer in answers)
                if number >= 0:
                    bot.turns[kind].append(seconds)


def measure_rate(bot: Bot, crm: Crm, seconds: float) -> None:
    """Messages a second when several people talk at once, each waiting for the answer before the next question."""
    before, deadline = bot.server.cpu_seconds(), time.perf_counter() + seconds
    counts = [0] * TALKERS

    def talk(place: int) -> None:
        dice, line, sender = random.Random(place), Line(bot.server.port), uuid4().hex
        kinds = list(QUESTIONS)
        while time.perf_counter() < deadline:
            crm.ask(line, sender, crm.question(kinds[counts[place] % len(kinds)], dice))
            counts[place] += 1

    start = time.perf_counter()
    threads = [threading.Thread(target=talk, args=(place,)) for place in range(TALKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bot.rates.append(sum(counts) / (time.perf_counter() - start))
    bot.cpu_per_message.append((bot.server.cpu_seconds() - before) / sum(counts))


def measure_long_talk(bots: Sequence[Bot], crm: Crm, turns: int) -> None:
    """One conversation with each bot that goes on and on."""
    dice, sender, kinds = random.Random(SEED), uuid4().hex, list(QUESTIONS)
    lines = {bot.name: Line(bot.server.port) for bot in bots}
    for number in range(turns):
        text = crm.question(kinds[number % len(kinds)], dice)
        for bot in bots:
            cpu = bot.server.cpu_seconds()
            bot.long_talk.append(crm.ask(lines[bot.name], sender, text)[1])
            bot.long_cpu.append(bot.server.cpu_seconds() - cpu)


def figures(bot: Bot) -> dict[str, float]:
    """The rows of the table."""
    rows: dict[str, float] = {}
    everything = [seconds for turns in bot.turns.values() for seconds in turns]
    for name, turns in {**bot.turns, "all three": everything}.items():
        rows[f"{name}: p50, ms"] = statistics.median(turns) * 1e3
        rows[f"{name}: p95, ms"] = statistics.quantiles(turns, n=20)[-1] * 1e3
    rows[f"messages a second, {TALKERS} people at once"] = statistics.mean(bot.rates)
    rows["processor time of Rasa per message, ms"] = statistics.mean(bot.cpu_per_message) * 1e3
    first, last = statistics.median(bot.first_turns), statistics.median(bot.long_talk[-AROUND:])
    rows["turn 1, ms"] = first * 1e3
    rows[f"turn {len(bot.long_talk)}, ms"] = last * 1e3
    rows[f"turn {len(bot.long_talk)} / turn 1"] = last / first
    first_cpu, last_cpu = statistics.mean(bot.first_cpu), statistics.mean(bot.long_cpu[-AROUND:])
    rows["turn 1, processor time of Rasa, ms"] = first_cpu * 1e3
    rows[f"turn {len(bot.long_talk)}, processor time of Rasa, ms"] = last_cpu * 1e3
    rows[f"turn {len(bot.long_talk)} / turn 1, processor time of Rasa"] = last_cpu / first_cpu
    rows["training, s"] = bot.trained.seconds
    rows["training, processor time, s"] = bot.trained.cpu_seconds
    rows["training, highest memory, MB"] = bot.trained.megabytes
    rows["start, s"] = bot.server.start_seconds
    rows["memory of Rasa after the start, MB"] = bot.idle_megabytes
    rows["memory of Rasa at the end, MB"] = bot.server.megabytes()
    return rows


def report(bots: Sequence[Bot]) -> None:
    """Prints the table, and what the bots answered with."""
    columns = [figures(bot) for bot in bots]
    names = [bot.name for bot in bots]
    both = len(bots) > 1
    print(
        f"\n{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {os.getloadavg()[1]:.1f}; "
        f"n = {len(bots[0].turns['role'])} of each question"
    )
    print("| figure | " + " | ".join(names) + (" | ours / stock |" if both else " |"))
    print("| --- |" + " --- |" * (len(names) + both))
    for row in columns[0]:
        values = [column[row] for column in columns]
        shown = [f"{value:.3g}" if value < 100 else f"{value:,.0f}" for value in values]
        ratio = f" {values[0] / values[1]:.2f} |" if both else ""
        print(f"| {row} | " + " | ".join(shown) + " |" + ratio)
    for bot in bots:
        print(
            f"kinds of answers of {bot.name}: "
            + "; ".join(f"{k}: {', '.join(sorted(v))}" for k, v in bot.kinds.items())
        )


def run(folder: Path, names: Sequence[str], rounds: int, turns: int, seconds: float) -> None:
    """Prepares, measures and reports; everything is written below `folder`."""
    crm = prepared(folder)
    actions_port, *ports = free_ports(1 + len(names))
    command = [sys.executable, "-m", "bot.assistant.action_server", "--port", str(actions_port)]
    servers = [Served(command, actions_port, "/health", folder, environment(folder, actions_port))]
    try:
        start = {"ours": ours, "stock": stock_bot}
        bots = []
        for name, port in zip(names, ports, strict=True):
            bots.append(start[name](folder, port, actions_port))
            servers.append(bots[-1].server)
            bots[-1].idle_megabytes = bots[-1].server.megabytes()
        measure_questions(bots, crm, rounds)
        for _ in range(BURSTS):
            for bot in bots:
                measure_rate(bot, crm, seconds)
        measure_long_talk(bots, crm, turns)
        report(bots)
    finally:
        for server in servers:
            server.end()


def main(arguments: Sequence[str] | None = None) -> None:
    """`python -m tests.benchmarks turns`: prints one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks turns", description=__doc__)
    parser.add_argument("--only", choices=BOTS, help="one bot only")
    parser.add_argument("--folder", type=Path, help="where models and store are kept for another run; default: nowhere")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of the three questions")
    parser.add_argument("--turns", type=int, default=LONG_TALK, help="of the long talk")
    parser.add_argument("--seconds", type=float, default=TALK_SECONDS, help="of each burst of many people")
    asked = parser.parse_args(arguments)
    names = (asked.only,) if asked.only else BOTS
    with tempfile.TemporaryDirectory(prefix="turns-") as place:
        folder = asked.folder.resolve() if asked.folder else Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        run(folder, names, asked.rounds, asked.turns, asked.seconds)


if __name__ == "__main__":
    main()
