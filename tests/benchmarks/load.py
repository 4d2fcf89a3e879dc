"""Measures the running product with many people at once: waiting times, errors, mixed-up answers, memory."""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.benchmarks.crowd import Person, Turn, crowd, mixed_up
from tests.e2e.product import Product, add_people, new_environment, personabot, served, store_of, words

CONTACTS = 5_000
SEED = 1
PASSWORD = "a long enough passphrase"
WEB = 200  # people in the web page
TURNS = 12  # of each of them
THINKING_SECONDS = 10.0  # on average, to read an answer and type the next question; half to one and a half of it
LONGEST_WAIT_SECONDS = 120.0  # of the tool, not of the product, which answers within seconds
PROCESSES = {
    "rasa": "bot.assistant.launcher",
    "actions": "bot.assistant.action_server",
    "gateway": "bot.gateway",
}
MEGABYTE = 2**20
MIXED_UP = "mixed up"  # an answer with a name that only others asked about, or without the one asked about

Ask = Callable[[str], Awaitable[list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Said:
    """A turn, and what came of it: how long the answer took, and what was wrong with it (empty: nothing)."""

    person: Person
    turn: Turn
    seconds: float
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
        cuts = statistics.quantiles(waits, n=20)
        figures = (statistics.median(waits) * 1e3, cuts[-1] * 1e3, waits[-1] * 1e3)
        faults = self.faults()
        errors = sum(count for fault, count in faults.items() if fault.startswith("error"))
        return [
            f"{self.channel}, {self.people} at once",
            str(len(waits)),
            f"{len(waits) / self.seconds:.1f}",
            *(f"{figure:,.0f}" for figure in figures),
            str(errors),
            str(faults[MIXED_UP]),
            str(faults.total() - errors - faults[MIXED_UP]),
        ]


async def hold_web(product: Product, people: Sequence[Person], turns: int, thinking: float) -> Held:
    """All log in and talk over HTTP as the page does, each in a conversation of their own."""
    held = Held("web", len(people))
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(_client(product)) for _ in people]
        start = time.perf_counter()
        waits = await asyncio.gather(*(_log_in(client, person) for client, person in zip(clients, people, strict=True)))
        print(f"logins: {len(waits)} in {time.perf_counter() - start:.1f} s")
        start = time.perf_counter()
        talks = (
            talk(_asker(client), person, people, turns, thinking)
            for client, person in zip(clients, people, strict=True)
        )
        held.said = [one for said in await asyncio.gather(*talks) for one in said]
        held.seconds = time.perf_counter() - start
    return held


async def talk(ask: Ask, person: Person, people: Sequence[Person], turns: int, thinking: float) -> list[Said]:
    """One person's talk; each answer is checked for whom it is about."""
    dice = random.Random(person.number)
    said = []
    await asyncio.sleep(dice.uniform(0, thinking))
    for turn in person.turns(turns):
        start = time.perf_counter()
        try:
            answers = await ask(turn.text)
        except (httpx.HTTPError, ValueError) as error:
            said.append(Said(person, turn, time.perf_counter() - start, "", f"error {type(error).__name__}"))
            continue
        seconds = time.perf_counter() - start
        said.append(Said(person, turn, seconds, words(answers), fault_of(answers, turn, person, people)))
        await asyncio.sleep(thinking * dice.uniform(0.5, 1.5))
    return said


def fault_of(answers: Sequence[dict[str, Any]], turn: Turn, person: Person, people: Sequence[Person]) -> str:
    """What is wrong with the answers to a turn; empty where nothing is."""
    read = words(list(answers))
    kinds = [answer["kind"] for answer in answers]
    if mixed_up(read, person, people):
        return MIXED_UP
    if not answers or "error" in kinds:
        return "error"
    if turn.kind not in kinds:  # understood otherwise than meant: no matter of how many ask at once
        return f"not {turn.kind} but {kinds[0]}"
    return MIXED_UP if turn.mentions and turn.mentions not in read else ""


def peak_megabytes(pid: int) -> float:
    """The highest resident memory of a process so far (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / MEGABYTE


def cpu_seconds(pid: int) -> float:
    """Processor time of a process since its start (Linux)."""
    import os

    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report(product: Product, channels: Iterable[Held], cpu_before: dict[str, float]) -> None:
    """Prints the tables."""
    rows = list(channels)
    messages = sum(len(one.said) for one in rows)
    print("\n| people | messages | a second | p50, ms | p95, ms | longest, ms | errors | mixed up | asked back |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for held in rows:
        print(f"| {' | '.join(held.row())} |")
    print("\n| process | peak memory, MB | processor time a message, ms |")
    print("| --- | ---: | ---: |")
    for name, module in PROCESSES.items():
        (pid,) = product.processes(module)
        spent = (cpu_seconds(pid) - cpu_before[name]) / messages * 1e3
        print(f"| {name} | {peak_megabytes(pid):,.0f} | {spent:.1f} |")
    for held in rows:
        for fault, count in held.faults().most_common():
            example = next(one for one in held.said if one.fault == fault)
            print(f"\n{held.channel}: {count} x {fault}: {example.turn.text!r}\n{example.answer[:600]}")


def _client(product: Product) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=product.url, timeout=LONGEST_WAIT_SECONDS, trust_env=False, headers={"Origin": product.url}
    )


async def _log_in(client: httpx.AsyncClient, person: Person) -> None:
    response = await client.post("/api/login", json={"name": user_name(person), "password": PASSWORD})
    response.raise_for_status()


def user_name(person: Person) -> str:
    """Under which name somebody of the crowd logs in."""
    return f"crowd{person.number}"


def _asker(client: httpx.AsyncClient) -> Ask:
    conversation = uuid4().hex

    async def ask(text: str) -> list[dict[str, Any]]:
        body = {"text": text, "conversation": conversation, "id": uuid4().hex}
        response = await client.post("/api/chat", json=body)
        response.raise_for_status()
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages

    return ask


def prepared(folder: Path, people: int) -> tuple[dict[str, str], Path]:
    """An installation below `folder` with the sample CRM, its personas, a trained assistant and the crowd's users."""
    environment = new_environment(folder / "var")
    crm = folder / "crm"
    if not (folder / "built").exists():
        personabot(
            "sample", "--contacts", str(CONTACTS), "--seed", str(SEED), "--out", str(crm), environment=environment
        )
        personabot("import", str(crm), environment=environment)
        personabot("build", environment=environment)
        add_people(environment, (f"crowd{number}" for number in range(people)), PASSWORD)
        (folder / "built").touch()
    personabot("train", environment=environment)
    return environment, crm


async def hold(product: Product, people: Sequence[Person], turns: int, thinking: float) -> list[Held]:
    """All channels at once."""
    return [await hold_web(product, people, turns, thinking)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints how the product bears many people at once."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks load", description=main.__doc__)
    parser.add_argument("--web", type=int, default=WEB, help="people in the web page")
    parser.add_argument("--turns", type=int, default=TURNS, help="messages of each of them")
    parser.add_argument("--thinking", type=float, default=THINKING_SECONDS, help="seconds between two messages")
    parser.add_argument("--folder", type=Path, help="kept, so that a second run there need not import and build anew")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        environment, crm = prepared(folder, WEB)
        people = crowd(store_of(environment), given.web)
        with served(environment, crm) as product:
            before = {name: cpu_seconds(product.processes(module)[0]) for name, module in PROCESSES.items()}
            held = asyncio.run(hold(product, people, given.turns, given.thinking))
            report(product, held, before)
