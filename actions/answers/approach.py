"""How to reach and address somebody, in words."""

from typing import Any

from actions.answers.common import button, contact_buttons, listed, role_name, with_company
from actions.state import Subject
from persona_store.answer import Answer, Card, Choice, Fact
from persona_store.guidance import Approach, BestTime, ChannelRate
from persona_store.settings import Language
from persona_store.wording import day, joined, label, number, percent, say

CHANNELS_SHOWN = 3
TIME = "time"  # the part of the advice that "when?" asks for


def approach_answer(
    approach: Approach,
    language: Language,
    *,
    subject: Subject | None = None,
    channel: str | None = None,
    aspect: str | None = None,
) -> Answer:
    """The best channel with its counts, then tone, opening and what to avoid.

    `subject` is what the question was about, for its name and the buttons; `channel` is the one the question named;
    the `aspect` it asked for (TIME) comes first.
    """
    name = subject.name if subject else approach.name or role_name(f"{approach.function}/{approach.level}", language)
    named = next((rate for rate in approach.channels if rate.channel == channel), None)
    shown = approach.channels[:CHANNELS_SHOWN]
    if named is not None and named not in shown:
        shown = (*shown, named)
    verdict, times = _verdict(approach, name, channel, language), _best_times(approach, language)
    asked_when = aspect == TIME and bool(approach.channels)
    return Answer(
        kind="approach",
        language=language,
        text=_when(approach, name, times, language) if asked_when else verdict,
        reasons=(
            *((verdict,) if asked_when else ()),
            *(channel_line(rate, language) for rate in shown),
            *_dearer(approach, language),
            *_refusals(approach, language),
            *(() if asked_when else times),
        ),
        next_step=_next_step(approach, language),
        card=_card(approach, name, language),
        choices=_choices(approach, subject, language),
        evidence=(
            _basis_line(approach, language),
            *(() if asked_when else _no_best_time(approach, language)),
            say("approach.interval", language),
        ),
        details={"channel": approach.channels[0].channel if approach.channels else None},
    )


def channel_line(rate: ChannelRate, language: Language) -> str:
    """How often people answer on a channel: rate, interval, counts and whose counts they are."""
    values: dict[str, Any] = {
        "channel": label("channel", rate.channel, language),
        "rate": percent(rate.rate, language),
        "low": percent(rate.low, language),
        "high": percent(rate.high, language),
        "answered": number(rate.answered, language),
        "n": number(rate.n, language),
    }
    if rate.basis == "prior" or not rate.n:
        return say("approach.rate_prior", language, **values)
    if rate.rule_of_thumb:
        return say("approach.rate_thumb", language, basis=say(f"approach.basis.{rate.basis}", language), **values)
    return say("approach.rate", language, basis=say(f"approach.basis.{rate.basis}", language), **values)


def _best_times(approach: Approach, language: Language) -> tuple[str, ...]:
    if not approach.channels:
        return ()
    channel = label("channel", approach.channels[0].channel, language)
    return tuple(_time_line(best, channel, language) for best in approach.best_times)


def _when(approach: Approach, name: str, times: tuple[str, ...], language: Language) -> str:
    """The best times, else that the data show none."""
    if times:
        return " ".join(times)
    channel, n = label("channel", approach.channels[0].channel, language), number(approach.timed, language)
    key = "approach.when_not_borne_out" if approach.timed else "approach.when_unknown"
    return say(key, language, name=name, channel=channel, n=n)


def _no_best_time(approach: Approach, language: Language) -> tuple[str, ...]:
    """That the data show no best time on the best channel, where there were attempts to tell it from."""
    if not approach.channels or not approach.timed or approach.best_times:
        return ()
    channel = label("channel", approach.channels[0].channel, language)
    return (say("approach.no_best_time", language, channel=channel, n=number(approach.timed, language)),)


def _time_line(best: BestTime, channel: str, language: Language) -> str:
    parts = [
        say(
            "approach.time_part",
            language,
            part=say(f"time.{best.kind}.{one.bin}", language),
            rate=percent(one.rate, language),
            low=percent(one.low, language),
            high=percent(one.high, language),
            n=number(one.n, language),
        )
        for one in best.best
    ]
    whom = say("approach.time_for_all", language)
    if best.function is not None:
        whom = say("approach.time_for", language, function=label("level.function", best.function, language))
    return say(
        "approach.best_time",
        language,
        channel=channel,
        parts=joined(parts, language),
        usual=percent(best.usual, language),
        whom=whom,
        n=number(best.n, language),
    )


def _verdict(approach: Approach, name: str, channel: str | None, language: Language) -> str:
    if not approach.channels:
        return say("approach.no_channel", language, name=name)
    best = approach.channels[0]
    values: dict[str, Any] = {
        "name": name,
        "best_by": say(f"channel_by.{best.channel}", language),
        "best_rate": percent(best.rate, language),
    }
    if channel is None:
        return say(f"approach.best.{approach.subject}", language, **values)
    if channel == best.channel:
        return say("approach.named_best", language, **values)
    values["channel_by"] = say(f"channel_by.{channel}", language)
    if channel in approach.opted_out:
        return say("approach.refused", language, **values)
    named = next((rate for rate in approach.channels if rate.channel == channel), None)
    if named is None:
        return say("approach.not_known", language, **values)
    which = "approach.named_dearer" if named.rate > best.rate else "approach.named"
    return say(which, language, rate=percent(named.rate, language), **values)


def _dearer(approach: Approach, language: Language) -> tuple[str, ...]:
    """Why a channel with a higher rate does not come first: it costs more time."""
    ahead = [rate for rate in approach.channels[1:] if rate.rate > approach.channels[0].rate]
    channels = joined([label("channel", rate.channel, language) for rate in ahead], language)
    return (say("approach.dearer", language, count=len(ahead), channels=channels),) if ahead else ()


def _refusals(approach: Approach, language: Language) -> tuple[str, ...]:
    if not approach.opted_out:
        return ()
    channels = joined([label("channel", one, language) for one in approach.opted_out], language)
    return (say("approach.opted_out", language, channels=channels),)


def _next_step(approach: Approach, language: Language) -> str:
    return say("approach.opening", language, opening=say(approach.opening, language))


def _card(approach: Approach, name: str, language: Language) -> Card:
    told = {
        "tone": (approach.tone,),
        "goals": approach.goals,
        "pains": approach.pains,
        "avoid": approach.avoid,
    }
    facts = [
        Fact(say(f"approach.card.{part}", language), listed(keys, language)) for part, keys in told.items() if keys
    ]
    persona, subtitle = approach.persona(language), ""
    if approach.subject == "role":
        subtitle = role_name(f"{approach.function}/{approach.level}", language)
    elif approach.subject == "contact" and persona:
        subtitle = say("approach.card.persona", language, persona=persona)
    return Card(with_company(name, approach.company, language), subtitle, tuple(facts))


def _choices(approach: Approach, subject: Subject | None, language: Language) -> tuple[Choice, ...]:
    why = button("why", language, "explain_reason")
    if subject is None:
        return ()
    if subject.kind == "contact":
        return (*contact_buttons(subject.id, language, "antipersona", "match"), why)
    if subject.kind == "role":
        return (button("match_role", language, "match_persona", role=subject.key), why)
    return (why, button("personas", language, "list_personas"))


def _basis_line(approach: Approach, language: Language) -> str:
    on = day(approach.data_on, language) if approach.data_on else say("answer.date_unknown", language)
    if not approach.n:
        return say("approach.no_counts", language, day=on)
    return say(f"approach.counts.{approach.subject}", language, n=number(approach.n, language), day=on)
