"""A quiz about terms and about the team's own personas, one question at a time."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from actions.answers.quiz import judged_answer, left_answer, not_an_answer, option_names, question_answer, result_answer
from actions.base import StoreAction
from actions.context import Request
from actions.cues import folded
from actions.explain_concept import named_concepts
from actions.ordinals import ordinal_in, place_of
from actions.reply import Reply
from actions.running import RUNNERS, Runner
from actions.state import Running
from actions.subject import named_personas
from persona_store.answer import Answer
from persona_store.guidance import approach_persona
from persona_store.knowledge.quiz import Item, make_quiz, read_item
from persona_store.leads.cues import says
from persona_store.segmentation.profiles import PersonaProfile, list_profiles
from persona_store.settings import Language
from persona_store.wording import say

NAME = "quiz"
LEAST_SHARED = 4  # letters of a word that an option and an answer share
SEEDS = 1 << 30
# What is said so and names no option is something else than an answer.
NO_ANSWERS = frozenset({"follow_up", "out_of_scope", "start_quiz"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a quiz stands: the questions, how many are answered, how many right, and the terms that were not known."""

    items: tuple[Item, ...]
    done: int = 0
    right: int = 0
    weak: tuple[str, ...] = ()

    def as_running(self) -> Running:
        """As a dialogue that goes on."""
        state = {
            "items": [item.as_dict() for item in self.items],
            "done": self.done,
            "right": self.right,
            "weak": list(self.weak),
        }
        return Running(NAME, state)


class ActionStartQuiz(StoreAction):
    """Answers the intent start_quiz."""

    intent = "start_quiz"

    def reply(self, request: Request, session: Session) -> Reply:
        """The first question; about a term or a persona where one is named."""
        concept = next(iter(named_concepts(request)), None)
        personas = named_personas(request, session).personas
        persona_id = personas[0].id if personas else None
        if persona_id is not None or (concept in ("persona", "segmentation") and not request.text.startswith("/")):
            concept = None  # "quiz me on personas" is about all there is
        items = make_quiz(session, secrets.randbelow(SEEDS), concept=concept, persona_id=persona_id)
        items = items or make_quiz(session, secrets.randbelow(SEEDS))
        return _ask(request, session, Standing(items))


def _ask(request: Request, session: Session, standing: Standing, *before: Answer) -> Reply:
    """The answers `before`, and the next question or the result."""
    talk = replace(request.talk, missed=0, options=(), chosen=None, offer=None)
    if standing.done >= len(standing.items):
        result = result_answer(standing.right, len(standing.items), standing.weak, request.language)
        return Reply((*before, result), replace(talk, running=None))
    item, profiles = standing.items[standing.done], _profiles(session)
    question = question_answer(item, standing.done + 1, len(standing.items), profiles, request.language)
    return Reply((*before, question), replace(talk, running=standing.as_running()))


def _continue(request: Request, session: Session, running: Running) -> Reply | None:
    standing, profiles = _read(running), _profiles(session)
    if standing is None or not _still_known(standing, profiles):
        return Reply((left_answer(0, 0, request.language),), replace(request.talk, running=None))
    item = standing.items[standing.done]
    given = _given(request, option_names(item, profiles, request.language))
    if given is None and not _does_not_know(request):
        if request.intent in NO_ANSWERS:
            return None
        return _ask(request, session, standing, not_an_answer(request.language))
    approach = approach_persona(session, int(item.about)) if item.kind == "channel" else None
    judged = judged_answer(item, given, profiles, approach, request.language)
    right = given == item.right
    weak = standing.weak if right or item.kind != "meaning" else (*standing.weak, item.about)
    after = replace(standing, done=standing.done + 1, right=standing.right + right, weak=weak)
    return _ask(request, session, after, judged)


def _given(request: Request, names: list[str]) -> int | None:
    """The index of the option that the message picks: by number, or by a word that only this option has."""
    if (ordinal := ordinal_in(request)) is not None:
        return place_of(ordinal, len(names))
    if request.text.startswith("/"):
        return None
    words = [_words(name) for name in names]
    said = _words(request.text)
    common = set.intersection(*words)
    shared = [len((own - common) & said) for own in words]
    best = max(shared)
    return shared.index(best) if best and shared.count(best) == 1 else None


def _words(text: str) -> set[str]:
    cleaned = "".join(one if one.isalnum() else " " for one in folded(text))
    return {word for word in cleaned.split() if len(word) >= LEAST_SHARED or word.isdigit()}


def _does_not_know(request: Request) -> bool:
    return request.intent == "deny" or says("unknown", request.text)


def _profiles(session: Session) -> Mapping[str, PersonaProfile]:
    return {str(one.info.id): one for one in list_profiles(session)}


def _still_known(standing: Standing, profiles: Mapping[str, PersonaProfile]) -> bool:
    """Whether the personas asked about are still those of the newest build."""
    item = standing.items[standing.done]
    if item.kind == "channel":
        return item.about in profiles
    return item.kind == "meaning" or all(key in profiles for key in item.options)


def _read(running: Running) -> Standing | None:
    state = running.state
    listed, done, right, weak = (state.get(name) for name in ("items", "done", "right", "weak"))
    items = [read_item(one) for one in listed] if isinstance(listed, list) else []
    known = tuple(item for item in items if item is not None)
    if len(known) < len(items) or not isinstance(done, int) or not isinstance(right, int) or not 0 <= done < len(known):
        return None
    named = tuple(str(one) for one in weak) if isinstance(weak, list) else ()
    return Standing(known, done, right, named)


def _remind(running: Running, language: Language) -> Answer:
    standing = _read(running) or Standing(())
    text = say("quiz.waiting", language, place=standing.done + 1, of=len(standing.items))
    return Answer("talk", language, text, next_step=say("quiz.waiting_next", language))


def _left(running: Running, language: Language) -> Answer:
    standing = _read(running) or Standing(())
    return left_answer(standing.right, standing.done, language)


RUNNERS[NAME] = Runner(_continue, _remind, _left, accepts=frozenset({"start_quiz"}))
