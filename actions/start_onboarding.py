"""The guided introduction for new colleagues: lesson by lesson, left and taken up as one likes."""

import re
from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answers.lessons import finished_answer, lesson_answer, paused_answer, waiting_answer
from actions.base import StoreAction
from actions.context import Request
from actions.cues import folded
from actions.explain_concept import named_concepts
from actions.reply import Reply
from actions.running import RUNNERS, Runner
from actions.state import Running
from persona_store.answer import Answer
from persona_store.knowledge.lessons import lesson_about, lessons
from persona_store.segmentation.profiles import list_profiles
from persona_store.settings import Language

NAME = "onboarding"
_ON = re.compile(r"\b(?:weiter|naechste|los|fertig|verstanden|next|go on|continue|ready|done|got it|proceed)")
_BACK = re.compile(r"\b(?:zurueck|vorige|nochmal|noch mal|back|previous|again|repeat)")
_LONGEST_ON = 4  # words; what is longer may ask for a next step of another kind


class ActionStartOnboarding(StoreAction):
    """Answers the intent start_onboarding."""

    intent = "start_onboarding"

    def reply(self, request: Request, session: Session) -> Reply:
        """The lesson about the term that is named, else the one after the last one taken, else the first."""
        about = next((index for key in named_concepts(request) if (index := lesson_about(key)) is not None), None)
        taken = request.talk.lesson
        again = taken is None or taken + 1 >= len(lessons())
        return _teach(request, session, about if about is not None else 0 if again or taken is None else taken + 1)


def _teach(request: Request, session: Session, index: int) -> Reply:
    talk = replace(request.talk, running=Running(NAME, {"lesson": index}), lesson=index, missed=0)
    return Reply((lesson_answer(index, list_profiles(session), request.language),), talk)


def _continue(request: Request, session: Session, running: Running) -> Reply | None:
    index, said = _index(running), folded(request.text)
    chosen = next((int(one.value) - 1 for one in request.named("ordinal") if one.value.isdigit()), None)
    if chosen is not None and 0 <= chosen < len(lessons()):
        return _teach(request, session, chosen)
    if _BACK.search(said):
        return _teach(request, session, max(index - 1, 0) if "z" in said or "prev" in said or "back" in said else index)
    if request.intent == "affirm" or (_ON.search(said) and len(said.split()) <= _LONGEST_ON):
        if index + 1 < len(lessons()):
            return _teach(request, session, index + 1)
        return Reply((finished_answer(request.language),), replace(request.talk, running=None, missed=0))
    if request.intent == "deny":
        return Reply((paused_answer(index, request.language),), replace(request.talk, running=None, missed=0))
    return None


def _index(running: Running) -> int:
    index = running.state.get("lesson")
    return index if isinstance(index, int) and 0 <= index < len(lessons()) else 0


def _remind(running: Running, language: Language) -> Answer:
    return waiting_answer(_index(running), language)


def _left(running: Running, language: Language) -> Answer:
    return paused_answer(_index(running), language)


RUNNERS[NAME] = Runner(_continue, _remind, _left, accepts=frozenset({"start_onboarding", "ask_next_message"}))
