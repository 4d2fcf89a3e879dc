"""Pictures with their words: each says in a sentence what it shows and holds its numbers as a table, too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from actions.answers.common import button, data_line, labelled_button, persona_name
from actions.answers.figures import figures_answer, group_name, interval_text, value_text
from persona_store.answer import Answer, Table
from persona_store.antipersona.standings import Standings
from persona_store.charts import (
    Bar,
    Change,
    Share,
    Spec,
    Standing,
    bars_chart,
    changes_chart,
    quadrant_chart,
    rates_chart,
    sizes_chart,
    weights_chart,
)
from persona_store.figures import Statistic
from persona_store.guidance import Approach
from persona_store.segmentation.drift import Drift
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.profiles import PersonaProfile
from persona_store.settings import Language
from persona_store.wording import label, money, number, percent, say

SHOWN = 8
BARS_SHOWN = 15


def weights_answer(profile: PersonaProfile, language: Language) -> Answer:
    """What sets a persona apart, as bars."""
    shown = profile.attributes[:SHOWN]
    names = ("attribute", "level", "share", "base", "weight", "n")
    rows = tuple(
        (
            attribute_label(one.attribute, language),
            level_label(one.attribute, one.levels[0].level, language),
            percent(one.levels[0].probability, language),
            percent(one.levels[0].base, language),
            percent(one.weight, language),
            number(one.known, language),
        )
        for one in shown
    )
    most = shown[0]
    text = say(
        "show.weights",
        language,
        persona=persona_name(profile.info, language),
        attribute=attribute_label(most.attribute, language),
        level=level_label(most.attribute, most.levels[0].level, language),
        weight=percent(most.weight, language),
    )
    said = {"persona": str(profile.info.number)}
    return Answer(
        kind="chart",
        language=language,
        text=text,
        next_step=say("show.next", language),
        table=Table(tuple(say(f"persona_sheet.column.{name}", language) for name in names), rows),
        chart=weights_chart(profile, language),
        choices=(
            labelled_button(say("button.channels_chart", language), "show_chart", said | {"attribute": "channels"}),
            button("worth_chart", language, "show_chart", attribute="worth"),
        ),
        evidence=(data_line(profile.contacts, profile.data_on, language),),
        details={"chart": "weights", "persona": profile.info.number},
    )


def sizes_answer(profiles: Sequence[PersonaProfile], language: Language) -> Answer:
    """How large the personas are, as bars."""
    largest = max(profiles, key=lambda one: one.info.n).info
    rows = tuple(
        (persona_name(one.info, language), percent(one.info.share, language), number(one.info.n, language))
        for one in profiles
    )
    text = say(
        "show.sizes",
        language,
        count=len(profiles),
        persona=persona_name(largest, language),
        n=number(largest.n, language),
    )
    markets = {one.info.market: one.contacts for one in profiles}
    return Answer(
        kind="chart",
        language=language,
        text=text,
        next_step=say("show.next", language),
        table=Table((say("figures.head.persona", language), say("chart.share", language), "n"), rows),
        chart=sizes_chart(profiles, language),
        choices=(
            labelled_button(say("measure.outcome_rate.name", language), "show_chart", {"attribute": "outcome_rate"}),
            button("worth_chart", language, "show_chart", attribute="worth"),
        ),
        evidence=(data_line(sum(markets.values()), profiles[0].data_on, language), say("show.market_share", language)),
        details={"chart": "sizes"},
    )


def figures_chart_answer(found: Statistic, language: Language, names: Mapping[str, str]) -> Answer:
    """A measure by groups: rates with their intervals, anything else as bars with the interval written beside."""
    said = figures_answer(found, language, names)
    if not found.groups:
        return said
    return replace(said, kind="chart", chart=figures_chart(found, language, names), choices=())


def figures_chart(found: Statistic, language: Language, names: Mapping[str, str]) -> Spec:
    """The picture of a measure by groups."""
    shown = sorted(found.groups, key=lambda one: -one.n)[:BARS_SHOWN]
    shown.sort(key=lambda one: -one.value)
    axis = say(f"measure.{found.measure.key}.name", language)
    n = number(sum(one.n for one in found.groups), language)
    group = say(f"figures.group.{found.by}", language)
    title = say("show.figures_title", language, measure=axis, group=group, n=n)
    if found.measure.form == "rate":
        shares = [
            Share(group_name(found.by, one.group, language, names), one.value, one.low, one.high, one.n)
            for one in shown
        ]
        return rates_chart(shares, title, axis, language, found.whole.value if found.whole else None)
    bars = []
    for one in shown:
        written = value_text(found.measure, one.value, language)
        if found.measure.form == "mean":
            interval = interval_text(found.measure, one, language)
            written = say("show.bar_text", language, value=written, interval=interval, n=number(one.n, language))
        bars.append(Bar(group_name(found.by, one.group, language, names), one.value, written))
    return bars_chart(bars, title, axis, language)


def worth_answer(found: Standings, language: Language) -> Answer:
    """Value against effort of the personas; of the market with most of them, the other as a table too."""
    known = {market: one for market, one in found.items() if one}
    if not known:
        return Answer("chart", language, say("show.no_worth", language), next_step=say("show.no_worth_next", language))
    market = max(known, key=lambda one: len(known[one]))
    points = [standing for _, standing in known[market]]
    first = known[market][0][0]
    return Answer(
        kind="chart",
        language=language,
        text=worth_lead(points, language),
        next_step=say("show.next", language),
        table=worth_table(known, language),
        chart=quadrant_chart(points, language),
        evidence=(data_line(first.contacts, first.data_on, language),),
        details={"chart": "worth"},
    )


def worth_lead(standings: Iterable[Standing], language: Language) -> str:
    """Which persona brings most beyond its effort."""
    best = max(standings, key=lambda one: one.value - one.effort)
    return say(
        "report.worth.lead",
        language,
        name=best.name,
        value=money(best.value, language),
        effort=money(best.effort, language),
        n=number(best.n, language),
    )


def worth_table(found: Standings, language: Language) -> Table:
    """Value and effort of each persona, market by market."""
    columns = ("persona", "market", "value", "effort", "customers")
    rows = tuple(
        (
            standing.name,
            label("market", market, language),
            money(standing.value, language),
            money(standing.effort, language),
            number(standing.n, language),
        )
        for market, listed in found.items()
        for _, standing in listed
    )
    return Table(tuple(say(f"report.column.{name}", language) for name in columns), rows)


def channels_answer(profile: PersonaProfile, approach: Approach, language: Language) -> Answer:
    """How often a persona answers on each channel, with intervals."""
    counted = [rate for rate in approach.channels if rate.n]
    persona = persona_name(profile.info, language)
    if not counted:
        return Answer("chart", language, say("show.no_channels", language, persona=persona))
    n = number(sum(one.n for one in counted), language)
    names = [label("channel", one.channel, language) for one in counted]
    shares = [Share(name, one.rate, one.low, one.high, one.n) for name, one in zip(names, counted, strict=True)]
    title = say("report.channels.chart", language, persona=profile.info.name(language), n=n)
    rows = tuple(
        (
            one.name,
            percent(one.rate, language),
            say("figures.interval", language, low=percent(one.low, language), high=percent(one.high, language)),
            number(one.n, language),
        )
        for one in shares
    )
    first = shares[0]
    columns = tuple(say(f"show.column.{name}", language) for name in ("channel", "rate", "interval", "n"))
    return Answer(
        kind="chart",
        language=language,
        text=say(
            "show.channels",
            language,
            persona=persona,
            channel=first.name,
            rate=percent(first.rate, language),
            low=percent(first.low, language),
            high=percent(first.high, language),
            n=number(first.n, language),
        ),
        next_step=say("show.next", language),
        table=Table(columns, rows),
        chart=rates_chart(shares, title, say("report.channels.axis", language), language),
        choices=(button("approach_persona", language, "ask_approach", persona=str(profile.info.number)),),
        evidence=(data_line(profile.contacts, profile.data_on, language), say("approach.interval", language)),
        details={"chart": "channels", "persona": profile.info.number},
    )


def changes_picture(drift: Drift, language: Language) -> Spec:
    """The personas' shares in the build before and in this one."""
    changes = [Change(one.name(language), one.share_then or 0.0, one.share_now or 0.0) for one in drift.personas]
    n = number(sum(one.n_now or 0 for one in drift.personas), language)
    return changes_chart(changes, say("report.drift.chart", language, n=n), language)
