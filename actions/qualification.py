"""The guided qualification of a lead: asks what tells most, takes what is said in any order, ends in a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from actions.answers.common import role_name
from actions.answers.lead import (
    ENOUGH,
    GO_ON,
    PRESSED,
    SAVE,
    UNKNOWN,
    lead_answer,
    offers_questions,
)
from actions.answers.qualification import (
    left_answer,
    noted_answer,
    question_answer,
    reminder_answer,
    said_before_answer,
    unread_answer,
)
from actions.answers.talk import no_personas_answer
from actions.context import Request
from actions.denied import denied_in
from actions.reply import Reply
from actions.running import RUNNERS, Runner
from actions.state import Question, Running, Subject, Talk
from persona_store.answer import Answer
from persona_store.errors import NoPersonas
from persona_store.leads.assess import LeadVerdict, assess_lead, market_of, model_of
from persona_store.leads.cues import says
from persona_store.leads.facts import SIZE, Lead, lead_from, level_pressed, read_answer, read_lead
from persona_store.lexicon import normalise_industry
from persona_store.segmentation.model import PersonaModel
from persona_store.segmentation.registry import MARKETS
from persona_store.settings import Language
from persona_store.wording import say

NAME = "qualification"
FUNCTION, LEVEL, INDUSTRY = "function", "level", "industry"
# "Das reicht" is taken for a wish to stop, but asks for the result.
ALSO_TAKEN = frozenset({"describe_lead", "qualify_lead", "stop"})
MOST_ASKED = 8  # more is an interrogation; what is known by then decides
# Nats about persona and purchase together: once the persona is certain, only questions above this are still asked.
ENOUGH_GAIN = 0.05
MOST_MISSED = 3  # answers in a row that cannot be read; then the attribute stays open
LARGE_NUMBER = 10  # from here on a bare number corrects the company's size rather than how often something was done


@dataclass(frozen=True, slots=True)
class Qualification:
    """How far a qualification is.

    `asked` is the attribute last asked for with the likeliest levels, `count` how many were; `missed` counts answers
    in a row that were not read. `before` is the lead before the last answer, for "one step back".
    """

    market: str
    lead: Lead
    asked: str = ""
    levels: tuple[str, ...] = ()
    about: str = "persona"
    count: int = 0
    missed: int = 0
    before: tuple[Lead, str] | None = None

    def running(self) -> Running:
        """As the talk keeps it."""
        before = None if self.before is None else [self.before[0].as_dict(), self.before[1]]
        return Running(
            NAME,
            {
                "market": self.market,
                "lead": self.lead.as_dict(),
                "asked": self.asked,
                "levels": list(self.levels),
                "about": self.about,
                "count": self.count,
                "missed": self.missed,
                "before": before,
            },
        )


def lead_question(lead: Lead, market: str, **more: Any) -> Question:
    """The question about a lead of whom this is known."""
    return Question(("lead",), lead={"market": market, **lead.as_dict(), **more})


def lead_of(question: Question | None) -> tuple[Lead, str] | None:
    """The lead and its market that a question is about, if it is about a described one, or came up with it."""
    if question is None or question.lead is None:
        return None
    market = question.lead.get("market")
    return lead_from(question.lead), market if market in MARKETS else MARKETS[0]


def subject_of(lead: Lead, talk: Talk, language: Language) -> Subject | None:
    """Whom "him" means after a lead was described: its role, else its persona."""
    function, level = (lead.levels.get(name, ()) for name in ("function", "level"))
    if len(function) == len(level) == 1:
        key = f"{function[0]}/{level[0]}"
        return Subject("role", key, role_name(key, language))
    return talk.persona


def begin(request: Request, session: Session, lead: Lead | None = None, market: str | None = None) -> Reply:
    """Starts to ask about a lead, of whom the message or an earlier description may say something already."""
    going_on = lead is not None and bool(lead)
    if lead is None or market is None:
        market = market_of(session, request.text)
        lead = read_lead(request.text, model_of(session, market)) if not request.text.startswith("/") else Lead()
    state = Qualification(market, lead)
    return _ask(request, session, state, "go_on" if going_on else "begin")


def judged(
    request: Request, session: Session, lead: Lead, market: str, begin_key: str = "", *, worth_first: bool = False
) -> Reply:
    """The verdict on a lead as far as it is known; what "yes" does next is offered."""
    verdict = assess_lead(session, lead, market)
    answer = lead_answer(verdict, request.language, begin=begin_key, worth_first=worth_first)
    question = lead_question(lead, market)
    offer = lead_question(lead, market, then=GO_ON if offers_questions(verdict) else SAVE)
    talk = replace(
        request.talk,
        contact=None,
        role=None,
        question=question,
        explained=0,
        options=(),
        chosen=None,
        offer=offer,
        missed=0,
        running=None,
    )
    return Reply((answer,), _with_persona(talk, verdict, request.language))


def judged_role(request: Request, session: Session, role: Subject) -> Reply:
    """The verdict on whoever has this role, with what else the message tells of them; raises NoPersonas."""
    lead = Lead({name: (level,) for name, level in zip((FUNCTION, LEVEL), role.key.split("/"), strict=True)})
    if not request.text.startswith("/"):
        lead = lead.with_(read_lead(request.text, model_of(session, MARKETS[0])))
    return judged(request, session, lead, MARKETS[0])


def _with_persona(talk: Talk, verdict: LeadVerdict, language: Language) -> Talk:
    """The lead's persona is what "how do I reach them" means."""
    if verdict.match.confidence not in ("certain", "likely"):
        return talk
    best = verdict.match.best
    return replace(talk, persona=Subject("persona", str(best.persona_id), best.name(language)))


