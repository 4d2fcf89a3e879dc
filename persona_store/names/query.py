"""What somebody typed to find a person, taken apart: e-mail address, number, name words, company words."""

import re
from dataclasses import dataclass

from persona_store.lexicon.vocabulary import lexicon_file
from persona_store.names.text import MAX_TEXT, PARTICLES, WORDS, company_words, name_words

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]{1,64}@[^\s@<>()\[\],;:\"]{1,190}")
_NUMBER = re.compile(
    r"^\s*(?:#|nr\.?|id:?|kontakt)?\s*#?\s*(?P<number>[\w./-]{0,30}\d[\w./-]{0,30})\s*$", re.IGNORECASE
)
_MARKERS = "|".join(sorted(map(re.escape, lexicon_file(WORDS)["company_markers"]), key=len, reverse=True))
_COMPANY = re.compile(rf"\s(?:{_MARKERS})\s+(?:der\s|dem\s|the\s)?|\s@\s?|\s*[(\[;|/]\s*|\s[-–]\s", re.IGNORECASE)
_COMMA = re.compile(r"\s*,\s*")
_POSSESSIVE = re.compile(r"['’]s?\b")


@dataclass(frozen=True, slots=True)
class Query:
    """A search for a person.

    `words` are all words of name and company in order; `company` those said to be of the company; `initials` single
    letters of first names.
    """

    words: tuple[str, ...]
    company: frozenset[str]
    initials: frozenset[str]
    email: str | None = None
    number: str | None = None

    def joined(self) -> "Query | None":
        """The search with the words of the person written as one ("mc allister"), where there are several."""
        person = [word for word in self.words if word not in self.company]
        if len(person) < 2:
            return None
        return Query(
            ("".join(person), *(word for word in self.words if word in self.company)), self.company, self.initials
        )


def parsed(text: str, company: str | None = None) -> Query:
    """The parts of a search; reads the first 200 characters."""
    text = _POSSESSIVE.sub(" ", text[:MAX_TEXT])
    email = _EMAIL.search(text)
    if email:
        local, _, domain = email.group().rstrip(".").partition("@")
        rest = text[: email.start()] + " " + re.sub(r"[\d._+-]+", " ", local)
        return Query(*_words(rest, company or domain.split(".")[0]), email=email.group().rstrip(".").lower())
    number = _NUMBER.match(text)
    person, said = text, company or ""
    split = _COMPANY.search(text) or _after_whole_name(text)
    if split and name_words(text[: split.start()]):
        person, said = text[: split.start()], f"{text[split.end() :]} {said}".replace(")", " ")
    return Query(*_words(person, said), number=number.group("number") if number else None)


def _after_whole_name(text: str) -> re.Match[str] | None:
    """The comma behind a first and a last name: what follows is a company, unlike behind a last name alone."""
    comma = _COMMA.search(text)
    if comma is None:
        return None
    named = [word for word in name_words(text[: comma.start()]) if word not in PARTICLES]
    return comma if len(named) > 1 else None


def _words(person: str, company: str) -> tuple[tuple[str, ...], frozenset[str], frozenset[str]]:
    named = [word for word in name_words(person) if word not in PARTICLES]
    employer = [word for word in company_words(company) if word not in (*PARTICLES, *named) and len(word) > 1]
    initials = frozenset(word for word in named if len(word) == 1)
    words = dict.fromkeys([*(word for word in named if len(word) > 1), *employer])
    return tuple(words), frozenset(employer), initials
