"""The sections of the report: a conclusion in a sentence, then charts, then the numbers behind them as a table."""

from collections.abc import Sequence

from actions.answers.charts import worth_lead, worth_table
from actions.answers.common import listed
from actions.answers.personas import outcome_words
from actions.answers.quality import gap_lines
from bot.render.report.facts import ReportFacts
from bot.render.report.safeguards import anti_personas, cost_line, quality
from bot.render.report.section import NOTHING, Section
from persona_store.answer import Table
from persona_store.charts import (
    Change,
    Share,
    changes_chart,
    quadrant_chart,
    rates_chart,
    sizes_chart,
    weights_chart,
)
from persona_store.guidance import ChannelRate
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.profiles import PersonaProfile
from persona_store.segmentation.registry import MARKETS
from persona_store.settings import Language
from persona_store.wording import day, joined, label, money, number, percent, say, score

TRAITS = 3
CHANNELS_SHOWN = 4
SHIFTS_SHOWN = 5


def compose(facts: ReportFacts, language: Language) -> tuple[Section, ...]:
    """The sections in the order an executive asks; those without content are left out."""
    made = [
        _personas(facts, language),
        _traits(facts, language),
        _worth(facts, language),
        _channels(facts, language),
        _drift(facts, language),
        anti_personas(facts, language),
        quality(facts, language),
    ]
    return tuple(section for section in made if section is not None)


def in_short(facts: ReportFacts, language: Language) -> tuple[str, ...]:
    """The page in a few sentences."""
    lines = [say("report.short.none", language)]
    if facts.profiles:
        largest = max(facts.profiles, key=lambda one: one.info.n).info
        lines = [
            say(
                "report.short.personas",
                language,
                personas=number(len(facts.profiles), language),
                largest=largest.name(language),
                share=percent(largest.share, language),
                n=number(largest.n, language),
            )
        ]
    known = [
        one.info for one in facts.profiles if one.info.outcome_rate is not None and one.info.outcome_low is not None
    ]
    if known:
        best = max(known, key=lambda info: info.outcome_low or 0.0)
        lines.append(
            say(
                "report.short.best",
                language,
                name=best.name(language),
                outcome=outcome_words(best, language),
            )
        )
    if facts.pipeline.found:
        lines.append(cost_line(facts, language))
    worst = facts.quality.gaps[0].clearer if facts.quality.gaps else 0.0
    if round(worst):
        lines.append(gap_lines(facts.quality, language, 1)[0])
    return tuple(lines)


def _personas(facts: ReportFacts, language: Language) -> Section:
    if not facts.profiles:
        return Section("personas", say("report.personas.title", language), say("report.personas.none", language))
    columns = ("persona", "market", "size", "outcome", "value", "channel", "stability", "split", "traits")
    rates = [
        Share(
            one.info.name(language),
            one.info.outcome_rate,
            one.info.outcome_low,
            one.info.outcome_high,
            one.info.outcome_n,
        )
        for one in facts.profiles
        if one.info.outcome_rate is not None and one.info.outcome_low is not None and one.info.outcome_high is not None
    ]
    charts = [
        sizes_chart([one for one in facts.profiles if one.info.market == market], language)
        for market in MARKETS
        if any(one.info.market == market for one in facts.profiles)
    ]
    if rates:
        title = say("report.personas.rates", language, n=number(sum(one.n for one in rates), language))
        charts.append(rates_chart(rates, title, say("report.personas.rate_axis", language), language))
    return Section(
        "personas",
        say("report.personas.title", language),
        say(
            "report.personas.lead",
            language,
            personas=number(len(facts.profiles), language),
            n=number(facts.contacts, language),
        ),
        tuple(charts),
        (
            Table(
                tuple(say(f"report.column.{name}", language) for name in columns),
                tuple(_persona_row(facts, one, language) for one in facts.profiles),
            ),
        ),
    )


def _persona_row(facts: ReportFacts, profile: PersonaProfile, language: Language) -> tuple[str, ...]:
    info = profile.info
    approach = facts.approaches[info.id]
    split = [
        f"{label('attribute_kind', kind, language)} {percent(share, language)}"
        for kind, share in profile.weight_by_kind.items()
        if round(share, 2)
    ]
    traits = [
        f"{attribute_label(one.attribute, language)}: {level_label(one.attribute, one.levels[0].level, language)}"
        for one in profile.attributes[:TRAITS]
    ]
    return (
        f"{info.number}. {info.name(language)}",
        label("market", info.market, language),
        say("chart.size_text", language, share=percent(info.share, language), n=number(info.n, language)),
        outcome_words(info, language),
        money(info.value_mean, language) if info.value_mean is not None else NOTHING,
        _rate(approach.channels[0], language) if approach.channels else NOTHING,
        _stability(profile, language),
        joined(split, language),
        "; ".join(traits),
    )


