"""What a contact buys, in words."""

from typing import Any

from persona_store.answer import Answer, Table
from persona_store.segmentation.buying import Acceptance, Buying
from persona_store.settings import Language
from persona_store.wording import day, money, number, percent, ratio, say

NOTHING = "–"
COLUMNS = ("product", "n", "revenue", "last")


def buying_answer(found: Buying, language: Language) -> Answer:
    """First the advice, then the figures it rests on, then what next."""
    words: dict[str, Any] = {"name": found.name, "favourite": found.favourite or ""}
    return Answer(
        "talk",
        language,
        say(f"buying.advice.{found.advice}", language, **words),
        reasons=tuple(_reasons(found, language)),
        next_step=say(f"buying.next.{found.advice}", language, **words),
        table=_table(found, language),
        evidence=(_evidence(found, language),),
    )


def _reasons(found: Buying, language: Language) -> list[str]:
    if found.favourite is None or found.favourite_share is None:
        return []
    lines = [
        say(
            "buying.favourite",
            language,
            product=found.favourite,
            n=number(found.bought[0].n, language),
            total=number(sum(one.n for one in found.bought), language),
            share=percent(found.favourite_share, language),
        )
    ]
    if found.others.n:
        lines.append(say("buying.others", language, **_shares(found.others, language)))
        key = "buying.usual" if found.usual.n else "buying.usual_unknown"
        lines.append(say(key, language, **_shares(found.usual, language)))
    lines += _candidates(found, found.favourite, language)
    return lines


def _candidates(found: Buying, favourite: str, language: Language) -> list[str]:
    if not found.candidates:
        return [say("buying.no_candidate", language, favourite=favourite, similar=number(found.similar, language))]
    return [
        say(
            "buying.candidate",
            language,
            product=one.product,
            favourite=favourite,
            n=number(one.n, language),
            of=number(one.of, language),
            rate=percent(one.rate, language),
            low=percent(one.low, language),
            high=percent(one.high, language),
            base=percent(one.base, language),
            lift=ratio(one.lift, language),
        )
        for one in found.candidates
    ]


def _shares(offers: Acceptance, language: Language) -> dict[str, Any]:
    counts = {"n": number(offers.n, language), "accepted": number(offers.accepted, language)}
    shares = {"rate": offers.rate, "low": offers.low, "high": offers.high}
    return counts | {name: NOTHING if share is None else percent(share, language) for name, share in shares.items()}


def _table(found: Buying, language: Language) -> Table | None:
    if not found.bought:
        return None
    rows = tuple(
        (
            one.product,
            number(one.n, language),
            NOTHING if one.revenue is None else money(one.revenue, language),
            NOTHING if one.last is None else day(one.last, language),
        )
        for one in found.bought
    )
    return Table(tuple(say(f"buying.column.{name}", language) for name in COLUMNS), rows)


def _evidence(found: Buying, language: Language) -> str:
    persona = found.persona_en if language == "en" else found.persona_de
    group = persona or say("buying.group_market", language)
    on = day(found.data_on, language) if found.data_on else NOTHING
    return say("buying.evidence", language, group=group, similar=number(found.similar, language), day=on)
