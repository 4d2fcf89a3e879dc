"""Target groups in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from actions.answers.common import p_value
from persona_store.answer import Answer, Table
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.shares import Share
from persona_store.segmentation.target_group import NamedGroup
from persona_store.segmentation.target_proposal import LevelRate, Proposal
from persona_store.segmentation.words import UNKNOWN
from persona_store.settings import Language
from persona_store.wording import joined, number, percent, ratio, say

OPEN_SHOWN = 10


def groups_answer(groups: Sequence[NamedGroup], language: Language) -> Answer:
    """All target groups, and which are in use."""
    if not groups:
        return Answer("talk", language, say("target.none", language), next_step=say("target.none_next", language))
    names = ("name", "market", "active", "filters")
    return Answer(
        kind="talk",
        language=language,
        text=say("target.list", language, count=len(groups)),
        table=Table(
            tuple(say(f"target.column.{name}", language) for name in names),
            tuple(
                (
                    group.name,
                    say(f"market.{group.market}", language),
                    say("target.in_use" if group.active else "target.not_in_use", language),
                    filters_in_words(group.filters, language),
                )
                for group in groups
            ),
        ),
    )


def proposal_answer(proposal: Proposal, language: Language) -> Answer:
    """Where the customers are, and the target group that follows from it, or why none does."""
    everyone = proposal.everyone
    if everyone is None or proposal.why_none == "too_few_customers":
        bought = 0 if everyone is None else everyone.n
        text = say("target.too_few", language, customers=number(bought, language))
        return Answer("talk", language, text, next_step=say("target.too_few_next", language))
    table = _rates(proposal.levels, language)
    basis = "target.basis_lost" if proposal.compared_with_lost else "target.basis_all"
    unclear = sum(one.lean == "open" for one in proposal.levels)
    evidence = (
        say(basis, language, **_values(everyone, language)),
        say("target.how", language),
        say("target.open", language, open=number(unclear, language), all=number(len(proposal.levels), language)),
    )
    if proposal.inside is None:
        text = say("target.no_difference", language, n=number(everyone.of, language))
        return Answer("talk", language, text, table=table, evidence=evidence)
    return Answer(
        kind="talk",
        language=language,
        text=say(
            "target.proposed",
            language,
            filters=filters_in_words(proposal.filters, language),
            inside=number(proposal.inside.of, language),
            all=number(everyone.of, language),
            covered=percent(proposal.inside.n / everyone.n, language),
            **_values(proposal.inside, language),
        ),
        table=table,
        next_step=say("target.proposed_next", language),
        evidence=evidence,
    )


def filters_in_words(filters: Mapping[str, Sequence[str]], language: Language) -> str:
    """A filter as people say it: "Branche: Bau oder Handel; Unternehmensgröße: 11 bis 50"."""
    parts = []
    for name, levels in filters.items():
        words = [
            say("target.unknown", language) if level == UNKNOWN else level_label(name, level, language)
            for level in levels
        ]
        parts.append(f"{attribute_label(name, language)}: {joined(words, language)}")
    return "; ".join(parts)


def _rates(levels: Sequence[LevelRate], language: Language) -> Table:
    clear = [one for one in levels if one.lean != "open"]
    shown = clear or sorted(levels, key=lambda one: one.p)[:OPEN_SHOWN]
    names = ("attribute", "level", "customers", "n", "lift", "p", "lean")
    return Table(
        tuple(say(f"target.column.{name}", language) for name in names),
        tuple(
            (
                attribute_label(one.attribute, language),
                level_label(one.attribute, one.level, language),
                say("target.interval", language, **_values(one.customers, language)),
                number(one.customers.of, language),
                ratio(one.lift, language),
                p_value(one.p, language),
                say(f"target.lean.{one.lean}", language),
            )
            for one in shown
        ),
    )


def _values(share: Share, language: Language) -> dict[str, Any]:
    return {
        "rate": percent(share.share, language),
        "low": percent(share.low, language),
        "high": percent(share.high, language),
        "customers": number(share.n, language),
        "n": number(share.of, language),
    }
