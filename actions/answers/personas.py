"""The personas, in words: all as a table, one as a profile."""

from collections.abc import Sequence

from actions.answers.common import button, data_line, labelled_button, listed, persona_name, quoted
from persona_store.answer import Answer, Card, Choice, Fact, Table
from persona_store.database.models import Persona
from persona_store.guidance import Approach
from persona_store.segmentation.labels import attribute_label, level_label
from persona_store.segmentation.model import PersonaInfo
from persona_store.segmentation.profiles import AttributeProfile, PersonaProfile
from persona_store.settings import Language
from persona_store.wording import joined, label, money, number, percent, ratio, say

TRAITS_IN_TABLE = 2
ATTRIBUTES_SHOWN = 5
BUTTONS = 3


def personas_answer(profiles: Sequence[PersonaProfile], language: Language) -> Answer:
    """All personas of the newest build at a glance; says so when there are none."""
    if not profiles:
        return Answer("error", language, say("personas.none", language), next_step=say("personas.none_next", language))
    names = ("number", "name", "share", "contacts", "outcome", "traits")
    columns = tuple(say(f"personas.column.{name}", language) for name in names)
    biggest = max(profiles, key=lambda profile: profile.info.n)
    return Answer(
        kind="personas",
        language=language,
        text=say(
            "personas.text",
            language,
            count=len(profiles),
            biggest=persona_name(biggest.info, language),
            share=percent(biggest.info.share, language),
        ),
        next_step=say("personas.next", language),
        table=Table(columns, tuple(_row(profile, language) for profile in profiles)),
        choices=_persona_buttons([profile.info for profile in profiles], language),
        evidence=(
            data_line(_contacts(profiles), profiles[0].data_on, language),
            say("personas.outcome_note", language),
        ),
    )


def persona_answer(profile: PersonaProfile, approach: Approach, language: Language) -> Answer:
    """One persona: what sets it apart (with weights), what it wants, how to reach it, what it brings."""
    info = profile.info
    traits = joined([_trait(one, language) for one in profile.attributes[:TRAITS_IN_TABLE]], language)
    number_text = str(info.number)
    return Answer(
        kind="persona",
        language=language,
        text=say(
            "persona.text",
            language,
            persona=persona_name(info, language),
            share=percent(info.share, language),
            n=number(info.n, language),
            traits=traits,
        ),
        reasons=tuple(attribute_line(one, language) for one in profile.attributes[:ATTRIBUTES_SHOWN]),
        card=Card(
            persona_name(info, language), say(f"market.{info.market}", language), _facts(info, approach, language)
        ),
        choices=(
            button("approach_persona", language, "ask_approach", persona=number_text),
            button("why", language, "explain_reason"),
            button("personas", language, "list_personas"),
        ),
        evidence=(data_line(profile.contacts, profile.data_on, language),),
        details={"persona": info.number},
    )


def no_such_persona_answer(name: str | None, profiles: Sequence[PersonaProfile], language: Language) -> Answer:
    """Which persona was meant cannot be told: those that exist, to choose from."""
    if not profiles:
        return personas_answer(profiles, language)
    text = say("persona.unknown", language, name=quoted(name)) if name else say("persona.which", language)
    infos = [profile.info for profile in profiles]
    return Answer("choices", language, text, choices=_persona_buttons(infos, language, len(infos)))


def choose_persona_answer(personas: Sequence[Persona], language: Language, intent: str) -> Answer:
    """Several personas fit the name; pressing a button says `intent` for one of them."""
    choices = tuple(
        labelled_button(
            say("answer.persona_name", language, number=persona.number, name=persona.name(language)),
            intent,
            {"persona": str(persona.number)},
        )
        for persona in personas
    )
    return Answer("choices", language, say("persona.choose", language, count=len(personas)), choices=choices)


def attribute_line(profile: AttributeProfile, language: Language) -> str:
    """One attribute of a persona with weight, share, base and counts."""
    top = profile.levels[0]
    return say(
        "persona.attribute",
        language,
        attribute=attribute_label(profile.attribute, language),
        level=level_label(profile.attribute, top.level, language),
        probability=percent(top.probability, language),
        base=percent(top.base, language),
        lift=ratio(top.lift, language),
        weight=percent(profile.weight, language),
        n=number(profile.known, language),
        kind=say(f"attribute_kind.{profile.kind}", language),
    )


def _row(profile: PersonaProfile, language: Language) -> tuple[str, ...]:
    info = profile.info
    traits = joined([_trait(one, language) for one in profile.attributes[:TRAITS_IN_TABLE]], language)
    return (
        str(info.number),
        info.name(language),
        percent(info.share, language),
        number(info.n, language),
        outcome_words(info, language),
        traits,
    )


def _trait(profile: AttributeProfile, language: Language) -> str:
    top = profile.levels[0].level
    return f"{level_label(profile.attribute, top, language)} ({attribute_label(profile.attribute, language)})"


def outcome_words(info: PersonaInfo, language: Language) -> str:
    """How many of a persona buy, with interval and n; a dash where no outcome is known."""
    if info.outcome_rate is None or info.outcome_low is None or info.outcome_high is None:
        return "–"
    return say(
        "persona.outcome",
        language,
        rate=percent(info.outcome_rate, language),
        low=percent(info.outcome_low, language),
        high=percent(info.outcome_high, language),
        n=number(info.outcome_n, language),
    )


def _facts(info: PersonaInfo, approach: Approach, language: Language) -> tuple[Fact, ...]:
    facts = [
        Fact(say("persona.card.share", language), percent(info.share, language), info.share),
        Fact(say("persona.card.outcome", language), outcome_words(info, language), info.outcome_rate),
    ]
    if info.value_mean is not None:
        facts.append(Fact(say("persona.card.value", language), money(info.value_mean, language)))
    if approach.channels:
        best = approach.channels[0]
        value = f"{label('channel', best.channel, language)} ({percent(best.rate, language)})"
        facts.append(Fact(say("persona.card.channel", language), value, best.rate))
    for name, keys in (("goals", approach.goals), ("pains", approach.pains)):
        if keys:
            facts.append(Fact(say(f"approach.card.{name}", language), listed(keys, language)))
    return tuple(facts)


def _persona_buttons(infos: Sequence[PersonaInfo], language: Language, most: int = BUTTONS) -> tuple[Choice, ...]:
    return tuple(
        labelled_button(persona_name(info, language), "describe_persona", {"persona": str(info.number)})
        for info in infos[:most]
    )


def _contacts(profiles: Sequence[PersonaProfile]) -> int:
    by_market = {profile.info.market: profile.contacts for profile in profiles}
    return sum(by_market.values())
