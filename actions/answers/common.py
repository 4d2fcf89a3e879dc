"""What answers share: buttons, names of personas, and the line that says which data an answer rests on."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from persona_store.answer import Choice
from persona_store.matching import Match
from persona_store.segmentation.labels import level_label
from persona_store.settings import Language
from persona_store.wording import day, number, percent, say

CONTACT_PAYLOAD = "contact:"  # names a contact by its id in the store, so that a button always means the same person
COMPANY_PAYLOAD = "company:"  # likewise a company
LONGEST_QUOTE = 60
ALMOST_ALL, ALMOST_NONE = 0.99, 0.01
UNKNOWN = "unknown"
LEAST_P = 0.001


def button(name: str, language: Language, intent: str, **entities: str) -> Choice:
    """A button with the text `button.<name>` that says `intent` with these entities."""
    return labelled_button(say(f"button.{name}", language), intent, entities)


def labelled_button(text: str, intent: str, entities: Mapping[str, str]) -> Choice:
    """A button with this text; its message is understood without guessing."""
    said = json.dumps(dict(entities), ensure_ascii=False) if entities else ""
    return Choice(text, f"/{intent}{said}")


def contact_buttons(contact_id: int, language: Language, *names: str) -> tuple[Choice, ...]:
    """Buttons that ask something about a contact: "match", "approach" and "antipersona"."""
    intents = {"match": "match_persona", "approach": "ask_approach", "antipersona": "check_anti_persona"}
    return tuple(button(name, language, intents[name], contact=f"{CONTACT_PAYLOAD}{contact_id}") for name in names)


class Numbered(Protocol):
    """Whatever is called by a persona's number and name."""

    @property
    def number(self) -> int:
        """The persona's number."""
        ...

    def name(self, language: str) -> str:
        """The persona's name in `language`."""
        ...


def persona_name(persona: Numbered, language: Language) -> str:
    """A persona with its number, as people refer to it."""
    return say("answer.persona_name", language, number=persona.number, name=persona.name(language))


def p_value(p: float, language: Language) -> str:
    """A p-value, never a bare zero."""
    return f"< {number(LEAST_P, language, 3)}" if p < LEAST_P else number(p, language, 3)


def matched_name(match: Match, language: Language) -> str:
    """Whom or what a match is about; a role's words in quotes."""
    return match.name if match.contact_id is not None else say("answer.quoted", language, name=match.name)


def with_company(name: str, company: str | None, language: Language) -> str:
    """A contact with its company."""
    return say("answer.name_at", language, name=name, company=company) if company else name


def data_line(contacts: int, on: date | None, language: Language) -> str:
    """How many contacts the personas rest on, and how old the data are."""
    known = day(on, language) if on else say("answer.date_unknown", language)
    return say("answer.data", language, contacts=number(contacts, language), day=known)


def chance(share: float, language: Language) -> str:
    """A computed probability in percent; never 0 or 100 %, which no computation from data can claim."""
    if share >= ALMOST_ALL:
        return say("answer.almost_all", language)
    return say("answer.almost_none", language) if share <= ALMOST_NONE else percent(share, language)


def role_name(key: str, language: Language) -> str:
    """A role "function/level" in words."""
    named = {part: value for part, value in zip(("function", "level"), key.split("/"), strict=True) if value != UNKNOWN}
    return ", ".join(level_label(part, value, language) for part, value in named.items())


def listed(keys: Sequence[str], language: Language) -> str:
    """Texts of the catalogue one after another; those that are no whole sentences parted by semicolons."""
    texts = [say(key, language) for key in keys]
    return (" " if all(text.endswith((".", "!", "?")) for text in texts) else "; ").join(texts)


def quoted(text: str) -> str:
    """Words of a person, short enough to be repeated in an answer."""
    short = " ".join(text.split())
    return short if len(short) <= LONGEST_QUOTE else f"{short[: LONGEST_QUOTE - 1]}…"
