"""A lead described in free words, as normal values; and single values of CRM columns."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from spacy.tokens import Doc

from persona_store.lexicon.behaviours import NO_REPLY, behaviours
from persona_store.lexicon.pipeline import meanings, pipeline
from persona_store.lexicon.quantities import amounts, employees
from persona_store.lexicon.roles import LEVELS, NO_ROLE, Role
from persona_store.lexicon.talked_roles import talked_roles
from persona_store.lexicon.terms import Term, candidates, within_longer
from persona_store.lexicon.text import MAX_CHARACTERS, Word

HIGH_BUDGET = 10_000  # from here on a sum is a high budget: below, a purchase seldom pays personal selling
UNKNOWN_LEVEL = "unknown"
CLAUSE_ENDS = re.compile(r"[.,;:!?\n]+|\s(?:und|and|aber|but|sowie)\s", re.IGNORECASE)
LONGEST_VALUE = 200  # characters of a CRM column that are read


@dataclass(frozen=True, slots=True)
class LeadDescription:
    """What a text says of a lead, as normal values of INTENTS.md; None (or empty) for what it does not say.

    `employees` is the lowest and the highest number; the highest is None where it is open ("200+").
    """

    function: str | None = None
    level: str | None = None
    industry: str | None = None
    employees: tuple[int, int | None] | None = None
    budget: str | None = None
    channel: str | None = None
    behaviours: tuple[str, ...] = ()
    student: bool | None = None
    phase: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; `employees` is a number where one was said, else the list [low, high]."""
        size: int | list[int | None] | None = None
        if self.employees is not None:
            low, high = self.employees
            size = low if low == high else [low, high]
        return {
            "function": self.function,
            "level": self.level,
            "industry": self.industry,
            "employees": size,
            "budget": self.budget,
            "channel": self.channel,
            "behaviours": list(self.behaviours) or None,
            "student": self.student,
            "phase": self.phase,
        }


def describe(text: str) -> LeadDescription:
    """What a description in German or English says of a lead; reads the first 2,000 characters."""
    text = text[:MAX_CHARACTERS]
    doc = pipeline(talk=True)(text)
    terms = list(candidates(text, doc))
    roles, student = _roles(text, doc)
    done = behaviours(doc, telling=True)
    origins: list[Word] = doc.user_data["words"]
    silent = [
        (origins[one.start].start, origins[one.end - 1].end)
        for one in done
        if one.denied or one.value in (NO_REPLY, "unsubscribed")
    ]
    role = max(roles, key=lambda one: (LEVELS.index(one.level), one.function != "other"), default=NO_ROLE)
    said = bool(roles)
    return LeadDescription(
        function=role.function if said else None,
        level=role.level if said and role.level != UNKNOWN_LEVEL else None,
        industry=_longest(terms, "industry") or _quiet_industry(doc),
        employees=_employees(text, terms),
        budget=_budget(text, terms),
        channel=_channel(terms, silent),
        behaviours=tuple(dict.fromkeys(one.value for one in sorted(done, key=lambda one: one.start) if not one.denied)),
        student=student,
        phase=_longest(terms, "phase"),
    )


@dataclass(frozen=True, slots=True)
class Done:
    """A behaviour in a text: its normal value, whether the text denies it, and the words around that go with it."""

    value: str
    denied: bool
    clause: str


def behaviours_done(text: str) -> list[Done]:
    """The behaviours a description tells of, denied ones too, each with its clause (which may say how often)."""
    text = text[:MAX_CHARACTERS]
    doc = pipeline(talk=True)(text)
    origins: list[Word] = doc.user_data["words"]
    found = []
    for one in sorted(behaviours(doc, telling=True), key=lambda one: one.start):
        first, last = origins[one.start].start, origins[one.end - 1].end
        before, after = CLAUSE_ENDS.split(text[:first])[-1], CLAUSE_ENDS.split(text[last:])[0]
        found.append(Done(one.value, one.denied, f"{before}{text[first:last]}{after}"))
    return found


