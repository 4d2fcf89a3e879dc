"""How many events a second a gateway applies over HTTP, in batches and one by one, in stores of two sizes.

The gateway is a process of its own, as in operation; the sender, this one, keeps its connections open, as a CRM does.
Processor time of both stands beside the clock, as a machine is rarely idle.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import func, select

from persona_store.build import build
from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Contact, Interaction
from persona_store.live.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, events_secret, sign
from persona_store.settings import Settings
from tests.benchmarks.served import Served
from tests.ports import free_port

STORES = (5_000, 100_000)
BATCHES, BATCH = 12, 1_000
SINGLES = 6_000
SENDERS = (1, 50, 200)  # who send single events at the same time
FEW = 100  # events that a sender who is alone sends
KINDS = ("Anruf", "E-Mail", "Whitepaper", "Webinar", "Messe", "Preisseite", "Beschwerde")
TITLES = ("Leiterin IT", "Vertriebsleiter", "Einkäufer", "Student", "CEO")

Event = dict[str, Any]


def live() -> None:
    """Nine of ten events are interactions; the rest are changes of contacts, new contacts, outcomes and deals."""
    for contacts in STORES:
        with tempfile.TemporaryDirectory() as folder:
            known = Settings(_env_file=None, var=Path(folder) / "var", port=free_port())
            engine = connect(known.store_url)
            migrate(engine)
            write_sample(Path(folder) / "sample", contacts, 1, None, lambda _step, _share: None)
            import_files(engine, [Path(folder) / "sample"])
            build(engine)
            with session_scope(engine) as session:
                people = [str(person) for person in session.scalars(select(Contact.external_id).limit(50_000))]
                size = session.scalar(select(func.count()).select_from(Contact))
                touches = session.scalar(select(func.count()).select_from(Interaction))
            engine.dispose()
            print(f"store of {size:,} contacts and {touches:,} interactions")
            measure(known, people, Path(folder))


def measure(known: Settings, people: list[str], folder: Path) -> None:
    """Sends batches one after the other, then single events from one sender and from several at a time."""
    command = (sys.executable, "-m", "bot.gateway", "--port", str(known.port))
    environment = os.environ | {"PERSONABOT_VAR": str(known.var)}
    gateway = Served(command, known.port, "/openapi.json", folder, environment)
    draw = random.Random(1)
    events = (event(draw, people, number) for number in range(10**9))
    try:
        asyncio.run(_send(known, [[next(events) for _ in range(BATCH)]], 1))  # loads what the first event needs
        batches = [[next(events) for _ in range(BATCH)] for _ in range(BATCHES)]
        _report(f"batches of {BATCH}", known, gateway, batches, 1)
        for senders in SENDERS:
            singles = [[next(events)] for _ in range(FEW if senders == 1 else SINGLES)]
            _report(f"single events, senders at once: {senders}", known, gateway, singles, senders)
    finally:
        gateway.end()


def _report(what: str, known: Settings, gateway: Served, bodies: list[list[Event]], senders: int) -> None:
    events, served, sent = sum(map(len, bodies)), gateway.cpu_seconds(), time.process_time()
    seconds, times = asyncio.run(_send(known, bodies, senders))
    served, sent = gateway.cpu_seconds() - served, time.process_time() - sent
    middle, late = times[len(times) // 2], times[int(0.99 * len(times))]
    print(
        f"  {what}: {events / seconds:,.0f} events/s by the clock; answers in the middle after {middle:.3f} s, 99 % "
        f"within {late:.3f} s; processor milliseconds an event: gateway {1_000 * served / events:.2f}, "
        f"sender {1_000 * sent / events:.2f}"
    )


async def _send(known: Settings, bodies: list[list[Event]], senders: int) -> tuple[float, list[float]]:
    """Seconds in all, and those of each request in order of their length."""
    url, secret, times = f"http://127.0.0.1:{known.port}/api/crm/events", events_secret(known), list[float]()
    waiting = iter(bodies)

    async def sender(client: aiohttp.ClientSession) -> None:
        for events in waiting:
            body, moment, start = json.dumps(events).encode(), int(time.time()), time.perf_counter()
            headers = {TIMESTAMP_HEADER: str(moment), SIGNATURE_HEADER: sign(secret, moment, body)}
            async with client.post(url, data=body, headers=headers) as response:
                answer = await response.json()
            assert answer["applied"] == len(events), answer
            times.append(time.perf_counter() - start)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=senders)) as client:
        start = time.perf_counter()
        await asyncio.gather(*(sender(client) for _ in range(senders)))
        return time.perf_counter() - start, sorted(times)


def event(draw: random.Random, people: list[str], number: int) -> Event:
    """An event as a CRM sends it."""
    common = {"id": f"b{number}", "at": "2026-07-01T10:00:00Z", "contact": {"id": draw.choice(people)}}
    chance = draw.random()
    if chance < 0.9:
        data = {"id": f"B{number}", "kind": draw.choice(KINDS), "direction": draw.choice(["in", "out"])}
        return common | {"kind": "interaction", "data": data | {"responded": draw.random() < 0.4, "minutes": 5.0}}
    if chance < 0.94:
        return common | {"kind": "contact", "data": {"job_title": draw.choice(TITLES)}}
    if chance < 0.96:
        new = {"last_name": f"Neu{number}", "job_title": draw.choice(TITLES), "company": f"Firma {number % 99} GmbH"}
        return common | {"kind": "contact", "contact": {"id": f"new{number}"}, "data": new}
    if chance < 0.98:
        return common | {"kind": "outcome", "data": {"outcome": draw.random() < 0.5}}
    return common | {"kind": "deal", "data": {"id": f"BD{number}", "amount": 1000.0, "won": None}}
