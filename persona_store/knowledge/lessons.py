"""The guided introduction: its lessons in order, and which one teaches a term."""

from dataclasses import dataclass
from functools import cache

import yaml

from persona_store.knowledge.concepts import ONBOARDING

_FILE = "lessons.yml"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: the terms it is about, and the intent of a question to try on the team's own data."""

    key: str
    concepts: tuple[str, ...]
    intent: str


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons, in the order in which they are taught."""
    content = yaml.safe_load((ONBOARDING / _FILE).read_text(encoding="utf-8"))
    return tuple(Lesson(one["key"], tuple(one["concepts"]), one["try"]) for one in content)


def lesson_about(concept: str) -> int | None:
    """The index of the lesson that teaches a term, if one does."""
    return next((index for index, lesson in enumerate(lessons()) if concept in lesson.concepts), None)
