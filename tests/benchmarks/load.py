"""Measures the running product with many people at once: waiting times, errors, mixed-up answers, memory."""

import argparse
import asyncio
import itertools
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.benchmarks.channels import PASSWORD, Ask, Heard, link_chats, telegram, user_name, web
from tests.benchmarks.crowd import Person, Turn, crowd, mixed_up
from tests.bot.telegram.bot_api import BotApi, running
from tests.e2e.product import Product, add_people, new_environment, personabot, served, store_of

CONTACTS = 5_000
SEED = 1
WEB, CHATS = 200, 100  # people in the web page and in Telegram
TURNS = 12  # of each of them
THINKING_SECONDS = 10.0  # on average, to read an answer and type the next question; half to one and a half of it
PROMISED_SECONDS = 5.0  # within which everybody gets an answer, or a word that it takes a moment
PROCESSES = {
    "rasa": "bot.assistant.launcher",
    "actions": "bot.assistant.action_server",
    "gateway": "bot.gateway",
}
COLUMNS = (
    "people", "messages", "a second", "p50, ms", "p95, ms", "longest, ms", "no word in 5 s", "errors", "mixed up",
    "asked back",
)  # fmt: skip
MEGABYTE = 2**20
ERROR = "error"
MIXED_UP = "mixed up"  # an answer with a name that only others asked about, or without the one asked about


@dataclass(frozen=True, slots=True)
class Said:
    """A turn, and what came of it: how long the answer took, and what was wrong with it (empty: nothing)."""

    person: Person
    turn: Turn
    seconds: float
    first_seconds: float
    answer: str
    fault: str


@dataclass(slots=True)
class Held:
    """What was measured of one channel."""

    channel: str
    people: int
    seconds: float = 0.0
    said: list[Said] = field(default_factory=list)

    def faults(self) -> Counter[str]:
        """How often which fault was seen."""
        return Counter(one.fault for one in self.said if one.fault)

    def row(self) -> list[str]:
        """A line of the table."""
        waits = sorted(one.seconds for one in self.said)
        figures = (statistics.median(waits) * 1e3, statistics.quantiles(waits, n=20)[-1] * 1e3, waits[-1] * 1e3)
        faults = self.faults()
        return [
            f"{self.channel}, {self.people} at once",
            str(len(waits)),
            f"{len(waits) / self.seconds:.1f}",
            *(f"{figure:,.0f}" for figure in figures),
            str(sum(one.first_seconds > PROMISED_SECONDS for one in self.said)),
            str(faults[ERROR]),
            str(faults[MIXED_UP]),
            str(faults.total() - faults[ERROR] - faults[MIXED_UP]),
        ]


async def hold(
    channel: str,
    asks: Sequence[Ask],
    people: Sequence[Person],
    everybody: Sequence[Person],
    turns: int,
    thinking: float,
) -> Held:
    """All `people` of one channel talk at the same time; `everybody` are those of all channels."""
    held, start = Held(channel, len(people)), time.perf_counter()
    talks = (talk(ask, person, everybody, turns, thinking) for ask, person in zip(asks, people, strict=True))
    held.said = [one for said in await asyncio.gather(*talks) for one in said]
    held.seconds = time.perf_counter() - start
    return held


async def hold_web(product: Product, people: Sequence[Person], turns: int, thinking: float) -> Held:
    """All log in and talk over HTTP as the page does, each in a conversation of their own."""
    async with web(product, people) as asks:
        return await hold("web", asks, people, people, turns, thinking)


async def talk(ask: Ask, person: Person, everybody: Sequence[Person], turns: int, thinking: float) -> list[Said]:
    """One person's talk; each answer is checked for whom it is about."""
    dice = random.Random(person.number)
    said = []
    await asyncio.sleep(dice.uniform(0, thinking))
    for turn in person.turns(turns):
        start = time.perf_counter()
        try:
            heard = await ask(turn.text)
        except httpx.HTTPError as error:
            heard = Heard(type(error).__name__, None, time.perf_counter() - start, failed=True)
        seconds = time.perf_counter() - start
        fault = fault_of(heard, turn, person, everybody)
        said.append(Said(person, turn, seconds, heard.first_seconds, heard.text, fault))
        await asyncio.sleep(thinking * dice.uniform(0.5, 1.5))
    return said


