"""Ideas for personalisation with impact and effort, ranked by what they bring for what they cost."""

import csv
import hashlib
import math
from collections.abc import Iterable, Mapping
from functools import cache

from scipy.stats import norm
from sqlalchemy import select
from sqlalchemy.orm import Session

from persona_store.clock import utc_now
from persona_store.database.models import KEY_LENGTH, NAME_LENGTH, Idea
from persona_store.errors import InputError
from persona_store.guidance.content import FOR_ALL, KEY_DIGEST, ContentReport, read_language
from persona_store.guidance.people import find_persona, known_names, persona_named, persona_names
from persona_store.guidance.types import IdeaInfo, Proof
from persona_store.privacy.rights import demand
from persona_store.settings import PROJECT_ROOT, Language, settings
from persona_store.wording import say

SAMPLES = PROJECT_ROOT / "data" / "ideas"
IDEA_HEADERS: dict[Language, dict[str, str]] = {
    "de": {"idea": "Idee", "impact": "Wirkung", "effort": "Aufwand", "persona": "Persona", "language": "Sprache"},
    "en": {"idea": "idea", "impact": "impact", "effort": "effort", "persona": "persona", "language": "language"},
}
LOWEST, HIGHEST = 1, 5
LONGEST_IDEA = 1_000
MOST_ATTEMPTS = 10**9
# A measured change in rate as impact: from ten points on 5, from five 4, from two 3, from one 2, any other gain 1.
STEPS = ((0.10, 5), (0.05, 4), (0.02, 3), (0.01, 2))
Z90 = float(norm.ppf(0.95))


def add_idea(
    session: Session, text: str, impact: int, effort: int, *, persona: str | None = None,
    language: Language | None = None, actor: str | None = None,
) -> IdeaInfo:  # fmt: skip
    """Records an idea; the same text for the same persona is updated. Raises InputError for what cannot be stored."""
    demand(session, "judge")
    spoken = language or settings().language
    words = " ".join(text.split())
    if not words or len(words) > LONGEST_IDEA:
        raise InputError(say("ideas.error.text", settings().language, longest=LONGEST_IDEA))
    if not (LOWEST <= impact <= HIGHEST and LOWEST <= effort <= HIGHEST):
        raise InputError(say("ideas.error.scale", settings().language))
    meant = None
    if persona:
        found = find_persona(session, persona)
        if found is None:
            raise InputError(say("ideas.error.persona", settings().language, persona=persona))
        meant = found.name(spoken)
    stored, _ = _store(session, words, impact, effort, meant, spoken, actor)
    session.flush()
    return _info(stored)


def load_ideas(session: Session, rows: Iterable[Mapping[str, str | None]], actor: str | None = None) -> ContentReport:
    """Stores rows of an ideas table (fields as in `IDEA_HEADERS`); reasons are keys below `ideas.reason`."""
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    rejected: list[tuple[int, str]] = []
    for place, row in enumerate(rows):
        words = " ".join((row.get("idea") or "").split())
        impact, effort = _grade(row.get("impact")), _grade(row.get("effort"))
        language = read_language(row.get("language"))
        reason = (
            "text" if not words or len(words) > LONGEST_IDEA
            else "scale" if impact is None or effort is None
            else "language" if language is None
            else None
        )  # fmt: skip
        if reason is not None or impact is None or effort is None or language is None:
            rejected.append((place, reason or "text"))
            continue
        persona = " ".join((row.get("persona") or "").split())[:NAME_LENGTH]
        named = persona_named(session, persona, language) if persona and persona.lower() not in FOR_ALL else None
        _, outcome = _store(session, words, impact, effort, named, language, actor)
        counts[outcome] += 1
        session.flush()
    return ContentReport(counts["new"], counts["changed"], counts["unchanged"], tuple(rejected))


def list_ideas(session: Session, language: Language, *, persona: str | None = None) -> tuple[IdeaInfo, ...]:
    """The team's ideas, best first: benefit per effort; the shipped ones where the team has none in `language`.

    With `persona` (number or name) those for it and those for all. Raises InputError for a persona there is not.
    """
    demand(session, "aggregates")
    names: frozenset[str] | None = None
    if persona:
        found = find_persona(session, persona)
        if found is None:
            raise InputError(say("ideas.error.persona", settings().language, persona=persona))
        names = known_names(persona_names(session, found))
    stored = session.scalars(select(Idea).where(Idea.language == language).order_by(Idea.id)).all()
    known = [_info(one) for one in stored] or list(samples(language))
    fitting = [one for one in known if names is None or not one.persona or known_names([one.persona]) & names]
    return tuple(sorted(fitting, key=lambda one: (-one.score, one.proof != "works", one.effort, one.id or 0)))


