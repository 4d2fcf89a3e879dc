"""An answer in the terminal: the answer first, then card, reasons, table, next step, choices and evidence."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from persona_store.settings import Language
from persona_store.wording import say

BAR_WIDTH = 24
WIDEST = 100  # longer lines are hard to read
PLAIN_WIDTH = 80


def render_terminal(answer: Mapping[str, Any], console: Console) -> None:
    """Prints `answer` (see Answer.as_dict) on `console`, without whatever could steer a terminal."""
    language: Language = "en" if answer.get("language") == "en" else "de"
    for part in _parts(answer, language):
        console.print(part, width=min(console.width, WIDEST), highlight=False)
        console.print()


def render_plain(answer: Mapping[str, Any]) -> str:
    """The answer as plain text, without colours or control characters."""
    console = Console(width=PLAIN_WIDTH, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        render_terminal(answer, console)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()).strip()


def visible(text: object) -> str:
    """`text` without control characters, so that data cannot move the cursor or reverse the reading direction."""
    return "".join(
        letter for letter in str(text) if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs"}
    )


def _parts(answer: Mapping[str, Any], language: Language) -> Iterator[RenderableType]:
    yield Text(visible(answer["text"]), style="bold red" if answer.get("kind") == "error" else "bold")
    if card := answer.get("card"):
        yield _card(card)
    if reasons := answer.get("reasons"):
        yield _section(say("terminal.reasons", language), reasons, "• ")
    if table := answer.get("table"):
        yield _table(table)
    if file := answer.get("file"):
        told = say("terminal.file", language, name=file["name"], command=file.get("command") or file["link"])
        yield Text(visible(told))
    if next_step := answer.get("next_step"):
        yield Text.assemble((f"→ {say('terminal.next_step', language)}: ", "bold cyan"), visible(next_step))
    if choices := answer.get("choices"):
        labels = [f"{position}. {choice['label']}" for position, choice in enumerate(choices, start=1)]
        yield _section(say("terminal.choices", language), labels, "  ")
    if evidence := answer.get("evidence"):
        yield _section(say("terminal.evidence", language), evidence, "· ", style="dim")


def _section(title: str, lines: list[str], mark: str, style: str = "") -> RenderableType:
    body = Table.grid(padding=0)
    body.add_column(no_wrap=True)
    body.add_column(overflow="fold")
    for line in lines:
        body.add_row(mark, Text(visible(line), style=style))
    return Group(Text(title, style="dim bold"), body)


def _card(card: Mapping[str, Any]) -> RenderableType:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", overflow="fold")
    facts.add_column(overflow="fold")
    facts.add_column()
    for fact in card.get("facts", ()):
        share = fact.get("share")
        bar: RenderableType = "" if share is None else _bar(share)
        facts.add_row(Text(visible(fact["label"])), Text(visible(fact["value"])), bar)
    subtitle = visible(card.get("subtitle", ""))
    inside = Group(Text(subtitle, style="dim"), facts) if subtitle else facts
    return Panel(inside, title=Text(visible(card["title"]), style="bold"), title_align="left", box=box.ROUNDED)


def _bar(share: float) -> ProgressBar:
    filled = min(1.0, max(0.0, share))
    return ProgressBar(1.0, filled, width=BAR_WIDTH, complete_style="cyan", finished_style="cyan")


def _table(table: Mapping[str, Any]) -> RenderableType:
    shown = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in table["columns"]:
        shown.add_column(Text(visible(column)), overflow="fold")
    for row in table["rows"]:
        shown.add_row(*(Text(visible(cell)) for cell in row))
    caption = visible(table.get("caption", ""))
    return Group(Text(caption, style="dim bold"), shown) if caption else shown
