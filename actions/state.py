"""What the talk remembers from turn to turn, as typed data: read from Rasa's slots, written back as slot events.

Slots come from a store that people's words have passed through, so whatever does not have the expected form is
dropped on reading.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from rasa_sdk.events import EventType, SlotSet

from persona_store.settings import Language, settings

Kind = Literal[
    "match",
    "antipersona",
    "approach",
    "persona",
    "personas",
    "pipeline",
    "promising",
    "veto",
    "centre",
    "journey",
    "next",
    "compare",
    "chart",
    "statistics",
    "content",
    "segment",
    "ideas",
    "changes",
    "quality",
    "data_basis",
    "objection",
    "erasure",
    "concept",
    "lead",
]
Matter = Literal["verdict", "persona"]
STORED: frozenset[Kind] = frozenset({"veto", "objection", "erasure"})  # they store something, and have their own ways
ALONE: frozenset[Kind] = STORED | {"lead", "pipeline", "promising"}  # never asked together with something else
CHANNELS = frozenset({"phone", "email", "chat", "social", "in_person", "post"})
SubjectKind = Literal["contact", "role", "persona", "company"]

LONGEST_NAME = 120  # of what people type as a name; longer ones are cut before they are looked up or repeated
ROLE_KEY = re.compile(r"[a-z_]{1,30}/[a-z_]{1,30}")
MOST_PAGES = 10_000
MOST_OPTIONS = 5  # more than a hand can count are no help


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or what a question is about.

    `key` is the id of a contact, a persona or a company as text, or the role as "function/level"; `name` is how it is
    shown.
    """

    kind: SubjectKind
    key: str
    name: str
    company: str | None = None

    @property
    def id(self) -> int:
        """The id in the store of a contact, a persona or a company."""
        return int(self.key)

    def same_as(self, other: "Subject") -> bool:
        """Whether both are the same, however they are shown."""
        return (self.kind, self.key) == (other.kind, other.key)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready data for a slot."""
        return {"kind": self.kind, "key": self.key, "name": self.name, "company": self.company}


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: one or two `kinds`, about whom or what (empty while that is still to be said).

    `compared` are the ids of the personas the question names ("passt sie zu Persona 2?"), `compared_name` how the
    person called them; no ids with a name mean that there is no such persona. `channel` and `phase` are normal values,
    `aspect` is the part of an answer that is asked for ("time"), `role` one as "function/level", `company`,
    `attribute`, `concept` and `industry` are names as said or normal values, `page` counts from 1. `holds` is what a
    veto says holds instead. A number is asked `by` a group ("industry"), for the "best" or "worst" of them (`order`),
    and for a `period` (a year). `lead` is what is known of a lead that is only described; the module that judges it
    checks it on reading.
    """

    kinds: tuple[Kind, ...]
    subject: Subject | None = None
    compared: tuple[int, ...] = ()
    compared_name: str | None = None
    channel: str | None = None
    phase: str | None = None
    aspect: str | None = None
    role: str | None = None
    company: str | None = None
    attribute: str | None = None
    concept: str | None = None
    industry: str | None = None
    page: int = 1
    holds: str | None = None
    by: str | None = None
    order: str | None = None
    period: str | None = None
    lead: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready data for a slot."""
        texts = {name: value for name in _TEXTS if (value := getattr(self, name)) is not None}
        return {
            "kinds": list(self.kinds),
            "subject": self.subject and self.subject.as_dict(),
            "compared": list(self.compared),
            "page": self.page,
            **texts,
        } | ({} if self.lead is None else {"lead": dict(self.lead)})


_TEXTS = (
    "compared_name",
    "channel",
    "phase",
    "aspect",
    "role",
    "company",
    "attribute",
    "concept",
    "industry",
    "holds",
    "by",
    "order",
    "period",
)


@dataclass(frozen=True, slots=True)
class Option:
    """One of the things offered to choose from: how it was shown, and the question that choosing it asks."""

    label: str
    question: Question

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready data for a slot."""
        return {"label": self.label, "question": self.question.as_dict()}


