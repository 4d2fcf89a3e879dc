"""Ideas for personalisation, ranked, in words."""

from collections.abc import Sequence
from typing import Any

from persona_store.answer import Answer, Table
from persona_store.guidance.types import IdeaInfo
from persona_store.settings import Language
from persona_store.wording import number, say

COLUMNS = ("number", "idea", "persona", "impact", "effort", "score", "proof")
POINTS = 100  # a change of a rate in percentage points


def ideas_answer(ideas: Sequence[IdeaInfo], language: Language, *, persona: str | None = None) -> Answer:
    """The ideas with impact, effort and what is proven, the most worthwhile first."""
    shown = [name for name in COLUMNS if name != "persona" or any(one.persona for one in ideas)]
    columns = tuple(say(f"idea_list.column.{name}", language) for name in shown)
    samples = bool(ideas) and all(one.sample for one in ideas)
    text = say("idea_list.text", language, count=len(ideas)) if ideas else say("idea_list.none", language)
    return Answer(
        kind="ideas",
        language=language,
        text=text if persona is None else f"{text} {say('idea_list.persona', language, persona=persona)}",
        reasons=(say("idea_list.samples", language),) if samples else (),
        next_step="" if samples or not ideas else say("idea_list.next", language),
        table=Table(columns, tuple(tuple(_cells(one, language)[name] for name in shown) for one in ideas))
        if ideas
        else None,
        evidence=(say("idea_list.how", language),),
    )


def proof_line(idea: IdeaInfo, language: Language) -> str:
    """What is known of an idea's effect."""
    if idea.change is None or idea.low is None or idea.high is None or idea.n is None:
        return say("idea_list.proof.estimated", language)
    values: dict[str, Any] = {
        "change": say("idea_list.points", language, points=_signed(idea.change, language)),
        "low": _signed(idea.low, language),
        "high": _signed(idea.high, language),
        "n": number(idea.n, language),
    }
    return say(f"idea_list.proof.{idea.proof}", language, **values)


def _cells(idea: IdeaInfo, language: Language) -> dict[str, str]:
    return {
        "number": say("idea_list.sample", language) if idea.id is None else str(idea.id),
        "idea": idea.text,
        "persona": idea.persona or say("idea_list.for_all", language),
        "impact": str(idea.impact),
        "effort": str(idea.effort),
        "score": number(idea.score, language, 1),
        "proof": proof_line(idea, language),
    }


def _signed(change: float, language: Language) -> str:
    points = change * POINTS
    return ("+" if points > 0 else "") + number(points, language, 1)
