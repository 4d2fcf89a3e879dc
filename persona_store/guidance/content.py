"""Content and messages that marketers offer, for whom and when; sample texts where the team has none of its own."""

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from persona_store.database.models import NAME_LENGTH, Content
from persona_store.guidance.people import known_names, persona_named
from persona_store.guidance.types import ContentItem
from persona_store.lexicon import normalise_channel, normalise_phase, normalise_title
from persona_store.settings import PROJECT_ROOT, Language, settings

SAMPLES = PROJECT_ROOT / "data" / "content"
CONTENT_HEADERS: dict[Language, dict[str, str]] = {
    "de": {
        "title": "Titel", "message": "Nachricht", "link": "Link", "persona": "Persona", "phase": "Phase",
        "channel": "Kanal", "function": "Rolle", "language": "Sprache",
    },
    "en": {
        "title": "title", "message": "message", "link": "link", "persona": "persona", "phase": "phase",
        "channel": "channel", "function": "role", "language": "language",
    },
}  # fmt: skip
LONGEST_MESSAGE = 5_000
LONGEST_LINK = 2_000
LONGEST_LIST = 200  # characters of normal values in one column
KEY_DIGEST = 32
FUNCTIONS = frozenset(
    {
        "executive", "sales", "marketing", "it", "finance", "purchasing", "hr", "production", "logistics",
        "engineering", "legal", "support", "consulting", "student", "assistant",
    }
)  # fmt: skip
PARTS = re.compile(r"\s*(?:[,;/|+]|\bund\b|\band\b|\boder\b|\bor\b)\s*", re.IGNORECASE)
FOR_ALL = frozenset({"alle", "all", "any", "jede", "jeder", "alles", "*", "-"})
LANGUAGES: dict[str, Language] = {
    "de": "de", "deutsch": "de", "german": "de", "de-de": "de", "de-at": "de", "de-ch": "de",
    "en": "en", "englisch": "en", "english": "en", "en-us": "en", "en-gb": "en",
}  # fmt: skip
# What makes an item fit better: the persona tells most, then the role, then the channel; the phase must fit anyway.
PERSONA_FITS, FUNCTION_FITS, CHANNEL_FITS, PHASE_FITS = 8, 4, 2, 1


@dataclass(frozen=True, slots=True)
class ContentReport:
    """What came of a content or ideas file; `rejected` are the places of rows left out, each with the reason."""

    new: int
    changed: int
    unchanged: int
    rejected: tuple[tuple[int, str], ...] = ()


def load_content(session: Session, rows: Iterable[Mapping[str, str | None]]) -> ContentReport:
    """Stores rows of a content table (fields as in `CONTENT_HEADERS`); a row known by title and addressees is updated.

    Reasons of rejected rows are keys below `content.reason`.
    """
    known: dict[str, Content] = {one.key: one for one in session.scalars(select(Content))}
    new = changed = unchanged = 0
    rejected: list[tuple[int, str]] = []
    for place, row in enumerate(rows):
        read = _read(row, session)
        if isinstance(read, str):
            rejected.append((place, read))
            continue
        key = _key(read)
        old = known.get(key)
        if old is None:
            known[key] = Content(key=key, **read)
            session.add(known[key])
            new += 1
        elif (old.title, old.message, old.link) == (read["title"], read["message"], read["link"]):
            unchanged += 1
        else:
            old.title, old.message, old.link = str(read["title"]), read["message"], read["link"]
            changed += 1
    session.flush()
    return ContentReport(new, changed, unchanged, tuple(rejected))


def find_content(
    session: Session,
    language: Language,
    *,
    phase: str,
    channel: str | None = None,
    function: str | None = None,
    personas: Sequence[str] = (),
    limit: int = 3,
) -> tuple[ContentItem, ...]:
    """What fits best, best first: the team's own content in `language`, and sample texts only where it has none.

    `personas` are the names the persona goes by. Content for another phase, channel, role or persona never fits.
    """
    named = known_names(personas)
    for items in (_own(session, language), samples(language)):
        fitting = [(_fit(one, phase, channel, function, named), at, one) for at, one in enumerate(items)]
        chosen = sorted(((fit, at, one) for fit, at, one in fitting if fit), key=lambda found: (-found[0], found[1]))
        if chosen:
            return tuple(one for _, _, one in chosen[:limit])
    return ()


def has_own_content(session: Session) -> bool:
    """Whether the team has brought content of its own."""
    return bool(session.scalar(select(func.count()).select_from(Content)))


