"""An answer as Telegram messages: the answer is the first line, three reasons at most, the rest behind a tap.

Texts are Telegram's HTML; nothing from the data becomes markup, a command or a mention.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Literal

from bot.render.terminal import visible
from persona_store.answer import Answer, Card, Table
from persona_store.settings import Language
from persona_store.wording import say

LONGEST_TEXT = 4096  # UTF-16 code units that people see, as the Bot API counts
LONGEST_CAPTION = 1024
REASONS_SHOWN = 3  # what a phone shows at a glance; the others unfold
LONGEST_HEADLINE = 300  # longer texts are no headlines
LONGEST_FACT = 100  # two lines on a phone; longer ones unfold
WIDEST_TABLE = 34  # letters that a phone shows in a line of fixed width
ROWS_SHOWN = 5  # longer tables that fill whole lines unfold at a tap
GAP, BETWEEN = "  ", " · "
_ACTIVE = re.compile(r"(?<![\w@./<>])([@/])(?=\w)")
_MARK = re.compile(r"</?[a-z][^>]*>")
_JOINER = "\u2060"  # invisible; what it parts is no command and no mention
_FIGURE = re.compile(r"[\s\d.,%×x€$+\-\u2013\u2212~≈]+")
_BREAKS = ("\n", ". ", " ")  # where a paragraph too long for a message is cut, best first

Style = Literal["plain", "bold", "quote", "table"]
MARKS: dict[Style, tuple[str, str]] = {
    "plain": ("", ""),
    "bold": ("<b>", "</b>"),
    "quote": ("<blockquote expandable>", "</blockquote>"),
    "table": ("<pre>", "</pre>"),
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text with one style; `tight` ones follow without an empty line."""

    text: str
    style: Style = "plain"
    tight: bool = False


def render_telegram(answer: Answer) -> list[str]:
    """The answer as one or more texts in Telegram's HTML, none longer than it takes; empty when nothing is said."""
    return joined(_paragraphs(answer))


def sentence(text: str) -> str:
    """A sentence of our own, such as an apology, in Telegram's HTML."""
    return escape(visible(text), quote=False)


def plain(markup: str) -> str:
    """Our HTML without its marks."""
    return unescape(_MARK.sub("", markup))


def picture_caption(answer: Answer) -> str:
    """What the answer's picture shows, in Telegram's HTML, for those who cannot see it; its figures are in the text."""
    title = (answer.chart or {}).get("title")
    named = title.get("text") if isinstance(title, dict) else title
    lines = [named, answer.text] if isinstance(named, str) else [answer.text]
    told = inert("\n".join(lines))
    while units(told) > LONGEST_CAPTION:
        told = f"{told[: LONGEST_CAPTION // 2 - 1].rstrip()}…"
    return escape(told, quote=False)


def inert(text: str) -> str:
    """`text` without control characters, and with nothing in it that Telegram would make a command or a mention."""
    return _ACTIVE.sub(rf"\1{_JOINER}", visible(text))


def units(text: str) -> int:
    """How long a text is as the Bot API counts: in UTF-16 code units."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def joined(paragraphs: Iterable[Paragraph]) -> list[str]:
    """The paragraphs as texts, each as full as it may be; only a paragraph longer than a whole text is cut."""
    texts: list[str] = []
    length = LONGEST_TEXT
    for paragraph in paragraphs:
        for number, piece in enumerate(_pieces(paragraph.text.strip())):
            gap = "\n" if paragraph.tight and number == 0 else "\n\n"
            begin, end = MARKS[paragraph.style]
            marked = f"{begin}{escape(piece, quote=False)}{end}"
            if length + len(gap) + units(piece) <= LONGEST_TEXT:
                texts[-1] += gap + marked
                length += len(gap) + units(piece)
            else:
                texts.append(marked)
                length = units(piece)
    return texts


def _paragraphs(answer: Answer) -> Iterator[Paragraph]:
    language, more = answer.language, list(answer.reasons[REASONS_SHOWN:])
    long_facts = [fact for fact in answer.card.facts if units(fact.value) > LONGEST_FACT] if answer.card else []
    first, *others = re.split(r"\n{2,}", inert(answer.text).strip())
    goes_on = bool(answer.reasons or answer.card or answer.table or answer.next_step or answer.evidence)
    yield Paragraph(first, "bold" if goes_on and units(first) <= LONGEST_HEADLINE else "plain")
    yield from map(Paragraph, others)
    if answer.card is not None:
        yield from _card(answer.card)
    if answer.reasons:
        yield Paragraph("\n".join(f"• {inert(reason)}" for reason in answer.reasons[:REASONS_SHOWN]))
    if answer.table is not None:
        yield from _table(answer.table)
    if answer.next_step:
        yield Paragraph(f"→ {inert(answer.next_step)}")
    more = [f"{fact.label}: {fact.value}" for fact in long_facts] + more
    if more or answer.evidence:
        yield Paragraph("\n".join(_details(more, answer.evidence, language)), "quote")


def _details(more: Sequence[str], evidence: Sequence[str], language: Language) -> Iterator[str]:
    """What unfolds at a tap: long facts, the other reasons, and what the answer rests on."""
    if more:
        yield say("telegram.more", language)
        yield from (f"• {inert(line)}" for line in more)
    if evidence:
        yield say("telegram.evidence", language)
        yield from (f"· {inert(line)}" for line in evidence)


def _card(card: Card) -> Iterator[Paragraph]:
    yield Paragraph(inert(card.title), "bold")
    lines = [card.subtitle] if card.subtitle else []
    lines += [f"{fact.label}: {fact.value}" for fact in card.facts if units(fact.value) <= LONGEST_FACT]
    if lines:
        yield Paragraph("\n".join(map(inert, lines)), tight=True)


def _table(table: Table) -> Iterator[Paragraph]:
    """Side by side where a phone is wide enough, else row below row."""
    rows = [[" ".join(inert(cell).split()) for cell in row] for row in (table.columns, *table.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.columns))]
    if table.caption:
        yield Paragraph(inert(table.caption), "bold")
    if sum(widths) + len(GAP) * (len(widths) - 1) <= WIDEST_TABLE:
        lines = [GAP.join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        yield Paragraph("\n".join(line.rstrip() for line in lines), "table", tight=bool(table.caption))
        return
    lines = [f"{BETWEEN.join(rows[0][1:])}:", *(f"▸ {row[0]}: {BETWEEN.join(row[1:])}" for row in rows[1:])]
    style: Style = "quote" if len(rows) > ROWS_SHOWN else "plain"
    yield Paragraph("\n".join(lines), style, tight=bool(table.caption))


def _padded(cell: str, width: int) -> str:
    return cell.rjust(width) if _FIGURE.fullmatch(cell) else cell.ljust(width)


def _pieces(text: str) -> Iterator[str]:
    """A paragraph, cut where it is longer than a message: after a line, a sentence, a word, else anywhere."""
    while units(text) > LONGEST_TEXT:
        room = LONGEST_TEXT
        while units(text[:room]) > LONGEST_TEXT:
            room -= units(text[:room]) - LONGEST_TEXT
        cuts = (text.rfind(mark, room // 2, room) + len(mark) for mark in _BREAKS)
        cut = next((place for place, mark in zip(cuts, _BREAKS, strict=True) if place >= len(mark) + room // 2), room)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text
