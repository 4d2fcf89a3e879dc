"""How good the data are, in sentences: what to mend first, and what is conspicuous."""

from persona_store.data_quality import DataQuality, Finding, Gap
from persona_store.segmentation.labels import attribute_label
from persona_store.settings import Language
from persona_store.wording import joined, label, number, say


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
