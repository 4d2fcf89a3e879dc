"""The most promising open leads, in words: who, at which stage, how likely they buy, what they are worth."""

from typing import Any

from actions.answers.common import CONTACT_PAYLOAD, chance, labelled_button, with_company
from actions.answers.lead_list import page_button, where
from actions.answers.veto import shown_actor
from persona_store.answer import Answer, Choice, Table
from persona_store.antipersona.promising import Promising, PromisingLead
from persona_store.settings import Language, settings
from persona_store.wording import day, label, money, number, percent, say

PROMISING = "promising"  # what the buttons of this list say, as the entity `attribute`
COLUMNS = ("number", "name", "stage", "chance", "value", "advice")


def promising_answer(found: Promising, start: int, language: Language, *, more: bool) -> Answer:
    """The leads of a page, which begins behind `start` others, best first; buttons open the first and show more."""
    place = where(found, language)
    judged = number(found.judged, language)
    if not found.leads:
        return Answer(
            "pipeline",
            language,
            say("promising.none" if found.judged else "pipeline.empty", language, where=place, judged=judged),
            reasons=_notes(found, language),
            next_step=say("promising.next_none", language),
            evidence=(_evidence(found, language),),
            details={"found": 0},
        )
    rows = tuple(_row(at, lead, language) for at, lead in enumerate(found.leads, start=start + 1))
    columns = tuple(say(f"promising.column.{name}", language) for name in COLUMNS)
    first = found.leads[0]
    places: dict[str, Any] = {
        "first": number(start + 1, language),
        "last": number(start + len(found.leads), language),
        "found": number(found.found, language),
    }
    best = say("promising.text", language, name=with_company(first.name, first.company, language), where=place)
    return Answer(
        "pipeline",
        language,
        say("promising.page", language, where=place, **places) if start else best,
        reasons=(say("promising.found", language, count=found.found, judged=judged), *_notes(found, language)),
        next_step=say("promising.next", language),
        table=Table(columns, rows, say("promising.shown", language, **places)),
        choices=_choices(found, start, language, more=more),
        evidence=(_evidence(found, language),),
        details={"found": found.found, "contacts": [lead.contact_id for lead in found.leads]},
    )


def _notes(found: Promising, language: Language) -> tuple[str, ...]:
    notes = []
    if found.unknown:
        notes.append(say("promising.unknown", language, count=found.unknown))
    if found.partial:
        judged, contacts = number(found.judged, language), number(found.contacts, language)
        notes.append(say("promising.partial", language, judged=judged, contacts=contacts))
    return tuple(notes)


def _row(at: int, lead: PromisingLead, language: Language) -> tuple[str, ...]:
    likely = say(
        "promising.chance",
        language,
        probability=chance(lead.probability, language),
        low=percent(lead.low, language),
        high=percent(lead.high, language),
    )
    if lead.said_by is not None:
        likely = say("promising.said", language, chance=likely, who=shown_actor(lead.said_by))
    worth = "–"
    if lead.value is not None and lead.care is not None:
        worth = say("promising.value", language, value=money(lead.value, language), care=money(lead.care, language))
    return (
        number(at, language),
        with_company(lead.name, lead.company, language),
        label("stage", lead.stage, language),
        likely,
        worth,
        say(f"pipeline.advice.{lead.advice}", language),
    )


def _choices(found: Promising, start: int, language: Language, *, more: bool) -> tuple[Choice, ...]:
    first = {"contact": f"{CONTACT_PAYLOAD}{found.leads[0].contact_id}"}
    choices = [labelled_button(say("promising.button.first", language), "ask_approach", first)]
    if more:
        choices.append(page_button(found, start // len(found.leads) + 2, language, attribute=PROMISING))
    return tuple(choices)


def _evidence(found: Promising, language: Language) -> str:
    on = day(found.data_on, language) if found.data_on else say("answer.date_unknown", language)
    return say("promising.evidence", language, day=on, rate=money(settings().care_cost_per_hour, language))
