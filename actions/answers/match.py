"""Which persona a contact matches, in words."""

from collections.abc import Sequence
from typing import Any

from actions.answers.common import (
    button,
    chance,
    contact_buttons,
    data_line,
    matched_name,
    persona_name,
    quoted,
    with_company,
)
from actions.answers.veto import veto_sentence
from persona_store.answer import Answer, Card, Choice, Fact
from persona_store.matching import Match, PersonaShare, Reason
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.settings import Language
from persona_store.wording import joined, number, percent, ratio, say

REASONS_FOR = 3
REASONS_AGAINST = 1
PERSONAS_SHOWN = 3


def match_answer(
    match: Match,
    language: Language,
    *,
    compared: Sequence[int] = (),
    unknown_persona: str | None = None,
    asker: str = "",
) -> Answer:
    """The best persona with reasons, or honestly none.

    `compared` are the ids of personas the question named: then the answer begins with yes or no. `unknown_persona` is
    a name the question used that no persona bears. What somebody said against the data's persona goes first; `asker`
    is addressed as that somebody, if so.
    """
    texts = [_verdict(match, language, [share for share in match.personas if share.persona_id in compared])]
    if match.outside_group is not None:
        who = matched_name(match, language)
        texts.append(say("match.outside_group", language, name=who, group=match.outside_group))
    if match.veto is not None:
        said = veto_sentence(match.veto, match.name, language, asker)
        texts = [said, say("veto.data_say", language, text=texts[0])]
    if unknown_persona:
        texts.append(say("match.no_such_persona", language, name=quoted(unknown_persona)))
    return Answer(
        kind="match",
        language=language,
        text=" ".join(texts),
        reasons=_reasons(match, language),
        next_step=_next_step(match, language),
        card=_card(match, language),
        choices=_choices(match, language),
        evidence=(
            data_line(match.contacts, match.data_on, language),
            say("match.known", language, count=match.known),
        ),
        details={
            "contact_id": match.contact_id,
            "persona": match.best.number,
            "confidence": match.confidence,
            "vetoed": match.veto is not None,
        },
    )


def reason_line(reason: Reason, language: Language) -> str:
    """One reason with its numbers."""
    return say(
        "match.for" if reason.log_odds > 0 else "match.against",
        language,
        attribute=attribute_label(reason.attribute, language),
        level=level_label(reason.attribute, reason.level, language),
        probability=percent(reason.probability, language),
        base=percent(reason.base, language),
        lift=ratio(reason.probability / reason.base, language) if reason.base else "–",
        n=number(reason.n, language),
        kind=say(f"attribute_kind.{reason.kind}", language),
    )


def _verdict(match: Match, language: Language, named: Sequence[PersonaShare]) -> str:
    best, second = match.best, match.runner_up
    values: dict[str, Any] = {
        "name": matched_name(match, language),
        "persona": persona_name(best, language),
        "share": chance(best.probability, language),
        "second": persona_name(second, language) if second else "",
        "second_share": chance(second.probability, language) if second else "",
    }
    if match.confidence == "unknown":
        return say("match.unknown", language, **values)
    if not named:
        return say(f"match.{match.confidence}", language, **values)
    asked = max(named, key=lambda share: share.probability)
    if match.confidence == "between" and asked in (best, second):
        return say("match.partly", language, **values)
    if asked is best:
        return say("match.yes", language, **values)
    asked_name, asked_share = persona_name(asked, language), chance(asked.probability, language)
    return say("match.no", language, asked=asked_name, asked_share=asked_share, **values)


def _reasons(match: Match, language: Language) -> tuple[str, ...]:
    if match.confidence == "unknown":
        return ()
    chosen = (*match.reasons_for[:REASONS_FOR], *match.reasons_against[:REASONS_AGAINST])
    return tuple(reason_line(reason, language) for reason in chosen)


def _next_step(match: Match, language: Language) -> str:
    if match.confidence in ("between", "unknown") and match.ask_next:
        missing = joined([attribute_label(key, language) for key in match.ask_next[:2]], language)
        return say("match.ask_next", language, name=matched_name(match, language), attributes=missing)
    return ""


def _card(match: Match, language: Language) -> Card:
    shown = match.personas[:PERSONAS_SHOWN]
    facts = [Fact(persona_name(one, language), chance(one.probability, language), one.probability) for one in shown]
    return Card(with_company(match.name, match.company, language), say("match.card", language), tuple(facts))


def _choices(match: Match, language: Language) -> tuple[Choice, ...]:
    why = button("why", language, "explain_reason")
    if match.contact_id is None:
        return (button("persona", language, "describe_persona", persona=str(match.best.number)), why)
    return (*contact_buttons(match.contact_id, language, "approach", "antipersona"), why)
