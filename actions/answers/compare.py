"""Personas side by side: in what they differ most, and what they bring."""

from collections.abc import Mapping, Sequence

from actions.answers.common import data_line, labelled_button, p_value, persona_name
from actions.answers.personas import outcome_words
from persona_store.answer import Answer, Choice, Table
from persona_store.charts import Cell, Spec, heat_chart
from persona_store.guidance import Approach
from persona_store.segmentation.differences import Difference
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.profiles import PersonaProfile
from persona_store.settings import Language
from persona_store.wording import joined, label, money, number, percent, say

DIFFERENCES_SHOWN = 8
NAMED = 2
LEVELS_SHOWN = 8
ALL_BUTTONS = 3
NOTHING = "–"


def compare_answer(
    profiles: Sequence[PersonaProfile],
    found: Sequence[Difference],
    approaches: Mapping[int, Approach],
    language: Language,
) -> Answer:
    """The personas as columns: size, outcome, value, best channel, and the attributes that tell them apart most."""
    telling = [one for one in found if one.borne_out][:DIFFERENCES_SHOWN]
    rows = (*_size_rows(profiles, approaches, language), *(_row(one, language) for one in telling))
    alike = sum(not one.borne_out for one in found)
    return Answer(
        kind="compare",
        language=language,
        text=_text(profiles, telling, language),
        reasons=tuple(difference_line(one, profiles, language) for one in telling[:NAMED]),
        next_step=say("compare.next", language),
        table=Table((say("compare.column.what", language), *_columns(profiles, language)), rows),
        chart=levels_chart(profiles, telling, language) if telling else None,
        choices=_choices(profiles, language),
        evidence=(
            data_line(max(one.contacts for one in profiles), profiles[0].data_on, language),
            say("compare.how", language),
            *([say("compare.alike", language, count=alike)] if alike else []),
        ),
        details={"personas": [one.info.number for one in profiles]},
    )


def attribute_answer(
    profiles: Sequence[PersonaProfile], found: Difference | None, name: str, language: Language
) -> Answer:
    """One attribute in the personas; says so where they do not have it or do not differ in it."""
    attribute = attribute_label(name, language)
    if found is None:
        one = next(iter(part for profile in profiles for part in profile.attributes if part.attribute == name), None)
        if one is None:
            return Answer("compare", language, say("compare.no_attribute", language, attribute=attribute))
        return _alone(profiles, name, language)
    top = found.levels[0]
    key = "compare.attribute" if found.borne_out else "compare.attribute_alike"
    text = say(
        key, language, attribute=attribute, level=level_label(name, top.level, language), p=p_value(found.p, language)
    )
    rows = tuple(
        (level_label(name, level.level, language), *(_share(one, language) for one in level.shares))
        for level in found.levels[:LEVELS_SHOWN]
    )
    known = (say("compare.known", language), *(number(n, language) for n in found.known))
    return Answer(
        kind="compare",
        language=language,
        text=text,
        reasons=(difference_line(found, profiles, language),),
        next_step=say("compare.next", language),
        table=Table((attribute, *_columns(profiles, language)), (*rows, known)),
        chart=attribute_chart(profiles, found, language),
        evidence=(
            data_line(max(one.contacts for one in profiles), profiles[0].data_on, language),
            say("compare.how", language),
        ),
        details={"attribute": name, "personas": [one.info.number for one in profiles]},
    )


def difference_line(found: Difference, profiles: Sequence[PersonaProfile], language: Language) -> str:
    """One attribute with its most different level in each persona, with n."""
    top = found.levels[0]
    parts = [
        say(
            "compare.part",
            language,
            persona=say("compare.short", language, number=profile.info.number),
            share=percent(share, language),
            n=number(known, language),
        )
        for profile, share, known in zip(profiles, top.shares, found.known, strict=True)
        if share is not None
    ]
    return say(
        "compare.line",
        language,
        attribute=attribute_label(found.attribute, language),
        level=level_label(found.attribute, top.level, language),
        parts=joined(parts, language),
    )


def levels_chart(profiles: Sequence[PersonaProfile], found: Sequence[Difference], language: Language) -> Spec:
    """The most different level of each attribute over the personas."""
    cells = [
        Cell(
            f"{attribute_label(one.attribute, language)}: {level_label(one.attribute, one.levels[0].level, language)}",
            _short(profile, language),
            share,
        )
        for one in found
        for profile, share in zip(profiles, one.levels[0].shares, strict=True)
        if share is not None
    ]
    names = joined([_short(one, language) for one in profiles], language)
    n = number(sum(one.info.n for one in profiles), language)
    return heat_chart(cells, say("chart.compare_title", language, personas=names, n=n), language)


