"""How many events a second a gateway applies over HTTP, in batches and one by one, in stores of two sizes.

Processor seconds stand beside those of the clock, as a machine is rarely idle; they include the sender's.
"""

import asyncio
import json
import random
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy import Engine, func, select

from bot.gateway.app import create_app
from persona_store.build import build
from persona_store.crm import import_files
from persona_store.crm.sample import write_sample
from persona_store.database import connect, migrate, session_scope
from persona_store.database.models import Contact, Interaction
from persona_store.live.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, events_secret, sign
from persona_store.settings import Settings
from tests.ports import free_port

STORES = (5_000, 100_000)
BATCHES, BATCH = 12, 1_000
SINGLES, AT_ONCE = 1_000, 50
KINDS = ("Anruf", "E-Mail", "Whitepaper", "Webinar", "Messe", "Preisseite", "Beschwerde")
TITLES = ("Leiterin IT", "Vertriebsleiter", "Einkäufer", "Student", "CEO")


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
            measure(engine, known)
            engine.dispose()


def measure(engine: Engine, known: Settings) -> None:
    """Sends batches one after the other, then single events from several senders at a time."""
    with session_scope(engine) as session:
        people = [str(person) for person in session.scalars(select(Contact.external_id).limit(50_000))]
        size = session.scalar(select(func.count()).select_from(Contact))
        touches = session.scalar(select(func.count()).select_from(Interaction))
    server = uvicorn.Server(uvicorn.Config(create_app(known), port=known.port, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    draw = random.Random(1)
    batches = [[event(draw, people, batch * BATCH + place) for place in range(BATCH)] for batch in range(BATCHES + 1)]
    print(f"store of {size:,} contacts and {touches:,} interactions")
    asyncio.run(_send(known, batches[:1], 1))  # loads what the first event needs
    _report(f"batches of {BATCH}", known, batches[1:], 1)
    singles = [[event(draw, people, 10**6 + place)] for place in range(SINGLES)]
    _report(f"single events, {AT_ONCE} senders", known, singles, AT_ONCE)
    server.should_exit = True
    thread.join()


def _report(what: str, known: Settings, bodies: list[list[dict[str, Any]]], senders: int) -> None:
    used, events = time.process_time(), sum(map(len, bodies))
    seconds, slowest = asyncio.run(_send(known, bodies, senders))
    used = time.process_time() - used
    print(
        f"  {what}: {events / seconds:,.0f} events/s by the clock, slowest answer {slowest:.2f} s, "
        f"{1_000 * used / events:.2f} processor seconds per 1,000 events"
    )


async def _send(known: Settings, bodies: list[list[dict[str, Any]]], senders: int) -> tuple[float, float]:
    """Seconds in all, and of the slowest request."""
    gate, times = asyncio.Semaphore(senders), []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{known.port}", timeout=120, trust_env=False) as client:

        async def one(events: list[dict[str, Any]]) -> None:
            body = json.dumps(events).encode()
            async with gate:
                moment, start = int(time.time()), time.perf_counter()
                headers = {TIMESTAMP_HEADER: str(moment), SIGNATURE_HEADER: sign(events_secret(known), moment, body)}
                answer = (await client.post("/api/crm/events", content=body, headers=headers)).json()
                assert answer["applied"] == len(events), answer
                times.append(time.perf_counter() - start)

        start = time.perf_counter()
        await asyncio.gather(*(one(events) for events in bodies))
    return time.perf_counter() - start, max(times)


def event(draw: random.Random, people: list[str], number: int) -> dict[str, Any]:
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
