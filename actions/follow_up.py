"""The last question once more, for someone or something else ("und Frau Weber?", "and by phone?")."""

from dataclasses import replace

from sqlalchemy.orm import Session

from actions.answering import CAPABILITIES
from actions.ask import ask, ask_about, ask_about_company
from actions.ask_approach import named_channel
from actions.base import StoreAction
from actions.context import Request
from actions.cues import kind_shown, means_other, name_behind
from actions.fallback import not_understood
from actions.options import offer_again, picked, picked_by_name, take, take_picked
from actions.pipeline_list import goes_on_with_list
from actions.qualification import judged, lead_of
from actions.reply import Reply
from actions.several import ask_each
from actions.spoken_of import asked_of_one_spoken_of
from actions.state import STORED, Kind, Question
from actions.subject import (
    Meaning,
    contact_in_words,
    named_company,
    named_contact,
    named_personas,
    named_role,
    persona_subject,
    unknown_role,
)
from actions.varying import varied
from persona_store.leads.assess import model_of
from persona_store.leads.facts import read_lead
from persona_store.lexicon import normalise_channel

ABOUT_PEOPLE = STORED | {kind for kind, one in CAPABILITIES.items() if "contact" in one.about}
# What is asked about a persona as such; of a match or a verdict a persona is what they are compared with.
ABOUT_PERSONAS = frozenset(
    {kind for kind, one in CAPABILITIES.items() if "persona" in one.about} - {"match", "antipersona"}
)
ABOUT_ROLES = frozenset(kind for kind, one in CAPABILITIES.items() if "role" in one.about)
ABOUT_COMPANIES = frozenset(kind for kind, one in CAPABILITIES.items() if "company" in one.about)


class ActionFollowUp(StoreAction):
    """Answers the intent follow_up."""

    intent = "follow_up"

    def reply(self, request: Request, session: Session) -> Reply:
        """What was asked last, with what the message names in the place of what was named then."""
        return follow_up(request, session)


def follow_up(request: Request, session: Session) -> Reply:
    """The last question for what the message names; a bare name without a question is matched."""
    if (index := picked_by_name(request)) is not None:
        return take(request, session, index)
    picks = request.named("ordinal") or (means_other(request.text) and not request.named("contact"))
    if picks and (indices := picked(request)):
        return take_picked(request, session, indices)
    if (list_on := goes_on_with_list(request, session)) is not None:
        return list_on
    if (varied_lead := _described_anew(request, session)) is not None:
        return varied_lead
    last = replace(_last_question(request), lead=None)
    if (several := ask_each(request, session, about_people(last))) is not None:
        return several
    meaning = named_contact(request, session)
    if not ABOUT_COMPANIES.isdisjoint(last.kinds):
        company = named_company(request, session)
        if company.known or not (company.missing or request.named("contact") or meaning.known):
            return ask_about_company(request, session, about_companies(last), company)
    role = named_role(request) or unknown_role(meaning)
    if not meaning.missing and (meaning.known or not (role or normalise_channel(meaning.unknown or ""))):
        return ask_about(request, session, about_people(last), meaning)
    channel, personas = named_channel(request), named_personas(request, session)
    if personas.unknown and (name := name_behind(request.text)) is not None:
        return ask_about(request, session, about_people(last), Meaning(unknown=name))  # "and Susan Quibblewutz?"
    if personas.personas or personas.unknown:
        compared = tuple(persona.id for persona in personas.personas)
        if "match" in last.kinds and last.subject:
            return ask(request, session, replace(last, compared=compared, compared_name=personas.unknown))
        if personas.personas:
            asked: tuple[Kind, ...] = tuple(kind for kind in last.kinds if kind in ABOUT_PERSONAS)
            question = replace(last, kinds=asked) if asked else Question(("persona",))
            subject = persona_subject(personas.personas[0], request.language)
            return ask(request, session, replace(question, subject=subject))
    if role is not None:
        return ask(request, session, replace(about_roles(last), subject=role))
    if (other := varied(request, last)) is not None:
        return ask(request, session, other)
    if channel is not None and last.subject is None and request.talk.options:
        return offer_again(request, Question(("approach",), channel=channel))
    if channel is not None:
        return ask(request, session, Question(("approach",), last.subject or request.talk.contact, channel=channel))
    return _unrecognised(request, session, last)


def _described_anew(request: Request, session: Session) -> Reply | None:
    """The lead just described with what the message says otherwise ("und mit 800 Mitarbeitern?"); None where it names
    somebody, or nothing about a lead."""
    last = request.talk.question
    described = lead_of(last) if last is not None and last.kinds == ("lead",) else None
    if described is None or request.named("contact") or request.named("company") or request.named("persona"):
        return None
    lead, market = described
    said = read_lead(request.text, model_of(session, market))
    return judged(request, session, lead.with_(said), market) if said.levels else None


def _unrecognised(request: Request, session: Session, last: Question) -> Reply:
    meaning = contact_in_words(request, session)
    if meaning.missing and (asked := asked_of_one_spoken_of(request, session)) is not None:
        return asked
    if meaning.missing and (name := name_behind(request.text)) is not None:
        meaning = Meaning(unknown=name)
    if meaning.missing and last.subject:
        return ask(request, session, last)
    if meaning.missing and ABOUT_PEOPLE.isdisjoint(last.kinds):
        return not_understood(request)
    if meaning.missing and last.subject is None and request.text and not request.text.startswith("/"):
        meaning = Meaning(unknown=request.text)  # asked for a name, the person gave one that nobody bears
    return ask_about(request, session, replace(about_people(last), subject=None), meaning)


def _last_question(request: Request) -> Question:
    last = request.talk.question or Question(("match",))
    shown = kind_shown(request.text)
    return replace(last, kinds=(shown,)) if shown and shown not in last.kinds else last


def about_companies(question: Question) -> Question:
    """The question as it can be asked about companies, without those who were asked about before."""
    kinds = tuple(kind for kind in question.kinds if kind in ABOUT_COMPANIES)
    return replace(question, kinds=kinds or ("centre",), subject=None)


def about_roles(question: Question) -> Question:
    """The question as it can be asked about roles."""
    kinds = tuple(kind for kind in question.kinds if kind in ABOUT_ROLES)
    return replace(question, kinds=kinds) if kinds else about_people(question)


def about_people(question: Question) -> Question:
    """The question as it can be asked about people: after a look at the personas, a name asks for its persona."""
    kinds = tuple(kind for kind in question.kinds if kind in ABOUT_PEOPLE)
    return replace(question, kinds=kinds) if kinds else Question(("match",))