def go_on(request: Request, session: Session, running: Running) -> Reply | None:
    """The reply to a message while a lead is being qualified; none where it is about something else."""
    state = _read(running)
    pressed = next((one.value for one in request.named("attribute") if one.value.startswith(PRESSED)), None)
    text = "" if request.text.startswith("/") else request.text
    if (request.intent == "stop" and not says("enough", text)) or says("saves", text):
        return None  # to store the lead is another dialogue
    if pressed == PRESSED + ENOUGH or (not pressed and says("enough", text)):
        return _finished(request, session, state, asked=True)
    if says("back", text) and state.before is not None:
        lead, _ = state.before
        return _ask(request, session, replace(state, lead=lead, before=None, missed=0), "back")
    if says("said_before", text):
        return _said_before(request, session, state, text)
    model = model_of(session, state.market)
    if pressed is not None:
        found = _of_button(pressed, state, session)
    else:
        found = read_answer(text, state.asked, model) if state.asked else read_lead(text, model)
        found = _corrected(text, state, found, session)
        found = found if state.asked == FUNCTION else of_industry_only(text, state.lead, found, model)
    if not found and not found.unknown:
        elsewhere = not text or "?" in text or request.named("contact")
        return None if elsewhere else _unread(request, session, state)
    return _taken(request, session, state, found)


def remind(running: Running, language: Language) -> Answer:
    """The open question once more."""
    state = _read(running)
    return reminder_answer(state.asked, state.levels, language)


def left(running: Running, language: Language) -> Answer:
    """That the questions have ended."""
    return left_answer(language)


def _taken(request: Request, session: Session, state: Qualification, found: Lead) -> Reply:
    changed = tuple(name for name, levels in found.levels.items() if state.lead.levels.get(name, levels) != levels)
    new = tuple(name for name in found.levels if name not in state.lead.levels)
    lead = state.lead.with_(found)
    after = replace(state, lead=lead, before=(state.lead, state.asked), missed=0)
    noted = noted_answer(lead, new, changed, sorted(found.unknown), request.language)
    return _ask(request, session, after, noted)


def _ask(request: Request, session: Session, state: Qualification, begin_: str) -> Reply:
    """The next question, after `begin_` (a key of the catalogue, or a sentence); the verdict where none is worth it."""
    verdict = assess_lead(session, state.lead, state.market)
    if _is_enough(verdict, state):
        return _finished(request, session, state, begin=begin_ if " " in begin_ else "")
    best = next((one for one in verdict.questions if one.attribute != state.asked), verdict.questions[0])
    levels = tuple(level for level, _ in best.levels)
    about = "persona" if best.about_persona >= best.about_buying else "buying"
    state = replace(state, asked=best.attribute, levels=levels, about=about, count=state.count + 1)
    answer = question_answer(begin_, best.attribute, levels, about, request.language, asks_first=state.count == 1)
    return Reply((answer,), _talk(request, state))


def _is_enough(verdict: LeadVerdict, state: Qualification) -> bool:
    if not verdict.questions or state.count >= MOST_ASKED:
        return True
    sure = verdict.match.confidence == "certain" and not verdict.little_known
    return sure and verdict.questions[0].gain < ENOUGH_GAIN


