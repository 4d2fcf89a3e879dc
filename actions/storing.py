"""Stores the lead just described: asks for name and company, shows what it will store, and does so on "yes"."""

import re
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from actions.answers.lead import GO_ON, PRESSED, SAVE, WITHOUT_COMPANY, facts_in_words
from actions.answers.storing import (
    blocked_answer,
    company_question,
    confirm_question,
    name_question,
    not_stored_answer,
    refused_answer,
    stored_answer,
    there_answer,
)
from actions.context import Request, store
from actions.qualification import begin, judged, lead_of, lead_question
from actions.reply import LookUp, Reply
from actions.running import RUNNERS, Runner
from actions.state import Question, Running, Subject, Talk
from persona_store.answer import Answer
from persona_store.database import session_scope
from persona_store.errors import NoPersonas
from persona_store.leads.assess import model_of
from persona_store.leads.cues import says
from persona_store.leads.facts import Lead, lead_from, read_lead
from persona_store.leads.storing import company_name, known_as, person_name, store_lead
from persona_store.matching import match_contact
from persona_store.privacy.rights import on_behalf_of
from persona_store.segmentation.registry import MARKETS
from persona_store.settings import Language

NAME = "storing"
STEPS = ("name", "company", "confirm")
# What people put before a name, and between a name and the company.
LEAD_IN = re.compile(
    r"^\W*(?:(?:das ist|sie ist|er ist|(?:sie |er )?hei(?:ß|ss)t|der name ist|name(?: ist)?:?|nein,?|doch,?|"
    r"it'?s|the name is|(?:his|her|their) name is|she is|he is|called|no,?)\s+)*"
    r"(?:(?:herr|frau|hr\.?|fr\.?|mr\.?|ms\.?|mrs\.?)\s+)?",
    re.IGNORECASE,
)
AT = re.compile(r"\s*(?:,|\s(?:von|bei|vom|beim|aus|from|at|of|with)\s(?:der |dem |the )?)\s*", re.IGNORECASE)
MOST_OF_A_NO = 3  # words; in more, a name may follow
WITHOUT = re.compile(r"\b(?:ohne|keine?r?|privat|none|no company|without)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Storing:
    """How far the storing of a lead is: `step` says what was asked last, `missed` how often in a row in vain."""

    market: str
    lead: Lead
    step: str = "name"
    name: str = ""
    company: str | None = None
    missed: int = 0

    def running(self) -> Running:
        """As the talk keeps it."""
        state: dict[str, Any] = {
            "market": self.market,
            "lead": self.lead.as_dict(),
            "step": self.step,
            "name": self.name,
            "company": self.company,
            "missed": self.missed,
        }
        return Running(NAME, state)


def begin_storing(request: Request, lead: Lead, market: str) -> Reply:
    """Asks for the name of the lead."""
    return _ask(request, Storing(market, lead), name_question(request.language))


def take_up(request: Request, session: Session, question: Question) -> Reply:
    """What a question about a described lead asks: to go on with the questions, to store the lead, or the verdict."""
    known = lead_of(question)
    if known is None or question.lead is None:
        return begin(request, session)
    then = question.lead.get("then")
    if then == GO_ON:
        return begin(request, session, *known)
    if then == SAVE and says("enough", request.text):  # "that's all" ends the questions, it stores nobody
        return Reply((not_stored_answer(request.language),), replace(request.talk, offer=None, missed=0))
    return begin_storing(request, *known) if then == SAVE else judged(request, session, *known)


def go_on(request: Request, session: Session, running: Running) -> Reply | None:
    """The reply to a message while a lead is being stored; none where it asks something else."""
    state = _read(running)
    pressed = next((one.value for one in request.named("attribute") if one.value.startswith(PRESSED)), "")
    if request.text.startswith("/") and not pressed and not request.text.startswith(("/affirm", "/deny")):
        return None
    if "?" in request.text:
        return None
    if state.step == "confirm":
        return _confirmed(request, session, state)
    if state.step == "company":
        return _company_said(request, session, state, pressed)
    return _name_said(request, session, state)


def _name_said(request: Request, session: Session, state: Storing) -> Reply | None:
    if says("unknown", request.text) or (says("denies", request.text) and len(request.text.split()) < 2):
        return _left(request, state)
    name, company = _name_and_company(request)
    if name is not None and not request.named("contact") and _is_no_name(request.text, session, state):
        name = None
    if name is None:
        if state.missed:
            return _left(request, state)
        again = name_question(request.language, again=True)
        return _ask(request, replace(state, missed=state.missed + 1), again)
    return _named(request, session, replace(state, name=name, company=company or state.company, missed=0))


def _is_no_name(text: str, session: Session, state: Storing) -> bool:
    """Whether words are a fact about the lead ("Webinar einmal") rather than what it is called."""
    return bool(read_lead(text, model_of(session, state.market)).levels)


def _named(request: Request, session: Session, state: Storing) -> Reply:
    if state.company is None and state.market == MARKETS[0]:
        return _ask(request, replace(state, step="company"), company_question(state.name, request.language))
    return _checked(request, session, state)


def _company_said(request: Request, session: Session, state: Storing, pressed: str) -> Reply:
    if pressed.endswith(WITHOUT_COMPANY) or WITHOUT.search(request.text) or says("unknown", request.text):
        return _checked(request, session, state)
    mention = next((one.text for one in request.named("company")), None)
    text = re.sub(r"^\W*(?:bei|von|at|from|with|die|der|the)\s+", "", request.text, flags=re.IGNORECASE)
    company = company_name(mention or text)
    if company is None or says("agrees", request.text) or says("denies", request.text):
        again = company_question(state.name, request.language, again=True)
        return _ask(request, replace(state, missed=state.missed + 1), again)
    return _checked(request, session, replace(state, company=company, missed=0))


def _checked(request: Request, session: Session, state: Storing) -> Reply:
    """Nobody is stored twice, nobody who objected; else what will be stored is shown."""
    found = known_as(session, state.name, state.company)
    if found is None:
        facts = facts_in_words(state.lead, request.language)
        answer = confirm_question(state.name, state.company, facts, request.language)
        return _ask(request, replace(state, step="confirm"), answer)
    if found.status == "blocked" or found.contact_id is None:
        return Reply((blocked_answer(request.language),), _ended(request.talk, state))
    return _there(request, state, found.contact_id, found.name, found.company)


def _confirmed(request: Request, session: Session, state: Storing) -> Reply:
    text = request.text
    if text.startswith("/affirm") or any(says(one, text) for one in ("agrees", "saves", "stores")):
        return _store(request, state)
    name, company = _name_and_company(request)
    plain_no = text.startswith("/deny") or (says("denies", text) and len(text.split()) < MOST_OF_A_NO)
    if plain_no or (name is None and says("denies", text)):
        return Reply((not_stored_answer(request.language),), _ended(request.talk, state))
    if name is not None and (request.named("contact") or says("denies", text)):
        return _checked(request, session, replace(state, name=name, company=company or state.company))
    if state.missed:
        return Reply((not_stored_answer(request.language),), _ended(request.talk, state))
    facts = facts_in_words(state.lead, request.language)
    again = confirm_question(state.name, state.company, facts, request.language, again=True)
    return _ask(request, replace(state, missed=state.missed + 1), again)


def _store(request: Request, state: Storing) -> Reply:
    """Stores the lead in transactions of its own, and says what the data make of it now."""
    facts = facts_in_words(state.lead, request.language)
    engine = on_behalf_of(store(), request.identity)
    done = store_lead(engine, state.lead, state.market, state.name, state.company, request.identity.user, facts)
    ended = _ended(request.talk, state)
    if done.status == "blocked":
        return Reply((blocked_answer(request.language),), ended)
    if done.contact_id is None:
        return Reply((refused_answer(request.language),), ended)
    if done.status == "there":
        return _there(request, state, done.contact_id, done.name, done.company)
    subject = Subject("contact", str(done.contact_id), done.name, done.company)
    try:
        with session_scope(engine) as fresh:
            match = match_contact(fresh, done.contact_id)
    except NoPersonas:
        match = None
    answer = stored_answer(subject, match, request.language)
    question = Question(("match",), subject)
    talk = replace(ended, contact=subject, question=question, offer=Question(("approach",), subject))
    return Reply((answer,), talk, (LookUp("lead_stored", done.contact_id),))


def _there(request: Request, state: Storing, contact_id: int, name: str, company: str | None) -> Reply:
    subject = Subject("contact", str(contact_id), name, company)
    talk = replace(_ended(request.talk, state), contact=subject, offer=Question(("match",), subject))
    return Reply((there_answer(subject, request.language),), talk, (LookUp("choice", contact_id),))


def _name_and_company(request: Request) -> tuple[str | None, str | None]:
    """The name in the message and the company, as the classifier marked them or as "name, company" says it."""
    mention = next((one.text for one in request.named("contact")), None)
    company = next((one.text for one in request.named("company")), None)
    text = LEAD_IN.sub("", request.text)
    parts = AT.split(text, maxsplit=1)
    name = person_name(mention or parts[0])
    if name is not None and (says("agrees", name) or says("denies", name)):
        name = None
    if mention is not None and len(parts[0].split()) > len(mention.split()) and mention in parts[0]:
        name = person_name(parts[0]) or name
    return name, company_name(company or (parts[1] if len(parts) > 1 else "")) if company or len(parts) > 1 else None


def _left(request: Request, state: Storing) -> Reply:
    return Reply((not_stored_answer(request.language),), _ended(request.talk, state))


def _ask(request: Request, state: Storing, answer: Answer) -> Reply:
    talk = replace(request.talk, options=(), chosen=None, offer=None, missed=0, running=state.running())
    return Reply((answer,), talk)


def _ended(talk: Talk, state: Storing) -> Talk:
    question = lead_question(state.lead, state.market)
    return replace(talk, running=None, question=question, options=(), chosen=None, offer=None, missed=0)


def _read(running: Running) -> Storing:
    parts = running.state
    market, step, name, company = (parts.get(key) for key in ("market", "step", "name", "company"))
    missed = parts.get("missed")
    return Storing(
        market=market if market in MARKETS else MARKETS[0],
        lead=lead_from(parts.get("lead")),
        step=step if step in STEPS else STEPS[0],
        name=name if isinstance(name, str) else "",
        company=company if isinstance(company, str) else None,
        missed=missed if isinstance(missed, int) else 0,
    )


def _remind(running: Running, language: Language) -> Answer:
    state = _read(running)
    if state.step == "name":
        return name_question(language)
    if state.step == "company":
        return company_question(state.name, language)
    return confirm_question(state.name, state.company, facts_in_words(state.lead, language), language)


def _left_answer(running: Running, language: Language) -> Answer:
    return not_stored_answer(language)


RUNNERS[NAME] = Runner(go_on, _remind, _left_answer)
