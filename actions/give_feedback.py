"""Praise or blame of the assistant: thanked for and noted, without the words."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from sqlalchemy.orm import Session

from actions.answers.feedback import feedback_answer
from actions.base import StoreAction
from actions.context import Request
from actions.cues import folded
from actions.reply import Reply
from persona_store.privacy.audit import record

Rating = Literal["praise", "blame"]


class ActionGiveFeedback(StoreAction):
    """Answers the intent give_feedback."""

    intent = "give_feedback"

    def reply(self, request: Request, session: Session) -> Reply:
        """Thanks, and notes the rating with the kind of the last answer; never what was written."""
        rating = rating_in(request.text)
        if rating is not None:
            about = request.talk.question.kinds[-1] if request.talk.question else None
            record(session, request.identity.user, f"feedback_{rating}", detail=about)
        return Reply((feedback_answer(rating, request.language),), replace(request.talk, missed=0))


def rating_in(text: str) -> Rating | None:
    """Whether the words praise or blame; None where they do neither, or both alike."""
    said = folded(text)
    found = {name: [_turned(said, match.start()) for match in _cues()[name].finditer(said)] for name in _cues()}
    blames = sum(not turned for turned in found["blame"]) + sum(found["praise"])
    praises = sum(not turned for turned in found["praise"]) + sum(found["blame"])
    if blames == praises:
        return None
    return "blame" if blames > praises else "praise"


def _turned(said: str, start: int) -> bool:
    before = said[:start].split()[-2:]
    return any(word.strip(",.!") in _content()["negations"] for word in before)


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("feedback_cues.yml").read_text(encoding="utf-8"))
    return content


@cache
def _cues() -> dict[str, re.Pattern[str]]:
    content = _content()
    return {name: re.compile(rf"\b(?:{'|'.join(map(re.escape, content[name]))})") for name in ("praise", "blame")}
