"""Why an answer is as it is: all reasons with their numbers, how sure it is, and how it is computed."""

from typing import Any

from actions.answers.antipersona import (
    buy_line,
    by_data_line,
    effort_line,
    model_line,
    motive_line,
    points_line,
    worth_line,
)
from actions.answers.approach import channel_line
from actions.answers.common import button, chance, contact_buttons, data_line, matched_name, persona_name
from actions.answers.match import reason_line
from actions.answers.personas import attribute_line
from actions.state import Kind, Subject
from persona_store.answer import Answer, Table
from persona_store.antipersona import Verdict
from persona_store.guidance import Approach
from persona_store.matching import Match
from persona_store.segmentation.labels import attribute_label
from persona_store.segmentation.profiles import PersonaProfile
from persona_store.settings import Language
from persona_store.wording import catalogue, day, label, number, percent, say, score

REASONS_SHOWN = 8


def match_reason(match: Match, language: Language) -> Answer:
    """All reasons for and against the persona, the runner-up, and what is not known."""
    lines = [reason_line(one, language) for one in (*match.reasons_for, *match.reasons_against)[:REASONS_SHOWN]]
    second = match.runner_up
    if second is not None:
        share = chance(second.probability, language)
        lines.append(say("reason.runner_up", language, persona=persona_name(second, language), share=share))
    lines += [say("reason.not_known", language, attribute=attribute_label(key, language)) for key in match.ask_next[:2]]
    text = say(
        f"reason.match.{match.confidence}",
        language,
        name=matched_name(match, language),
        persona=persona_name(match.best, language),
        share=chance(match.best.probability, language),
        known=number(match.known, language),
    )
    choices = contact_buttons(match.contact_id, language, "approach", "antipersona") if match.contact_id else ()
    return Answer(
        "reason",
        language,
        text,
        reasons=tuple(lines),
        next_step=say("reason.how_next", language),
        choices=(*choices, button("how", language, "explain_reason")),
        evidence=(data_line(match.contacts, match.data_on, language),),
    )


def antipersona_reason(verdict: Verdict, language: Language) -> Answer:
    """All points of the score, its quality, what was left out, and value against effort."""
    lines = [buy_line(verdict, language), *(points_line(one, language) for one in verdict.points[:REASONS_SHOWN])]
    lines.append(worth_line(verdict.worth, verdict.value, language))
    if verdict.veto is not None:
        lines.insert(0, by_data_line(verdict, language))
    if verdict.value is not None and verdict.value.months is not None:
        lines.append(model_line(verdict.value, language))
    if verdict.value is not None and verdict.value.complaints:
        lines.append(say("antipersona.complaints", language, count=verdict.value.complaints))
    if verdict.motivation is not None:
        lines.append(motive_line(verdict.motivation, language, REASONS_SHOWN))
    if verdict.effort is not None:
        lines.append(effort_line(verdict, language))
    for attribute, why in verdict.left_out.items():
        said: dict[str, Any] = {
            "attribute": attribute_label(attribute, language),
            "why": say(f"reason.leak.{why}", language),
        }
        lines.append(say("reason.left_out", language, **said))
    quality = verdict.quality
    if quality.auc is None or quality.auc_low is None or quality.auc_high is None:
        text = say("reason.antipersona_unknown", language, name=verdict.name)
    else:
        auc = {"auc": quality.auc, "low": quality.auc_low, "high": quality.auc_high}
        shown: dict[str, Any] = {key: score(value, language) for key, value in auc.items()}
        n = number(quality.n, language)
        text = say("reason.antipersona", language, name=verdict.name, n=n, **shown)
    return Answer(
        "reason",
        language,
        text,
        reasons=tuple(lines),
        next_step=say("reason.how_next", language),
        choices=(
            *contact_buttons(verdict.contact_id, language, "approach", "match"),
            button("how", language, "explain_reason"),
        ),
        evidence=(_as_of(verdict, language),),
    )


def approach_reason(approach: Approach, subject: Subject, language: Language) -> Answer:
    """All channels with their counts, beside what one would expect without data."""
    columns = tuple(say(f"reason.column.{name}", language) for name in ("channel", "rate", "counts", "basis", "prior"))
    rows = tuple(
        (
            label("channel", rate.channel, language),
            f"{percent(rate.rate, language)} ({percent(rate.low, language)}–{percent(rate.high, language)})",
            f"{number(rate.answered, language)}/{number(rate.n, language)}",
            say(f"approach.basis.{rate.basis}", language),
            percent(rate.prior, language),
        )
        for rate in approach.channels
    )
    best = channel_line(approach.channels[0], language) if approach.channels else ""
    choices = contact_buttons(subject.id, language, "match", "antipersona") if subject.kind == "contact" else ()
    return Answer(
        "reason",
        language,
        say("reason.approach", language, name=subject.name),
        reasons=(best,) if best else (),
        next_step=say("reason.how_next", language),
        table=Table(columns, rows),
        choices=(*choices, button("how", language, "explain_reason")),
        evidence=(say("reason.counts_of", language, n=number(approach.n, language)),),
    )


def persona_reason(profile: PersonaProfile, language: Language) -> Answer:
    """All attributes that set a persona apart, by weight."""
    return Answer(
        "reason",
        language,
        say("reason.persona", language, persona=persona_name(profile.info, language)),
        reasons=tuple(attribute_line(one, language) for one in profile.attributes[:REASONS_SHOWN]),
        next_step=say("reason.how_next", language),
        choices=(button("personas", language, "list_personas"), button("how", language, "explain_reason")),
        evidence=(data_line(profile.contacts, profile.data_on, language),),
    )


def method_answer(kind: Kind, language: Language) -> Answer:
    """How answers of this kind are computed, in plain words."""
    key = f"reason.method.{kind}"
    text = say(key if key in catalogue(language) else "reason.method.other", language)
    return Answer("reason", language, text, next_step=say("talk.next", language))


def no_more_reasons_answer(language: Language) -> Answer:
    """Reasons and method have been told; there is nothing to add."""
    return Answer("reason", language, say("reason.no_more", language), next_step=say("reason.no_more_next", language))


def nothing_to_explain_answer(language: Language) -> Answer:
    """There is no answer yet whose reasons could be asked for."""
    return Answer(
        "talk",
        language,
        say("reason.nothing", language),
        next_step=say("talk.next", language),
        choices=(button("personas", language, "list_personas"), button("help", language, "help")),
    )


def _as_of(verdict: Verdict, language: Language) -> str:
    on = day(verdict.data_on, language) if verdict.data_on else say("answer.date_unknown", language)
    return say("reason.as_of", language, day=on)
