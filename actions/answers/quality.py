"""How good the data are, in sentences: what to mend first, and what is conspicuous."""

from collections.abc import Sequence
from typing import Any

from actions.answers.common import labelled_button, quoted
from persona_store.answer import Answer, Table
from persona_store.data_quality import Completeness, DataQuality, Finding, Gap
from persona_store.segmentation.labels import attribute_label
from persona_store.settings import Language
from persona_store.wording import day, joined, label, number, percent, say

GAPS_SAID, FINDINGS_SAID = 3, 4


def gap_lines(found: DataQuality, language: Language, most: int) -> list[str]:
    """What each gap costs the personas, the worst first; at most `most` of them."""
    if not found.gaps:
        return [say("quality.no_personas", language)]
    worth = [gap for gap in found.gaps if round(gap.clearer)]
    if not worth:
        return [say("quality.nothing_first", language)]
    return [_gap(gap, language) for gap in worth[:most]]


def finding_lines(found: DataQuality, language: Language) -> list[str]:
    """What is double, stale or contradictory, most records first."""
    return [_finding(one, language) for one in found.findings] or [say("quality.no_findings", language)]


def _gap(gap: Gap, language: Language) -> str:
    return say(
        "quality.gap",
        language,
        attribute=attribute_label(gap.attribute, language),
        market=label("market", gap.market, language),
        missing=number(gap.missing, language),
        n=number(gap.n, language),
        clearer=number(gap.clearer, language),
        error=number(gap.error, language),
    )


def _finding(one: Finding, language: Language) -> str:
    examples = say("quality.examples", language, ids=joined(one.examples, language)) if one.examples else ""
    return say(
        "quality.finding_line",
        language,
        text=say(f"quality.finding.{one.kind}", language),
        n=number(one.n, language),
        of=number(one.of, language),
        examples=examples,
    )


def quality_answer(found: DataQuality, language: Language) -> Answer:
    """What to mend first, what is conspicuous, and how complete each field is."""
    if not found.contacts:
        return Answer("quality", language, say("quality_talk.empty", language))
    first, findings = gap_lines(found, language, GAPS_SAID), finding_lines(found, language)
    urgent = any(round(gap.clearer) for gap in found.gaps)
    values: dict[str, Any] = {"contacts": number(found.contacts, language), "day": _day(found, language)}
    text = (
        say("quality_talk.text", language, first=first[0], **values)
        if urgent
        else say("quality_talk.fine", language, **values)
    )
    rows = tuple(
        (
            label("quality.field", one.field, language),
            label("market", one.market, language),
            percent(one.share, language),
            f"{number(one.known, language)} / {number(one.n, language)}",
        )
        for one in found.completeness
    )
    columns = tuple(say(f"report.column.{name}", language) for name in ("field", "market", "filled", "counts"))
    return Answer(
        kind="quality",
        language=language,
        text=text,
        reasons=(*(first[1:] if urgent else first), *findings[:FINDINGS_SAID]),
        next_step=say("quality_talk.next", language),
        table=Table(columns, rows, say("quality.completeness", language)),
        evidence=(_data(found, language), say("quality_talk.how", language)),
        details={"contacts": found.contacts},
    )


def busy_answer(language: Language) -> Answer:
    """The check takes longer than an answer may."""
    again = labelled_button(say("button.again", language), "ask_data_quality", {})
    return Answer("quality", language, say("quality_talk.busy", language), choices=(again,))


def field_answer(found: DataQuality, fields: Sequence[Completeness], gaps: Sequence[Gap], language: Language) -> Answer:
    """How complete one field is in each market, and what it would bring to fill it."""
    lines = []
    for one in fields:
        key = "field_quality.text" if one.known < one.n else "field_quality.full"
        lines.append(
            say(
                key,
                language,
                field=label("quality.field", one.field, language),
                missing=number(one.n - one.known, language),
                n=number(one.n, language),
                share=percent(one.share, language),
                market=label("market", one.market, language),
            )
        )
    worth = [
        say("field_quality.gap", language, clearer=number(gap.clearer, language), error=number(gap.error, language))
        for gap in gaps
        if round(gap.clearer)
    ]
    return Answer(
        kind="quality",
        language=language,
        text=lines[0],
        reasons=(*lines[1:], *worth),
        next_step=say("quality_talk.next", language),
        evidence=(_data(found, language), *([say("quality_talk.how", language)] if worth else [])),
        details={"field": fields[0].field, "missing": fields[0].n - fields[0].known},
    )


def finding_answer(found: DataQuality, kinds: Sequence[str], language: Language) -> Answer:
    """One kind of trouble with the data: how many records, with examples, and what to do."""
    lines = [_finding(one, language) for one in found.findings if one.kind in kinds]
    text = lines[0] if lines else say("field_quality.finding_none", language, n=number(found.contacts, language))
    return Answer(
        kind="quality",
        language=language,
        text=text,
        reasons=tuple(lines[1:]),
        next_step=say("quality_talk.next", language),
        evidence=(_data(found, language),),
        details={"findings": [one.kind for one in found.findings if one.kind in kinds]},
    )


def which_field_answer(found: DataQuality, name: str, language: Language) -> Answer:
    """A field that is not checked: those that are."""
    fields = list(dict.fromkeys(one.field for one in found.completeness))
    choices = tuple(
        labelled_button(label("quality.field", one, language), "ask_data_quality", {"attribute": one}) for one in fields
    )
    words = attribute_label(name, language)
    return Answer("choices", language, say("field_quality.unknown", language, field=quoted(words)), choices=choices)


def _data(found: DataQuality, language: Language) -> str:
    return say("figures.data", language, contacts=number(found.contacts, language), day=_day(found, language))


def _day(found: DataQuality, language: Language) -> str:
    return day(found.data_on, language) if found.data_on else say("answer.date_unknown", language)
