"""What changed in the personas since the build before, for marketers: in short, of one persona, and who moved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from actions.answers.charts import changes_picture
from actions.answers.common import button, labelled_button, persona_name
from actions.answers.versions import drift_answer, drift_sentence
from persona_store.answer import Answer, Table
from persona_store.live.status import LiveStatus, rebuild_reasons
from persona_store.segmentation.drift import Drift, Move, PersonaChange
from persona_store.segmentation.versions import BuildInfo
from persona_store.settings import Language
from persona_store.wording import day, number, percent, say

FLOWS_SHOWN = 3
NAMES_SHOWN = 10

Days = Mapping[int, date | None]


def changes_answer(drift: Drift, days: Days, status: LiveStatus, language: Language) -> Answer:
    """The drift between the last two builds, and what came in since."""
    said = drift_answer(drift, days, language)
    return replace(
        said,
        kind="changes",
        next_step=_next(status, language),
        chart=changes_picture(drift, language) if drift.personas else None,
        choices=(button("who_moved", language, "ask_changes", attribute="who"),),
        details={"old": drift.old_build, "new": drift.new_build},
    )


def persona_changes_answer(drift: Drift, persona_id: int, days: Days, status: LiveStatus, language: Language) -> Answer:
    """What became of one persona: its size then and now, how alike the two are, who came and who left."""
    change = next((one for one in drift.personas if persona_id in (one.new_id, one.old_id)), None)
    if change is None:
        return changes_answer(drift, days, status, language)
    since = days.get(drift.old_build)
    when = day(since, language) if since else say("answer.date_unknown", language)
    text = say(
        f"changes.{change.fate}",
        language,
        persona=persona_name(change, language),
        then=_part(change.share_then, change.n_then, language),
        now=_part(change.share_now, change.n_now, language),
        day=when,
        build=drift.old_build,
    )
    return Answer(
        kind="changes",
        language=language,
        text=text,
        reasons=tuple(_lines(drift, change, language)),
        next_step=_next(status, language),
        chart=changes_picture(replace(drift, personas=(change,)), language),
        table=_flows(drift, change, language),
        choices=(
            labelled_button(
                say("button.who_moved", language), "ask_changes", {"persona": str(change.number), "attribute": "who"}
            ),
        ),
        evidence=(drift_sentence(drift, since, language),),
        details={"persona": change.number, "old": drift.old_build, "new": drift.new_build},
    )


def movers_answer(
    moves: Sequence[Move], names: Mapping[int, str], drift: Drift, all_moved: int, language: Language
) -> Answer:
    """Contacts that moved, by name, at most a screenful of them."""
    if not moves:
        return Answer("changes", language, say("versions.no_moves", language))
    personas = {one.old_id: one for one in drift.personas} | {one.new_id: one for one in drift.personas}
    rows = tuple(
        (
            names[one.contact_id],
            persona_name(personas[one.old_id], language),
            persona_name(personas[one.new_id], language),
        )
        for one in moves
    )
    columns = tuple(say(f"versions.column.{name}", language) for name in ("contact", "from", "to"))
    key = "changes.movers" if all_moved == len(moves) else "changes.some_movers"
    return Answer(
        kind="changes",
        language=language,
        text=say(key, language, n=number(all_moved, language), shown=len(moves)),
        next_step=say("changes.movers_next", language),
        table=Table(columns, rows),
        evidence=(drift_sentence(drift, None, language),),
    )


def no_changes_answer(builds: Sequence[BuildInfo], status: LiveStatus, language: Language) -> Answer:
    """Nothing to compare yet: no build, or only one."""
    if not builds:
        return Answer(
            "changes", language, say("versions.none", language), next_step=say("versions.none_next", language)
        )
    created = day(builds[0].created_at.date(), language)
    text = say("changes.one_build", language, build=builds[0].id, day=created, personas=builds[0].personas)
    return Answer("changes", language, text, next_step=_next(status, language))


def _lines(drift: Drift, change: PersonaChange, language: Language) -> list[str]:
    lines = []
    if change.likeness is not None:
        lines.append(say("changes.likeness", language, likeness=percent(change.likeness, language)))
    came = sum(flow.n for flow in drift.flows if flow.new_id == change.new_id)
    left = sum(flow.n for flow in drift.flows if flow.old_id == change.old_id)
    lines.append(say("changes.moved", language, came=number(came, language), left=number(left, language)))
    return lines


def _flows(drift: Drift, change: PersonaChange, language: Language) -> Table | None:
    personas = {one.old_id: one for one in drift.personas} | {one.new_id: one for one in drift.personas}
    flows = [flow for flow in drift.flows if flow.new_id == change.new_id or flow.old_id == change.old_id]
    rows = tuple(
        (
            persona_name(personas[flow.old_id], language),
            persona_name(personas[flow.new_id], language),
            number(flow.n, language),
        )
        for flow in flows[: 2 * FLOWS_SHOWN]
    )
    columns = (*(say(f"versions.column.{name}", language) for name in ("from", "to")), "n")
    return Table(columns, rows) if rows else None


def _next(status: LiveStatus, language: Language) -> str:
    """What came in since the newest build, and whether another one is due."""
    reasons = rebuild_reasons(status, language)
    if reasons:
        return say("changes.rebuild", language, reasons=" ".join(reasons))
    events = sum(one.events for one in status.markets)
    return say("changes.events" if events else "changes.nothing_new", language, n=number(events, language))


def _part(share: float | None, n: int | None, language: Language) -> str:
    if share is None or n is None:
        return "–"
    return say("share_of.n", language, share=percent(share, language), n=number(n, language))
