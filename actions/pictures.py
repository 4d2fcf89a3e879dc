"""Personas compared and drawn: which comparison or picture a question asks for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from actions.answers.charts import (
    channels_answer,
    figures_chart_answer,
    sizes_answer,
    weights_answer,
    worth_answer,
)
from actions.answers.compare import attribute_answer, compare_answer
from actions.marketing import changes_of, persona_names, statistic_of, statistics_of
from persona_store.answer import Answer
from persona_store.antipersona.standings import standings
from persona_store.errors import NoPersonas
from persona_store.figures import MEASURES
from persona_store.guidance import approach_persona
from persona_store.segmentation.differences import Difference, differences
from persona_store.segmentation.profiles import PersonaProfile, list_profiles
from persona_store.settings import settings
from persona_store.wording import say

if TYPE_CHECKING:
    from actions.answering import Asked

WITH_CHANNELS = "channels"
MOST_COMPARED = 12


def compare_of(asked: "Asked") -> Answer:
    """The personas named side by side, or all of them; of one measure or attribute only where one is named."""
    profiles = _profiles_meant(asked)
    name = asked.question.attribute
    if name in MEASURES:
        compared = tuple(one.info.id for one in profiles)
        question = replace(asked.question, subject=None, compared=compared, by="persona", order=None)
        return replace(statistics_of(replace(asked, question=question)), kind="compare")
    found = differences(profiles)
    if name is not None:
        meant = next((one for one in found if one.attribute == name), None)
        return attribute_answer(profiles, meant, name, asked.language)
    approaches = {one.info.id: approach_persona(asked.session, one.info.id) for one in profiles}
    return compare_answer(profiles, found, approaches, asked.language)


def chart_of(asked: "Asked") -> Answer:
    """The picture asked for: of a persona, of a measure or an attribute over personas, or of the personas' sizes."""
    question = asked.question
    name = question.attribute
    if name in PICTURES:
        return PICTURES[str(name)](asked)
    if name in MEASURES:
        by = question.by or "persona"
        about = None if by == "persona" else question.subject  # one bar alone is no picture
        found = statistic_of(asked.session, replace(question, by=by, subject=about), asked.language)
        return figures_chart_answer(found, asked.language, persona_names(asked.session, asked.language))
    profiles = _profiles_meant(asked)
    if name is not None:
        meant = _difference(profiles, name) if len(profiles) > 1 else None
        return replace(attribute_answer(profiles, meant, name, asked.language), kind="chart")
    return weights_answer(profiles[0], asked.language) if len(profiles) == 1 else sizes_answer(profiles, asked.language)


def _profiles_meant(asked: "Asked") -> list[PersonaProfile]:
    """The personas named, else all; raises NoPersonas where there are none."""
    profiles = list_profiles(asked.session)
    if not profiles:
        raise NoPersonas(say("figures.no_personas", settings().language))
    wanted = set(asked.question.compared)
    if asked.question.subject is not None and asked.question.subject.kind == "persona":
        wanted.add(asked.question.subject.id)
    return [one for one in profiles if one.info.id in wanted] or profiles[:MOST_COMPARED]


def _difference(profiles: list[PersonaProfile], name: str) -> Difference | None:
    return next((one for one in differences(profiles) if one.attribute == name), None)


def _sizes(asked: "Asked") -> Answer:
    return sizes_answer(_profiles_meant(replace(asked, question=replace(asked.question, subject=None))), asked.language)


def _worth(asked: "Asked") -> Answer:
    return worth_answer(standings(asked.session, list_profiles(asked.session), asked.language), asked.language)


def _channels(asked: "Asked") -> Answer:
    """A persona's channels; of all contacts where no persona is named."""
    if asked.question.subject is None and not asked.question.compared:
        question = replace(asked.question, attribute="response_rate", by="channel")
        found = statistic_of(asked.session, question, asked.language)
        return figures_chart_answer(found, asked.language, persona_names(asked.session, asked.language))
    profile = _profiles_meant(asked)[0]
    return channels_answer(profile, approach_persona(asked.session, profile.info.id), asked.language)


def _changes(asked: "Asked") -> Answer:
    return replace(changes_of(asked), kind="chart")


PICTURES: Mapping[str, Callable[["Asked"], Answer]] = MappingProxyType(
    {"sizes": _sizes, "worth": _worth, WITH_CHANNELS: _channels, "channel": _channels, "changes": _changes}
)
