"""The anti-personas in the pipeline, in words: who, at which stage, why, what to do, and what they would cost."""

from typing import Any

from actions.answers.antipersona import hours_shown
from actions.answers.common import CONTACT_PAYLOAD, chance, labelled_button, with_company
from actions.answers.lead_list import page_button, where
from actions.answers.veto import shown_actor
from persona_store.answer import Answer, Choice, Table
from persona_store.antipersona.pipeline import AntiLead, Pipeline
from persona_store.antipersona.types import MINUTES_PER_HOUR
from persona_store.settings import Language, settings
from persona_store.wording import day, joined, label, money, number, percent, say

COLUMNS = ("number", "name", "stage", "why", "advice", "hours", "money")


def pipeline_answer(found: Pipeline, language: Language) -> Answer:
    """The costliest anti-personas as a table, with totals; buttons open the first and show the next page."""
    place = where(found, language)
    if not found.found:
        return Answer(
            "pipeline",
            language,
            say(
                "pipeline.none" if found.judged else "pipeline.empty", language, where=place, judged=_n(found, language)
            ),
            reasons=_notes(found, language),
            next_step=say("pipeline.next_none", language),
            evidence=(_evidence(found, language),),
            details={"found": 0},
        )
    stages = [f"{label('stage', stage, language)} {number(n, language)}" for stage, n in sorted(found.stages.items())]
    by_stage = say("pipeline.stages", language, stages=joined(stages, language))
    return Answer(
        "pipeline",
        language,
        say("pipeline.text", language, count=found.found, where=place, judged=_n(found, language)),
        reasons=(_cost(found, language), by_stage, *_notes(found, language)),
        next_step=say("pipeline.next", language),
        table=_table(found, language),
        choices=_choices(found, language),
        evidence=(_evidence(found, language),),
        details={"found": found.found, "hours": found.hours, "money": found.money},
    )


def no_more_answer(language: Language) -> Answer:
    """The list has been shown to its end."""
    return Answer("pipeline", language, say("pipeline.no_more", language), next_step=say("pipeline.next", language))


def _n(found: Pipeline, language: Language) -> str:
    return number(found.judged, language)


def _cost(found: Pipeline, language: Language) -> str:
    if not found.counted:
        return say("pipeline.no_cost", language)
    hours = {"hours": found.hours, "low": found.hours_low, "high": found.hours_high}
    sums = {"money": found.money, "money_low": found.money_low, "money_high": found.money_high}
    shown: dict[str, Any] = {name: hours_shown(value * MINUTES_PER_HOUR, language) for name, value in hours.items()}
    shown |= {name: money(value, language) for name, value in sums.items()}
    return say("pipeline.cost", language, n=number(found.counted, language), **shown)


def _notes(found: Pipeline, language: Language) -> tuple[str, ...]:
    notes = []
    if found.unknown:
        notes.append(say("pipeline.unknown", language, count=found.unknown))
    if found.spared:
        notes.append(say("pipeline.spared", language, count=found.spared))
    if found.partial:
        judged, contacts = _n(found, language), number(found.contacts, language)
        notes.append(say("pipeline.partial", language, judged=judged, contacts=contacts))
    return tuple(notes)


def _table(found: Pipeline, language: Language) -> Table:
    columns = tuple(say(f"pipeline.column.{name}", language) for name in COLUMNS)
    rows = tuple(_row(at, lead, language) for at, lead in enumerate(found.leads, start=found.offset + 1))
    last = number(found.offset + len(found.leads), language)
    first, total = number(found.offset + 1, language), number(found.found, language)
    return Table(columns, rows, say("pipeline.shown", language, first=first, last=last, found=total))


def _row(at: int, lead: AntiLead, language: Language) -> tuple[str, ...]:
    why = say(f"pipeline.why.{lead.why}", language, who=shown_actor(lead.said_by or ""))
    if lead.probability is not None and lead.low is not None and lead.high is not None:
        shown = chance(lead.probability, language)
        low, high = percent(lead.low, language), percent(lead.high, language)
        why = say("pipeline.chance", language, why=why, probability=shown, low=low, high=high)
    return (
        number(at, language),
        with_company(lead.name, lead.company, language),
        label("stage", lead.stage, language),
        why,
        say(f"pipeline.advice.{lead.advice}", language),
        "–" if lead.hours is None else hours_shown(lead.hours * MINUTES_PER_HOUR, language),
        "–" if lead.money is None else money(lead.money, language),
    )


def _choices(found: Pipeline, language: Language) -> tuple[Choice, ...]:
    choices = []
    if found.leads:
        first = {"contact": f"{CONTACT_PAYLOAD}{found.leads[0].contact_id}"}
        choices.append(labelled_button(say("pipeline.button.first", language), "check_anti_persona", first))
    shown = found.offset + len(found.leads)
    if shown < found.found and found.leads:
        choices.append(page_button(found, shown // len(found.leads) + 1, language))
    return tuple(choices)


def _evidence(found: Pipeline, language: Language) -> str:
    on = day(found.data_on, language) if found.data_on else say("answer.date_unknown", language)
    return say("pipeline.evidence", language, day=on, rate=money(settings().care_cost_per_hour, language))
