"""Whether a contact is an anti-persona, in words: will it buy, and is it worth the effort."""

from typing import Any

from actions.answers.common import button, chance, contact_buttons, with_company
from persona_store.answer import Answer, Card, Fact
from persona_store.antipersona import Points, ValueEstimate, Verdict
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.settings import Language
from persona_store.wording import day, money, number, percent, say, score

POINTS_SHOWN = 3


def antipersona_answer(verdict: Verdict, language: Language) -> Answer:
    """Both verdicts with their evidence, and what to do at this stage."""
    points = tuple(points_line(one, language) for one in verdict.points[:POINTS_SHOWN])
    return Answer(
        kind="antipersona",
        language=language,
        text=_verdict(verdict, language),
        reasons=(buy_line(verdict, language), *points, worth_line(verdict, language)),
        next_step=say(f"antipersona.advice.{verdict.advice}", language, name=verdict.name),
        card=_card(verdict, language),
        choices=(
            *contact_buttons(verdict.contact_id, language, "approach", "match"),
            button("why", language, "explain_reason"),
        ),
        evidence=_evidence(verdict, language),
        details={"contact_id": verdict.contact_id, "anti_persona": verdict.anti_persona, "buy": verdict.buy},
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
    """What one attribute adds to the score or takes from it, with the counts behind it."""
    return say(
        "antipersona.points_for" if points.points > 0 else "antipersona.points_against",
        language,
        attribute=attribute_label(points.attribute, language),
        level=level_label(points.attribute, points.level, language),
        points=number(abs(points.points), language),
        bought=number(points.bought, language),
        n=number(points.n, language),
        rate=percent(points.rate, language),
    )


def worth_line(verdict: Verdict, language: Language) -> str:
    """Expected value against expected effort, in money."""
    if verdict.value is None:
        return say("antipersona.worth.cannot_tell", language)
    value = verdict.value
    return say(f"antipersona.worth.{verdict.worth}", language, **_sums(value, language))


def _sums(value: ValueEstimate, language: Language) -> dict[str, Any]:
    return {
        "value": money(value.total, language),
        "low": money(value.value_low, language),
        "high": money(value.value_high, language),
        "care": money(value.care_cost, language),
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
