"""Telegram's HTML as its servers read it: the text people see, the marks on it, and their words for what is wrong.

Facts: Bot API, "HTML style" (core.telegram.org/bots/api#html-style) and the errors that the servers send. An ampersand
that begins no entity they know stays as it is, as there.
"""

import re
from dataclasses import dataclass

TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(?P<decimal>\d{1,7})|#[xX](?P<hexadecimal>[0-9a-fA-F]{1,6})|(?P<name>[a-z]{1,6}));?")


class BadMarkup(Exception):
    """What the servers say after "can't parse entities: "."""


@dataclass(frozen=True)
class Mark:
    """A run of the text, in UTF-16 code units as the API counts."""

    kind: str
    offset: int
    length: int


def parse(markup: str) -> tuple[str, list[Mark]]:
    """The text and its marks; raises BadMarkup."""
    text: list[str] = []
    marks: list[Mark] = []
    opened: list[tuple[str, str, int]] = []
    at = 0
    while at < len(markup):
        if markup[at] == "&":
            at = _reference(markup, at, text)
        elif markup[at] != "<":
            text.append(markup[at])
            at += 1
        elif markup[at + 1 : at + 2] == "/":
            at = _end_tag(markup, at, "".join(text), opened, marks)
        else:
            name, kind, at = _start_tag(markup, at)
            opened.append((name, kind, units("".join(text))))
    if opened:
        raise BadMarkup(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return "".join(text), marks


def units(text: str) -> int:
    """How long a text is in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def _reference(markup: str, at: int, text: list[str]) -> int:
    found = _REFERENCE.match(markup, at)
    if found:
        number = found["decimal"] or (found["hexadecimal"] and str(int(found["hexadecimal"], 16)))
        letter = NAMED.get(found["name"]) if found["name"] else chr(int(number)) if 0 < int(number) < 0x10FFFF else None
        if letter:
            text.append(letter)
            return found.end()
    text.append("&")
    return at + 1


def _start_tag(markup: str, begin: int) -> tuple[str, str, int]:
    place = f"at byte offset {_bytes(markup, begin)}"
    found = re.compile(r"[^\s>]*").match(markup, begin + 1)
    end = found.end() if found else begin + 1
    if end >= len(markup):
        raise BadMarkup(f"Unclosed start tag {place}")
    name = markup[begin + 1 : end].lower()
    if name not in TAGS:
        raise BadMarkup(f'Unsupported start tag "{name}" {place}')
    values: dict[str, str] = {}
    while True:
        end = _past_blanks(markup, end)
        if markup[end : end + 1] == ">":
            break
        end = _attribute(markup, end, name, place, values)
    if name == "span" and values.get("class") != "tg-spoiler":
        raise BadMarkup(f'Tag "span" must have class "tg-spoiler" {place}')
    return name, TAGS[name], end + 1


def _attribute(markup: str, begin: int, tag: str, place: str, values: dict[str, str]) -> int:
    end = begin
    while end < len(markup) and markup[end] not in "=>" and not markup[end].isspace():
        end += 1
    if end == begin:
        raise BadMarkup(
            f'Empty attribute name in the tag "{tag}" {place}' if markup[end:] else f"Unclosed start tag {place}"
        )
    name, end = markup[begin:end], _past_blanks(markup, end)
    if end >= len(markup):
        raise BadMarkup(f'Unclosed start tag "{tag}" {place}')
    if markup[end] != "=":
        values[name] = ""
        return end
    end = _past_blanks(markup, end + 1)
    if end >= len(markup):
        raise BadMarkup(f'Unclosed start tag "{tag}" {place}')
    if markup[end] not in "\"'":
        found = re.compile(r"[A-Za-z0-9.-]*").match(markup, end)
        stop = found.end() if found else end
        if stop >= len(markup) or not (markup[stop].isspace() or markup[stop] == ">"):
            raise BadMarkup(f"Unexpected end of name token at byte offset {_bytes(markup, end)}")
        values[name] = markup[end:stop]
        return stop
    stop = markup.find(markup[end], end + 1)
    if stop < 0:
        raise BadMarkup(f"Unclosed start tag {place}")
    values[name] = markup[end + 1 : stop]
    return stop + 1


def _end_tag(markup: str, begin: int, text: str, opened: list[tuple[str, str, int]], marks: list[Mark]) -> int:
    place = f"at byte offset {_bytes(markup, begin)}"
    if not opened:
        raise BadMarkup(f"Unexpected end tag {place}")
    end = begin + 2
    while end < len(markup) and markup[end] != ">" and not markup[end].isspace():
        end += 1
    name, end = markup[begin + 2 : end].lower(), _past_blanks(markup, end)
    if markup[end : end + 1] != ">":
        raise BadMarkup(f"Unclosed end tag {place}")
    expected, kind, offset = opened.pop()
    if name not in ("", expected):
        raise BadMarkup(f'Unmatched end tag {place}, expected "</{expected}>", found "</{name}>"')
    if units(text) > offset:
        marks.append(Mark(kind, offset, units(text) - offset))
    return end + 1


def _past_blanks(markup: str, at: int) -> int:
    while at < len(markup) and markup[at].isspace():
        at += 1
    return at


def _bytes(markup: str, at: int) -> int:
    return len(markup[:at].encode())
