"""Who takes part in the purchase at a company, and who is missing, in words."""

from typing import Any

from actions.answers.common import UNKNOWN, role_name
from persona_store.answer import Answer, Table
from persona_store.guidance.centre_types import BuyingCentre, Gap, Member, PartTaken
from persona_store.segmentation.labels import level_label
from persona_store.settings import Language
from persona_store.wording import day, joined, label, number, percent, say

GAPS_SHOWN = 5
NAMES_SHOWN = 3
ANY_FUNCTION = "other"  # "the board": a level of any function
ROWS_SHOWN = 15
COLUMNS = ("name", "title", "part", "grounds", "persona", "last")


def centre_answer(centre: BuyingCentre, language: Language, *, role: str | None = None) -> Answer:
    """The people known with their parts, the personas they are, the gaps, and whom to ask next.

    With a `role` ("function/level", as the question named it) the first sentence says who in it is known.
    """
    rows = tuple(_row(one, language) for one in centre.members[:ROWS_SHOWN])
    columns = tuple(say(f"centre.column.{name}", language) for name in COLUMNS)
    known = day(centre.data_on, language) if centre.data_on else say("answer.date_unknown", language)
    return Answer(
        kind="centre",
        language=language,
        text=" ".join((*(_in_role(centre, role, language) if role else ()), _text(centre, language))),
        reasons=(
            *(_gap(one, language) for one in centre.gaps[:GAPS_SHOWN]),
            _mix(centre, language),
            say("centre.deals", language, open=centre.open_deals, won=centre.won_deals),
        ),
        next_step=_next_step(centre, language),
        table=Table(columns, rows) if rows else None,
        evidence=(say("centre.rules", language), say("centre.evidence", language, day=known)),
        details={"company_id": centre.company_id, "contacts": [one.contact_id for one in centre.members[:ROWS_SHOWN]]},
    )


def _text(centre: BuyingCentre, language: Language) -> str:
    if not centre.members:
        return say("centre.nobody", language, company=centre.company)
    known = say("centre.text", language, count=len(centre.members), company=centre.company)
    missing = [say(f"part.{gap.part}", language) for gap in centre.gaps if gap.part is not None]
    if not missing:
        return f"{known} {say('centre.complete', language)}"
    return f"{known} {say('centre.missing', language, parts=joined(missing, language))}"


def no_company_known_answer(name: str, language: Language) -> Answer:
    """A contact of whom the CRM knows no company has no buying centre."""
    text = say("centre.no_company", language, name=name)
    return Answer("error", language, text, next_step=say("centre.name_company", language))


def _in_role(centre: BuyingCentre, role: str, language: Language) -> tuple[str, ...]:
    """Who in this role is known; nothing of a company where nobody is."""
    function, _, level = role.partition("/")
    if not centre.members:
        return ()
    fitting = [one for one in centre.members if function in (one.function, ANY_FUNCTION)]
    exactly = [one for one in fitting if level in (one.level, UNKNOWN)]
    if function == ANY_FUNCTION:
        fitting = exactly
    values: dict[str, Any] = {"role": role_name(role, language), "company": centre.company}
    for known, found in (("known", exactly), ("near", fitting)):
        if found:
            names = [f"{one.name} ({one.job_title})" if one.job_title else one.name for one in found[:NAMES_SHOWN]]
            return (say(f"centre.role.{known}", language, names=joined(names, language), **values),)
    return (say("centre.role.missing", language, **values),)


def _row(member: Member, language: Language) -> tuple[str, ...]:
    main = member.parts[0] if member.parts else None
    return (
        member.name,
        member.job_title or "",
        joined([say(f"part.{one.part}", language) for one in member.parts[:2]], language)
        if main
        else say("centre.no_part", language),
        _grounds(main, member.deals, language) if main else "",
        member.persona(language) or "",
        day(member.last, language) if member.last else "",
    )


def _grounds(part: PartTaken, deals: int, language: Language) -> str:
    words = []
    for ground in part.grounds:
        if ground == "behaviour":
            kinds = joined([label("touch", kind, language) for kind in part.behaviours], language)
            words.append(say("centre.ground.behaviour", language, kinds=kinds))
        elif ground == "deals":
            words.append(say("centre.ground.deals", language, count=deals))
        else:
            words.append(say("centre.ground.title", language))
    return ", ".join(words)


def _gap(gap: Gap, language: Language) -> str:
    values: dict[str, Any] = {"function": level_label("function", gap.function, language)}
    if gap.part is not None:
        values["part"] = say(f"part.{gap.part}", language)
    if gap.share is None or gap.low is None or gap.high is None:
        return say("centre.gap.part_unknown", language, **values)
    values |= {
        "share": percent(gap.share, language),
        "low": percent(gap.low, language),
        "high": percent(gap.high, language),
        "n": number(gap.n, language),
        "like": say(f"centre.like.{gap.like}", language),
    }
    if gap.part is None:
        return say("centre.gap.function", language, **values)
    return say("centre.gap.part_rule" if gap.rule_of_thumb else "centre.gap.part", language, **values)


def _mix(centre: BuyingCentre, language: Language) -> str:
    if not centre.mix:
        return say("centre.no_mix", language)
    parts = [say("centre.mix_part", language, n=one.n, persona=one.name(language)) for one in centre.mix]
    return say("centre.mix", language, personas=joined(parts, language))


def _next_step(centre: BuyingCentre, language: Language) -> str:
    if not centre.members:
        return say("centre.step.nobody", language)
    introducer = None if centre.introducer is None else centre.members[centre.introducer]
    if centre.gaps:
        function = level_label("function", centre.gaps[0].function, language)
        if introducer is None:
            return say("centre.step.find", language, function=function)
        return say("centre.step.ask", language, function=function, name=introducer.name)
    deciders = centre.taking("decider")
    if deciders and deciders[0] is not introducer:
        return say("centre.step.talk", language, name=deciders[0].name)
    return say("centre.step.fine", language, name=(introducer or centre.members[0]).name)
