"""Ideas for personalisation, ranked, in words."""

from collections.abc import Sequence
from typing import Any

from actions.answers.common import button, quoted
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


def idea_question(
    idea: str | None, missing: Sequence[str], language: Language, *, again: bool = False, unknown: str | None = None
) -> Answer:
    """What is still to be said of an idea; `again` after an answer that was none."""
    question = _question(idea, missing, language)
    if again:
        question = say("ideas_talk.again", language, question=question)
    if unknown:
        question = f"{say('ideas_talk.unknown', language, name=quoted(unknown))} {question}"
    return Answer("ideas", language, question, next_step=say("ideas_talk.ask_next", language))


def idea_reminder(idea: str | None, missing: Sequence[str], language: Language) -> Answer:
    """The open question once more, after something else was talked about."""
    text = say("ideas_talk.remind", language, question=_question(idea, missing, language))
    return Answer("ideas", language, text, next_step=say("ideas_talk.ask_next", language))


def idea_left_answer(language: Language) -> Answer:
    """The dialogue was left; nothing is stored."""
    return Answer("talk", language, say("ideas_talk.left", language))


def idea_given_up_answer(idea: str | None, language: Language) -> Answer:
    """What was said was no answer, again and again: nothing is stored, and how to begin anew."""
    key = "given_up_all" if idea is None else "given_up"
    return Answer("talk", language, say(f"ideas_talk.{key}", language, idea=quoted(idea or "")))


def idea_added_answer(added: IdeaInfo, place: int, of: int, language: Language) -> Answer:
    """What was recorded, and where it ranks."""
    persona = f" {say('ideas_talk.for_persona', language, persona=added.persona)}" if added.persona else ""
    text = say(
        "ideas_talk.added",
        language,
        idea=quoted(added.text),
        persona=persona,
        impact=added.impact,
        effort=added.effort,
        place=place,
        of=of,
    )
    return Answer(
        kind="ideas",
        language=language,
        text=text,
        next_step=say("ideas_talk.added_next", language, id=added.id),
        choices=(button("ideas", language, "list_ideas"),),
        evidence=(say("idea_list.how", language),),
        details={"idea": added.id},
    )


def _question(idea: str | None, missing: Sequence[str], language: Language) -> str:
    if idea is None:
        return say("ideas_talk.ask_text", language)
    key = "ask_both" if len(missing) > 1 else f"ask_{missing[0]}"
    return say(f"ideas_talk.{key}", language, idea=quoted(idea))
