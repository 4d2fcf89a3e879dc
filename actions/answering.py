"""What the assistant can be asked: for each kind of question how it is answered, about whom, and what to offer next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.orm import Session

from actions import ideas, marketing, pictures, quality
from actions.answers import antipersona_answer, approach_answer, match_answer, persona_answer, personas_answer
from actions.answers.centre import centre_answer, no_company_known_answer
from actions.answers.concepts import concept_answer
from actions.answers.journey import (
    company_journeys_answer,
    journey_answer,
    next_answer,
    which_phase_answer,
)
from actions.answers.privacy import data_basis_answer
from actions.answers.talk import no_personas_answer
from actions.state import Kind, Question, Subject, SubjectKind
from persona_store.answer import Answer
from persona_store.antipersona import judge_contact
from persona_store.database.models import Contact, Persona
from persona_store.errors import NoPersonas
from persona_store.guidance import Approach, approach_contact, approach_persona, approach_role
from persona_store.guidance.buying_centre import buying_centre
from persona_store.guidance.journey import company_journeys, contact_journey, next_for_persona, next_step
from persona_store.guidance.phases import PHASES
from persona_store.knowledge.concepts import concept_keys
from persona_store.matching import Match, match_contact, match_levels
from persona_store.privacy.basis import data_basis
from persona_store.segmentation.profiles import list_profiles, persona_profile
from persona_store.settings import Language

FIRST_CONCEPT = "persona"  # what all else is explained by
BUSINESS = "b2b"  # the market in which people have roles
PEOPLE: frozenset[SubjectKind] = frozenset({"contact"})
PERSONAS: frozenset[SubjectKind] = frozenset({"persona"})
ACCOUNTS: frozenset[SubjectKind] = frozenset({"company", "contact"})
ANYBODY: frozenset[SubjectKind] = frozenset({"contact", "role", "persona"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in its turn: the session it reads from, the language it is answered in, and who asks.

    `rights` and `conversation` are those of the asker.
    """

    session: Session
    language: Language
    question: Question
    asker: str
    rights: str = "sales"
    conversation: str = ""

    @property
    def subject(self) -> Subject:
        """Whom or what the question is about; raises LookupError where it is about nobody."""
        if self.question.subject is None:
            raise LookupError("The question has no subject.")
        return self.question.subject


@dataclass(frozen=True, slots=True)
class Capability:
    """How a kind of question is answered.

    `about` says whom or what it can be asked about, `needs_subject` that it cannot be answered about nobody; `then` is
    the question to offer next about the same subject.
    """

    answer: Callable[[Asked], Answer]
    about: frozenset[SubjectKind] = frozenset()
    needs_subject: bool = False
    then: Kind | None = None


def answer_to(asked: Asked, kind: Kind) -> Answer:
    """The answer to the question of this kind; that there are no personas is an answer, too."""
    try:
        return CAPABILITIES[kind].answer(asked)
    except NoPersonas:
        return no_personas_answer(asked.language)


def needs_subject(question: Question) -> bool:
    """Whether the question must be about somebody; so are vetoes and lists, which have actions of their own."""
    return any(kind not in CAPABILITIES or CAPABILITIES[kind].needs_subject for kind in question.kinds)


def match_of(session: Session, subject: Subject) -> Match:
    """Which persona a contact, or a role, matches; raises NoPersonas."""
    if subject.kind == "role":
        function, level = subject.key.split("/")
        return match_levels(session, BUSINESS, {"function": function, "level": level}, name=subject.name)
    return match_contact(session, subject.id)


def approach_of(session: Session, subject: Subject) -> Approach:
    """How to reach a contact, a persona or a role."""
    if subject.kind == "contact":
        return approach_contact(session, subject.id)
    if subject.kind == "persona":
        return approach_persona(session, subject.id)
    function, level = subject.key.split("/")
    return approach_role(session, function, level)


def _match(asked: Asked) -> Answer:
    if asked.subject.kind == "persona":
        return _persona(asked)
    question = asked.question
    return match_answer(
        match_of(asked.session, asked.subject),
        asked.language,
        compared=question.compared,
        unknown_persona=None if question.compared else question.compared_name,
        asker=asked.asker,
    )


