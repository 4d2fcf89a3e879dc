"""Numbers about the contacts in sentences: a measure as a whole, of groups, and who stands first."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from actions.answers.common import labelled_button, p_value
from persona_store.answer import Answer, Choice, Table
from persona_store.figures import Figure, Measure, Standing, Statistic
from persona_store.segmentation.labels import level_label
from persona_store.settings import Language
from persona_store.wording import day, joined, label, money, number, percent, say

GROUPS_SHOWN = 15
FEW = 30  # people; what rests on fewer is said to be little
NAMES_SAID = 3
OFFERED = ("outcome_rate", "revenue", "response_rate")
Names = Mapping[str, str]  # how groups with ids instead of words are called


def figures_answer(
    found: Statistic, language: Language, names: Names, standing: Standing | None = None, order: str | None = None
) -> Answer:
    """A measure of the people asked about, and of each group where one was asked for; who stands first by `order`."""
    whole = found.whole
    if whole is None:
        return nothing_measured_answer(found, language, names)
    reasons = [_basis(found.measure, whole, language)]
    if whole.people < FEW and found.measure.form != "count":
        reasons.append(say("figures.few", language, n=number(whole.people, language)))
    text = _sentence(found, whole, language, names)
    if found.by is not None and order is not None:
        told = _standing(found, standing, language, names, order)
        text, reasons = told, [_capital(text), *reasons]
    elif standing is not None:
        reasons.append(_difference(found, standing, language, names))
    if standing is not None and standing.too_few:
        few = joined(
            [group_name(found.by, one.group, language, names) for one in standing.too_few[:NAMES_SAID]], language
        )
        reasons.append(say("figures.not_ranked", language, names=few, count=len(standing.too_few)))
    return Answer(
        kind="statistics",
        language=language,
        text=_capital(text),
        reasons=tuple(reasons),
        next_step=say("figures.next", language),
        table=_table(found, language, names) if found.groups else None,
        choices=_choices(found, language),
        evidence=(
            data_line(found.everybody, found.data_on, language),
            say(f"figures.how.{found.measure.form}", language),
        ),
        details={
            "measure": found.measure.key,
            "by": found.by,
            "value": whole.value,
            "n": whole.n,
            "first": standing.first.group if standing is not None and order is not None else None,
        },
    )


def nothing_measured_answer(found: Statistic, language: Language, names: Names) -> Answer:
    """The data hold nothing to measure."""
    key = "figures.nobody" if found.measure.form == "count" else "figures.nothing"
    named = say(f"measure.{found.measure.key}.name", language)
    text = say(key, language, measure=named, whom=_about(found, language, names))
    return Answer(
        "statistics",
        language,
        text,
        next_step=say(f"measure.{found.measure.key}.source", language),
        evidence=(data_line(found.everybody, found.data_on, language),),
    )


def which_measure_answer(language: Language, unknown: str | None = None) -> Answer:
    """Which number is asked for cannot be told, or nothing in the data measures it."""
    text = say("figures.which", language) if unknown is None else say("figures.unknown", language, name=unknown)
    choices = tuple(_button(key, None, language) for key in ("contacts", *OFFERED))
    return Answer("choices", language, text, choices=choices)


def not_by_answer(measure: Measure, by: str, language: Language) -> Answer:
    """A measure that cannot be parted by what was asked for."""
    named = say(f"measure.{measure.key}.name", language)
    text = say("figures.not_by", language, measure=named, group=say(f"figures.group.{by}", language))
    return Answer("statistics", language, text, choices=(_button(measure.key, "persona", language),))


def value_text(measure: Measure, value: float, language: Language) -> str:
    """A value of the measure as people write it."""
    if measure.unit == "share":
        return percent(value, language, 0 if value == 0 or value >= 0.1 else 1)
    if measure.unit == "money":
        return money(value, language)
    if measure.unit == "minutes":
        return say("figures.minutes", language, n=number(value, language))
    return number(value, language, 0 if measure.unit == "people" else 2)


def interval_text(measure: Measure, figure: Figure, language: Language) -> str:
    """The interval of a value; a dash where there is none to give."""
    if measure.form == "count":
        return "–"
    if figure.high == float("inf"):
        return say("figures.no_interval", language)
    return say(
        "figures.interval",
        language,
        low=value_text(measure, figure.low, language),
        high=value_text(measure, figure.high, language),
    )


def group_name(by: str | None, group: str | None, language: Language, names: Names) -> str:
    """How a group is called."""
    if by is None or group is None:
        return say("figures.all", language)
    if by == "persona":
        return names.get(group, group)
    if by == "channel":
        return label("channel", group, language)
    return level_label(by, group, language)


def _about(found: Statistic, language: Language, names: Names) -> str:
    """Whom a figure is about: "bei Persona 2, am Telefon"."""
    only = found.only
    parts = [names.get(str(one), str(one)) for one in only.personas]
    said = [say("figures.whom.persona", language, persona=joined(parts, language))] if parts else []
    role = [level_label(name, one, language) for name in ("function", "level") if (one := getattr(only, name))]
    if role:
        said.append(say("figures.whom.role", language, role=", ".join(role)))
    if only.industry:
        said.append(say("figures.whom.industry", language, industry=level_label("industry", only.industry, language)))
    if only.channel:
        said.append(label("channel_by", only.channel, language))
    if only.since:
        when = "arrivals" if found.measure.arrivals else "year"
        said.append(say(f"figures.whom.{when}", language, year=only.since.year))
    return ", ".join(said) or say("figures.whom.all", language)


def data_line(contacts: int, on: date | None, language: Language) -> str:
    """How many contacts may be counted, and how old the data are."""
    known = day(on, language) if on else say("answer.date_unknown", language)
    return say("figures.data", language, contacts=number(contacts, language), day=known)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence(found: Statistic, figure: Figure, language: Language, names: Names) -> str:
    about = _about(found, language, names)
    if found.measure.form == "count":
        everyone = found.only.everybody and not found.only.since
        key = f"measure.{found.measure.key}.{'count_all' if everyone else 'count'}"
        share = figure.value / found.everybody if found.everybody else 0.0
        return say(
            key,
            language,
            whom=about,
            n=number(figure.value, language),
            all=number(found.everybody, language),
            share=percent(share, language, 1),
        )
    return say(
        "figures.value",
        language,
        measure=say(f"measure.{found.measure.key}.name", language),
        whom=about,
        value=value_text(found.measure, figure.value, language),
        interval=interval_text(found.measure, figure, language),
    )


def _basis(measure: Measure, figure: Figure, language: Language) -> str:
    return say(
        f"measure.{measure.key}.basis",
        language,
        n=number(figure.n, language),
        people=number(figure.people, language),
        total=money(figure.total, language) if measure.unit == "money" else number(figure.total, language),
    )


def _standing(
    found: Statistic, standing: Standing | None, language: Language, names: Names, order: str
) -> str:  # fmt: skip
    """Who stands first, and whether the data bear that out."""
    measured = say(f"measure.{found.measure.key}.name", language)
    if standing is None:
        return say("figures.nothing_to_rank", language, measure=measured)
    first = standing.first
    values: dict[str, Any] = {
        "measure": measured,
        "group": group_name(found.by, first.group, language, names),
        "value": value_text(found.measure, first.value, language),
        "interval": interval_text(found.measure, first, language),
    }
    if standing.p is None:
        return say(f"figures.first.{order}.counted", language, **values)
    if not standing.ahead_of:
        return say(f"figures.first.{order}.open", language, **values)
    return (
        f"{say(f'figures.first.{order}.borne_out', language, **values)} {_difference(found, standing, language, names)}"
    )


def _difference(found: Statistic, standing: Standing, language: Language, names: Names) -> str:
    if standing.p is None:
        return say("figures.counted", language)
    if not standing.ahead_of:
        return say("figures.no_difference", language)
    if not standing.level:
        return say("figures.ahead_of_all", language, p=p_value(standing.p, language))
    level = [group_name(found.by, one.group, language, names) for one in standing.level]
    if len(level) > NAMES_SAID:
        level = [*level[:NAMES_SAID], say("figures.and_more", language, n=len(level) - NAMES_SAID)]
    return say(
        "figures.ahead_of_some",
        language,
        group=group_name(found.by, standing.first.group, language, names),
        ahead=number(len(standing.ahead_of), language),
        others=number(len(standing.ahead_of) + len(standing.level), language),
        names=joined(level, language),
    )


def _table(found: Statistic, language: Language, names: Names) -> Table:
    shown = sorted(found.groups, key=lambda one: -one.n)[:GROUPS_SHOWN]
    shown.sort(key=lambda one: -one.value)
    rows: tuple[tuple[str, ...], ...] = tuple(
        (
            group_name(found.by, one.group, language, names),
            value_text(found.measure, one.value, language),
            interval_text(found.measure, one, language),
            number(one.n, language),
        )
        for one in shown
    )
    columns: tuple[str, ...] = (
        say(f"figures.head.{found.by}", language),
        say(f"measure.{found.measure.key}.name", language),
        say("figures.column.interval", language),
        say("figures.column.n", language),
    )
    if found.measure.form == "count":
        columns, rows = columns[:2], tuple(row[:2] for row in rows)
    rest = len(found.groups) - len(shown)
    return Table(columns, rows, say("figures.rest", language, count=rest) if rest else "")


def _choices(found: Statistic, language: Language) -> tuple[Choice, ...]:
    key = found.measure.key
    choices = []
    if found.groups:
        choices.append(labelled_button(say("button.chart", language), "show_chart", {"attribute": f"{key}:{found.by}"}))
    if found.by is None and found.only.everybody:
        choices.append(_button(key, "persona", language))
    other = next(one for one in OFFERED if one != key)
    choices.append(_button(other, found.by, language))
    return tuple(choices)


def _button(key: str, by: str | None, language: Language) -> Choice:
    named = say(f"measure.{key}.name", language)
    if by is not None:
        named = say("figures.by", language, measure=named, group=say(f"figures.group.{by}", language))
    return labelled_button(named, "ask_statistics", {"attribute": key if by is None else f"{key}:{by}"})
