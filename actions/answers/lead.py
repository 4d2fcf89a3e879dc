"""A lead that is only described, in words: its persona, whether it is an anti-persona, and what to ask next."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from actions.answers.antipersona import points_line, worth_line
from actions.answers.common import button, chance, data_line, labelled_button, persona_name
from actions.answers.match import reason_line
from persona_store.answer import Answer, Card, Choice, Fact
from persona_store.leads.assess import BUSINESS, LeadVerdict, merged_name
from persona_store.leads.facts import Lead
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.settings import Language, settings
from persona_store.wording import day, joined, number, percent, say

REASONS_FOR, REASONS_AGAINST = 3, 2
POINTS_SHOWN = 2
PERSONAS_SHOWN = 3
QUESTIONS_SHOWN = 3
PRESSED = "lead:"  # what the buttons of a qualification send, as the entity `attribute`
UNKNOWN, ENOUGH, GO_ON, SAVE, WITHOUT_COMPANY = "?", "enough", "go_on", "save", "without_company"


def lead_answer(verdict: LeadVerdict, language: Language, *, begin: str = "", worth_first: bool = False) -> Answer:
    """Persona and anti-persona verdict of a lead with their reasons, how it was understood, and what would help most.

    `begin` is said first. With `worth_first`, for who asks whether it is worth it, the verdict precedes the persona.
    """
    match = verdict.match
    known = match.confidence != "unknown"
    reasons = (*match.reasons_for[:REASONS_FOR], *match.reasons_against[:REASONS_AGAINST]) if known else ()
    worth = (
        (worth_line(verdict.worth, verdict.value, language),)
        if verdict.value is not None and verdict.anti_persona
        else ()
    )
    points = (points_line(one, language) for one in verdict.points[:POINTS_SHOWN])
    verdicts = [_persona(verdict, language), _anti(verdict, language)]
    parts = [tuple(reason_line(reason, language) for reason in reasons), (_buying(verdict, language), *points, *worth)]
    if worth_first:
        verdicts.reverse()
        parts.reverse()
    return Answer(
        kind="lead",
        language=language,
        text=f"{begin}{' '.join(verdicts)}",
        reasons=(*parts[0], *parts[1], *_uncounted(verdict, language)),
        next_step=_next_step(verdict, language),
        card=_card(verdict, language, PERSONAS_SHOWN),
        choices=_choices(verdict, language),
        evidence=_evidence(verdict, language),
        details={
            "persona": match.best.number,
            "confidence": match.confidence,
            "anti_persona": verdict.anti_persona,
            "buy": verdict.buy,
            "market": verdict.market,
            "ask": [one.attribute for one in verdict.questions[:3]],
        },
    )


def lead_shown_answer(verdict: LeadVerdict, language: Language) -> Answer:
    """The verdict with all reasons, where nobody waits for a choice: what to find out next is told, not offered."""
    full = lead_reason_answer(verdict, language)
    ask = [attribute_label(one.attribute, language) for one in verdict.questions[:QUESTIONS_SHOWN]]
    return replace(
        full,
        kind="lead",
        text=f"{_persona(verdict, language)} {_anti(verdict, language)}",
        next_step=say("lead.find_out", language, attributes=joined(ask, language)) if ask else "",
        choices=(),
    )


def lead_reason_answer(verdict: LeadVerdict, language: Language) -> Answer:
    """All reasons for the persona and the chance of buying, strongest first, and every persona's probability."""
    match = verdict.match
    return Answer(
        kind="reason",
        language=language,
        text=say("lead.reason.text", language),
        reasons=(
            *(reason_line(reason, language) for reason in (*match.reasons_for, *match.reasons_against)),
            _buying(verdict, language),
            *_reach(verdict, language),
            *(points_line(one, language) for one in verdict.points),
            *((worth_line(verdict.worth, verdict.value, language),) if verdict.value is not None else ()),
            *_uncounted(verdict, language),
        ),
        card=_card(verdict, language, len(match.personas)),
        choices=(_pressed("go_on", GO_ON, language),) if verdict.questions else (),
        evidence=_evidence(verdict, language),
    )


def lead_method_answer(language: Language) -> Answer:
    """How a described lead is judged."""
    return Answer(
        "reason", language, say("reason.method.lead", language), next_step=say("lead.reason.method_next", language)
    )


def lead_not_read_answer(language: Language) -> Answer:
    """A text that says nothing of a lead."""
    begin = labelled_button(say("qualify.button.begin", language), "qualify_lead", {})
    return Answer(
        "lead",
        language,
        say("lead.not_read", language),
        next_step=say("lead.not_read_next", language),
        choices=(begin,),
    )


def facts_in_words(lead: Lead, language: Language, names: Sequence[str] | None = None) -> str:
    """What is known of a lead, as one line; of the attributes `names` only, where given."""
    shown = [
        say(
            "qualify.fact",
            language,
            attribute=attribute_label(name, language),
            level=levels_in_words(name, levels, language),
        )
        for name, levels in lead.levels.items()
        if names is None or name in names
    ]
    return ", ".join(shown)


