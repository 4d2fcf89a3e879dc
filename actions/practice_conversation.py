"""A rehearsed sales talk: the assistant plays a persona in four scenes and says how each reply did."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from actions.answering import match_of
from actions.answers.practice import (
    begin_answer,
    concerns,
    judged_answer,
    left_answer,
    line_answer,
    result_answer,
    waiting_answer,
    which_answer,
)
from actions.answers.talk import no_personas_answer
from actions.base import StoreAction
from actions.context import Request
from actions.reply import Reply
from actions.running import RUNNERS, Runner
from actions.state import LONGEST_NAME, Running, Subject
from actions.subject import named_personas, named_role
from persona_store.answer import Answer
from persona_store.database.models import Persona
from persona_store.errors import NoPersonas
from persona_store.guidance import approach_persona
from persona_store.knowledge.practice import CRITERIA, SCENES, Criterion, judge_reply
from persona_store.names import find_personas
from persona_store.segmentation.profiles import list_profiles, persona_profile
from persona_store.settings import Language

NAME = "practice"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Where a rehearsal stands: the persona played, the scene, and the criteria met and missed so far."""

    persona_id: int
    scene: int = 0
    met: int = 0
    missed: tuple[str, ...] = ()

    def as_running(self) -> Running:
        """As a dialogue that goes on."""
        state = {"persona": self.persona_id, "scene": self.scene, "met": self.met, "missed": list(self.missed)}
        return Running(NAME, state)


class ActionPracticeConversation(StoreAction):
    """Answers the intent practice_conversation."""

    intent = "practice_conversation"

    def reply(self, request: Request, session: Session) -> Reply:
        """The persona's first words; which persona is asked where none is named or spoken of."""
        named = named_personas(request, session)
        persona = named.personas[0] if named.personas else _by_role(session, named_role(request))
        if persona is None and request.talk.persona is not None and named.unknown is None:
            persona = session.get(Persona, request.talk.persona.id)
        return _which(request, session) if persona is None else begin(request, session, persona.id)


def begin(request: Request, session: Session, persona_id: int) -> Reply:
    """The rehearsal's first scene."""
    profile, approach = persona_profile(session, persona_id), approach_persona(session, persona_id)
    begun = begin_answer(profile.info, approach, request.language)
    line = line_answer(SCENES[0], approach, request.language)
    about = Subject("persona", str(persona_id), profile.info.name(request.language))
    talk = replace(request.talk, running=Rehearsal(persona_id).as_running(), persona=about, missed=0, offer=None)
    return Reply((begun, line), replace(talk, options=(), chosen=None))


def _which(request: Request, session: Session) -> Reply:
    """Asks which persona is to be played."""
    profiles = list_profiles(session)
    if not profiles:
        return Reply((no_personas_answer(request.language),), replace(request.talk, running=None))
    running = Running(NAME, {"which": True})
    return Reply((which_answer(profiles, request.language),), replace(request.talk, running=running, missed=0))


def _chosen(request: Request, session: Session) -> Persona | None:
    """The persona that the message names, by number, name, role or place in the list."""
    named = named_personas(request, session).personas
    if named:
        return named[0]
    place = next((one.value for one in request.named("ordinal")), None)
    listed = list_profiles(session)
    if place is not None and place.isdigit() and 0 < int(place) <= len(listed):
        return session.get(Persona, listed[int(place) - 1].info.id)
    found = find_personas(session, request.text[:LONGEST_NAME]) if not request.text.startswith("/") else []
    return found[0] if len(found) == 1 else _by_role(session, named_role(request))


def _by_role(session: Session, role: Subject | None) -> Persona | None:
    """The persona that people of a role mostly are."""
    if role is None:
        return None
    try:
        return session.get(Persona, match_of(session, role).best.persona_id)
    except NoPersonas:
        return None


def _continue(request: Request, session: Session, running: Running) -> Reply | None:
    if running.state.get("which"):
        persona = _chosen(request, session)
        if persona is not None:
            return begin(request, session, persona.id)
        return None if request.intent in ("follow_up", "nlu_fallback", "out_of_scope") else _which(request, session)
    rehearsal = _read(running)
    if rehearsal is None or session.get(Persona, rehearsal.persona_id) is None:
        return Reply((left_answer(request.language),), replace(request.talk, running=None))
    scene, approach = SCENES[rehearsal.scene], approach_persona(session, rehearsal.persona_id)
    judged = judge_reply(scene, request.text, approach, concerns(approach, request.language))
    after = replace(
        rehearsal,
        scene=rehearsal.scene + 1,
        met=rehearsal.met + len(judged.met),
        missed=(*rehearsal.missed, *judged.missed),
    )
    said = judged_answer(judged, approach, scene, request.language)
    talk = replace(request.talk, missed=0)
    if after.scene < len(SCENES):
        line = line_answer(SCENES[after.scene], approach, request.language)
        return Reply((said, line), replace(talk, running=after.as_running()))
    info, of = persona_profile(session, rehearsal.persona_id).info, sum(map(len, CRITERIA.values()))
    result = result_answer(info, approach, after.met, of, after.missed, request.language)
    return Reply((said, result), replace(talk, running=None))


def _read(running: Running) -> Rehearsal | None:
    persona, scene, met, missed = (running.state.get(name) for name in ("persona", "scene", "met", "missed"))
    if not isinstance(persona, int) or not isinstance(scene, int) or not isinstance(met, int):
        return None
    known: set[Criterion] = {one for criteria in CRITERIA.values() for one in criteria}
    lacking = tuple(one for one in missed if one in known) if isinstance(missed, list) else ()
    return Rehearsal(persona, scene, met, lacking) if 0 <= scene < len(SCENES) else None


def _remind(running: Running, language: Language) -> Answer:
    rehearsal = _read(running)
    return waiting_answer(SCENES[rehearsal.scene] if rehearsal else None, language)


def _left(_running: Running, language: Language) -> Answer:
    return left_answer(language)


RUNNERS[NAME] = Runner(_continue, _remind, _left, absorbs=True)
