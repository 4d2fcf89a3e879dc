"""What marketers ask, answered: numbers, pictures, comparisons, content, ideas, changes, the quality of the data."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.answers.changes import changes_answer, no_changes_answer, persona_changes_answer
from actions.answers.common import persona_name
from actions.answers.content import content_answer
from actions.answers.figures import figures_answer, not_by_answer, which_measure_answer
from actions.answers.segment import no_segment_answer, refused_answer, segment_answer
from actions.background import in_time
from actions.state import Question
from persona_store import exports
from persona_store.answer import Answer
from persona_store.database.models import Build, Persona
from persona_store.errors import NoPersonas, PersonaBotError
from persona_store.figures import GROUPS, MEASURES, Only, Statistic, measure, standing
from persona_store.guidance.persona_content import persona_content
from persona_store.live.status import live_status
from persona_store.segmentation.drift import compare_builds
from persona_store.segmentation.registry import NONE_KNOWN
from persona_store.segmentation.versions import list_builds
from persona_store.settings import Language, settings
from persona_store.wording import say

if TYPE_CHECKING:
    from actions.answering import Asked

LOWEST = ("worst", "lowest")


def statistics_of(asked: "Asked") -> Answer:
    """The number asked for; which one, where that cannot be told."""
    question, language = asked.question, asked.language
    key = question.attribute
    if key is None or key not in MEASURES:
        return which_measure_answer(language, None if key is None else attribute_words(key, language))
    if question.by == "persona" and question.subject is not None and question.subject.kind == "persona":
        question = replace(question, by=None, order=None)  # "and persona 2?" after a look at all of them
    meant = MEASURES[key]
    if question.by == "channel" and not meant.channels:
        return not_by_answer(meant, question.by, language)
    found = statistic_of(asked.session, question, language)
    order = question.order
    first = None
    if found.groups and (order or question.by == "persona"):
        first = standing(found, lowest=is_lowest(found, order))
    return figures_answer(found, language, persona_names(asked.session, language), first, order)


def segment_of(asked: "Asked") -> Answer:
    """The contacts of a persona as a file, for those who may have it."""
    if not exports.may_export(asked.rights):
        return refused_answer(asked.language)
    segment = exports.segment_of(asked.session, asked.subject.id)
    if segment is None or not segment.n:
        return no_segment_answer(segment, asked.language)
    token, expires = exports.issue(asked.asker, asked.conversation, segment.persona_id, asked.language)
    return segment_answer(segment, token, expires, asked.language)


def content_of(asked: "Asked") -> Answer:
    """Topics and content for a persona, in a phase and on a channel where they are named."""
    question = asked.question
    found = persona_content(
        asked.session, asked.subject.id, asked.language, phase=question.phase, channel=question.channel
    )
    return content_answer(found, asked.language, question.phase)


def changes_of(asked: "Asked") -> Answer:
    """What changed between the last two builds, of one persona where one is named."""
    builds = list_builds(asked.session)
    status = live_status(asked.session)
    if len(builds) < 2:
        return no_changes_answer(builds, status, asked.language)
    drift = compare_builds(asked.session, builds[1].id, builds[0].id)
    days = {one.id: one.data_on for one in builds[:2]}
    subject = asked.question.subject
    if subject is not None and subject.kind == "persona":
        return persona_changes_answer(drift, subject.id, days, status, asked.language)
    return changes_answer(drift, days, status, asked.language)


def statistic_of(session: Session, question: Question, language: Language) -> Statistic:
    """The measure that the question names, of those it names, by the group it names.

    Raises NoPersonas, and PersonaBotError with a sentence for people while a large store is still being summed up.
    """
    by = question.by if question.by in GROUPS or question.by == "channel" else None
    if by == "persona" and not persona_names(session, "de"):
        raise NoPersonas(say("figures.no_personas", settings().language))
    key, only = str(question.attribute), people_meant(question)
    found = in_time(session, ("measure", key, by, only), lambda own: measure(own, key, by, only))
    if found is None:
        raise PersonaBotError(say("figures.busy", language))
    return found


def people_meant(question: Question) -> Only:
    """Whom the question is about."""
    only = Only(personas=question.compared, industry=question.industry, channel=question.channel)
    subject = question.subject
    if subject is not None and subject.kind == "persona":
        only = replace(only, personas=(subject.id,))
    if subject is not None and subject.kind == "role":
        function, level = subject.key.split("/")
        only = replace(
            only,
            function=None if function == "other" else function,
            level=None if level == NONE_KNOWN else level,
        )
    if question.period and question.period.isdigit():
        year = int(question.period)
        only = replace(only, since=date(year, 1, 1), until=date(year, 12, 31))
    return only


def is_lowest(found: Statistic, order: str | None) -> bool:
    """Whether the smallest value comes first; the best effort is the least one."""
    return (order in LOWEST) != (found.measure.low_is_good and order in ("best", "worst"))


def persona_names(session: Session, language: Language) -> dict[str, str]:
    """The personas of the newest build by id, as people refer to them."""
    newest = select(Build.id).order_by(Build.id.desc()).limit(1).scalar_subquery()
    rows = session.scalars(select(Persona).where(Persona.build_id == newest).order_by(Persona.number))
    return {str(row.id): persona_name(row, language) for row in rows}


def attribute_words(attribute: str, language: Language) -> str:
    """An attribute as people call it, also one that only the lexicon knows."""
    from persona_store.segmentation.labels import attribute_label
    from persona_store.wording import catalogue

    known = catalogue(language).get(f"measure.{attribute}.name") or catalogue(language).get(f"field_name.{attribute}")
    return known or attribute_label(attribute, language)