@dataclass(frozen=True, slots=True)
class Running:
    """A dialogue of several turns that has begun (a qualification, a quiz ...): its name and how far it is.

    `state` is JSON-ready; the module that runs the dialogue checks it on reading. `strayed` counts the messages in a
    row that were about something else.
    """

    name: str
    state: Mapping[str, Any]
    strayed: int = 0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready data for a slot."""
        return {"name": self.name, "state": dict(self.state), "strayed": self.strayed}


@dataclass(frozen=True, slots=True)
class Talk:
    """Where the talk stands.

    `contact`, `role` and `persona` are the ones last spoken of; `question` is the last one asked, `explained` how
    often its answer was explained since. `options` were offered, `chosen` is the index of the one taken.
    `offer` is what "yes" would ask. `missed` counts the messages in a row that were not understood.
    `lesson` is the index of the last lesson taken of the guided introduction.
    `courtesies` are greetings and the like that were said in full, so that the next one is shorter.
    `running` is a dialogue of several turns that goes on until it ends or is stopped.
    `reasonless` is a contact and the matter of a veto on it that was noted just now, whose reason was asked for.
    `said_language` was asked for in words, `wished_language` came with the person's last message.
    """

    contact: Subject | None = None
    role: Subject | None = None
    persona: Subject | None = None
    question: Question | None = None
    explained: int = 0
    options: tuple[Option, ...] = ()
    chosen: int | None = None
    offer: Question | None = None
    missed: int = 0
    lesson: int | None = None
    courtesies: tuple[str, ...] = ()
    running: Running | None = None
    reasonless: tuple[Subject, Matter] | None = None
    language: Language | None = None
    said_language: Language | None = None
    wished_language: Language | None = None

    @property
    def spoken(self) -> Language:
        """The language to answer in."""
        return self.language or settings().language


def read_talk(slots: Mapping[str, Any]) -> Talk:
    """The talk as the slots hold it; empty where a slot is empty or not of the expected form."""
    answer, choices, wish = (_mapping(slots.get(name)) for name in ("last_answer", "choices", "language_wish"))
    explained, chosen, missed = answer.get("explained"), choices.get("chosen"), slots.get("missed")
    options = [_option(data) for data in _list(choices.get("options"))]
    return Talk(
        contact=_subject("contact", slots.get("contact_id"), slots.get("contact_name"), slots.get("company")),
        role=_subject("role", slots.get("role"), slots.get("role")),
        persona=_subject("persona", slots.get("persona_id"), slots.get("persona_id")),
        question=_question(slots.get("last_question")),
        explained=explained if isinstance(explained, int) else 0,
        options=tuple(option for option in options if option is not None),
        chosen=chosen if isinstance(chosen, int) else None,
        offer=_question(slots.get("offer")),
        missed=missed if isinstance(missed, int) else 0,
        lesson=lesson if isinstance(lesson := slots.get("lesson"), int) else None,
        courtesies=tuple(one for one in _list(answer.get("courtesies")) if isinstance(one, str)),
        running=_running(slots.get("running")),
        reasonless=_reasonless(slots.get("veto")),
        language=known_language(slots.get("language")),
        said_language=known_language(wish.get("said")),
        wished_language=known_language(wish.get("wished")),
    )


def slot_events(before: Talk, after: Talk) -> list[EventType]:
    """The events that bring the slots from `before` to `after`; untouched slots are not named."""
    old, new = _slots(before), _slots(after)
    return [SlotSet(name, value) for name, value in new.items() if value != old[name]]


def known_language(value: object) -> Language | None:
    """`value` if it is one of the two languages."""
    return value if value == "de" or value == "en" else None


def _slots(talk: Talk) -> dict[str, Any]:
    choices = {"options": [option.as_dict() for option in talk.options], "chosen": talk.chosen}
    return {
        "contact_id": talk.contact and talk.contact.id,
        "contact_name": talk.contact and talk.contact.name,
        "company": talk.contact and talk.contact.company,
        "role": talk.role and talk.role.key,
        "persona_id": talk.persona and talk.persona.id,
        "last_question": talk.question and talk.question.as_dict(),
        "last_answer": _last_answer(talk),
        "choices": choices if talk.options else None,
        "offer": talk.offer and talk.offer.as_dict(),
        "missed": talk.missed or None,
        "lesson": talk.lesson,
        "running": talk.running and talk.running.as_dict(),
        "veto": talk.reasonless and {"subject": talk.reasonless[0].as_dict(), "matter": talk.reasonless[1]},
        "language": talk.language,
        "language_wish": {"said": talk.said_language, "wished": talk.wished_language},
    }


def _last_answer(talk: Talk) -> dict[str, Any] | None:
    said = {"courtesies": list(talk.courtesies)} if talk.courtesies else {}
    if talk.question is None:
        return said or None
    return {"kinds": list(talk.question.kinds), "explained": talk.explained, **said}


def _question(data: object) -> Question | None:
    parts = _mapping(data)
    kinds = tuple(kind for kind in _list(parts.get("kinds")) if kind in get_args(Kind))
    if not kinds or (len(kinds) > 1 and not ALONE.isdisjoint(kinds)):
        return None
    about = _mapping(parts.get("subject"))
    texts = {name: _text(parts.get(name)) for name in _TEXTS}
    texts["channel"] = texts["channel"] if texts["channel"] in CHANNELS else None
    return Question(
        kinds=kinds,
        subject=_subject(about.get("kind"), about.get("key"), about.get("name"), about.get("company")),
        compared=tuple(persona for persona in _list(parts.get("compared")) if isinstance(persona, int)),
        page=page if isinstance(page := parts.get("page"), int) and 1 <= page <= MOST_PAGES else 1,
        lead=lead if isinstance(lead := parts.get("lead"), Mapping) else None,
        **texts,
    )


def _running(data: object) -> Running | None:
    parts = _mapping(data)
    name, strayed = parts.get("name"), parts.get("strayed")
    if not isinstance(name, str) or not name:
        return None
    return Running(name, _mapping(parts.get("state")), strayed if isinstance(strayed, int) else 0)


def _reasonless(data: object) -> tuple[Subject, Matter] | None:
    parts = _mapping(data)
    about = _mapping(parts.get("subject"))
    subject = _subject("contact", about.get("key"), about.get("name"), about.get("company"))
    known: tuple[Matter, ...] = get_args(Matter)
    matter = next((one for one in known if one == parts.get("matter")), None)
    return (subject, matter) if subject and matter else None


def _subject(kind: object, key: object, name: object, company: object = None) -> Subject | None:
    if not isinstance(key, str | int) or not ROLE_KEY.fullmatch(str(key)) if kind == "role" else not _is_id(key):
        return None
    known: tuple[SubjectKind, ...] = get_args(SubjectKind)
    return next((Subject(one, str(key), _text(name) or str(key), _text(company)) for one in known if one == kind), None)


def _is_id(key: object) -> bool:
    return isinstance(key, str | int) and str(key).isascii() and str(key).isdigit()


def _option(data: object) -> Option | None:
    parts = _mapping(data)
    question, label = _question(parts.get("question")), _text(parts.get("label"))
    return Option(label, question) if question and label else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value[: 2 * LONGEST_NAME] if isinstance(value, str) and value else None
