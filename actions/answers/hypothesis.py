"""What the data say of a hypothesis persona, in words."""

from actions.answers.common import p_value, persona_name
from persona_store.answer import Answer, Table
from persona_store.segmentation.hypothesis import Checked, HypothesisReport
from persona_store.segmentation.shares import Share
from persona_store.settings import Language
from persona_store.wording import number, percent, say

PERSONAS_SHOWN = 3


def hypothesis_answer(report: HypothesisReport, language: Language) -> Answer:
    """Each statement with its finding and figures; how many fit; which data-driven persona is nearest."""
    counts = {
        finding: sum(one.finding == finding for one in report.checked)
        for finding in ("borne_out", "not_borne_out", "cannot_tell")
    }
    names = ("statement", "finding", "meant", "base", "odds", "p", "why")
    return Answer(
        kind="talk",
        language=language,
        text=say("hypothesis.text", language, name=report.name, all=len(report.checked), **counts),
        reasons=(_fit_line(report, language), *_near_lines(report, language)),
        table=Table(
            tuple(say(f"hypothesis.column.{name}", language) for name in names),
            tuple(_row(one, language) for one in report.checked),
        ),
        evidence=(
            say("hypothesis.basis", language, contacts=number(report.contacts, language)),
            say("hypothesis.how", language),
        ),
    )


def _row(checked: Checked, language: Language) -> tuple[str, ...]:
    compared = checked.contrast
    odds = [] if compared is None else [compared.odds_ratio, compared.low, compared.high]
    return (
        checked.statement,
        say(f"hypothesis.finding.{checked.finding}", language),
        _share(checked.meant, language),
        _share(checked.base, language),
        "{} ({}–{})".format(*(number(one, language, 1) for one in odds)) if odds else "–",
        "–" if checked.p is None else p_value(checked.p, language),
        say(f"hypothesis.reason.{checked.reason}", language, fitting=checked.fitting, others=checked.others),
    )


def _share(share: Share | None, language: Language) -> str:
    if share is None:
        return "–"
    low, high = percent(share.low, language), percent(share.high, language)
    return f"{percent(share.share, language)} ({low}–{high}, n = {number(share.of, language)})"


def _fit_line(report: HypothesisReport, language: Language) -> str:
    fit = report.fit_all
    if fit is None:
        return say("hypothesis.fit_unknown", language)
    return say("hypothesis.fit", language, n=number(fit.n, language), share=_share(fit, language))


def _near_lines(report: HypothesisReport, language: Language) -> list[str]:
    if not report.personas:
        return [say("hypothesis.no_personas", language)]
    return [
        say(
            "hypothesis.near" if place == 0 else "hypothesis.further",
            language,
            persona=persona_name(persona, language),
            posterior=percent(persona.posterior, language),
            fitting=say("hypothesis.fitting", language, share=_share(persona.fitting, language))
            if persona.fitting
            else "",
        )
        for place, persona in enumerate(report.personas[:PERSONAS_SHOWN])
    ]
