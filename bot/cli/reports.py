"""What an import and a build came to, line by line for the terminal."""

from typing import Any

from actions.answers.common import persona_name
from actions.answers.persona_sheet import stability_words
from actions.answers.versions import drift_sentence
from persona_store.build import BuildReport, MarketReport
from persona_store.crm import ImportReport
from persona_store.crm.report import FileReport, TableCounts
from persona_store.segmentation.model import PersonaInfo
from persona_store.settings import Language
from persona_store.wording import label, number, percent, say, score

OUTCOMES = ("new", "changed", "unchanged", "repeated", "rejected")


def import_lines(report: ImportReport, language: Language) -> list[str]:
    """The import in the order in which one asks: what came of it, how it was read, what to look at."""
    heading = "dry_run" if report.dry_run else "unchanged" if report.unchanged else "done"
    lines = [say(f"cli.import.{heading}", language, seconds=number(report.seconds, language, 1))]
    lines += [_table_line(kind, counts, language) for kind, counts in report.tables.items()]
    for file in report.files:
        lines += _file_lines(file, language)
    lines += [f"  ! {note}" for note in report.notes]
    if report.duplicates:
        lines.append(say("cli.import.duplicates", language, count=report.duplicates))
    if report.rejects:
        lines.append(say("cli.import.rejects", language, path=report.rejects))
    if not report.dry_run:
        lines.append(say("cli.import.next", language))
    return lines


def build_lines(report: BuildReport, language: Language) -> list[str]:
    """The personas of a build with their figures, or a plain statement that there are none."""
    lines = [say(f"cli.build.{report.verdict}", language, contacts=number(report.contacts, language))]
    for market in report.markets:
        lines += _market_lines(market, language)
    lines += _drift_lines(report, language)
    lines.append(say("cli.build.next", language))
    return lines


def _drift_lines(report: BuildReport, language: Language) -> list[str]:
    lines = [] if report.drift is None else [drift_sentence(report.drift, None, language)]
    lines += [
        say("versions.vanished", language, persona=persona_name(gone, language), build=gone.last_build)
        for gone in report.vanished
    ]
    return lines


def _table_line(kind: str, counts: TableCounts, language: Language) -> str:
    parts = [
        f"{number(getattr(counts, name), language)} {say(f'cli.import.rows.{name}', language)}"
        for name in OUTCOMES
        if getattr(counts, name)
    ]
    return f"  {label('table', kind, language)}: {', '.join(parts) or '0'}"


def _file_lines(file: FileReport, language: Language) -> list[str]:
    kind = label("table", file.mapping.table, language)
    title = say("cli.import.file", language, file=file.name, rows=number(file.rows, language), table=kind)
    return [title, *(f"  ! {note}" for note in file.notes)]


def _market_lines(market: MarketReport, language: Language) -> list[str]:
    name = label("market", market.market, language)
    lines = [say("cli.build.market", language, market=name, contacts=number(market.contacts, language))]
    if market.target_group is not None:
        counts: dict[str, Any] = {
            "inside": number(market.contacts, language),
            "outside": number(market.outside, language),
        }
        lines.append(f"  {say('versions.group', language, name=market.target_group, **counts)}")
    lines += [_persona_line(persona, language) for persona in market.personas]
    if not market.personas:
        why = label("no_personas", market.tried.reason, language)
        lines.append(f"  {say('cli.build.market_without', language, why=why)}")
    auc = "" if market.scorecard_auc is None else score(market.scorecard_auc, language)
    lines.append(f"  {say(f'cli.build.score.{market.scorecard}', language, auc=auc)}")
    left_out = [(column, label("column_left_out", reason, language)) for column, reason in market.left_out.items()]
    lines += [f"  – {say('versions.left_out', language, column=column, reason=reason)}" for column, reason in left_out]
    return lines


def _persona_line(persona: PersonaInfo, language: Language) -> str:
    name = persona.name_en if language == "en" else persona.name_de
    outcome = (
        say("cli.build.no_outcome", language)
        if persona.outcome_rate is None or persona.outcome_low is None or persona.outcome_high is None
        else say(
            "cli.build.outcome",
            language,
            rate=percent(persona.outcome_rate, language),
            low=percent(persona.outcome_low, language),
            high=percent(persona.outcome_high, language),
            n=number(persona.outcome_n, language),
        )
    )
    share = percent(persona.share, language)
    stability = stability_words(persona.stability, language)
    return f"  {persona.number}. {name}: {share} (n = {number(persona.n, language)}); {outcome}; {stability}"