def _roles(text: str, doc: Doc) -> tuple[list[Role], bool | None]:
    """The roles said and not denied, and whether the lead is a student."""
    negations = {
        span.start for span in doc.spans["lexicon"] for meaning in meanings(span) if meaning.kind == "negation"
    }
    origins: list[Word] = doc.user_data["words"]
    denied_words = {id(origins[start + 1]) for start in negations if start + 1 < len(origins)}
    denied_words |= {id(origins[start + 2]) for start in negations if start + 2 < len(origins)}
    roles: list[Role] = []
    student: bool | None = None
    for named in talked_roles(text, doc):
        denied = id(named.first) in denied_words
        if named.role.function == "student":
            student = not denied
        if not denied:
            roles.append(named.role)
    if student is None and any(
        meaning.kind == "studies" for span in doc.spans["lexicon"] for meaning in meanings(span)
    ):
        student = True
    return roles, student


def _longest(terms: Iterable[Term], entity: str) -> str | None:
    own = [term for term in terms if term.entity == entity]
    return max(own, key=lambda term: (term.end - term.start, -term.start)).value if own else None


def _quiet_industry(doc: Doc) -> str | None:
    """A branch that only the fact tells that a lead is described ("CFO, Bank, 200 MA"); fields of a role are none."""
    taken = {
        index for span in doc.spans["lexicon"] if _role_word(meanings(span)) for index in range(span.start, span.end)
    }
    for span in sorted(doc.spans["lexicon"], key=lambda span: (span.start - span.end, span.start)):
        found = [meaning.value for meaning in meanings(span) if meaning.kind == "industry"]
        alone = all(meaning.kind != "function" for meaning in meanings(span)) or _between_marks(
            doc, span.start, span.end
        )
        if found and alone and not within_longer(doc, span) and taken.isdisjoint(range(span.start, span.end)):
            return found[0]
    return None


def _role_word(found: Iterable[Any]) -> bool:
    return any(meaning.kind == "person" for meaning in found)


def _between_marks(doc: Doc, start: int, end: int) -> bool:
    origins: list[Word] = doc.user_data["words"]
    before = start > 0 and origins[start - 1].kind == "mark"
    after = end == len(doc) or origins[end].kind == "mark"
    return before and after


def _employees(text: str, terms: Iterable[Term]) -> tuple[int, int | None] | None:
    counted = employees(text)
    if counted:
        return counted[0].low, counted[0].high
    words = _longest(terms, "company_size")
    if words is None:
        return None
    if words.endswith("+"):
        return int(words[:-1]), None
    low, _, high = words.partition("-")
    return int(low), int(high or low)


def _budget(text: str, terms: Iterable[Term]) -> str | None:
    said = [term for term in terms if term.entity == "budget" and term.value in ("high", "low")]
    if said:
        return max(said, key=lambda term: term.end - term.start).value
    sums = amounts(text)
    if not sums:
        return None
    return "high" if max(one.low for one in sums) >= HIGH_BUDGET else "low"


def _channel(terms: Iterable[Term], silent: list[tuple[int, int]]) -> str | None:
    named = sorted((term for term in terms if term.entity == "channel"), key=lambda term: term.start)
    for term in named:
        if all(term.end <= start or end <= term.start for start, end in silent):
            return term.value
    return None


def normalise_industry(text: str) -> str | None:
    """The normal value of a CRM's branch of industry; None where the lexicon knows none."""
    return _value(text[:LONGEST_VALUE], "industry")


def normalise_channel(text: str) -> str | None:
    """The normal value of a CRM's channel or source; None where it names none."""
    return _value(text[:LONGEST_VALUE], "channel")


def normalise_phase(text: str) -> str | None:
    """The phase of the customer journey or AIDA stage that a CRM's stage stands for; None where unknown."""
    return _value(text[:LONGEST_VALUE], "phase")


@lru_cache(maxsize=1 << 14)
def _value(text: str, entity: str) -> str | None:
    doc = pipeline()(text)
    found = [
        (span.end - span.start, -span.start, meaning.value)
        for span in doc.spans["lexicon"]
        for meaning in meanings(span)
        if meaning.kind == entity
    ]
    return max(found)[2] if found else None
