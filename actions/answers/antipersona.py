"""Whether a contact is an anti-persona, in words: will it buy, and is it worth the effort."""

from typing import Any

from actions.answers.common import button, chance, contact_buttons, with_company
from actions.answers.veto import veto_sentence
from persona_store.answer import Answer, Card, Fact
from persona_store.antipersona import Points, ValueEstimate, Verdict, Worth
from persona_store.antipersona.motivation import Motivation
from persona_store.antipersona.motive_signs import Sign
from persona_store.antipersona.types import MINUTES_PER_HOUR
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.settings import Language
from persona_store.wording import day, joined, money, number, percent, say, score

POINTS_SHOWN = 3
TOGETHER = " × "  # between two attributes that count together
SIGNS_SHOWN = 2
FEW_HOURS = 10
EFFORT = {"hours": "minutes", "low": "low", "high": "high"}


def antipersona_answer(verdict: Verdict, language: Language, asker: str = "") -> Answer:
    """Both verdicts with their evidence, and what to do at this stage; `asker` is addressed as who vetoed, if so."""
    points = tuple(points_line(one, language) for one in verdict.points[:POINTS_SHOWN])
    motive = () if verdict.motivation is None else (motive_line(verdict.motivation, language),)
    effort = (effort_line(verdict, language),) if verdict.anti_persona and verdict.effort is not None else ()
    by_data = () if verdict.veto is None else (by_data_line(verdict, language),)
    return Answer(
        kind="antipersona",
        language=language,
        text=_verdict(verdict, language) if verdict.veto is None else _vetoed(verdict, language, asker),
        reasons=(
            *by_data,
            buy_line(verdict, language),
            *points,
            worth_line(verdict.worth, verdict.value, language),
            *motive,
            *effort,
        ),
        next_step=say(f"antipersona.advice.{verdict.advice}", language, name=verdict.name),
        card=_card(verdict, language),
        choices=(
            *contact_buttons(verdict.contact_id, language, "approach", "match"),
            button("why", language, "explain_reason"),
        ),
        evidence=_evidence(verdict, language),
        details={
            "contact_id": verdict.contact_id,
            "anti_persona": verdict.anti_persona,
            "buy": verdict.buy,
            "motive": verdict.motivation.motive if verdict.motivation else None,
            "vetoed": verdict.veto is not None,
        },
    )


def buy_line(verdict: Verdict, language: Language) -> str:
    """Whether the contact will buy: in percent with its interval against the base rate, or why that is not known."""
    if verdict.customer:
        return say("antipersona.buy.customer", language)
    if verdict.probability is None or verdict.low is None or verdict.high is None:
        why = verdict.why_not_known or "no_scorecard"
        quality = verdict.quality
        return say(
            f"antipersona.why_not.{why}",
            language,
            needed=number(verdict.needed, language),
            bought=number(quality.positives, language),
            lost=number(quality.n - quality.positives, language),
        )
    return say(
        f"antipersona.buy.{verdict.buy}",
        language,
        probability=chance(verdict.probability, language),
        low=percent(verdict.low, language),
        high=percent(verdict.high, language),
        base=percent(verdict.base_rate or 0.0, language),
    )


def points_line(points: Points, language: Language) -> str:
    """What one attribute, or two together, add to the score or take from it, with the counts behind it."""
    parts = [(points.attribute, points.level), *([points.beside] if points.beside else [])]
    return say(
        "antipersona.points_for" if points.points > 0 else "antipersona.points_against",
        language,
        attribute=TOGETHER.join(attribute_label(name, language) for name, _ in parts),
        level=TOGETHER.join(level_label(name, level, language) for name, level in parts),
        points=number(abs(points.points), language),
        bought=number(points.bought, language),
        n=number(points.n, language),
        rate=percent(points.rate, language),
    )


def worth_line(worth: Worth, value: ValueEstimate | None, language: Language) -> str:
    """Expected value against expected effort, in money."""
    if value is None:
        return say("antipersona.worth.cannot_tell", language)
    return say(f"antipersona.worth.{worth}", language, **_sums(value, language))


def motive_line(motivation: Motivation, language: Language, shown: int = SIGNS_SHOWN) -> str:
    """The likely motive with its strongest signs, and what it says about buying."""
    signs = joined([_sign(one, language) for one in motivation.signs[:shown]], language)
    motive = say(f"motivation.motive.{motivation.motive}", language)
    weighs = "not_known" if motivation.base is None or not motivation.n else motivation.weighs
    said = say(
        f"motivation.weighs.{weighs}",
        language,
        bought=number(motivation.bought, language),
        n=number(motivation.n, language),
        low=percent(motivation.low, language),
        high=percent(motivation.high, language),
        base=percent(motivation.base or 0.0, language),
    )
    return f"{say('motivation.line', language, motive=motive, signs=signs)} {said}"


