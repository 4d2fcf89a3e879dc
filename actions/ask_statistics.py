"""A number about the contacts: of all, of a persona, role, industry, channel or year; or who is best or worst."""

import re
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from actions.answers.talk import staff_answer
from actions.ask import ask, ask_which_of_all
from actions.ask_approach import named_channel
from actions.base import StoreAction
from actions.context import Request
from actions.cues import folded, names_one_spoken_of
from actions.figure_cues import attributes_named, group_named, measure_named, order_named, year_named
from actions.pipeline_list import list_them, of_list
from actions.reply import LookUp, Reply
from actions.state import Question
from actions.subject import Meaning, contact_by_id, named_contact, named_personas, named_role, persona_subject
from persona_store.database.models import Contact

CARE = "care_minutes"
_STAFF = re.compile(
    r"\b(?:mitarbeiter|beschaeftigte|angestellte|employees|headcount|staff)|\b(?:wie gross|how (?:big|large))\b"
    r".*\b(?:firma|unternehmen|company|laden|betrieb)\b"
)
_WHOSE = re.compile(
    r"\b(?:sein|ihr|his|her|their|deren|dessen|die|der|diese|das|the|that|this)\w{0,2} "
    r"(?:firma|unternehmen|laden|betrieb|company)\b"
)


class ActionAskStatistics(StoreAction):
    """Answers the intent ask_statistics."""

    intent = "ask_statistics"

    def reply(self, request: Request, session: Session) -> Reply:
        """The figure with its interval; by groups where the message asks for them or for the best of them."""
        if (staff := _staff(request, session)) is not None:
            return staff
        personas = named_personas(request, session)
        if personas.unknown and not request.named("role"):
            return ask_which_of_all(request, session, personas.unknown)
        channel, by, order = named_channel(request), group_named(request), order_named(request.text)
        named = [persona_subject(one, request.language) for one in personas.personas]
        if (by == "persona" and len(named) == 1) or (channel and by == "channel"):
            by = None  # "which persona 2 ..." is about persona 2
        if len(named) > 1 or (order and by is None and not named):
            by = by or "persona"
        measure = measure_named(request) or ("response_rate" if channel or by == "channel" else None)
        if measure == "contacts" and by == "channel":
            measure = "response_rate"
        if measure == CARE and not (named or by) and of_list(request):
            return list_them(request, session, Question(("pipeline",)))  # it says what those on it cost
        question = Question(
            ("statistics",),
            named[0] if len(named) == 1 else named_role(request),
            compared=tuple(one.id for one in named) if len(named) > 1 else (),
            channel=channel,
            industry=next((one.value for one in request.named("industry")), None),
            attribute=measure or next(iter(attributes_named(request)), None) or ("outcome_rate" if order else None),
            by=by,
            order=order,
            period=year_named(request.text, date.today()),
        )
        return ask(request, session, question)


def _staff(request: Request, session: Session) -> Reply | None:
    """The size of somebody's company ("how many employees does he have?"); None where it is not asked for."""
    if request.text.startswith("/") or not _STAFF.search(folded(request.text)):
        return None
    meaning = named_contact(request, session) if request.named("contact") else Meaning()
    about = _WHOSE.search(folded(request.text)) or names_one_spoken_of(request.text)
    subject = meaning.subject or (request.talk.contact if meaning.missing and about else None)
    if subject is None or contact_by_id(session, subject.key).subject is None:
        return None
    company = session.get_one(Contact, subject.id).company
    talk = replace(request.talk, contact=subject, missed=0)
    employees = company.employees if company else None
    answer = staff_answer(subject.name, company.name if company else None, employees, request.language)
    return Reply((answer,), talk, (LookUp("company", subject.id),))
