"""The sections on what guards the team's time and trust: anti-personas, vetoes, and the quality of the data."""

from actions.answers.quality import finding_lines, gap_lines
from bot.render.report.facts import ReportFacts
from bot.render.report.section import Section
from persona_store.answer import Table
from persona_store.charts import Bar, bars_chart
from persona_store.settings import Language
from persona_store.wording import label, money, number, percent, say, score

GAPS_SHOWN = 5


def anti_personas(facts: ReportFacts, language: Language) -> Section:
    """Who looks like an anti-persona, what that would cost, and how the score and the team's vetoes stand."""
    pipeline = facts.pipeline
    bars = [
        Bar(say(f"stage.{stage}", language), float(n), f"n = {number(n, language)}")
        for stage, n in pipeline.stages.items()
    ]
    lead = (
        cost_line(facts, language)
        if pipeline.found
        else say("report.anti.none", language, n=number(pipeline.judged, language))
    )
    lines = [_score_line(facts, market, language) for market in facts.scorecards]
    if pipeline.unknown:
        lines.append(say("report.anti.unknown", language, n=number(pipeline.unknown, language)))
    lines += [
        say(
            f"report.veto.{one.verdict}",
            language,
            vetoed=number(one.vetoed, language),
            n=number(one.n, language),
            low=percent(one.low, language),
            high=percent(one.high, language),
        )
        for one in facts.vetoes
        if one.persona is None
    ]
    chart = bars_chart(
        bars,
        say("report.anti.chart", language, n=number(pipeline.found, language)),
        say("report.anti.axis", language),
        language,
        form="~d",
    )
    return Section("anti", say("report.anti.title", language), lead, (chart,) if bars else (), (), tuple(lines))


def cost_line(facts: ReportFacts, language: Language) -> str:
    """What the anti-personas in the pipeline would cost."""
    pipeline = facts.pipeline
    return say(
        "report.anti.cost",
        language,
        found=number(pipeline.found, language),
        judged=number(pipeline.judged, language),
        hours=number(pipeline.hours, language),
        money=money(pipeline.money, language),
        low=money(pipeline.money_low, language),
        high=money(pipeline.money_high, language),
        counted=number(pipeline.counted, language),
    )


def _score_line(facts: ReportFacts, market: str, language: Language) -> str:
    card = facts.scorecards[market]
    quality = card.quality
    name = label("market", market, language)
    if card.verdict != "learned" or quality.auc is None or quality.auc_low is None or quality.auc_high is None:
        return say(f"report.score.{card.verdict}", language, market=name, n=number(quality.n, language))
    return say(
        "report.score.learned",
        language,
        market=name,
        n=number(quality.n, language),
        auc=score(quality.auc, language),
        low=score(quality.auc_low, language),
        high=score(quality.auc_high, language),
    )


def quality(facts: ReportFacts, language: Language) -> Section:
    """How complete the data are, and what the gaps cost the personas."""
    found = facts.quality
    rows = tuple(
        (
            label("quality.field", one.field, language),
            label("market", one.market, language),
            percent(one.share, language),
            say("report.quality.known", language, known=number(one.known, language), n=number(one.n, language)),
        )
        for one in found.completeness
    )
    columns = tuple(say(f"report.column.{name}", language) for name in ("field", "market", "filled", "counts"))
    return Section(
        "quality",
        say("report.quality.title", language),
        gap_lines(found, language, 1)[0],
        (),
        (Table(columns, rows, say("quality.completeness", language)),),
        (*gap_lines(found, language, GAPS_SHOWN)[1:], *finding_lines(found, language)),
    )
