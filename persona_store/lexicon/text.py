"""Text as words with their places: folding of case and umlauts, feminine forms, abbreviations, separators."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARACTERS = 2000  # a message or a title longer than this is read up to here
LONGEST_ABBREVIATION = 3  # letters; "AE" is no Ä
_ABBREVIATIONS = frozenset({"stellv", "kaufm", "techn", "wiss", "leit", "kommiss", "dept"})  # longer ones in titles
MAX_WORD = 60  # longer "words" are noise

_FOLD = str.maketrans(
    {"ä": "a", "ö": "o", "ü": "u", "ø": "o", "æ": "a", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)
_DIGRAPH = re.compile("([aou])e")
_MARK = re.compile("[\u0300-\u036f]+")
_TOKEN = re.compile(
    r"(?P<gender>\(?\b[mwfdxi](?:\s?[/|*]\s?[mwfdxi]){1,3}\b\)?)"
    r"|(?P<pair>\b[A-Za-z]{1,2}\s?[&+]\s?[A-Za-z]\b)"
    r"|(?P<word>[^\W\d_]+)(?P<feminine>(?:(?:[*:_/]|/-|-)(?:innen|in|r|n)(?![^\W\d_])|\((?:innen|in|r|n)\))?)"
    r"|(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<mark>[^\w\s])"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word, number or mark of a text: `start` and `end` in the original, `key` folded for comparison.

    `kind` is "word", "number" or "mark"; `glued`: a hyphen joins it to the word before; `cut`: a hyphen stands for
    its end ("Vertriebs- und Marketingleiter"); `capital`: it begins with a capital letter.
    """

    start: int
    end: int
    key: str
    kind: str
    glued: bool = False
    cut: bool = False
    capital: bool = False


@lru_cache(maxsize=1 << 16)
def folded(word: str) -> str:
    """The word in the one spelling under which ä, ae and a (ö, ü likewise), ß and ss, upper and lower case meet."""
    text = word.casefold()
    if not text.isascii():
        text = _MARK.sub("", unicodedata.normalize("NFD", text.translate(_FOLD)))
    return _DIGRAPH.sub(r"\1", text) if len(text) > LONGEST_ABBREVIATION else text


def words(text: str, *, sentences: bool = False) -> list[Word]:
    """The words, numbers and marks of `text` in order; marks for the sexes ("m/w/d", "*in") are left out.

    Full stops are marks only where they end one of several `sentences`; else they belong to abbreviations.
    """
    found: list[Word] = []
    hyphen_end = -1
    for match in _TOKEN.finditer(text[:MAX_CHARACTERS]):
        kind = match.lastgroup or ""
        start, end = match.span()
        if kind == "gender":
            continue
        if kind == "mark":
            if match.group() == "-":
                hyphen_end = end
                if text[start - 1 : start].isspace() and text[end : end + 1].isspace():
                    found.append(Word(start, end, "–", "mark"))
            elif match.group() not in ".'’\"" or (sentences and _ends_sentence(text, match.end(), found)):
                found.append(Word(start, end, match.group(), "mark"))
            continue
        raw = match.group("word") or match.group()
        key = folded(raw.replace(" ", "") if kind == "pair" else raw)[:MAX_WORD]
        glued = bool(found) and hyphen_end == start and text[found[-1].end : start] in ("-", ".-")
        cut = text[end : end + 1] == "-" and text[end + 1 : end + 2].isspace()
        found.append(Word(start, end, key, "number" if kind == "number" else "word", glued, cut, raw[0].isupper()))
    return found


def _ends_sentence(text: str, end: int, before: list[Word]) -> bool:
    if text[end - 1] != "." or text[end : end + 1] not in ("", " ", "\n") or not before:
        return False
    return len(before[-1].key) > LONGEST_ABBREVIATION and before[-1].key not in _ABBREVIATIONS