def effort_line(verdict: Verdict, language: Language) -> str:
    """What going on would still take; empty where that is not known."""
    if verdict.effort is None:
        return ""
    hours: dict[str, Any] = {
        name: hours_shown(getattr(verdict.effort, part), language) for name, part in EFFORT.items()
    }
    return say("antipersona.effort", language, money=money(verdict.effort.cost, language), **hours)


def hours_shown(minutes: float, language: Language) -> str:
    """Minutes as hours, with a decimal below ten of them."""
    hours = minutes / MINUTES_PER_HOUR
    return number(hours, language, 1 if hours < FEW_HOURS else 0)


def by_data_line(verdict: Verdict, language: Language) -> str:
    """What the data say beside a veto."""
    said = {True: "anti", False: "good", None: "cannot_tell"}[verdict.anti_by_data]
    return say(f"antipersona.by_data.{said}", language)


def model_line(value: ValueEstimate, language: Language) -> str:
    """What the purchase model says of a customer; empty where it was not used."""
    if value.months is None or value.purchases_ahead is None or value.still_buys is None:
        return ""
    return say(
        "antipersona.lifetime",
        language,
        months=number(value.months, language),
        purchases=number(value.purchases_ahead, language, 1),
        alive=chance(value.still_buys, language),
        repeaters=number(value.repeaters, language),
    )


def _sign(sign: Sign, language: Language) -> str:
    if sign.first is None or sign.last is None:
        span = say("motivation.span.unknown", language)
    else:
        first, last = day(sign.first, language), day(sign.last, language)
        span = say(f"motivation.span.{'day' if sign.first == sign.last else 'days'}", language, first=first, last=last)
    return say(f"motivation.sign.{sign.what}", language, n=number(sign.n, language), words=sign.words or "", span=span)


def _vetoed(verdict: Verdict, language: Language, asker: str) -> str:
    return "" if verdict.veto is None else veto_sentence(verdict.veto, verdict.name, language, asker)


def _sums(value: ValueEstimate, language: Language) -> dict[str, Any]:
    return {
        "value": money(value.total, language),
        "low": money(value.value_low, language),
        "high": money(value.value_high, language),
        "care": money(value.care_cost, language),
        "care_low": money(value.care_low, language),
        "care_high": money(value.care_high, language),
        "n": number(value.n_similar, language),
    }


def _verdict(verdict: Verdict, language: Language) -> str:
    if verdict.anti_persona is None:
        return say("antipersona.cannot_tell", language, name=verdict.name)
    if not verdict.anti_persona:
        return say("antipersona.customer" if verdict.customer else "antipersona.no", language, name=verdict.name)
    will_not_buy, not_worth = verdict.buy == "surely_not", verdict.worth == "not_worth"
    which = "both" if will_not_buy and not_worth else "not_worth" if not_worth else "will_not_buy"
    return say(f"antipersona.yes.{which}", language, name=verdict.name)


def _card(verdict: Verdict, language: Language) -> Card:
    facts = [Fact(say("antipersona.card.stage", language), say(f"stage.{verdict.stage}", language))]
    if verdict.probability is not None:
        shown = chance(verdict.probability, language)
        facts.append(Fact(say("antipersona.card.chance", language), shown, verdict.probability))
    if verdict.value is not None:
        facts.append(Fact(say("antipersona.card.value", language), money(verdict.value.total, language)))
        facts.append(Fact(say("antipersona.card.care", language), money(verdict.value.care_cost, language)))
    return Card(
        with_company(verdict.name, verdict.company, language), say("antipersona.card.title", language), tuple(facts)
    )


def _evidence(verdict: Verdict, language: Language) -> tuple[str, ...]:
    quality = verdict.quality
    lines = [
        say(
            "antipersona.outcomes",
            language,
            n=number(quality.n, language),
            bought=number(quality.positives, language),
            day=day(verdict.data_on, language) if verdict.data_on else say("answer.date_unknown", language),
        )
    ]
    if quality.auc is not None and quality.auc_low is not None and quality.auc_high is not None:
        auc = {"auc": quality.auc, "low": quality.auc_low, "high": quality.auc_high}
        shown: dict[str, Any] = {name: score(value, language) for name, value in auc.items()}
        lines.append(say("antipersona.quality", language, **shown))
    return tuple(lines)
