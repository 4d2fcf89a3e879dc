"""Where a contact stands in its journey, and what to do and say next, in words."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from actions.answers.common import CONTACT_PAYLOAD, contact_buttons, labelled_button, persona_name, with_company
from persona_store.answer import Answer, Card, Choice, Fact, Table
from persona_store.database.models import Persona
from persona_store.guidance.content import with_name
from persona_store.guidance.hand_over import Threshold
from persona_store.guidance.journey import HandOver, Journey, NextStep
from persona_store.guidance.phases import Signal, dormant_after_days, half_life_days, phases_of
from persona_store.guidance.types import ContentItem
from persona_store.settings import Language
from persona_store.wording import day, joined, label, number, percent, say

SIGNALS_SHOWN = 5
BUTTONS_SHOWN = 4
DIGITS = 2


def journey_answer(journey: Journey, language: Language) -> Answer:
    """The phase with its reasons, and whether and when sales takes over."""
    phase = say(f"stage.{journey.phase}", language)
    return Answer(
        kind="journey",
        language=language,
        text=say(f"journey.text.{journey.market}", language, name=journey.name, phase=phase),
        reasons=(*_fact(journey, language), *_signals(journey, language), threshold_line(journey.hand_over, language)),
        next_step=_hand_over(journey.hand_over, language),
        card=_card(journey, language),
        choices=contact_buttons(journey.contact_id, language, "approach", "match", "antipersona"),
        evidence=(_evidence(journey, language),),
        details={"contact_id": journey.contact_id, "phase": journey.phase, "hand_over": journey.hand_over.when},
    )


def company_journeys_answer(company: str, journeys: Sequence[Journey], language: Language) -> Answer:
    """Where the people of a company stand, nearest to sales first."""
    if not journeys:
        text = say("centre.nobody", language, company=company)
        return Answer("journey", language, text, next_step=say("centre.step.nobody", language))
    counts = Counter(one.phase for one in journeys)
    phases = [
        say("journey.company.part", language, count=n, phase=say(f"stage.{phase}", language))
        for phase, n in counts.most_common()
    ]
    first = journeys[0]
    rows = tuple(
        (
            one.name,
            say(f"stage.{one.phase}", language),
            day(one.stand.last, language) if one.stand.last else say("journey.nothing", language),
            _hand_over(one.hand_over, language),
        )
        for one in journeys
    )
    told = joined(phases, language)
    columns = tuple(say(f"journey.company.column.{name}", language) for name in ("name", "phase", "last", "hand_over"))
    return Answer(
        kind="journey",
        language=language,
        text=say("journey.company.text", language, count=len(journeys), company=company, phases=told),
        next_step=say("journey.company.next", language, name=first.name),
        table=Table(columns, rows),
        choices=tuple(_journey_button(one) for one in journeys[:BUTTONS_SHOWN]),
        evidence=(say("journey.company.evidence", language, day=day(first.today, language)),),
        details={"contacts": [one.contact_id for one in journeys]},
    )


def which_phase_answer(persona: Persona, language: Language) -> Answer:
    """What comes next for a persona depends on the phase: which one?"""
    choices = tuple(
        labelled_button(
            say(f"stage.{phase}", language), "ask_next_message", {"persona": str(persona.number), "phase": phase}
        )
        for phase in phases_of(persona.market)
    )
    text = say("next.which_phase", language, persona=persona_name(persona, language))
    return Answer("choices", language, text, next_step=say("next.say_phase", language), choices=choices)


def next_answer(step: NextStep, language: Language, *, channel: str | None = None) -> Answer:
    """The next step with a message to send; `channel` is the one that was asked for."""
    phase = say(f"stage.{step.phase}", language)
    best = step.content[0] if step.content else None
    reasons = [_channel(step, channel, language)]
    if (persona := step.persona(language)) is not None:
        reasons.append(say("next.persona", language, persona=persona))
    if step.journey is not None:
        reasons += [*_fact(step.journey, language), *_signals(step.journey, language)[:2]]
    reasons += [say("next.also", language, title=one.title) for one in step.content[1:]]
    evidence = [] if best is None else [say("next.sample" if best.sample else "next.own", language)]
    if step.journey is not None:
        evidence.append(_evidence(step.journey, language))
    return Answer(
        kind="next",
        language=language,
        text=say("next.text", language, name=step.name, phase=phase, step=say(f"journey.step.{step.phase}", language)),
        reasons=tuple(reasons),
        next_step=_message(best, step, language),
        choices=contact_buttons(step.journey.contact_id, language, "approach", "match") if step.journey else (),
        evidence=tuple(evidence),
        details={"phase": step.phase, "channel": step.channel.channel if step.channel else None},
    )


def threshold_line(hand_over: HandOver, language: Language) -> str:
    """From which score on leads go to sales, and what that rests on."""
    threshold: Threshold = hand_over.threshold
    values: dict[str, Any] = {
        "threshold": number(threshold.score, language, DIGITS),
        "score": number(hand_over.score, language, DIGITS),
        "examined": number(threshold.examined, language),
        "deals": number(threshold.deals, language),
    }
    if threshold.rule_of_thumb or threshold.low is None or threshold.high is None:
        return say("journey.threshold.rule_of_thumb", language, **values)
    values |= {
        "n": number(threshold.n, language),
        "opened": number(threshold.opened, language),
        "days": threshold.days,
        "rate": percent(threshold.opened / threshold.n, language),
        "low": percent(threshold.low, language),
        "high": percent(threshold.high, language),
        "base": percent(threshold.base or 0.0, language),
    }
    return say("journey.threshold.data", language, **values)


def _journey_button(journey: Journey) -> Choice:
    return labelled_button(journey.name, "ask_journey_phase", {"contact": f"{CONTACT_PAYLOAD}{journey.contact_id}"})


def _hand_over(hand_over: HandOver, language: Language) -> str:
    said = say(f"journey.hand_over.{hand_over.when}", language)
    if not hand_over.after:
        return said
    kinds = joined([label("touch", kind, language) for kind in hand_over.after], language)
    return f"{said} {say('journey.after', language, kinds=kinds)}"


def _fact(journey: Journey, language: Language) -> tuple[str, ...]:
    if journey.stand.fact is None:
        return ()
    last = day(journey.stand.last, language) if journey.stand.last else say("answer.date_unknown", language)
    return (say(f"journey.fact.{journey.stand.fact}", language, day=last, days=dormant_after_days()),)


def _signals(journey: Journey, language: Language) -> list[str]:
    if not journey.signals:
        return [say("journey.no_signals", language)]
    return [_signal(one, language) for one in journey.signals[:SIGNALS_SHOWN]]


def _signal(signal: Signal, language: Language) -> str:
    return say(
        "journey.signal",
        language,
        count=signal.count,
        kind=label("touch", signal.kind, language),
        strength=number(signal.strength, language, DIGITS),
        phase=say(f"stage.{signal.phase}", language),
        day=day(signal.last, language),
    )


def _card(journey: Journey, language: Language) -> Card:
    threshold = journey.hand_over.threshold.score
    last = day(journey.stand.last, language) if journey.stand.last else say("journey.nothing", language)
    points = f"{number(journey.hand_over.score, language, DIGITS)} / {number(threshold, language, DIGITS)}"
    facts = (
        Fact(say("journey.card.phase", language), say(f"stage.{journey.phase}", language)),
        Fact(say("journey.card.score", language), points, min(1.0, journey.hand_over.score / threshold)),
        Fact(say("journey.card.last", language), last),
    )
    return Card(with_company(journey.name, journey.company, language), "", facts)


def _evidence(journey: Journey, language: Language) -> str:
    n = number(journey.touchpoints, language)
    return say("journey.evidence", language, n=n, half=half_life_days(), day=day(journey.today, language))


def _channel(step: NextStep, asked: str | None, language: Language) -> str:
    if step.channel is None:
        if asked is None:
            return say("next.no_channel", language)
        return say("next.other_channel", language, channel=label("channel", asked, language))
    rate = step.channel
    basis = say("next.rule_of_thumb", language) if rate.rule_of_thumb else say(f"approach.basis.{rate.basis}", language)
    shares: dict[str, Any] = {
        name: percent(value, language) for name, value in (("rate", rate.rate), ("low", rate.low), ("high", rate.high))
    }
    return say("next.channel", language, channel_by=say(f"channel_by.{rate.channel}", language), basis=basis, **shares)


def _message(item: ContentItem | None, step: NextStep, language: Language) -> str:
    if item is None:
        return say("next.no_message", language)
    name = step.name if step.journey is not None else say("next.name_gap", language)
    said = (
        say("next.message", language, message=with_name(item.message, name, step.company))
        if item.message
        else say("next.only_title", language, title=item.title)
    )
    return said if item.link is None else f"{said} {say('next.link', language, title=item.title, link=item.link)}"