def attribute_chart(profiles: Sequence[PersonaProfile], found: Difference, language: Language) -> Spec:
    """One attribute over the personas, level by level."""
    cells = [
        Cell(level_label(found.attribute, level.level, language), _short(profile, language), share)
        for level in found.levels[:LEVELS_SHOWN]
        for profile, share in zip(profiles, level.shares, strict=True)
        if share is not None
    ]
    title = say(
        "chart.attribute_title",
        language,
        attribute=attribute_label(found.attribute, language),
        n=number(sum(found.known), language),
    )
    return heat_chart(cells, title, language)


def _alone(profiles: Sequence[PersonaProfile], name: str, language: Language) -> Answer:
    """An attribute that only one of the personas has, or that was asked of one persona."""
    profile, part = next((one, part) for one in profiles for part in one.attributes if part.attribute == name)
    top = part.levels[0]
    text = say(
        "compare.alone",
        language,
        persona=persona_name(profile.info, language),
        attribute=attribute_label(name, language),
        level=level_label(name, top.level, language),
        share=percent(top.probability, language),
        base=percent(top.base, language),
        n=number(part.known, language),
    )
    rows = tuple(
        (level_label(name, one.level, language), percent(one.probability, language), percent(one.base, language))
        for one in part.levels[:LEVELS_SHOWN]
    )
    columns = (attribute_label(name, language), _short(profile, language), say("persona_sheet.column.base", language))
    cells = [
        Cell(level_label(name, one.level, language), column, share)
        for one in part.levels[:LEVELS_SHOWN]
        for column, share in ((columns[1], one.probability), (columns[2], one.base))
    ]
    title = say(
        "chart.attribute_title", language, attribute=attribute_label(name, language), n=number(part.known, language)
    )
    return Answer(
        kind="compare",
        language=language,
        text=text,
        next_step=say("compare.next_one", language),
        table=Table(columns, rows),
        chart=heat_chart(cells, title, language),
        evidence=(data_line(profile.contacts, profile.data_on, language),),
        details={"attribute": name, "personas": [profile.info.number]},
    )


def _text(profiles: Sequence[PersonaProfile], telling: Sequence[Difference], language: Language) -> str:
    names = joined([persona_name(one.info, language) for one in profiles[:NAMED]], language)
    if not telling:
        return say("compare.same", language, personas=names)
    attributes = joined([attribute_label(one.attribute, language) for one in telling[:NAMED]], language)
    if len(profiles) > NAMED:
        return say("compare.many", language, n=len(profiles), attributes=attributes)
    return say("compare.text", language, personas=names, attributes=attributes)


def _size_rows(
    profiles: Sequence[PersonaProfile], approaches: Mapping[int, Approach], language: Language
) -> list[tuple[str, ...]]:
    infos = [one.info for one in profiles]
    size = [say("share_of.n", language, share=percent(one.share, language), n=number(one.n, language)) for one in infos]
    value = [NOTHING if one.value_mean is None else money(one.value_mean, language) for one in infos]
    channels = [approaches[one.id].channels[:1] for one in infos]
    best = [
        say(
            "compare.channel",
            language,
            channel=label("channel", rates[0].channel, language),
            rate=percent(rates[0].rate, language),
            low=percent(rates[0].low, language),
            high=percent(rates[0].high, language),
            n=number(rates[0].n, language),
        )
        if rates
        else NOTHING
        for rates in channels
    ]
    outcome = [outcome_words(one, language) for one in infos]
    names = ("size", "outcome", "value", "channel")
    return [
        (say(f"compare.row.{name}", language), *cells)
        for name, cells in zip(names, (size, outcome, value, best), strict=True)
    ]


def _row(found: Difference, language: Language) -> tuple[str, ...]:
    top = found.levels[0]
    name = f"{attribute_label(found.attribute, language)}: {level_label(found.attribute, top.level, language)}"
    return (name, *(_share(share, language) for share in top.shares))


def _share(share: float | None, language: Language) -> str:
    return NOTHING if share is None else percent(share, language)


def _columns(profiles: Sequence[PersonaProfile], language: Language) -> tuple[str, ...]:
    return tuple(_short(one, language) for one in profiles)


def _short(profile: PersonaProfile, language: Language) -> str:
    return f"{profile.info.number}. {profile.info.name(language)}"


def _choices(profiles: Sequence[PersonaProfile], language: Language) -> tuple[Choice, ...]:
    return tuple(
        labelled_button(persona_name(one.info, language), "describe_persona", {"persona": str(one.info.number)})
        for one in profiles[:ALL_BUTTONS]
    )
