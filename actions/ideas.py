"""Ideas in the talk: the list, and the dialogue that records one, asking for what is missing of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from actions.answers.ideas import (
    idea_added_answer,
    idea_given_up_answer,
    idea_left_answer,
    idea_question,
    idea_reminder,
    ideas_answer,
)
from actions.context import Request
from actions.cues import folded
from actions.figure_cues import words_of
from actions.reply import Reply
from actions.running import ANSWERS, RUNNERS, Runner
from actions.state import Running
from actions.veto_cues import begins_a_question
from persona_store.answer import Answer
from persona_store.database.models import Persona
from persona_store.guidance.ideas import HIGHEST, LONGEST_IDEA, LOWEST, add_idea, list_ideas
from persona_store.settings import Language

if TYPE_CHECKING:
    from actions.answering import Asked

NAME = "idea"
SHORTEST_IDEA = 6  # letters; less describes nothing
GRADES = ("impact", "effort")
MOST_MISSED = 2  # answers in a row that say nothing: then the dialogue is left
SHORTEST_DOUBTED = 4  # words: what is shorter, and taken for something else, is no idea
MOST_WORDS_GRADING = 8
# Said instead of an idea or a grade: each has an answer of its own, after which the idea comes back.
NO_ANSWERS = frozenset({"out_of_scope", "nlu_fallback", "follow_up"})
MOST_WORDS_ASKING = 4  # "notier das bitte mal"; what is longer says something
_NUMBER = re.compile(r"(?<![\d.,])([1-5])(?:\s*/\s*5|\s*(?:von|of|out of)\s*5)?(?![\d.,]*\d)")
_LEAVES = re.compile(r"^(?:nein|no|nope|abbrechen|vergiss|lass|doch nicht|never mind|cancel|forget)\b")
_ORDERS = re.compile(r"\W*(?:bitte |please )?(?:ignor\w*|zeige?|show|sage?|tell|nenne?|gib|give|spiele?|play|repeat) ")
_POINTS = re.compile(r"\b(?:das|dies|es|sie|die|bitte|it|this|please)\b")
_THAT = re.compile(r",?\s*\b(?:dass|that)\s+(?=\w+\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """An idea as far as it is known; `persona` is the number of the one it is for, empty for all."""

    idea: str | None = None
    impact: int | None = None
    effort: int | None = None
    persona: int | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What is still to be asked."""
        return tuple(name for name in ("idea", *GRADES) if getattr(self, name) is None)

    def as_state(self) -> dict[str, Any]:
        """JSON-ready data for the slot."""
        return {"idea": self.idea, "impact": self.impact, "effort": self.effort, "persona": self.persona}


def ideas_of(asked: "Asked") -> Answer:
    """The ideas, of a persona with those for all."""
    subject = asked.question.subject
    persona = asked.session.get(Persona, subject.id) if subject and subject.kind == "persona" else None
    wanted = None if persona is None else str(persona.number)
    found = list_ideas(asked.session, asked.language, persona=wanted)
    return ideas_answer(found, asked.language, persona=persona.name(asked.language) if persona else None)


def record(request: Request, session: Session, draft: Draft, unknown: str | None = None) -> Reply:
    """Stores the idea, or asks for what is missing of it; `unknown` is a persona that there is not."""
    if draft.missing or draft.idea is None or draft.impact is None or draft.effort is None:
        answer = idea_question(draft.idea, draft.missing, request.language, unknown=unknown)
        talk = replace(
            request.talk, running=Running(NAME, draft.as_state()), options=(), chosen=None, offer=None, missed=0
        )
        return Reply((answer,), talk)
    persona = None if draft.persona is None else str(draft.persona)
    added = add_idea(
        session,
        draft.idea,
        draft.impact,
        draft.effort,
        persona=persona,
        language=request.language,
        actor=request.identity.user,
    )
    ranked = list_ideas(session, request.language)
    place = next((at for at, one in enumerate(ranked, start=1) if one.id == added.id), len(ranked))
    answer = idea_added_answer(added, place, len(ranked), request.language)
    return Reply((answer,), replace(request.talk, running=None, options=(), chosen=None, offer=None, missed=0))


def draft_of(text: str, persona: int | None) -> Draft:
    """What a message that brings an idea says of it."""
    grades = {name: _named_grade(text, name) for name in GRADES}
    return Draft(idea_in(text), grades["impact"], grades["effort"], persona)


def idea_in(text: str) -> str | None:
    """The idea itself: what follows a colon, "dass" or the first comma, without the words around it."""
    for parted in (text.partition(":")[2], _after(_THAT, text), text.partition(",")[2]):
        idea = _bare(parted)
        if len(idea) >= SHORTEST_IDEA:
            return idea[:LONGEST_IDEA]
    return None


def _bare(text: str) -> str:
    """Without grades and without clauses that only ask to note it ("notier das bitte")."""
    clauses = re.split(r"(?<=[.!?;,])\s+", text.strip())
    while clauses and (_only_asks(clauses[-1]) or _is_grade(clauses[-1])):
        clauses.pop()
    while clauses and _only_asks(clauses[0]):
        clauses.pop(0)
    return " ".join(clauses).strip(" .,;:!?-–\"„“'")


def _only_asks(clause: str) -> bool:
    said = folded(clause).strip()
    asks = any(said.startswith(str(word)) for word in words_of("idea_verbs"))
    return asks and len(said.split()) <= MOST_WORDS_ASKING and bool(_POINTS.search(said))