def _approach(asked: Asked) -> Answer:
    found = approach_of(asked.session, asked.subject)
    question = asked.question
    return approach_answer(
        found, asked.language, subject=asked.subject, channel=question.channel, aspect=question.aspect
    )


def _antipersona(asked: Asked) -> Answer:
    if asked.subject.kind == "persona":
        return _persona(asked)
    return antipersona_answer(judge_contact(asked.session, asked.subject.id), asked.language, asked.asker)


def _persona(asked: Asked) -> Answer:
    if asked.subject.kind != "persona":
        return _match(asked)
    persona_id = asked.subject.id
    profile = persona_profile(asked.session, persona_id)
    return persona_answer(profile, approach_persona(asked.session, persona_id), asked.language)


def _centre(asked: Asked) -> Answer:
    company = asked.subject.id
    if asked.subject.kind == "contact":
        works_at = asked.session.get_one(Contact, asked.subject.id).company_id
        if works_at is None:
            return no_company_known_answer(asked.subject.name, asked.language)
        company = works_at
    return centre_answer(buying_centre(asked.session, company), asked.language, role=asked.question.role)


def _journey(asked: Asked) -> Answer:
    if asked.subject.kind == "company":
        found = company_journeys(asked.session, asked.subject.id)
        return company_journeys_answer(asked.subject.name, found, asked.language)
    return journey_answer(contact_journey(asked.session, asked.subject.id), asked.language)


def _next(asked: Asked) -> Answer:
    channel = asked.question.channel
    if asked.subject.kind == "contact":
        step = next_step(asked.session, asked.subject.id, asked.language, channel=channel)
        return next_answer(step, asked.language, channel=channel)
    phase = next((one for one in PHASES if one == asked.question.phase), None)
    if phase is None:
        return which_phase_answer(asked.session.get_one(Persona, asked.subject.id), asked.language)
    step = next_for_persona(asked.session, asked.subject.id, phase, asked.language, channel=channel)
    return next_answer(step, asked.language, channel=channel)


def _concept(asked: Asked) -> Answer:
    known = concept_keys()
    keys = [key for key in (asked.question.concept or "").split() if key in known]
    return concept_answer(keys or [FIRST_CONCEPT], asked.language)


def _data_basis(asked: Asked) -> Answer:
    return data_basis_answer(data_basis(asked.session, asked.subject.id), asked.language)


def _personas(asked: Asked) -> Answer:
    return personas_answer(list_profiles(asked.session), asked.language)


CAPABILITIES: Mapping[Kind, Capability] = MappingProxyType(
    {
        "match": Capability(_match, ANYBODY, needs_subject=True, then="approach"),
        "antipersona": Capability(_antipersona, ANYBODY, needs_subject=True, then="approach"),
        "approach": Capability(_approach, ANYBODY, needs_subject=True),
        "persona": Capability(_persona, PERSONAS, needs_subject=True, then="approach"),
        "concept": Capability(_concept),
        "personas": Capability(_personas),
        "data_basis": Capability(_data_basis, PEOPLE, needs_subject=True),
        "statistics": Capability(marketing.statistics_of, frozenset({"persona", "role"})),
        "segment": Capability(marketing.segment_of, PERSONAS, needs_subject=True),
        "compare": Capability(pictures.compare_of, PERSONAS),
        "chart": Capability(pictures.chart_of, PERSONAS),
        "changes": Capability(marketing.changes_of, PERSONAS),
        "content": Capability(marketing.content_of, PERSONAS, needs_subject=True, then="approach"),
        "ideas": Capability(ideas.ideas_of, PERSONAS),
        "quality": Capability(quality.quality_of),
        "centre": Capability(_centre, ACCOUNTS, needs_subject=True),
        "journey": Capability(_journey, ACCOUNTS, needs_subject=True, then="next"),
        "next": Capability(_next, PEOPLE | PERSONAS, needs_subject=True),
    }
)