def _stability(profile: PersonaProfile, language: Language) -> str:
    if profile.info.stability is None or profile.standing is None:
        return NOTHING
    standing = say(f"report.standing.{profile.standing}", language)
    return f"{score(profile.info.stability, language)} ({standing})"


def _rate(rate: ChannelRate, language: Language) -> str:
    shown = say(
        "report.channel_rate",
        language,
        channel=label("channel", rate.channel, language),
        rate=percent(rate.rate, language),
        low=percent(rate.low, language),
        high=percent(rate.high, language),
        n=number(rate.n, language),
    )
    return f"{shown} {say('report.rule_of_thumb', language)}" if rate.rule_of_thumb else shown


def _traits(facts: ReportFacts, language: Language) -> Section | None:
    if not facts.profiles:
        return None
    notes = [
        say("report.traits.note", language, name=one.info.name(language), note=one.note)
        for one in facts.profiles
        if one.note
    ]
    return Section(
        "traits",
        say("report.traits.title", language),
        say("report.traits.lead", language),
        tuple(weights_chart(one, language) for one in facts.profiles),
        (),
        tuple(notes),
    )


def _worth(facts: ReportFacts, language: Language) -> Section | None:
    markets = {market: found for market, found in facts.standings.items() if found}
    if not markets:
        return None
    return Section(
        "worth",
        say("report.worth.title", language),
        worth_lead((standing for found in markets.values() for _, standing in found), language),
        tuple(quadrant_chart([standing for _, standing in found], language) for found in markets.values()),
        (worth_table(markets, language),),
    )


def _channels(facts: ReportFacts, language: Language) -> Section | None:
    charts, rows = [], []
    for profile in facts.profiles:
        rates = facts.approaches[profile.info.id].channels[:CHANNELS_SHOWN]
        counted = [rate for rate in rates if rate.n]
        name = profile.info.name(language)
        if counted:
            shares = [
                Share(label("channel", rate.channel, language), rate.rate, rate.low, rate.high, rate.n)
                for rate in counted
            ]
            title = say(
                "report.channels.chart", language, persona=name, n=number(sum(one.n for one in counted), language)
            )
            charts.append(rates_chart(shares, title, say("report.channels.axis", language), language))
        rows.append((f"{profile.info.number}. {name}", *(_cells(rates, language))))
    if not rows:
        return None
    places = tuple(say("report.channels.place", language, place=place + 1) for place in range(CHANNELS_SHOWN))
    return Section(
        "channels",
        say("report.channels.title", language),
        say("report.channels.lead", language),
        tuple(charts),
        (Table((say("report.column.persona", language), *places), tuple(rows)),),
    )


def _cells(rates: Sequence[ChannelRate], language: Language) -> tuple[str, ...]:
    cells = tuple(_rate(rate, language) for rate in rates)
    return cells + (NOTHING,) * (CHANNELS_SHOWN - len(cells))


def _drift(facts: ReportFacts, language: Language) -> Section:
    title = say("report.drift.title", language)
    drift = facts.drift
    if drift is None or drift.moved is None:
        return Section("drift", title, say("report.drift.none", language))
    changes = [Change(one.name(language), one.share_then or 0.0, one.share_now or 0.0) for one in drift.personas]
    rows = tuple(
        (
            one.name(language),
            label("report.fate", one.fate, language),
            _share(one.share_then, one.n_then, language),
            _share(one.share_now, one.n_now, language),
            NOTHING if one.likeness is None else score(one.likeness, language),
        )
        for one in drift.personas
    )
    shifts = joined([attribute_label(one.attribute, language) for one in drift.shifts[:SHIFTS_SHOWN]], language)
    columns = ("persona", "fate", "before", "now", "likeness")
    return Section(
        "drift",
        title,
        say(
            "report.drift.lead",
            language,
            moved=percent(drift.moved.share, language, 1),
            low=percent(drift.moved.low, language, 1),
            high=percent(drift.moved.high, language, 1),
            n=number(drift.moved.of, language),
            build=drift.old_build,
        ),
        (changes_chart(changes, say("report.drift.chart", language, n=number(facts.contacts, language)), language),),
        (Table(tuple(say(f"report.column.{name}", language) for name in columns), rows),),
        (say("report.drift.shifts", language, attributes=shifts),) if drift.shifts else (),
    )


def _share(share: float | None, n: int | None, language: Language) -> str:
    if share is None or n is None:
        return NOTHING
    return say("chart.size_text", language, share=percent(share, language), n=number(n, language))


def about(facts: ReportFacts, language: Language) -> tuple[str, ...]:
    """What the numbers are and where they end."""
    known = day(facts.data_on, language) if facts.data_on else say("answer.date_unknown", language)
    keys = [f"report.about.{name}" for name in ("personas", "intervals", "channels", "value", "privacy")]
    return (
        say("report.about.data", language, day=known, n=number(facts.contacts, language)),
        *(listed([key], language) for key in keys),
    )