def _is_grade(clause: str) -> bool:
    return any(_named_grade(clause, name) is not None for name in GRADES) and len(clause.split()) <= 6


def _after(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return text[found.end() :] if found else ""


def _named_grade(text: str, name: str) -> int | None:
    """The grade that stands beside "impact" or "effort": "Wirkung 4", "wenig Aufwand", "effort: 2 of 5"."""
    words = "|".join(re.escape(str(word)) for word in words_of(name))
    for grade, spelt in sorted(_spellings(), key=lambda one: -len(one[1])):
        value = re.escape(spelt)
        is_ = r"[ :=–-]{0,3}(?:(?:von|of|ist|is|wert|auf|bei|at)\W+)?"
        beside = rf"\b(?:{words})\w*{is_}(?:{value})\b(?!\s*(?:von|of)\b)"
        of_five = rf"\b(?:{words})\w*{is_}(?:{value})\s*(?:/|von|of|out of)\s*5\b"
        before = rf"\b(?:{value})\w{{0,2}}\s+(?:{words})"
        number_first = spelt.isdigit() and re.search(
            rf"\b{value}\s*(?:fuer|bei|for)?\s*(?:die|den|the)?\s*(?:{words})", folded(text)
        )
        if re.search(beside, folded(text)) or re.search(of_five, folded(text)):
            return grade
        if number_first or (not spelt.isdigit() and re.search(before, folded(text))):
            return grade
    return None


def _spellings() -> list[tuple[int, str]]:
    return [(int(grade), str(word)) for grade, words in words_of("grades").items() for word in words]


def _grades_said(text: str) -> list[int]:
    """Grades without their name, in order: "4 und 2", "vier"."""
    numbers = [int(found) for found in _NUMBER.findall(text)]
    if numbers:
        return numbers
    said = folded(text)
    spoken = [
        (found.start(), -len(word), grade)
        for grade, word in _spellings()
        if not word.isdigit() and (found := re.search(rf"\b{re.escape(word)}\w{{0,2}}\b", said))
    ]
    taken: list[int] = []
    end = -1
    for start, length, grade in sorted(spoken):
        if start > end:
            taken.append(grade)
            end = start - length
    return taken


def _continue(request: Request, session: Session, running: Running) -> Reply | None:
    draft, missed = read_draft(running.state), _missed(running.state)
    if _is_something_else(request, draft):
        return None
    if _LEAVES.match(folded(request.text).strip()) and not _NUMBER.search(request.text):
        return Reply((idea_left_answer(request.language),), replace(request.talk, running=None))
    if draft.idea is None:
        told = draft_of(request.text, draft.persona)
        words = told.idea or _bare(request.text)
        if len(words) < SHORTEST_IDEA:
            return _again(request, draft, missed + 1)
        return record(request, session, replace(told, idea=words[:LONGEST_IDEA]))
    found = {name: grade for name in GRADES if (grade := _named_grade(request.text, name)) is not None}
    if not found:
        wanted = [name for name in draft.missing if name in GRADES]
        found = dict(zip(wanted, _grades_said(request.text), strict=False))
    if not found:
        return _again(request, draft, missed + 1)
    known = {"impact": draft.impact, "effort": draft.effort} | found
    return record(request, session, replace(draft, impact=known["impact"], effort=known["effort"]))


def _again(request: Request, draft: Draft, missed: int) -> Reply:
    """The same question in other words; after MOST_MISSED answers in a row that say nothing the dialogue ends."""
    if missed >= MOST_MISSED:
        answer = idea_given_up_answer(draft.idea, request.language)
        return Reply((answer,), replace(request.talk, running=None, missed=0))
    answer = idea_question(draft.idea, draft.missing, request.language, again=True)
    state = {**draft.as_state(), "missed": missed}
    return Reply((answer,), replace(request.talk, running=Running(NAME, state), missed=0))


def _missed(state: Mapping[str, Any]) -> int:
    missed = state.get("missed")
    return missed if isinstance(missed, int) else 0


def _is_something_else(request: Request, draft: Draft) -> bool:
    """Whether the message is no answer: a question or an order to the assistant, or what it takes for something else
    while a grade is asked for and none is given."""
    if begins_a_question(request.text) or _ORDERS.match(folded(request.text)):
        return True
    words = len(request.text.split())
    if draft.idea is None:
        return request.intent not in {*ANSWERS, "add_idea"} and words < SHORTEST_DOUBTED
    graded = words <= MOST_WORDS_GRADING and bool(_grades_said(request.text))
    named = any(_named_grade(request.text, name) is not None for name in GRADES)
    return request.intent in NO_ANSWERS and not (graded or named or _LEAVES.match(folded(request.text).strip()))


def read_draft(state: Mapping[str, Any]) -> Draft:
    """The draft that the slot holds; what is not of the expected form is dropped."""
    idea, persona = state.get("idea"), state.get("persona")
    grades = {
        name: value if isinstance(value := state.get(name), int) and LOWEST <= value <= HIGHEST else None
        for name in GRADES
    }
    return Draft(
        idea[:LONGEST_IDEA] if isinstance(idea, str) and idea else None,
        grades["impact"],
        grades["effort"],
        persona if isinstance(persona, int) else None,
    )


def _remind(running: Running, language: Language) -> Answer:
    draft = read_draft(running.state)
    return idea_reminder(draft.idea, draft.missing, language)


def _left(running: Running, language: Language) -> Answer:
    return idea_left_answer(language)


RUNNERS[NAME] = Runner(_continue, _remind, _left)
