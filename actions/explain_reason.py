"""Why the last answer is as it is, or why something is as the question says ("warum ist Jan eine Anti-Persona?")."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answering import approach_of, match_of
from actions.answers.lead import lead_method_answer, lead_reason_answer
from actions.answers.reason import (
    antipersona_reason,
    approach_reason,
    match_reason,
    method_answer,
    no_more_reasons_answer,
    nothing_to_explain_answer,
    persona_reason,
)
from actions.answers.talk import no_personas_answer
from actions.ask import ask_about
from actions.base import StoreAction
from actions.context import Request
from actions.cues import kind_shown
from actions.follow_up import about_people
from actions.options import picked
from actions.qualification import lead_of
from actions.reply import LookUp, Reply
from actions.state import Kind, Question, Subject
from actions.subject import Meaning, contact_by_id, named_contact
from persona_store.answer import Answer
from persona_store.antipersona import judge_contact
from persona_store.errors import NoPersonas
from persona_store.leads.assess import assess_lead
from persona_store.leads.facts import Lead
from persona_store.segmentation.profiles import persona_profile
from persona_store.settings import Language

# What has reasons of its own for each case; of other answers the method is all there is to say.
EXPLAINED: frozenset[Kind] = frozenset({"match", "antipersona", "approach", "persona"})


class ActionExplainReason(StoreAction):
    """Answers the intent explain_reason."""

    intent = "explain_reason"

    def reply(self, request: Request, session: Session) -> Reply:
        """The reasons in full; asked once more, how such answers are computed."""
        question, talk = _question_meant(request), request.talk
        meaning = named_contact(request, session)
        if not meaning.known and not (meaning.unknown and kind_shown(request.text)):
            meaning = Meaning()
        if question is None and meaning.missing:
            return Reply((nothing_to_explain_answer(request.language),), talk)
        question = question or Question(("match",))
        if not meaning.missing:
            if meaning.subject is None:
                return ask_about(request, session, about_people(question), meaning)
            question = replace(about_people(question), subject=meaning.subject)
        if question.subject is None and meaning.missing and (described := lead_of(question)) is not None:
            return _described(request, session, *described)
        explained = talk.explained and meaning.missing
        if question.subject is None or explained or EXPLAINED.isdisjoint(question.kinds):
            return _method(request, question.kinds[0])
        return _reasons(request, session, question, question.subject)


def _described(request: Request, session: Session, lead: Lead, market: str) -> Reply:
    """The reasons for what was said of a lead that is only described; asked once more, the method."""
    explained = request.talk.explained
    talk = replace(request.talk, explained=explained + 1, missed=0)
    if explained > 1:
        return Reply((no_more_reasons_answer(request.language),), talk)
    if explained:
        return Reply((lead_method_answer(request.language),), talk)
    return Reply((lead_reason_answer(assess_lead(session, lead, market), request.language),), talk)


def _question_meant(request: Request) -> Question | None:
    picks = picked(request) if request.named("ordinal") else []
    last = request.talk.options[picks[0]].question if len(picks) == 1 else request.talk.question
    shown = kind_shown(request.text)
    if last is None:
        return Question((shown,), request.talk.contact) if shown and request.talk.contact else None
    return replace(last, kinds=(shown,)) if shown in last.kinds else last


def _method(request: Request, kind: Kind) -> Reply:
    """How such answers are computed; whoever asks on has heard all there is."""
    explained = request.talk.explained
    talk = replace(request.talk, explained=explained + 1, missed=0)
    if explained > (1 if kind in EXPLAINED else 0):
        return Reply((no_more_reasons_answer(request.language),), talk)
    return Reply((method_answer(kind, request.language),), talk)


def _reasons(request: Request, session: Session, question: Question, subject: Subject) -> Reply:
    look_ups: tuple[LookUp, ...] = ()
    if subject.kind == "contact":
        meaning = contact_by_id(session, subject.key)
        if meaning.subject is None:
            return ask_about(request, session, question, meaning)
        subject = meaning.subject  # an import may have linked the entry to another since it was spoken of
        look_ups = (LookUp("explain", subject.id),)
    answers = tuple(_reason(session, kind, subject, request.language) for kind in question.kinds)
    contact = subject if subject.kind == "contact" else request.talk.contact
    talk = replace(request.talk, question=question, contact=contact, explained=1, missed=0)
    return Reply(answers, talk, look_ups)


def _reason(session: Session, kind: Kind, subject: Subject, language: Language) -> Answer:
    try:
        if kind == "approach":
            return approach_reason(approach_of(session, subject), subject, language)
        if subject.kind == "persona":
            return persona_reason(persona_profile(session, subject.id), language)
        if kind == "antipersona" and subject.kind == "contact":
            return antipersona_reason(judge_contact(session, subject.id), language)
        return match_reason(match_of(session, subject), language)
    except NoPersonas:
        return no_personas_answer(language)