def measure_idea(session: Session, idea_id: int, *, tried: tuple[int, int], before: tuple[int, int]) -> IdeaInfo:
    """Records what an idea brought: (successes, attempts) with it and without it.

    The 90 % interval of the difference of two rates is Newcombe's (1998, Statistics in Medicine 17:873, method 10).
    Raises InputError for an unknown idea or counts that cannot be.
    """
    demand(session, "judge")
    idea = session.get(Idea, idea_id)
    if idea is None:
        raise InputError(say("ideas.error.unknown", settings().language, id=idea_id))
    for successes, attempts in (tried, before):
        if not 0 <= successes <= attempts <= MOST_ATTEMPTS or not attempts:
            raise InputError(say("ideas.error.counts", settings().language))
    idea.measured_impact, idea.measured_low, idea.measured_high = difference(tried, before)
    idea.measured_n = tried[1] + before[1]
    session.flush()
    return _info(idea)


def difference(tried: tuple[int, int], before: tuple[int, int]) -> tuple[float, float, float]:
    """The first rate minus the second, with its 90 % interval; each rate is (successes, attempts)."""
    (p, p_low, p_high), (q, q_low, q_high) = _wilson(*tried), _wilson(*before)
    low = p - q - math.hypot(p - p_low, q_high - q)
    high = p - q + math.hypot(p_high - p, q - q_low)
    return p - q, low, high


@cache
def samples(language: Language) -> tuple[IdeaInfo, ...]:
    """The ideas that ship with the program."""
    headers = {header: field for field, header in IDEA_HEADERS[language].items()}
    with (SAMPLES / f"{language}.csv").open(encoding="utf-8", newline="") as file:
        delimiter = ";" if language == "de" else ","
        rows = [
            {headers[name]: cell for name, cell in row.items()} for row in csv.DictReader(file, delimiter=delimiter)
        ]
    return tuple(
        IdeaInfo(
            None, row["idea"], language, row["persona"] or None, int(row["impact"]), int(row["effort"]),
            int(row["impact"]) / int(row["effort"]), "estimated", sample=True,
        )
        for row in rows
    )  # fmt: skip


def _store(
    session: Session, words: str, impact: int, effort: int, persona: str | None, language: Language, actor: str | None
) -> tuple[Idea, str]:
    told = "\x1f".join((language, words.casefold(), (persona or "").casefold()))
    key = hashlib.sha256(told.encode()).hexdigest()[:KEY_DIGEST]
    stored = session.scalar(select(Idea).where(Idea.key == key))
    if stored is not None:
        same = (stored.impact, stored.effort) == (impact, effort)
        stored.impact, stored.effort = impact, effort
        return stored, "unchanged" if same else "changed"
    now = utc_now()
    fresh = Idea(
        key=key, language=language, text=words, persona=persona, impact=impact, effort=effort,
        actor=actor[:KEY_LENGTH] if actor else None, created_at=now,
    )  # fmt: skip
    session.add(fresh)
    return fresh, "new"


def _info(idea: Idea) -> IdeaInfo:
    proof, benefit = _benefit(idea)
    return IdeaInfo(
        idea.id, idea.text, idea.language, idea.persona, idea.impact, idea.effort, benefit / idea.effort, proof,
        idea.measured_impact, idea.measured_low, idea.measured_high, idea.measured_n,
    )  # fmt: skip


def _benefit(idea: Idea) -> tuple[Proof, float]:
    """What the idea brings: as measured where the interval leaves out zero, else as estimated."""
    change, low, high = idea.measured_impact, idea.measured_low, idea.measured_high
    if change is None or low is None or high is None:
        return "estimated", float(idea.impact)
    if high < 0:
        return "harms", 0.0
    if low <= 0:
        return "unclear", float(idea.impact)
    return "works", float(next((grade for least, grade in STEPS if change >= least), LOWEST))


def _wilson(successes: int, n: int) -> tuple[float, float, float]:
    """A rate with its 90 % interval (Wilson 1927)."""
    p = successes / n
    middle = (p + Z90**2 / (2 * n)) / (1 + Z90**2 / n)
    half = Z90 / (1 + Z90**2 / n) * math.sqrt(p * (1 - p) / n + Z90**2 / (4 * n * n))
    return p, middle - half, middle + half


def _grade(text: str | None) -> int | None:
    try:
        value = float((text or "").replace(",", "."))
    except ValueError:
        return None
    return int(value) if value.is_integer() and LOWEST <= value <= HIGHEST else None
