"""Builds and what changed between them, in words."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from actions.answers.common import persona_name
from persona_store.answer import Answer, Table
from persona_store.segmentation.drift import Drift, Move, PersonaChange
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.shares import Share
from persona_store.segmentation.versions import BuildInfo
from persona_store.settings import Language
from persona_store.wording import day, number, percent, say, score

SHIFTS_SHOWN = 5
FLOWS_SHOWN = 10


def builds_answer(builds: Sequence[BuildInfo], language: Language) -> Answer:
    """All builds, newest first."""
    if not builds:
        return Answer("error", language, say("versions.none", language), next_step=say("versions.none_next", language))
    names = ("build", "created", "data_on", "contacts", "personas", "group", "moved")
    return Answer(
        kind="talk",
        language=language,
        text=say("versions.builds", language, count=len(builds)),
        table=Table(
            tuple(say(f"versions.column.{name}", language) for name in names),
            tuple(_build_row(one, language) for one in builds),
        ),
        next_step=say("versions.builds_next", language) if len(builds) > 1 else "",
    )


def drift_answer(drift: Drift, days: Mapping[int, date | None], language: Language) -> Answer:
    """The drift between two builds: the sentence, every persona then and now, flows, attributes that shifted."""
    names = ("number", "name", "fate", "likeness", "then", "now")
    return Answer(
        kind="talk",
        language=language,
        text=drift_sentence(drift, days.get(drift.old_build), language),
        reasons=(*_flow_lines(drift, language), *_shift_lines(drift, language)),
        table=Table(
            tuple(say(f"versions.column.{name}", language) for name in names),
            tuple(_change_row(one, language) for one in sorted(drift.personas, key=lambda one: one.number)),
        ),
        evidence=_evidence(drift, days, language),
    )


def moves_answer(moves: Sequence[Move], drift: Drift, names: Mapping[int, str] | None, language: Language) -> Answer:
    """The contacts that moved, by number unless `names` are given."""
    personas = {one.old_id: one for one in drift.personas} | {one.new_id: one for one in drift.personas}
    rows = tuple(
        (
            names[move.contact_id] if names is not None else f"#{move.contact_id}",
            persona_name(personas[move.old_id], language),
            persona_name(personas[move.new_id], language),
        )
        for move in moves
    )
    columns = tuple(say(f"versions.column.{name}", language) for name in ("contact", "from", "to"))
    key = "versions.moves" if moves else "versions.no_moves"
    return Answer("talk", language, say(key, language, n=number(len(moves), language)), table=Table(columns, rows))


def drift_sentence(drift: Drift, since: date | None, language: Language) -> str:
    """The drift in one sentence."""
    when = say(
        "versions.since_day" if since else "versions.since", language, build=drift.old_build, day=_day(since, language)
    )
    if drift.moved is None:
        return say("versions.nobody_in_both", language, since=when)
    likeness = "–" if drift.likeness is None else score(drift.likeness, language)
    key = "versions.unmoved" if drift.moved.n == 0 else "versions.moved"
    return say(key, language, since=when, likeness=likeness, **_share(drift.moved, language))


def _build_row(build: BuildInfo, language: Language) -> tuple[str, ...]:
    return (
        str(build.id),
        day(build.created_at.date(), language),
        _day(build.data_on, language),
        number(build.contacts, language),
        number(build.personas, language) if build.personas else say("versions.no_personas", language),
        ", ".join(build.target_groups) or "–",
        "–" if build.moved is None else percent(build.moved.share, language, 1),
    )


def _change_row(change: PersonaChange, language: Language) -> tuple[str, ...]:
    return (
        str(change.number),
        change.name(language),
        say(f"versions.fate.{change.fate}", language),
        "–" if change.likeness is None else score(change.likeness, language),
        _part(change.share_then, change.n_then, language),
        _part(change.share_now, change.n_now, language),
    )


def _part(share: float | None, n: int | None, language: Language) -> str:
    if share is None or n is None:
        return "–"
    return f"{percent(share, language)} (n = {number(n, language)})"


def _flow_lines(drift: Drift, language: Language) -> list[str]:
    personas = {one.old_id: one for one in drift.personas} | {one.new_id: one for one in drift.personas}
    lines = [
        say(
            "versions.flow",
            language,
            n=number(flow.n, language),
            old=persona_name(personas[flow.old_id], language),
            new=persona_name(personas[flow.new_id], language),
        )
        for flow in drift.flows[:FLOWS_SHOWN]
    ]
    rest = sum(flow.n for flow in drift.flows[FLOWS_SHOWN:])
    return [*lines, say("versions.flow_rest", language, n=number(rest, language))] if rest else lines


def _shift_lines(drift: Drift, language: Language) -> list[str]:
    return [
        say(
            "versions.shift",
            language,
            attribute=attribute_label(shift.attribute, language),
            level=level_label(shift.attribute, shift.level, language),
            then=percent(shift.share_then, language, 1),
            now=percent(shift.share_now, language, 1),
            n_then=number(shift.n_then, language),
            n_now=number(shift.n_now, language),
            divergence=number(shift.divergence, language, 3),
            psi=number(shift.psi, language, 2),
        )
        for shift in drift.shifts[:SHIFTS_SHOWN]
    ]


def _evidence(drift: Drift, days: Mapping[int, date | None], language: Language) -> tuple[str, ...]:
    lines = [
        say(
            "versions.compared",
            language,
            old=drift.old_build,
            new=drift.new_build,
            old_day=_day(days.get(drift.old_build), language),
            new_day=_day(days.get(drift.new_build), language),
            came=number(drift.came, language),
            left=number(drift.left, language),
        )
    ]
    if not drift.shifts:
        lines.append(say("versions.no_shift", language))
    if drift.not_compared:
        names = ", ".join(attribute_label(name, language) for name in drift.not_compared)
        lines.append(say("versions.not_compared", language, attributes=names))
    return tuple(lines)


def _share(share: Share, language: Language) -> dict[str, Any]:
    return {
        "share": percent(share.share, language, 1),
        "low": percent(share.low, language, 1),
        "high": percent(share.high, language, 1),
        "n": number(share.of, language),
    }


def _day(value: date | None, language: Language) -> str:
    return day(value, language) if value else say("answer.date_unknown", language)