def fault_of(heard: Heard, turn: Turn, person: Person, everybody: Sequence[Person]) -> str:
    """What is wrong with the answers to a turn; empty where nothing is."""
    if mixed_up(heard.text, person, everybody):
        return MIXED_UP
    if heard.failed:
        return ERROR
    missing = turn.mentions is not None and turn.mentions not in heard.text
    if heard.kinds is None:
        return "asked back" if missing else ""
    if turn.kind not in heard.kinds:  # understood otherwise than meant: no matter of how many ask at once
        return f"not {turn.kind} but {heard.kinds[0]}"
    return MIXED_UP if missing else ""


def peak_megabytes(pid: int) -> float:
    """The highest resident memory of a process so far (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / MEGABYTE


def cpu_seconds(pid: int) -> float:
    """Processor time of a process since its start (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spent(product: Product) -> dict[str, float]:
    """Processor time of each process so far, and that of this one, which plays the people."""
    used = {name: cpu_seconds(product.processes(module)[0]) for name, module in PROCESSES.items()}
    return used | {"the people": time.process_time()}


def report(product: Product, channels: Sequence[Held], before: Mapping[str, float], after: Mapping[str, float]) -> None:
    """Prints the tables."""
    messages = sum(len(one.said) for one in channels)
    print(f"\n{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {os.getloadavg()[1]:.1f}")
    print(f"| {' | '.join(COLUMNS)} |\n| --- |{' ---: |' * (len(COLUMNS) - 1)}")
    for held in channels:
        print(f"| {' | '.join(held.row())} |")
    print("\n| process | peak memory, MB | processor time a message, ms |")
    print("| --- | ---: | ---: |")
    for name in before:
        pid = product.processes(PROCESSES[name])[0] if name in PROCESSES else os.getpid()
        print(f"| {name} | {peak_megabytes(pid):,.0f} | {(after[name] - before[name]) / messages * 1e3:.1f} |")
    for held in channels:
        for fault, count in held.faults().most_common():
            example = next(one for one in held.said if one.fault == fault)
            print(f"\n{held.channel}: {count} x {fault}: {example.turn.text!r}\n{example.answer[:600]}")


def new_bot_api() -> BotApi:
    """A Bot API whose updates bear numbers that no earlier run in the folder had: a known one is not answered again."""
    return BotApi(next_update=itertools.count(int(time.time())))


def prepared(folder: Path, api: BotApi) -> tuple[dict[str, str], Path]:
    """An installation below `folder` with the sample CRM, its personas, a trained assistant and the crowd's users."""
    environment = new_environment(folder / "var")
    crm = folder / "crm"
    if not (folder / "built").exists():
        personabot(
            "sample", "--contacts", str(CONTACTS), "--seed", str(SEED), "--out", str(crm), environment=environment
        )
        personabot("import", str(crm), environment=environment)
        personabot("build", environment=environment)
        everybody = crowd(store_of(environment), WEB + CHATS)
        add_people(environment, map(user_name, everybody), PASSWORD)
        link_chats(environment, everybody[WEB:])
        (folder / "built").touch()
    personabot("train", environment=environment)
    return environment | {"PERSONABOT_TELEGRAM_TOKEN": api.token, "PERSONABOT_TELEGRAM_API": api.url}, crm


async def measure(
    product: Product, api: BotApi, everybody: Sequence[Person], given: argparse.Namespace
) -> tuple[list[Held], dict[str, float], dict[str, float]]:
    """Both channels at once, and the processor time before and after, without that of the logins."""
    page, chats = everybody[: given.web], everybody[WEB : WEB + given.chats]
    start = time.perf_counter()
    async with web(product, page) as asks:
        print(f"logins: {len(page)} in {time.perf_counter() - start:.1f} s")
        before = spent(product)
        held = await asyncio.gather(
            hold("web", asks, page, everybody, given.turns, given.thinking),
            hold("Telegram", telegram(api, chats), chats, everybody, given.turns, given.thinking),
        )
    return [one for one in held if one.people], before, spent(product)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints how the product bears many people at once."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks load", description=main.__doc__)
    parser.add_argument("--web", type=int, default=WEB, help="people in the web page")
    parser.add_argument("--chats", type=int, default=CHATS, help="people in Telegram")
    parser.add_argument("--turns", type=int, default=TURNS, help="messages of each of them")
    parser.add_argument("--thinking", type=float, default=THINKING_SECONDS, help="seconds between two messages")
    parser.add_argument("--folder", type=Path, help="kept, so that a second run there need not import and build anew")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary, running(new_bot_api()) as api:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        environment, crm = prepared(folder, api)
        everybody = crowd(store_of(environment), WEB + CHATS)
        with served(environment, crm) as product:
            report(product, *asyncio.run(measure(product, api, everybody, given)))