def _finished(
    request: Request, session: Session, state: Qualification, *, asked: bool = False, begin: str = ""
) -> Reply:
    said = say("qualify.done_asked" if asked else "qualify.done", request.language)
    begin_ = f"{begin} {said} ".lstrip()
    reply = judged(request, session, state.lead, state.market, begin_)
    offer = lead_question(state.lead, state.market, then=SAVE)
    return replace(reply, talk=replace(reply.talk, offer=offer))


def _unread(request: Request, session: Session, state: Qualification) -> Reply:
    missed = state.missed + 1
    if missed >= MOST_MISSED:
        opened = replace(state, lead=state.lead.with_(Lead(unknown=frozenset({state.asked}))), missed=0)
        return _ask(request, session, opened, noted_answer(Lead(), (), (), [state.asked], request.language))
    answer = unread_answer(state.asked, state.levels, missed, request.language)
    return Reply((answer,), _talk(request, replace(state, missed=missed)))


def _said_before(request: Request, session: Session, state: Qualification, text: str) -> Reply:
    """Whoever says "I told you" may say it again in the same breath; else is told what has been noted."""
    model = model_of(session, state.market)
    found = read_lead(text, model)
    if found.levels:
        return _taken(request, session, state, found)
    answer = said_before_answer(state.lead, state.asked, state.levels, request.language)
    return Reply((answer,), _talk(request, state))


def _of_button(pressed: str, state: Qualification, session: Session) -> Lead:
    said = pressed.removeprefix(PRESSED)
    attribute, _, level = said.partition("=")
    if level == UNKNOWN:
        return Lead(unknown=frozenset({attribute}))
    return level_pressed(attribute, level, model_of(session, state.market))


def _corrected(text: str, state: Qualification, found: Lead, session: Session) -> Lead:
    """A number that answers nothing asked corrects the size of the company ("no, 80 not 800")."""
    model = model_of(session, state.market)
    if SIZE not in state.lead.levels or state.asked == SIZE or SIZE in found.levels:
        return found
    numbers = [int(part) for part in "".join(c if c.isdigit() else " " for c in text).split() if len(part) < 8]
    if not numbers or max(numbers) < LARGE_NUMBER or not (says("denies", text) or not found):
        return found
    size = read_answer(text, SIZE, model)
    return Lead({SIZE: size.levels[SIZE]}, size.said) if SIZE in size.levels else found


def of_industry_only(text: str, known: Lead, found: Lead, model: PersonaModel) -> Lead:
    """What was found without the department, where that is known and only the industry is meant: "logistics" is both,
    and "not retail, logistics" speaks of the industry."""
    corrects = any(normalise_industry(denied) for denied in denied_in(text))
    if corrects and INDUSTRY in known.levels and INDUSTRY not in found.levels:
        found = read_answer(text, INDUSTRY, model)
    if FUNCTION not in known.levels or INDUSTRY not in found.levels or FUNCTION not in found.levels:
        return found
    if not corrects and found.said.get(FUNCTION) != found.said.get(INDUSTRY):
        return found
    levels = {name: some for name, some in found.levels.items() if name != FUNCTION}
    return replace(found, levels=levels, said={name: one for name, one in found.said.items() if name != FUNCTION})


def _talk(request: Request, state: Qualification) -> Talk:
    question = lead_question(state.lead, state.market)
    return replace(
        request.talk,
        question=question,
        explained=0,
        options=(),
        chosen=None,
        offer=None,
        missed=0,
        running=state.running(),
    )


def _read(running: Running) -> Qualification:
    """How far it is; what has an unexpected form is taken for not said."""
    parts: Mapping[str, Any] = running.state
    market, asked, about = parts.get("market"), parts.get("asked"), parts.get("about")
    levels, before = parts.get("levels"), parts.get("before")
    return Qualification(
        market=market if market in MARKETS else MARKETS[0],
        lead=lead_from(parts.get("lead")),
        asked=asked if isinstance(asked, str) else "",
        levels=tuple(str(level) for level in levels) if isinstance(levels, list) else (),
        about=about if about in ("persona", "buying") else "persona",
        count=_number(parts.get("count")),
        missed=_number(parts.get("missed")),
        before=(lead_from(before[0]), str(before[1])) if isinstance(before, list) and len(before) == 2 else None,
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 1000 else 0


def _go_on_safely(request: Request, session: Session, running: Running) -> Reply | None:
    """Where a new build holds no personas any more, the dialogue ends."""
    try:
        return go_on(request, session, running)
    except NoPersonas:
        return Reply((no_personas_answer(request.language),), replace(request.talk, running=None))


RUNNERS[NAME] = Runner(_go_on_safely, remind, left, accepts=ALSO_TAKEN)