@cache
def samples(language: Language) -> tuple[ContentItem, ...]:
    """The sample texts that ship with the program."""
    headers = {header: field for field, header in CONTENT_HEADERS[language].items()}
    with (SAMPLES / f"{language}.csv").open(encoding="utf-8", newline="") as file:
        delimiter = ";" if language == "de" else ","
        rows = [
            {headers[name]: cell for name, cell in row.items()} for row in csv.DictReader(file, delimiter=delimiter)
        ]
    items = [_read(row, None) for row in rows]
    return tuple(_item(one, sample=True) for one in items if not isinstance(one, str))


def with_name(message: str, name: str, company: str | None) -> str:
    """The message with the places for name and company filled; anything else in braces stays as it was written."""
    return message.replace("{name}", name).replace("{company}", company or "").replace("{firma}", company or "")


def read_language(text: str | None) -> Language | None:
    """The language a cell names; the installation's where it is empty, None where it is none we speak."""
    return LANGUAGES.get((text or settings().language).strip().lower())


def _own(session: Session, language: Language) -> list[ContentItem]:
    stored = session.scalars(select(Content).where(Content.language == language).order_by(Content.id))
    return [
        ContentItem(
            one.title, one.message, one.link, language, one.persona, _listed(one.function), _listed(one.phase),
            _listed(one.channel), sample=False,
        )
        for one in stored
    ]  # fmt: skip


def _item(read: Mapping[str, str | None], *, sample: bool) -> ContentItem:
    return ContentItem(
        read["title"] or "", read["message"], read["link"], "en" if read["language"] == "en" else "de",
        read["persona"], _listed(read["function"]), _listed(read["phase"]), _listed(read["channel"]), sample=sample,
    )  # fmt: skip


def _listed(values: str | None) -> tuple[str, ...]:
    return tuple(values.split(",")) if values else ()


def _fit(item: ContentItem, phase: str, channel: str | None, function: str | None, named: frozenset[str]) -> int:
    """How well an item fits, 0 for not at all."""
    for wanted, offered in ((phase, item.phases), (channel, item.channels), (function, item.functions)):
        if offered and wanted is not None and wanted not in offered:
            return 0
    if item.persona and not known_names([item.persona]) & named:
        return 0
    if function is None and item.functions:
        return 0
    return (
        1
        + PERSONA_FITS * bool(item.persona)
        + FUNCTION_FITS * bool(item.functions)
        + CHANNEL_FITS * bool(item.channels and channel)
        + PHASE_FITS * bool(item.phases)
    )


def _read(row: Mapping[str, str | None], session: Session | None) -> dict[str, str | None] | str:
    """The values of a row, or the reason why it is left out."""
    cell = {name: " ".join((row.get(name) or "").split()) for name in CONTENT_HEADERS["en"]}
    message = (row.get("message") or "").strip()[:LONGEST_MESSAGE] or None
    title = (cell["title"] or (message or "").split("\n")[0])[:NAME_LENGTH]
    language = read_language(cell["language"])
    if not title:
        return "no_title"
    if language is None:
        return "language"
    if cell["link"] and not _is_link(cell["link"]):
        return "link"
    values: dict[str, str | None] = {}
    for name, normalise in (("phase", normalise_phase), ("channel", normalise_channel), ("function", _function)):
        found = [normalise(part) for part in PARTS.split(cell[name]) if part and part.lower() not in FOR_ALL]
        listed = ",".join(dict.fromkeys(one for one in found if one))
        if None in found or len(listed) > LONGEST_LIST:
            return name
        values[name] = listed or None
    persona = cell["persona"][:NAME_LENGTH] if cell["persona"].lower() not in FOR_ALL else ""
    if persona and session is not None:
        persona = persona_named(session, persona, language)
    return values | {
        "language": language, "title": title, "message": message, "link": cell["link"] or None,
        "persona": persona or None,
    }  # fmt: skip


def _function(text: str) -> str | None:
    if text.lower() in FUNCTIONS:
        return text.lower()
    function = normalise_title(text).function
    return function if function in FUNCTIONS else None


def _is_link(text: str) -> bool:
    """Only what opens a page: a link that runs something must not reach a browser."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(text) <= LONGEST_LINK


def _key(read: Mapping[str, str | None]) -> str:
    names = ("language", "title", "persona", "phase", "channel", "function")
    told = "\x1f".join((read[name] or "").casefold() for name in names)
    return hashlib.sha256(told.encode()).hexdigest()[:KEY_DIGEST]
