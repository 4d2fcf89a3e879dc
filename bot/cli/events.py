"""`personabot live` and `personabot events`: what came in from the CRM as it happened, and how to send it.

What takes long to import is imported by the command that needs it, so that the others start at once.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.common import AsJson, console, language, print_json, store, text
from bot.render.terminal import visible
from persona_store.database import session_scope
from persona_store.errors import InputError
from persona_store.live.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, events_secret, sign
from persona_store.settings import settings
from persona_store.wording import day, label, number, say

if TYPE_CHECKING:
    from persona_store.live.events import EventResult

AT_ONCE = 500
LARGEST_LINE = 256 * 1024
SHOWN = 10  # refused events that are told one by one
SEND_SECONDS = 60.0
SETTLE_SECONDS = 10.0

app = typer.Typer(help=text("help.events"), no_args_is_help=True)


def register(main: typer.Typer) -> None:
    """Adds the commands of this module."""
    main.command("live", help=text("help.live"))(live)
    main.add_typer(app, name="events")


def live(as_json: AsJson = False) -> None:
    """Shows what came in since the build, and whether a rebuild is due."""
    from persona_store.live.apply import apply_waiting
    from persona_store.live.status import live_status, rebuild_sentence

    with store() as engine:
        apply_waiting(engine)
        with session_scope(engine) as session:
            status = live_status(session)
    if as_json:
        print_json(asdict(status) | {"rebuild_due": status.rebuild_due})
        return
    lang = language()
    counts = {name: number(getattr(status, name), lang) for name in ("received", "waiting", "dropped")}
    console.print(say("live.counts", lang, **counts), markup=False)  # type: ignore[arg-type]
    for market in status.markets:
        drift = "–" if market.drift is None else number(market.drift, lang, 3)
        line = say(
            "live.market", lang, market=label("market", market.market, lang), events=number(market.events, lang),
            drift=drift, day=day(market.updated_at.date(), lang),
        )  # fmt: skip
        console.print(line, markup=False)
    console.print(rebuild_sentence(status, lang) or say("live.no_rebuild", lang), markup=False)


@app.command("secret", help=text("help.events_secret"))
def secret(as_json: AsJson = False) -> None:
    """Shows the secret and how to sign with it."""
    known = settings()
    host = "localhost" if known.host in ("127.0.0.1", "::1", "0.0.0.0") else known.host  # noqa: S104  # compared only
    url = f"http://{host}:{known.port}/api/crm/events"
    if as_json:
        print_json({"secret": events_secret(known), "url": url})
        return
    console.print(text("events.secret", secret=events_secret(known)), markup=False, soft_wrap=True)
    console.print(text("events.how", url=url), markup=False, soft_wrap=True)


@app.command("send", help=text("help.events_send"))
def send(
    path: Annotated[Path, typer.Argument(metavar="FILE", help=text("option.events_file"))],
    to: Annotated[str | None, typer.Option("--to", metavar="URL", help=text("option.events_to"))] = None,
    as_json: AsJson = False,
) -> None:
    """Sends JSON lines, to a running gateway or straight into the store."""
    counts = {"applied": 0, "known": 0, "waiting": 0, "dropped": 0, "refused": 0}
    told: list[tuple[int, str]] = []
    done = 0
    for batch in _batches(path):
        results = _post(to, batch) if to else _apply(batch)
        for place, (status, reason) in enumerate(results, start=done + 1):
            counts[status] += 1
            if status == "refused":
                told.append((place, reason or ""))
        done += len(batch)
    if not to:
        _settle()
    if as_json:
        print_json(counts | {"reasons": [{"line": line, "reason": reason} for line, reason in told]})
    else:
        shown: dict[str, Any] = {name: number(count, language()) for name, count in counts.items()}
        console.print(text("events.sent", **shown), markup=False)
        for line, reason in told[:SHOWN]:
            console.print(visible(text("events.refused", line=line, reason=reason)), markup=False)
    if told:
        raise typer.Exit(1)


def _batches(path: Path) -> Iterator[list[object]]:
    """The events of a file of JSON lines; raises InputError with the line that is none."""
    from pydantic_core import from_json

    def read() -> Iterator[object]:
        try:
            with path.open("rb") as file:
                for place, line in enumerate(iter(lambda: file.readline(LARGEST_LINE + 1), b""), start=1):
                    if not line.strip():
                        continue
                    try:
                        if len(line) > LARGEST_LINE:
                            raise ValueError
                        yield from_json(line, allow_inf_nan=False)
                    except ValueError:
                        raise InputError(text("events.no_json", path=path, line=place)) from None
        except OSError:
            raise InputError(text("events.no_file", path=path)) from None

    events = read()
    while batch := list(islice(events, AT_ONCE)):
        yield batch


def _apply(batch: list[object]) -> list[tuple[str, str | None]]:
    from persona_store.live.apply import apply_events

    with store() as engine:
        return [(result.status, _reason(result)) for result in apply_events(engine, batch).results]


def _settle() -> None:
    from persona_store.live.following import settle

    with store() as engine:
        settle(engine, SETTLE_SECONDS)


def _reason(result: "EventResult") -> str | None:
    if result.reason is None:
        return None
    return say(f"events.reason.{result.reason}", language(), **dict(result.values))  # type: ignore[arg-type]


def _post(url: str, batch: list[object]) -> list[tuple[str, str | None]]:
    import httpx
    from pydantic_core import to_json

    body, now = to_json(batch), int(time.time())
    headers = {
        "Content-Type": "application/json",
        "Accept-Language": language(),
        TIMESTAMP_HEADER: str(now),
        SIGNATURE_HEADER: sign(events_secret(settings()), now, body),
    }
    try:
        response = httpx.post(url, content=body, headers=headers, timeout=SEND_SECONDS, trust_env=False)
        answer = response.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        raise InputError(text("events.not_reached", url=url)) from None
    if not isinstance(answer, dict):  # something else than the gateway listens there
        raise InputError(text("events.not_taken", reason=response.status_code))
    if "results" not in answer:
        raise InputError(text("events.not_taken", reason=answer.get("message", response.status_code)))
    return [(result["status"], result["reason"]) for result in answer["results"]]