def levels_in_words(attribute: str, levels: Sequence[str], language: Language) -> str:
    """A level, or several of which any may hold, as people say it."""
    if len(levels) == 1:
        return level_label(attribute, levels[0], language)
    name = merged_name(tuple(levels))
    if name[:1] == ">" or ".." in name:
        return level_label(attribute, name, language)
    words = [level_label(attribute, level, language) for level in levels]
    return say("lead.any_of", language, some=", ".join(words[:-1]), last=words[-1])


def _persona(verdict: LeadVerdict, language: Language) -> str:
    best, second = verdict.match.best, verdict.match.runner_up
    values: dict[str, Any] = {
        "persona": persona_name(best, language),
        "share": chance(best.probability, language),
        "second": persona_name(second, language) if second else "",
        "second_share": chance(second.probability, language) if second else "",
    }
    confidence = verdict.match.confidence
    return say(
        f"lead.verdict.{'certain' if second is None and confidence == 'likely' else confidence}", language, **values
    )


def _anti(verdict: LeadVerdict, language: Language) -> str:
    if verdict.customer and not verdict.anti_persona:
        return say("lead.anti.customer", language)
    if verdict.anti_persona is None:
        return say("lead.anti.cannot_tell", language)
    if not verdict.anti_persona:
        return say("lead.anti.no", language)
    return say("lead.anti.will_not_buy" if verdict.buy == "surely_not" else "lead.anti.not_worth", language)


def _buying(verdict: LeadVerdict, language: Language) -> str:
    if verdict.probability is None or verdict.low is None or verdict.high is None:
        if verdict.why_not_known is None:
            return say("lead.little_known", language)
        needed = number(settings().minimum_outcomes, language)
        return say(f"lead.why_not.{verdict.why_not_known}", language, needed=needed)
    return say(
        f"lead.buy.{verdict.buy if verdict.buy != 'cannot_tell' else 'open'}",
        language,
        probability=chance(verdict.probability, language),
        low=percent(verdict.low, language),
        high=percent(verdict.high, language),
        base=percent(verdict.base_rate or 0.0, language),
    )


def _reach(verdict: LeadVerdict, language: Language) -> tuple[str, ...]:
    if verdict.reach is None:
        return ()
    low, high = verdict.reach
    return (say("lead.reach", language, low=percent(low, language), high=percent(high, language)),)


def _uncounted(verdict: LeadVerdict, language: Language) -> tuple[str, ...]:
    if not verdict.uncounted:
        return ()
    named = {"budget": say("lead.budget", language), "employees": say("lead.employees", language)}
    what = [named.get(name) or attribute_label(name, language) for name in verdict.uncounted]
    return (say("lead.uncounted", language, what=joined(what, language)),)


def _next_step(verdict: LeadVerdict, language: Language) -> str:
    if offers_questions(verdict):
        return say("lead.next", language, attribute=attribute_label(verdict.questions[0].attribute, language))
    return f"{say(f'lead.advice.{verdict.advice}', language)} {say('lead.save_offer', language)}"


def offers_questions(verdict: LeadVerdict) -> bool:
    """Whether the answer ends in the offer to go on asking, not in that to store the lead."""
    return bool(verdict.questions) and (verdict.match.confidence != "certain" or verdict.little_known)


def _choices(verdict: LeadVerdict, language: Language) -> tuple[Choice, ...]:
    found = [_pressed("go_on", GO_ON, language)] if verdict.questions else []
    if verdict.match.confidence in ("certain", "likely"):
        found.append(button("approach_persona", language, "ask_approach", persona=str(verdict.match.best.number)))
    if verdict.market == BUSINESS or verdict.lead:
        found.append(_pressed("save", SAVE, language))
    return (*found, button("why", language, "explain_reason"))


def _pressed(name: str, value: str, language: Language) -> Choice:
    return pressed_button(say(f"qualify.button.{name}", language), value)


def pressed_button(text: str, value: str) -> Choice:
    """A button that sends `value` to the qualification."""
    return labelled_button(
        text, "qualify_lead" if value in (GO_ON, SAVE) else "inform", {"attribute": f"{PRESSED}{value}"}
    )


def _card(verdict: LeadVerdict, language: Language, shown: int) -> Card:
    facts = tuple(
        Fact(persona_name(one, language), chance(one.probability, language), one.probability)
        for one in verdict.match.personas[:shown]
    )
    return Card(say("lead.card", language), facts_in_words(verdict.lead, language), facts)


def _evidence(verdict: LeadVerdict, language: Language) -> tuple[str, ...]:
    match = verdict.match
    lines = [
        data_line(match.contacts, match.data_on, language),
        say("match.known", language, count=match.known),
    ]
    if verdict.quality.n:
        lines.append(
            say(
                "antipersona.outcomes",
                language,
                n=number(verdict.quality.n, language),
                bought=number(verdict.quality.positives, language),
                day=day(verdict.data_on, language) if verdict.data_on else say("answer.date_unknown", language),
            )
        )
    return tuple(lines)
