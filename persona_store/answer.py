"""One answer of the assistant, independent of the channel: what to say, why, what next, and what it rests on."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from persona_store.settings import Language

Kind = Literal[
    "talk",
    "match",
    "antipersona",
    "pipeline",
    "approach",
    "personas",
    "persona",
    "choices",
    "error",
    "reason",
    "centre",
    "journey",
    "next",
    "lead",
    "ideas",
    "statistics",
    "chart",
    "compare",
    "content",
    "segment",
    "changes",
    "quality",
    "data_basis",
    "objection",
    "erasure",
]


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with its value, as a line of a card; `share` (0 to 1) may be drawn as a bar."""

    label: str
    value: str
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Text cells under column headings; every row is as long as `columns`."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A persona, a contact or a role at a glance."""

    title: str
    subtitle: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what the person reads, and the message that pressing it sends."""

    label: str
    send: str


@dataclass(frozen=True, slots=True)
class File:
    """A file to fetch: never its content, which would pass through the conversation's memory.

    `link` is a path of the gateway that works for the asker until `expires` (ISO 8601, UTC); `command` makes the same
    file in a terminal. `rows` is how many records it will hold.
    """

    name: str
    media_type: str
    link: str
    expires: str
    rows: int
    command: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer first (`text`), then why (`reasons`), then what next (`next_step`, `choices`).

    All texts are plain text in `language`; channels escape them. `evidence` says which data the answer rests on
    (counts, intervals, dates, attributes); `chart` is a Vega-Lite specification,
    `file` something to fetch.
    """

    kind: Kind
    language: Language
    text: str
    reasons: tuple[str, ...] = ()
    next_step: str = ""
    card: Card | None = None
    table: Table | None = None
    chart: dict[str, Any] | None = None
    file: File | None = None
    choices: tuple[Choice, ...] = ()
    evidence: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON-ready data; empty parts are left out, except `kind`, `language` and `text`."""
        card = self.card and {
            "title": self.card.title,
            "subtitle": self.card.subtitle,
            "facts": [_fact(fact) for fact in self.card.facts],
        }
        table = self.table and {
            "columns": list(self.table.columns),
            "rows": [list(row) for row in self.table.rows],
            "caption": self.table.caption,
        }
        parts: dict[str, Any] = {
            "reasons": list(self.reasons),
            "next_step": self.next_step,
            "card": card,
            "table": table,
            "chart": self.chart,
            "file": self.file and asdict(self.file),
            "choices": [{"label": choice.label, "send": choice.send} for choice in self.choices],
            "evidence": list(self.evidence),
            "details": self.details,
        }
        return {"kind": self.kind, "language": self.language, "text": self.text} | {
            name: part for name, part in parts.items() if part
        }


def _fact(fact: Fact) -> dict[str, Any]:
    base: dict[str, Any] = {"label": fact.label, "value": fact.value}
    return base if fact.share is None else base | {"share": round(fact.share, 4)}
